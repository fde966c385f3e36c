"""The rules once more, in plain Python over objects, written from the texts and not from the statements.

Each module restates one task's rules as functions ``(world, day)`` that yield ``(organization id, rule,
key, severity)``; ``everything`` is what the engine must find.
"""

from importlib import import_module

from tasks.tests.restated import system

MODULES = ("organization", "committee", "life", "training", "management", "dues", "system")


def everything(world, day):
    """Everything that is found on ``day``."""
    out = set()
    for name in MODULES:
        out |= set(import_module(f"tasks.tests.restated.{name}").findings(world, day))
    return out | set(system.after(world, day, out))
