"""PostgreSQL as Django has it; a statement that is asked again and again is planned once (``ENGINE``)."""
