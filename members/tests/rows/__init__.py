"""Rows of the access table, one module per noun: ``ROWS`` and, where it needs something, ``furnish``."""
