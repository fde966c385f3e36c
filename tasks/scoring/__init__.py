"""量化评分: facts (``registry`` and the modules of rules), arithmetic, and the engine that joins them."""
