"""A branch's checklist as an Excel workbook: filled in without the network, brought back, looked at row by
row. Nothing is changed here; ``tasks.services.offline`` carries a plan out."""
