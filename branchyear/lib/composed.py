"""Statements composed once and asked with other values: for pages that everybody opens.

Django writes a statement anew each time, which takes several times as long as the database takes to answer one about a
single branch. A function that gives a queryset is asked once for it and kept as text::

    @composed(branch=BigAutoField())
    def _letters(branch, today):
        return Transfer.objects.filter(receiver=branch, valid_until__lt=today)

    _letters(branch=branch.pk, today=today)  # a list

What is named with a field is a slot: another value is filled in at every question, so it must not change the form of the
statement (no list, no ``None``, nothing that Python decides by). All other words are part of it, and for each value of
theirs a text is kept: a day, a month, a year of the campaign, a word of a few. The function may not ask the database.
"""

from functools import partial
from types import SimpleNamespace
from uuid import uuid4

from django.core.exceptions import EmptyResultSet
from django.db import NotSupportedError, connections
from django.db.models import Expression, Model, Value
from django.db.models.base import ModelState
from django.db.models.query import ModelIterable, get_related_populators
from django.db.models.signals import post_init, pre_init

KEPT = 50  # texts of one function at a time: a few days, each for a few campaigns


class Slot(Expression):
    """Where a value goes; ``field`` says how the database wants it."""

    def __init__(self, name, field, ending=""):
        super().__init__(output_field=field)
        self.name, self.ending = name, ending

    def __add__(self, ending):
        """The same value with more at its end, for a text."""
        return Slot(self.name, self.output_field, self.ending + ending)

    def as_sql(self, compiler, connection):
        return "%s", [self]

    def filled(self, values, connection):
        value = values[self.name]
        if self.ending:
            value += self.ending
        return self.output_field.get_db_prep_value(value, connection)


class Composed:
    """The rows of ``build(**slots, **words)``, a queryset; ``fields`` are the slots' names and fields.

    ``composed(branch=…)`` gives a list of what the queryset would give (instances, mappings or tuples), read anew, in
    one statement. It is composed at the first question, so that a module may hold one before the models are loaded.
    """

    def __init__(self, build, **fields):
        self.build, self.fields = build, fields
        self.__doc__ = build.__doc__
        self._written = {}  # by kind of database and words

    def __call__(self, **values):
        written = self._written_for(values)
        if written is None:
            return []
        connection = connections[written.db]
        filled = tuple(
            each.filled(values, connection) if isinstance(each, Slot) else each
            for each in written.params
        )
        return list(written.made_of(_answers(connection, written.sql, filled), connection))

    def _written_for(self, values):
        words = tuple(value for name, value in values.items() if name not in self.fields)
        names = tuple(name for name in values if name not in self.fields)
        key = (connections["default"].vendor, names, words)
        if key not in self._written:
            if any(isinstance(word, Model) for word in words):
                raise TypeError(
                    "A row is no part of a statement: give its key, or what is asked of it."
                )
            if len(self._written) >= KEPT:
                self._written.clear()
            self._written[key] = self._compose(dict(zip(names, words, strict=True)))
        return self._written[key]

    def _compose(self, words):
        slots = {name: Slot(name, field) for name, field in self.fields.items()}
        with connections["default"].execute_wrapper(_refuse):
            queryset = self.build(**slots, **words)
            if queryset._prefetch_related_lookups:
                raise TypeError("What is fetched beforehand takes statements of its own.")
            compiler = queryset.query.get_compiler(using=queryset.db)
            try:
                sql, params = compiler.as_sql()
            except EmptyResultSet:
                return None  # nothing can be found, whatever is filled in
        return Written(queryset, compiler, sql, params)


