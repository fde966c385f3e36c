"""Who gets what at the addresses of this app: the rows of every noun put together."""

from importlib import import_module
from pkgutil import iter_modules

from members.tests import rows

MODULES = [
    import_module(f"members.tests.rows.{found.name}") for found in iter_modules(rows.__path__)
]
ROWS = {name: row for module in MODULES for name, row in module.ROWS.items()}


def furnish(world):
    """The roster first: the other nouns hang what they need onto its member."""
    for module in sorted(MODULES, key=lambda m: not m.__name__.endswith(".roster")):
        if hasattr(module, "furnish"):
            module.furnish(world)
