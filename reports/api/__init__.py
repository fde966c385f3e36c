"""The API of reports, one module per noun."""
