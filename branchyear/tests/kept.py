"""Worlds made once per process through the services; afterwards their very rows are put back.

Building the cast and opening the campaign through the services was half of the time of most tests. What a
builder writes is found by comparing every table before and after, so a table that a service comes to write
is kept without being named anywhere, and a builder that changes what stood before is refused.
"""

import pickle

from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import DateTimeField

from branches.models import Organization

# Nobody knows these by their number: they get one of their own.
ANONYMOUS = {"audit_entry", "branches_organizationevent"}

_asked = set()
_kept = {}


def kept(key, build):
    """What ``build()`` returns and writes, from the third time on put back instead of built.

    ``key`` holds everything that ``build`` depends on, the numbers of rows it refers to included. A first
    time may be the only one (a city drawn at random), so keeping begins with the second. Where another
    fixture has taken the numbers of the kept rows, it is built anew.
    """
    if key in _kept:
        pickled, inserts = _kept[key]
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                for insert in inserts:
                    insert(cursor)
        except IntegrityError:
            return build()
        return pickle.loads(pickled)  # noqa: S301 our own, of a moment ago; everybody gets objects of his own
    if key not in _asked:
        _asked.add(key)
        return build()
    before = _everything()
    made = build()
    _kept[key] = pickle.dumps(made), _inserts(before, _everything())
    return made


def the_city():
    """All that is known of the organisations there are, but for the moments their rows were written at."""
    fields = Organization._meta.concrete_fields
    names = [field.attname for field in fields if not isinstance(field, DateTimeField)]
    return tuple(Organization._base_manager.order_by("pk").values_list(*names))


def _everything():
    """Table → (columns, rows) of the whole database."""
    tables = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if not model._meta.managed or model._meta.proxy:
                continue
            columns = [field.column for field in model._meta.local_concrete_fields]
            number = model._meta.pk.column
            names = ", ".join(f'"{name}"' for name in columns)
            table = model._meta.db_table
            cursor.execute(f'SELECT {names} FROM "{table}" ORDER BY "{number}"')  # noqa: S608
            tables[table] = columns, columns.index(number), cursor.fetchall()
    return tables


def _inserts(before, after):
    """One function of a cursor for every table that has grown."""
    inserts = []
    for table, (columns, number, rows) in after.items():
        stood = {row[number]: row for row in before[table][2]}
        new = [row for row in rows if row[number] not in stood]
        left = [row for row in rows if row[number] in stood]
        assert left == list(stood.values()), f"{table}: rows that stood before were changed"
        if new:
            if table in ANONYMOUS:
                columns = columns[:number] + columns[number + 1 :]
                new = [row[:number] + row[number + 1 :] for row in new]
            inserts.append(_insert(table, columns, new))
    return inserts


def _insert(table, columns, rows):
    names = ", ".join(f'"{name}"' for name in columns)
    into = f'INSERT INTO "{table}" ({names}) VALUES '
    places = f"({', '.join(['%s'] * len(columns))})"
    if connection.vendor == "sqlite":
        return lambda cursor: cursor.executemany(into + places, rows)
    # One statement, written out beforehand: a round trip for every row took longer than the service.
    with connection.cursor() as cursor:
        values = ", ".join(cursor.mogrify(places, row) for row in rows)
    return lambda cursor: cursor.execute(into + values)
