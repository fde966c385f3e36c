"""Pages about people and their branches' life, one module per noun."""
