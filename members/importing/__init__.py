"""A roster that comes as an Excel file: read, understood, compared with what is there. Nothing is changed
here; ``members.services.imports`` carries a plan out."""
