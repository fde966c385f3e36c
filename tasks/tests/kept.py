"""The opened campaign, kept: opened by the service once per process and city, its very rows put back after.

Opening it was half of the time of most tests. It depends on the organisations alone (``give_items``), so
rows are put back only where the same organisations stand and no campaign does. ``test_campaign.py`` opens
for real.
"""

from django.apps import apps
from django.db import connection, transaction

from branches.models import Organization
from branchyear.audit.models import Entry
from reports.models import FigureCheck, ReminderPolicy, ReportRule, ReportSection, UrgingRule
from tasks.models import (
    BranchItem,
    Campaign,
    ChecklistItem,
    ItemVersion,
    Phase,
    Rubric,
    RubricLine,
    Rule,
    Task,
)

TABLES = (
    Campaign,
    Phase,
    Task,
    Rule,
    ChecklistItem,
    ItemVersion,
    BranchItem,
    ReportRule,
    ReminderPolicy,
    UrgingRule,
    ReportSection,
    FigureCheck,
    Rubric,
    RubricLine,
)
_KEPT = {}


def kept_campaign(year, open_campaign):
    """What ``open_campaign()`` makes of ``year``, with everything it writes."""
    if Campaign.objects.exists():
        return open_campaign()
    city = (year, *Organization._base_manager.order_by("pk").values_list())
    if city not in _KEPT:
        before = None if _KEPT else _sizes()
        last = Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        campaign = open_campaign()
        _KEPT[city] = [_read(table) for table in TABLES] + [_read(Entry, last)]
        if before is not None:
            _require_nothing_else(before)
        return campaign
    with transaction.atomic(), connection.cursor() as cursor:
        for statement, rows in _KEPT[city]:
            cursor.executemany(statement, rows)
    return Campaign.objects.get(year=year)


def _read(table, after=0):
    """``(statement, rows)`` that puts the table's rows back; an audit entry gets a number of its own."""
    own = table is Entry
    names = [f.column for f in table._meta.concrete_fields if not (own and f.primary_key)]
    columns = ", ".join(f'"{name}"' for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT {columns} FROM "{table._meta.db_table}" WHERE id > %s ORDER BY id',  # noqa: S608
            [after],
        )
        rows = cursor.fetchall()
    places = ", ".join(["%s"] * len(names))
    return f'INSERT INTO "{table._meta.db_table}" ({columns}) VALUES ({places})', rows  # noqa: S608


def _sizes():
    return {
        model: model._base_manager.count() for model in apps.get_models() if model._meta.managed
    }


def _require_nothing_else(before):
    """Should opening a campaign ever write into another table, that table has to be kept as well."""
    grown = {model for model, size in _sizes().items() if size != before[model]}
    assert grown <= {*TABLES, Entry}, grown
