"""What happens to reports and exports, one module per noun."""
