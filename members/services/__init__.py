"""What happens to people on the roll, one module per noun."""
