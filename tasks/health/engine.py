"""Runs the rules and keeps the findings.

Every rule is one statement that fills a table of what is found now; three more statements close the
findings that are gone, freshen those that changed and open the new ones. No row passes through Python,
so ten thousand branches cost the database's time only. For one branch, which is looked at after every act, PostgreSQL
does all of it in one statement whose plan it keeps. ``look`` answers for a few organisations without writing anything.
"""

import json
from contextlib import contextmanager
from functools import lru_cache, partial
from itertools import chain

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import BigAutoField, CharField

from branches.models import Organization
from branches.querysets import below
from branchyear.lib.composed import Slot, composed, written_out
from branchyear.lib.statistics import know_the_tables
from tasks.health.registry import Ask, load
from tasks.models import Finding, Rule


@transaction.atomic
def evaluate(campaign, *, day, organization=None, numbers=None, tables=None):
    """Bring the findings of the campaign up to date as of ``day``; returns how many are open then.

    ``organization``: only at or below it; ``numbers``: only these rules (default: all); ``tables``: only rules that
    read one of them, and those about findings.
    """
    path = organization.path if organization is not None else ""
    rules = [
        (rule, check)
        for rule, check in _rules(campaign, numbers, brief=True)
        if tables is None or check.after or _reads(_statements(rule, campaign, day, path), tables)
    ]
    if not path:
        with connection.cursor() as cursor:
            know_the_tables(cursor)
    # Rules about findings see what the others found.
    turns = [[rule for rule, check in rules if check.after == after] for after in (False, True)]
    keep = _keep_at_once if _is_few(path) and hasattr(connection, "rows_of") else _keep
    for part in filter(None, turns):
        keep(part, campaign, day=day, path=path)
    ids = [rule.pk for rule, _ in rules]
    return _open(path, ids).count()


def _keep(rules, campaign, *, day, path):
    """What the rules find now becomes what is kept, statement by statement."""
    with connection.cursor() as cursor:
        _make_stage(cursor)
        for rule in rules:
            for sql, params in _statements(rule, campaign, day, path):
                cursor.execute(f"INSERT INTO health_now {sql}", _with_path(params, path))
        with _compared(cursor, wholly=not path):
            _close(cursor, [rule.pk for rule in rules], path, day)
            cursor.execute(_FRESHEN, [day])
            cursor.execute(_OPEN, [day, day])
        _empty(cursor)


def _keep_at_once(rules, campaign, *, day, path):
    """The same in one statement, for an organisation of few branches: three parts that see what was kept before it, and
    each touches other findings than the other two."""
    keys = tuple(_key(rule, campaign, day, path) for rule in rules)
    sql, slots = _all_in_one(keys, tuple(rule.pk for rule in rules), day)
    with connection.cursor() as cursor:
        # A plan that does not know the place takes it for large; translating it to machine code would take longer than answering.
        cursor.execute("SET LOCAL jit TO off")
    connection.rows_of(sql, _with_path(slots, path))


def look(campaign, *, day, organization, numbers=None):
    """What the rules find now at or below ``organization``, unsaved ``Finding`` rows; nothing is written."""
    now = []
    for rule, check in _rules(campaign, numbers):
        parts = _parts(check.find(_ask(campaign, rule, day, organization)))
        now += [
            Finding(organization_id=where, rule=rule, key=key, severity=severity, facts=facts)
            for where, key, severity, facts in chain.from_iterable(parts)
        ]
    return now


def _parts(rows):
    """A rule answers with one queryset or with several."""
    return rows if isinstance(rows, list | tuple) else [rows]


def _open(path, rules):
    """The findings of these rules that are kept as open at ``path`` and below."""
    rows = Finding.objects.open().filter(rule__in=rules)
    return rows.filter(below(path, "organization__path")) if path else rows


@composed(campaign=BigAutoField())
def _asked(campaign, brief):
    rows = Rule.objects.filter(campaign=campaign, retired_at=None).order_by("number")
    return rows.only("number", "params") if brief else rows


def _rules(campaign, numbers, *, brief=False):
    """The rules asked about, each with its check; ``brief``: without their words."""
    checks = load()
    return [
        (rule, checks[rule.number])
        for rule in _asked(campaign=campaign.pk, brief=brief)
        if rule.number in checks and (numbers is None or rule.number in numbers)
    ]


def _ask(campaign, rule, day, organization):
    def condition(path):
        return below(organization.path, path)

    return Ask(
        day=day,
        starts_on=campaign.starts_on,
        ends_on=campaign.ends_on,
        params=rule.params,
        condition=condition if organization is not None else None,
    )


def _make_stage(cursor):
    kind = "jsonb" if connection.vendor == "postgresql" else "text"
    cursor.execute(_STAGE % kind)
    cursor.execute(_INDEX)
    _empty(cursor)


def _empty(cursor):
    """Nobody sweeps a temporary table on PostgreSQL: rows deleted would stay for the life of the connection."""
    postgres = connection.vendor == "postgresql"
    cursor.execute("TRUNCATE health_now" if postgres else "DELETE FROM health_now")


@contextmanager
def _compared(cursor, *, wholly):
    """Ready to compare what is found with what is kept, inside the transaction of ``evaluate``.

    PostgreSQL counts a temporary table only when told to. And while it takes the findings for few, as in a new
    city, it would go through all of them for each that is found: for everything at once, never row by row.
    """
    postgres = connection.vendor == "postgresql"
    if postgres:
        cursor.execute("ANALYZE health_now")
    if postgres and wholly:
        cursor.execute("SET LOCAL enable_nestloop TO off")
    yield
    if postgres and wholly:
        cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")