class Written:
    """A statement as text, and how Django makes of its rows what the queryset gives."""

    def __init__(self, queryset, compiler, sql, params):
        self.db, self.sql, self.params = queryset.db, sql, params
        self._iterable, self._fields = queryset._iterable_class, queryset._fields
        self._query = queryset.query
        columns = [column for column, *_ in compiler.select[: compiler.col_count]]
        self._converters = [
            (place, *both) for place, both in compiler.get_converters(columns).items()
        ]
        self._instances = _Instances(compiler, self.db) if compiler.klass_info else None

    def made_of(self, rows, connection):
        """Instances, mappings or tuples."""
        if self._converters:
            rows = self._converted(rows, connection)
        if self._iterable is ModelIterable:
            return self._instances.made_of(rows)
        asked = _Answered(rows)
        # What Django's iterables ask of a queryset, of its query and of the compiler.
        query = SimpleNamespace(
            get_compiler=lambda *args, **kwargs: asked, selected=self._query.selected,
            extra_select=self._query.extra_select, values_select=self._query.values_select,
            annotation_select=self._query.annotation_select,
        )  # fmt: skip
        return self._iterable(SimpleNamespace(db=self.db, query=query, _fields=self._fields))

    def _converted(self, rows, connection):
        for row in map(list, rows):
            for place, converters, expression in self._converters:
                for converter in converters:
                    row[place] = converter(row[place], expression, connection)
            yield row


class _Instances:
    """What ``ModelIterable`` finds out anew at each question: which columns are whose."""

    def __init__(self, compiler, db):
        self.db, info = db, compiler.klass_info
        columns = info["select_fields"]
        self.own = slice(columns[0], columns[-1] + 1)
        self.names = [column.target.attname for column, *_ in compiler.select[self.own]]
        self.model = _maker_of(info["model"])
        self.related = get_related_populators(info, compiler.select, db)
        self.annotations = list((compiler.annotation_col_map or {}).items())
        beneath = list(self.related)
        while beneath:
            each = beneath.pop()
            each.model_cls = _maker_of(each.model_cls)
            beneath += each.related_populators

    def made_of(self, rows):
        for row in rows:
            made = self.model.from_db(self.db, self.names, row[self.own])
            for related in self.related:
                related.populate(row, made)
            for name, place in self.annotations:
                setattr(made, name, row[place])
            yield made


def _maker_of(model):
    """``model``, or where it does nothing of its own when it is made, what makes it without asking each field."""
    own = (
        model.from_db.__func__ is not Model.from_db.__func__ or model.__init__ is not Model.__init__
    )
    told = pre_init.has_listeners(model) or post_init.has_listeners(model)
    return model if own or told else _Maker(model)


class _Maker:
    def __init__(self, model):
        self.model = model

    def from_db(self, db, names, values):
        """As ``Model.from_db``; what was not read is read when it is asked for."""
        made = self.model.__new__(self.model)
        made._state = state = ModelState()
        state.adding, state.db = False, db
        made.__dict__.update(zip(names, values, strict=True))
        return made


class _Answered:
    """Stands for a compiler whose statement has been answered."""

    def __init__(self, rows):
        self.rows = rows

    def results_iter(self, *args, tuple_expected=False, **kwargs):
        return map(tuple, self.rows) if tuple_expected else self.rows


def _answers(connection, sql, params):
    """The rows as the driver gives them."""
    if not hasattr(connection, "rows_of"):
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchall()
    try:
        return connection.rows_of(sql, params)
    except NotSupportedError as error:
        if not connection.may_ask_again(error):
            raise
    return connection.rows_of(sql, params)


def written_out(sql, params):
    """``sql`` with its values in it as PostgreSQL reads them, a place for each slot, and these slots in order."""
    slots = [each for each in params if isinstance(each, Slot)]
    # A word that no value holds, and that the driver leaves as it is.
    marks = [f"slot_{uuid4().hex}" for _ in slots]
    marked = iter(marks)
    values = [next(marked) if isinstance(each, Slot) else each for each in params]
    with connections["default"].cursor() as cursor:
        text = cursor.mogrify(sql, values).replace("%", "%%")
    for mark in marks:
        text = text.replace(f"'{mark}'", "%s")
    return text, slots


def composed(**fields):
    """The decorator: ``fields`` are the slots, everything else the function takes is a word."""
    return partial(Composed, **fields)


def totals(rows, **numbers):
    """``rows.aggregate(**numbers)`` as a queryset of one mapping, so that it can be composed."""
    return (
        rows.order_by().annotate(one_=Value(1)).values("one_").annotate(**numbers).values(*numbers)
    )


def _refuse(execute, sql, params, many, context):
    raise TypeError("A statement that is composed once must not depend on what is stored now.")
