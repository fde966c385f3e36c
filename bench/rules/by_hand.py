"""All rules as one statement by hand (``by_hand.sql``), for the database at hand, and the table it fills."""

import re
from datetime import date, timedelta
from pathlib import Path

from django.utils.module_loading import import_string

from bench.rules.city import COUNTED, DAY

TABLE = "bench_found"
SQL = Path(__file__).with_name("by_hand.sql")
POSTS = ("secretary", "deputy_secretary", "organization_officer", "publicity_officer",
         "discipline_officer", "officer")  # fmt: skip
FUTURE = ("birth_date", "worked_from", "admitted_on", "formal_on", "joined_branch_on",
          "platform_entered_on")  # fmt: skip
CALLS = {
    "sqlite": {
        "ymd": "CAST(replace({0}, '-', '') AS integer)",
        "mon": "((substr({0}, 1, 4) * 12 + substr({0}, 6, 2)) * 100 + substr({0}, 9, 2))",
        "cn": "date({0}, '+8 hours')",
        "later30": "date({0}, '+30 days')",
        "is_last": "(strftime('%d', {0}, '+1 day') = '01')",
    },
    "postgresql": {
        "ymd": "CAST(to_char({0}, 'YYYYMMDD') AS integer)",
        "mon": "CAST((EXTRACT(YEAR FROM {0}) * 12 + EXTRACT(MONTH FROM {0})) * 100"
        " + EXTRACT(DAY FROM {0}) AS integer)",
        "cn": "CAST({0} AT TIME ZONE 'Asia/Shanghai' AS date)",
        "later30": "({0} + 30)",
        "is_last": "(EXTRACT(DAY FROM {0} + 1) = 1)",
    },
}


def prepare():
    """A second table of findings, empty, with the references, indexes and uniqueness of the portal's own: what
    it costs to store a finding safely is the same for whoever finds it."""
    from django.db import connection, models

    from tasks.models import Finding

    def twin(field):
        _, path, arguments, options = field.deconstruct()
        if field.is_relation:
            options["related_name"] = "+"
        return import_string(path)(*arguments, **options)

    unique, index = Finding._meta.constraints[0], Finding._meta.indexes[0]
    meta = type("Meta", (), {
        "app_label": "tasks", "db_table": TABLE,
        "constraints": [models.UniqueConstraint(
            fields=unique.fields, condition=unique.condition, name="bench_one_open_finding",
        )],
        "indexes": [models.Index(fields=index.fields, name="bench_findings_of_a_rule")],
    })  # fmt: skip
    fields = {f.name: twin(f) for f in Finding._meta.local_fields if not f.primary_key}
    kept = type("Found", (models.Model,), {"__module__": "tasks.models", "Meta": meta, **fields})
    if TABLE not in connection.introspection.table_names():
        with connection.schema_editor() as editor:
            editor.create_model(kept)


def statement():
    """The statement that finds and stores what the engine does, in the database at hand."""
    from django.db import connection

    vendor = connection.vendor
    found = SQL.read_text(encoding="utf-8")
    for name, call in CALLS[vendor].items():
        found = re.sub(rf'\b{name}\(([\w."]+)\)', lambda m, call=call: call.format(m[1]), found)
    for name, value in _names(vendor).items():
        found = found.replace("{" + name + "}", value)
    day = _day(DAY, vendor)
    return (
        f"INSERT INTO {TABLE} (organization_id, rule_id, key, severity, facts, opened_on, changed_on, closing)"  # noqa: S608
        f" SELECT x.id, r.id, x.key, x.severity, x.facts, {day}, {day}, ''"
        f" FROM ({found}) x JOIN tasks_rule r ON r.number = x.rule"
    )


def _json(vendor):
    postgres = vendor == "postgresql"
    return ("jsonb_build_object", "jsonb") if postgres else ("json_object", "text")


def _day(value, vendor):
    return f"date '{value}'" if vendor == "postgresql" else f"'{value}'"


def _names(vendor):
    from branches.terms import near_until
    from branchyear.lib.dates import passed, reached

    yesterday, month_on = DAY - timedelta(days=1), DAY + timedelta(days=30)
    days = {
        "day": DAY, "start": date(2026, 4, 1), "end": date(2026, 12, 31),
        "new_year": date(2026, 1, 1), "of_1982": date(1982, 1, 1), "near": near_until(DAY),
        "month_ago": DAY - timedelta(days=30), "half_year_ago": passed(DAY, 6),
        "three_months": passed(DAY, 3), "one_month": passed(DAY, 1), "week_on": DAY + timedelta(days=7),
        "five_on": DAY + timedelta(days=5), "lost_since": reached(DAY, 6),
        "lost_long": reached(DAY, 24), "before": yesterday, "over": reached(yesterday, 12),
        "later": month_on, "soon": reached(month_on, 12), "phase1": date(2026, 4, 30),
        "phase2": date(2026, 6, 30), "phase2_from": date(2026, 5, 1),
    }  # fmt: skip
    postgres = vendor == "postgresql"
    sign = "chr" if postgres else "char"
    return {name: _day(value, vendor) for name, value in days.items()} | {
        "counted": str(COUNTED),
        "committee": str(POSTS),
        "quarters": " UNION ALL ".join(_spans(3, vendor)),
        "months": " UNION ALL ".join(_spans(1, vendor)),
        "running": f"'{DAY:%Y-%m}'",
        "back": "'2026-07'",
        "new_year_at": "'2025-12-31 16:00:00+00'" if postgres else "'2025-12-31 16:00:00'",
        "cr": f"{sign}(13)",
        "lf": f"{sign}(10)",
        "tab": f"{sign}(9)",
        "experience": "x.texts ->> 'experience'" if postgres
        else "json_extract(x.texts, '$.experience')",
        "json": _json(vendor)[0],
        "future": "\n".join(
            f"UNION ALL SELECT 'R10', organization_id, 'member:' || id || ':{name}', 'error',"
            f" {_json(vendor)[0]}('name', name) FROM m WHERE {name} > {_day(DAY, vendor)}"
            for name in FUTURE
        ),
    }  # fmt: skip


def _spans(months, vendor):
    """Quarters or months of the campaign; a month also says when its quarter ends."""
    for first in range(4, 13, months):
        last = _after(first, months)
        label = f"2026-{first:02d}" if months == 1 else f"2026-{(first + 2) // 3}"
        quarter = _after(3 * ((first + 2) // 3) - 2, 3)
        yield (
            f"SELECT {_day(date(2026, first, 1), vendor)} AS first, {_day(last, vendor)} AS last,"
            f" '{label}' AS label, {first} AS number, {_day(quarter, vendor)} AS last_of_quarter"
        )


def _after(first, months):
    end = first + months
    return date(2026 + (end - 1) // 12, (end - 1) % 12 + 1, 1) - timedelta(days=1)
