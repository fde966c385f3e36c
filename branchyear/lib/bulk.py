"""Tens of thousands of rows in one go: for replays, demos and take-overs, not for everyday services.

Django's own ``bulk_create`` compiles every value of every row as an expression, which takes most of the
time for rows that are plain values anyway. Here each column's conversion is looked up once and the
driver's ``executemany`` does the rest: about five times as fast on both databases. Rows are written as
they stand: no ``pre_save``, no signals, no keys read back.
"""

from functools import lru_cache
from itertools import islice

from django.core.management.color import no_style
from django.db import connection, models

_PLAIN = {
    models.BigAutoField,
    models.BigIntegerField,
    models.IntegerField,
    models.SmallIntegerField,
    models.PositiveIntegerField,
    models.PositiveSmallIntegerField,
    models.CharField,
    models.TextField,
    models.BooleanField,
}
REPEATED = 4096  # values whose conversion is remembered while a statement runs
BATCH = 5000  # keeps the memory of one statement's parameters small


def insert_many(model, rows, *, ignore_conflicts=False, with_keys=False):
    """Insert unsaved, complete instances of ``model``; ``with_keys`` under keys they have already."""
    fields = [f for f in model._meta.concrete_fields if with_keys or not f.primary_key]
    columns = ", ".join(_quoted(f.column) for f in fields)
    places = ", ".join(["%s"] * len(fields))
    ending = " ON CONFLICT DO NOTHING" if ignore_conflicts else ""
    table = _quoted(model._meta.db_table)
    # Names come from our own models, values go as parameters.
    statement = f"INSERT INTO {table} ({columns}) VALUES ({places}){ending}"  # noqa: S608  # nosec B608
    _execute(statement, fields, rows)


def insert_tuples(model, names, rows, *, reserved=False, ignore_conflicts=False):
    """Insert plain tuples of the columns ``names`` (attribute names, ``id`` among them if the keys are
    chosen here): hundreds of thousands of rows without an object for each. Every column without a
    default in the database must be named; a day may come in ISO form. Afterwards the database's own keys
    go on from the highest, unless they are ``reserved`` (``reserve_keys``): then somebody else may hold
    higher ones already.
    """
    fields = [model._meta.get_field(name) for name in names]
    columns = ", ".join(_quoted(f.column) for f in fields)
    places = ", ".join(["%s"] * len(fields))
    ending = " ON CONFLICT DO NOTHING" if ignore_conflicts else ""
    table = _quoted(model._meta.db_table)
    statement = f"INSERT INTO {table} ({columns}) VALUES ({places}){ending}"  # noqa: S608  # nosec B608
    converters = [(place, _converter(f)) for place, f in enumerate(fields)]
    converters = [(place, convert) for place, convert in converters if convert]
    _send(statement, (_converted(row, converters) for row in rows) if converters else iter(rows))
    if model._meta.pk.name in names and not reserved:
        with connection.cursor() as cursor:
            for reset in connection.ops.sequence_reset_sql(no_style(), [model]):
                cursor.execute(reset)


def insert_one(row):
    """As ``row.save(force_insert=True)``, without signals and with the statement written once for its model: for what
    every act leaves behind."""
    _insert(row, ())


def insert_unless_there(row, *names):
    """As ``insert_one``; False, and nothing done, where another row has the same in the fields ``names`` (which a
    constraint lets be there once). Of two at the same moment the second waits until the first is through. One
    statement, where ``get_or_create`` needs four."""
    return _insert(row, names)


def _insert(row, names):
    statement, fields = _one(type(row), names)
    words = [f.get_db_prep_save(f.pre_save(row, True), connection) for f in fields]
    if hasattr(connection, "rows_of"):
        keys = connection.rows_of(statement, words)
    else:
        with connection.cursor() as cursor:
            cursor.execute(statement, words)
            keys = cursor.fetchall()
    for (key,) in keys:
        row.pk = key
        row._state.adding, row._state.db = False, connection.alias
    return bool(keys)


@lru_cache
def _one(model, names):
    fields = [f for f in model._meta.concrete_fields if not f.primary_key]
    columns = ", ".join(_quoted(f.column) for f in fields)
    places = ", ".join(["%s"] * len(fields))
    table, key = _quoted(model._meta.db_table), _quoted(model._meta.pk.column)
    once = ", ".join(_quoted(model._meta.get_field(name).column) for name in names)
    otherwise = f"ON CONFLICT ({once}) DO NOTHING " if names else ""
    statement = f"INSERT INTO {table} ({columns}) VALUES ({places}) {otherwise}RETURNING {key}"  # noqa: S608  # nosec B608
    return statement, fields


