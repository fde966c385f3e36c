"""How many statements each page takes in worlds of 10, 100 and 1,000 of everything (B2), by ``bench/bench_queries.py``;
not part of ``make test``.

The furnished world of the access table is multiplied: the north branch, and every row that hangs on it, as often as
asked, new branches beside it. Then every address of the table that answers a person with 200 is asked.
"""

import json
import os
from pathlib import Path
from time import perf_counter

from django.apps import apps
from django.core.cache import cache
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from branches.models import Organization
from branchyear.lib.bulk import insert_tuples, next_key
from branchyear.tests.access import address, all_rows
from branchyear.tests.budgets import budget_of

SIZES = [int(size) for size in os.environ.get("SLOPE_SIZES", "10,100").split(",")]
# Whoever sees most; in the long form also whoever sees one organisation with all its rows.
PEOPLE = ("committee", "reviewer") if len(SIZES) > 2 else ("committee",)
APPS = ("branches", "members", "tasks", "reports")
# Offices would make the secretary one of many branches; the rest is the campaign's own content, or kept counts.
# Made of the code, not of rows; or asks for more once no worker has spoken for a minute and a half.
ELSEWHERE = ("schema", "api_docs", "metrics", "healthz_deep")
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
    """The model's rows once more for each of ``maps``, where something they hang on has been copied."""
    fields = model._meta.concrete_fields
    names = [field.attname for field in fields]
    rows = known.get(model)
    if rows is None:
        rows = known[model] = list(model._base_manager.order_by("pk").values_list(*names))
    pk_at = names.index(model._meta.pk.attname)
    points = [(n, f.related_model) for n, f in enumerate(fields) if f.is_relation]
    texts = [(n, f.max_length) for n, f in enumerate(fields) if _is_own_word(f)]
    hanging = [
        (row, [(n, (to, row[n])) for n, to in points if (to, row[n]) in maps[0]]) for row in rows
    ]
    hanging = [(row, held) for row, held in hanging if held]
    if not hanging:
        return
    first, made = next_key(model), []
    for number, held in enumerate(maps):
        for place, (row, moved) in enumerate(hanging):
            new = list(row)
            for n, key in moved:
                new[n] = held.get(key, new[n])
            for n, length in texts:
                new[n] = f"{new[n]}~{known['next']}-{number}"[-length:]
            if _is_counted(model):
                new[pk_at] = first + number * len(hanging) + place
            held[model, row[pk_at]] = new[pk_at]
            made.append(new)
    insert_tuples(model, names, made, ignore_conflicts=True)
    kept = model._base_manager.filter(pk__gte=first)
    if _is_counted(model) and kept.count() < len(made):
        kept = set(kept.values_list("pk", flat=True))
        for held in maps:
            for row, _ in hanging:
                if held[model, row[pk_at]] not in kept:
                    del held[model, row[pk_at]]


def _is_own_word(field):
    """Whether no two rows may say the same here."""
    return field.unique and not field.primary_key and isinstance(field, models.CharField)


def _is_counted(model):
    return isinstance(model._meta.pk, models.BigAutoField)


def rows_of_models():
    found = [model for app in APPS for model in apps.get_app_config(app).get_models()]
    return {model.__name__: model._base_manager.count() for model in found}


def ask(client, url, data, expected=None):
    """``(statements, seconds)`` of a page. What else a page asks when it is asked for the first time since its caches
    were emptied does not count: so a number that is not the one expected is asked for once more."""
    begun = perf_counter()
    with CaptureQueriesContext(connection) as found:
        client.get(url, data)
    if len(found) != expected:
        begun = perf_counter()
        with CaptureQueriesContext(connection) as found:
            client.get(url, data)
    return len(found), perf_counter() - begun


def test_no_page_takes_more_statements_with_more_rows(world):
    known, counts, seconds = {}, {}, {}
    have, before = 0, rows_of_models()
    for size in SIZES:
        multiply(world, size - have, known)
        have = size
        cache.clear()
        for person in PEOPLE:
            client = Client()
            user = getattr(world.people, person)
            client.force_login(user, backend="branches.backends.AppointmentBackend")
            session = client.session
            session["seen"] = timezone.now().timestamp() + 3600  # no click is written in between
            session.save()
            for name, row in all_rows().items():
                if name in ELSEWHERE or row.method != "get":
                    continue
                if person not in row.expect.get(200, ()):
                    continue
                told = counts.setdefault((name, person), [])
                url = address(name, row, world)
                number, spent = ask(client, url, row.data, told[-1] if told else None)
                told.append(number)
                seconds[name, person] = spent

    slowest = sorted(seconds.items(), key=lambda pair: -pair[1])[:8]
    print("  slowest:", ", ".join(f"{name} {spent:.1f} s" for (name, _), spent in slowest))
    if folder := os.environ.get("SLOPE_TO"):
        told = [[*key, numbers, seconds[key]] for key, numbers in counts.items()]
        Path(folder).write_text(json.dumps(told))
    more = {
        name: n - before[name] for name, n in rows_of_models().items() if n - before[name] >= have
    }
    grown = {key: numbers for key, numbers in counts.items() if len(set(numbers)) > 1}
    for (name, person), numbers in sorted(grown.items()):
        print(f"  {name} as {person}: {numbers}")
    print("  multiplied:", ", ".join(f"{name} +{n}" for name, n in sorted(more.items())))
    assert {"Organization", "Member", "BranchItem", "MonthlyReport"} <= set(more)
    over = {
        key: numbers[-1]
        for key, numbers in counts.items()
        if numbers[-1] > budget_of(key[0], all_rows()[key[0]])
    }
    for (name, person), number in sorted(over.items()):
        print(f"  {name} as {person}: {number} statements")
    rows = (
        ("kinds of rows multiplied", len(more), None),
        ("pages asked", len(counts), None),
        ("pages whose statements grow", len(grown), 0),
        ("pages above their budget", len(over), 0),
        ("most statements of a page", max(numbers[-1] for numbers in counts.values()), None),
    )
    for name, value, limit in rows:
        print(json.dumps({"name": name, "value": value, "unit": "", "limit": limit}), flush=True)
    most = sorted(counts.items(), key=lambda pair: -pair[1][-1])[:5]
    print("  most:", ", ".join(f"{name} {numbers[-1]}" for (name, _), numbers in most))
    assert not grown
    assert not over
