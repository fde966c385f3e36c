"""How many statements each page takes in worlds of 10, 100 and 1,000 of everything (B2), by ``bench/bench_queries.py``;
not part of ``make test``.

The furnished world of the access table is multiplied: the north branch, and every row that hangs on it, as often as
asked, new branches beside it. Then every address of the table that answers a person with 200 is asked.
"""

import json
import os

from django.apps import apps
from django.core.cache import cache
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext

from branches.models import Organization
from branchyear.lib.bulk import next_key
from branchyear.tests.access import address, all_rows

SIZES = [int(size) for size in os.environ.get("SLOPE_SIZES", "10,100").split(",")]
PEOPLE = ("committee", "reviewer")
APPS = ("branches", "members", "tasks", "reports")
# Offices would make the secretary one of many branches; the rest is the campaign's own content, or kept counts.
LEFT = {"Appointment", "Organization", "Handover", "CountedPlace", "ItemCount", "MonthEnd"}


def ordered_models():
    """Every model of ours, those that others point at first."""
    todo = [
        m for app in APPS for m in apps.get_app_config(app).get_models() if m.__name__ not in LEFT
    ]
    done, placed = [], set()
    while todo:
        ready = [m for m in todo if not (_pointed_at(m) & set(todo) - {m})] or todo[:1]
        done += ready
        placed |= set(ready)
        todo = [m for m in todo if m not in placed]
    return done


def _pointed_at(model):
    return {f.related_model for f in model._meta.concrete_fields if f.is_relation}


def multiply(world, times, known):
    """``times`` more of the north branch and what hangs on it."""
    step = Organization.steplen
    parent = world.north.path[:-step]
    first = known.setdefault("next", 2000)
    known["next"] += times
    key = next_key(Organization)
    twins = []
    for number in range(times):
        twin = Organization.objects.get(pk=world.north.pk) if number == 0 else Organization()
        for field in Organization._meta.concrete_fields:
            setattr(twin, field.attname, getattr(world.north, field.attname))
        twin.pk, twin.path = (
            key + number,
            parent + Organization._int2str(first + number).rjust(step, "0"),
        )
        twin.code, twin.name = f"N{first + number}", f"北{first + number}支部"
        twins.append(twin)
    Organization.objects.bulk_create(twins)
    maps = [{(Organization, world.north.pk): twin.pk} for twin in twins]
    for model in known.setdefault("models", ordered_models()):
        _copy(model, maps, known)


def _copy(model, maps, known):
    rows = known.setdefault(model, None)
    if rows is None:
        rows = known[model] = list(model._base_manager.order_by("pk"))
    relations = [f for f in model._meta.concrete_fields if f.is_relation]
    key, made = next_key(model) if _is_counted(model) else None, []
    for row in rows:
        for number, held in enumerate(maps):
            changed = {
                f.attname: held[f.related_model, getattr(row, f.attname)]
                for f in relations
                if (f.related_model, getattr(row, f.attname)) in held
            }
            if not changed:
                continue
            values = {f.attname: getattr(row, f.attname) for f in model._meta.concrete_fields}
            values.update(changed)
            for field in model._meta.concrete_fields:
                if field.unique and not field.primary_key and isinstance(field, models.CharField):
                    values[field.attname] = f"{values[field.attname]}~{number}-{known['next']}"[
                        -field.max_length :
                    ]
            if key is not None:
                values[model._meta.pk.attname] = key
                key += 1
            made.append((row.pk, held, model(**values)))
    if not made:
        return
    model._base_manager.bulk_create(
        [new for *_, new in made], ignore_conflicts=True, batch_size=500
    )
    pks = set(
        model._base_manager.filter(pk__gte=min(n.pk for *_, n in made)).values_list("pk", flat=True)
    )
    for old, held, new in made:
        if new.pk in pks:
            held[model, old] = new.pk


def _is_counted(model):
    return isinstance(model._meta.pk, models.BigAutoField)


def rows_of_models():
    found = [model for app in APPS for model in apps.get_app_config(app).get_models()]
    return {model.__name__: model._base_manager.count() for model in found}


def test_no_page_takes_more_statements_with_more_rows(world):
    known, counts = {}, {}
    have, before = 0, rows_of_models()
    for size in SIZES:
        multiply(world, size - have, known)
        have = size
        for person in PEOPLE:
            client = Client()
            user = getattr(world.people, person)
            client.force_login(user, backend="branches.backends.AppointmentBackend")
            for name, row in all_rows().items():
                if name == "schema" or row.method != "get" or person not in row.expect.get(200, ()):
                    continue
                cache.clear()
                url = address(name, row, world)
                client.get(url, row.data)
                with CaptureQueriesContext(connection) as found:
                    client.get(url, row.data)
                counts.setdefault((name, person), []).append(len(found))

    more = {
        name: n - before[name] for name, n in rows_of_models().items() if n - before[name] >= have
    }
    grown = {key: numbers for key, numbers in counts.items() if len(set(numbers)) > 1}
    for (name, person), numbers in sorted(grown.items()):
        print(f"  {name} as {person}: {numbers}")
    print("  multiplied:", ", ".join(f"{name} +{n}" for name, n in sorted(more.items())))
    assert {"Organization", "Member", "BranchItem", "MonthlyReport"} <= set(more)
    rows = (
        ("kinds of rows multiplied", len(more), None),
        ("pages asked", len(counts), None),
        ("pages whose statements grow", len(grown), 0),
        ("most statements of a page", max(numbers[-1] for numbers in counts.values()), None),
    )
    for name, value, limit in rows:
        print(json.dumps({"name": name, "value": value, "unit": "", "limit": limit}), flush=True)
    most = sorted(counts.items(), key=lambda pair: -pair[1][-1])[:5]
    print("  most:", ", ".join(f"{name} {numbers[-1]}" for (name, _), numbers in most))
    assert not grown
