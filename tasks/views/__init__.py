"""Pages of the campaign year, by noun."""
