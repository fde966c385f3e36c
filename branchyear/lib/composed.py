"""Statements composed once and asked with other values: for the few that every page asks.

Django writes a statement anew each time, which takes several times as long as the database takes to answer one of
these. Only what does not change its form with its values may be asked so: no list, no ``None``, no condition left out.
"""

import copy
from types import SimpleNamespace

from django.db import connections
from django.db.models import Expression
from django.db.models.query import ModelIterable


class Slot(Expression):
    """Where a value goes; ``field`` says how the database wants it."""

    def __init__(self, name, field):
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler, connection):
        return "%s", [self]

    def filled(self, values, connection):
        return self.output_field.get_db_prep_value(values[self.name], connection)


class Composed:
    """The rows of ``build(**slots)``, a queryset of models; ``fields`` are the slots' names and fields.

    ``composed(day=…)`` gives a list of new instances, as ``list(queryset)`` would, in one statement. It is composed
    at the first question, so that a module may hold one before the models are loaded.
    """

    def __init__(self, build, **fields):
        self.build, self.fields = build, fields
        self._written = {}  # by kind of database

    def __call__(self, **values):
        using, compiler, sql, params = self._composed()
        connection = connections[using]
        filled = tuple(
            each.filled(values, connection) if isinstance(each, Slot) else each for each in params
        )
        asked = copy.copy(compiler)
        asked.connection = connection  # this thread's
        asked.as_sql = lambda *args, **kwargs: (sql, filled)
        queryset = SimpleNamespace(
            db=using,
            query=SimpleNamespace(get_compiler=lambda using: asked),
            _known_related_objects={},
        )
        return list(ModelIterable(queryset))

    def _composed(self):
        kind = connections["default"].vendor
        if kind not in self._written:
            slots = {name: Slot(name, field) for name, field in self.fields.items()}
            queryset = self.build(**slots)
            compiler = queryset.query.get_compiler(using=queryset.db)
            self._written[kind] = (queryset.db, compiler, *compiler.as_sql())
        return self._written[kind]