def update_where(model, where, changes, *, counted=()):
    """As ``filter(**where).update(**changes)`` with the statement written once for its words; how many rows.

    Plain values under columns' own names (``branch_id``); a set in ``where`` means any of them. The numbers in
    ``counted`` go up by one.
    """
    asked = tuple((name, len(v) if isinstance(v, set) else 0) for name, v in where.items())
    statement, fields = _written(model, asked, tuple(changes), tuple(counted))
    values = list(changes.values())
    for value in where.values():
        values.extend(value if isinstance(value, set) else [value])
    words = [f.get_db_prep_save(v, connection) for f, v in zip(fields, values, strict=True)]
    if hasattr(connection, "rows_of"):
        return len(connection.rows_of(statement, words))
    with connection.cursor() as cursor:
        cursor.execute(statement, words)
        return len(cursor.fetchall())


@lru_cache
def _written(model, asked, changed, counted):
    field = model._meta.get_field

    def column(name):
        return _quoted(field(name).column)

    sets = [f"{column(name)} = %s" for name in changed]
    sets += [f"{column(name)} = {column(name)} + 1" for name in counted]
    tests = [
        f"{column(name)} IN ({', '.join(['%s'] * many)})" if many else f"{column(name)} = %s"
        for name, many in asked
    ]
    table, key = _quoted(model._meta.db_table), _quoted(model._meta.pk.column)
    statement = f"UPDATE {table} SET {', '.join(sets)} WHERE {' AND '.join(tests)} RETURNING {key}"  # noqa: S608  # nosec B608
    fields = [field(name) for name in changed]
    for name, many in asked:
        fields += [field(name)] * (many or 1)
    return statement, fields


def next_key(model):
    """The first key free for rows whose keys are chosen here."""
    return (model._base_manager.aggregate(last=models.Max("pk"))["last"] or 0) + 1


def _converted(row, converters):
    row = list(row)
    for place, convert in converters:
        row[place] = convert(row[place])
    return row


def reserve_keys(model, count):
    """``count`` primary keys nobody else will get, for rows whose keys must be known at once.

    Only inside a transaction: SQLite keeps other writers out until it ends, PostgreSQL's sequence gives
    no number twice.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("reserve_keys needs a transaction around the insert.")
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [_quoted(table), key, count],
            )
            return [number for (number,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
    last = row[0] if row else 0
    return range(last + 1, last + count + 1)


def update_many(model, rows, names):
    """Write the fields ``names`` of saved instances, row by row by primary key."""
    fields = [model._meta.get_field(name) for name in names]
    settings = ", ".join(f"{_quoted(f.column)} = %s" for f in fields)
    key, table = model._meta.pk, _quoted(model._meta.db_table)
    statement = f"UPDATE {table} SET {settings} WHERE {_quoted(key.column)} = %s"  # noqa: S608  # nosec B608
    _execute(statement, [*fields, key], rows)


def _execute(statement, fields, rows):
    converters = [(f.attname, _converter(f)) for f in fields]
    lines = (
        tuple(
            convert(getattr(row, name)) if convert else getattr(row, name)
            for name, convert in converters
        )
        for row in rows
    )
    _send(statement, lines)


def _send(statement, lines):
    with connection.cursor() as cursor:
        while part := list(islice(lines, BATCH)):
            cursor.executemany(statement, part)


def _converter(field):
    """How a value of this column goes to the driver; None for as it is."""
    target = field.target_field if field.is_relation else field
    kind = type(target)
    if kind in _PLAIN:
        return None
    if kind is models.DateTimeField:
        return lru_cache(REPEATED)(connection.ops.adapt_datetimefield_value)
    if kind is models.DateField:
        return connection.ops.adapt_datefield_value
    if kind is models.DecimalField:
        # Sums of money repeat month after month.
        return lru_cache(REPEATED)(lambda value: target.get_db_prep_save(value, connection))
    return lambda value: target.get_db_prep_save(value, connection)


def _quoted(name):
    return connection.ops.quote_name(name)
