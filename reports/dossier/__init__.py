"""迎检材料包: what a branch (or a directly affiliated organisation) shows an inspector, as one archive."""
