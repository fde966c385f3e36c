"""What happens to organisations below, answered here in three lines each."""
