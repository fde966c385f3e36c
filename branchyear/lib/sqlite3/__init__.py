"""SQLite as Django has it, with a turn for everybody who waits to write (``ENGINE``)."""
