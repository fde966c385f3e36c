"""Every address × every role."""

import importlib
from contextlib import contextmanager, suppress

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.urls import get_resolver, reverse
from django.utils import timezone

from branchyear.notifications.models import Notice
from branchyear.tests.access import PEOPLE

APPS = ("branchyear", "branches", "members", "tasks", "reports")

# Third-party pages with a guard of their own: the admin site (test_admin.py) and DRF's router root.
ELSEWHERE = ("admin:", "api-root")


def all_rows():
    rows = {}
    for app in APPS:
        try:
            module = importlib.import_module(f"{app}.tests.access")
        except ModuleNotFoundError:
            continue
        rows.update(module.ROWS)
    return rows


def all_routes(resolver=None, prefix=""):
    """The name of every route of the portal, walked out of the resolver."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            space = f"{pattern.namespace}:" if pattern.namespace else ""
            if prefix + space == "admin:":
                continue
            yield from all_routes(pattern, prefix + space)
        else:
            yield f"{prefix}{pattern.name}"


def test_every_route_stands_in_the_access_table():
    routes = {r for r in all_routes() if not r.startswith(ELSEWHERE)}

    assert routes - set(all_rows()) == set()
    assert set(all_rows()) - routes == set()


@pytest.fixture
def world(org, people):
    """One thing of everything, all belonging to the north branch."""
    notice = Notice.objects.create(
        recipient=people.secretary, kind="item.returned", title="t", key="k"
    )
    world = org
    world.people = people
    world.notice = notice
    for app in APPS[1:]:
        try:
            module = importlib.import_module(f"{app}.tests.access")
        except ModuleNotFoundError:
            continue
        if hasattr(module, "furnish"):
            module.furnish(world)
    return world


# Building the world costs more than asking at an address, so each part of the table is asked in one world,
# every row in a savepoint of its own that is undone afterwards.
PARTS = 8


@contextmanager
def undone():
    cache.clear()
    with suppress(_Undo), transaction.atomic():
        yield
        raise _Undo


class _Undo(Exception):
    pass


@pytest.fixture
def everybody(world, client):
    """``everybody(person)`` gives the client as that person's browser: logged in once, a page seen before.

    Logging in for every question took a third of the time. The session stands in the database outside of
    the savepoints, so a row that ends it (``logout``) has it back for the next.
    """
    keys = {}
    for person in PEOPLE:
        user = getattr(world.people, person)
        client.cookies.clear()
        client.force_login(user, backend="branches.backends.AppointmentBackend")
        session = client.session
        session["seen"] = timezone.now().timestamp()
        session.save()
        keys[person] = session.session_key

    def browser(person):
        client.cookies.clear()  # what the last answer set is another person's
        client.cookies[settings.SESSION_COOKIE_NAME] = keys[person]
        return client

    return browser


def address(name, row, world):
    return reverse(name, args=row.args(world) if row.args else [])


@pytest.mark.parametrize("part", range(PARTS))
def test_each_role_gets_what_the_table_says(part, world, everybody):
    rows = all_rows()
    wrong = {}

    for name in sorted(rows)[part::PARTS]:
        row = rows[name]
        expected = {person: status for status, group in row.expect.items() for person in group}
        with undone():
            url = address(name, row, world)
            for person in PEOPLE:
                got = getattr(everybody(person), row.method)(url, row.data).status_code
                if got != expected.get(person, 404):
                    wrong.setdefault(name, {})[person] = f"{got}, not {expected.get(person, 404)}"

    assert wrong == {}


@pytest.mark.parametrize("part", range(2))
def test_a_visitor_is_sent_to_the_door(part, world, client):
    rows = {name: row for name, row in all_rows().items() if not row.open}
    let_in = {}

    for name in sorted(rows)[part::2]:
        row = rows[name]
        with undone():
            answer = getattr(client, row.method)(address(name, row, world), row.data)
        at_the_door = answer.status_code == 302 and answer.url.startswith("/login/")
        if not at_the_door and answer.status_code not in (401, 403):
            let_in[name] = answer.status_code

    assert let_in == {}