def _reads(statements, tables):
    return any(f'"{table}"' in sql for sql, _ in statements for table in tables)


def _statements(rule, campaign, day, path):
    """The statements of one rule, compiled once: for one branch the compiling would take longer than the
    database. With ``PATH`` where the path of a branch, or of a direct organisation, belongs: the databases look for
    the rows of those another way than for the city's."""
    return _compiled(*_key(rule, campaign, day, path))


def _is_few(path):
    return len(path) >= Organization.steplen * Organization.DIRECT_DEPTH


def _key(rule, campaign, day, path):
    thresholds = json.dumps(rule.params, sort_keys=True)
    return (
        rule.number, rule.pk, thresholds, campaign.starts_on, campaign.ends_on, day,
        PATH if _is_few(path) else path, connection.vendor,
    )  # fmt: skip


@lru_cache(maxsize=500)
def _compiled(number, rule, thresholds, starts_on, ends_on, day, path, vendor):
    ask = Ask(
        day,
        starts_on,
        ends_on,
        json.loads(thresholds),
        partial(below, path) if path else None,
    )
    rows = load()[number].find(ask)
    out = []
    for part in _parts(rows):
        try:
            sql, params = part.query.get_compiler(connection=connection).as_sql()
        except EmptyResultSet:  # a condition that can never hold
            continue
        # The inner statement is compiled by Django; its values go as parameters.
        statement = f"SELECT %s, found.* FROM ({sql}) AS found"  # noqa: S608  # nosec B608
        out.append((statement, (rule, *params)))
    return tuple(out)


PATH = Slot("path", CharField())  # stands for the organisation's path


def _with_path(params, path):
    values = {"path": path}
    return [p.filled(values, connection) if isinstance(p, Slot) else p for p in params]


@lru_cache(maxsize=50)
def _all_in_one(keys, rules, day):
    """The text of ``_keep_at_once`` and its slots. Everything but the path stands in it, so that a plan made without
    knowing the path still knows which index fits."""
    parts = [part for key in keys for part in _compiled(*key)]
    close, closing = _closing(rules, PATH, day)
    sql = " UNION ALL ".join([_NOTHING, *(part for part, _ in parts)])
    params = [*chain.from_iterable(values for _, values in parts), *closing, day, day, day]
    return written_out(_AT_ONCE % (sql, close, _FRESHEN, _OPEN), params)


def _close(cursor, rules, path, day):
    cursor.execute(*_closing(rules, path, day))


def _closing(rules, path, day):
    """Of findings that are no longer found; within the organisations and rules asked about only."""
    old = _open(path, rules).order_by().values("pk")
    sql, params = old.query.get_compiler(connection=connection).as_sql()
    return _CLOSE % sql, [day, Finding.Closing.MENDED, *params]


# What is found now. A temporary table is its connection's own.
_STAGE = (
    "CREATE TEMPORARY TABLE IF NOT EXISTS health_now (rule_id bigint, organization_id bigint,"
    " key varchar(120), severity varchar(10), facts %s)"
)
_INDEX = "CREATE INDEX IF NOT EXISTS health_now_key ON health_now (rule_id, organization_id, key)"
_CLOSE = """
    UPDATE tasks_finding AS f SET closed_on = %%s, closing = %%s WHERE f.id IN (%s)
    AND NOT EXISTS (SELECT 1 FROM health_now s WHERE s.rule_id = f.rule_id
                    AND s.organization_id = f.organization_id AND s.key = f.key)
"""
_FRESHEN = """
    UPDATE tasks_finding AS f SET severity = s.severity, facts = s.facts, changed_on = %s
    FROM health_now s WHERE s.rule_id = f.rule_id AND s.organization_id = f.organization_id
    AND s.key = f.key AND f.closed_on IS NULL AND (f.severity <> s.severity OR f.facts <> s.facts)
"""
# New ones; not those whose explanation was accepted, unless they have become errors (what was
# made up stays closed). Two looks at one branch
# at the same time find the same: one of them opens it.
_OPEN = """
    INSERT INTO tasks_finding
        (organization_id, rule_id, key, severity, facts, opened_on, changed_on, closing)
    SELECT s.organization_id, s.rule_id, s.key, s.severity, s.facts, %s, %s, '' FROM health_now s
    WHERE NOT EXISTS (SELECT 1 FROM tasks_finding f WHERE s.rule_id = f.rule_id
                      AND s.organization_id = f.organization_id AND s.key = f.key
                      AND f.closed_on IS NULL)
    AND NOT EXISTS (
        SELECT 1 FROM tasks_explanation f WHERE s.rule_id = f.rule_id
        AND s.organization_id = f.organization_id AND s.key = f.key AND f.state = 'accepted'
        AND (f.made_up OR s.severity <> 'error'))
    ON CONFLICT DO NOTHING
"""
# All of it, where what is found is no table. A row of nothing says of which kinds the columns are.
_NOTHING = "SELECT 0::bigint, 0::bigint, ''::varchar, ''::varchar, '{}'::jsonb WHERE FALSE"
_AT_ONCE = """
    WITH health_now (rule_id, organization_id, key, severity, facts) AS MATERIALIZED (%s),
    closed AS (%s), fresh AS (%s) %s
"""
