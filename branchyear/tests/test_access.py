"""Every address × every role."""

import importlib

import pytest
from django.urls import get_resolver, reverse

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


@pytest.mark.parametrize("name", sorted(all_rows()))
def test_each_role_gets_what_the_table_says(name, world, client):
    row = all_rows()[name]
    url = reverse(name, args=row.args(world) if row.args else [])
    expected = {person: status for status, group in row.expect.items() for person in group}
    answers = {}

    for person in PEOPLE:
        client.force_login(
            getattr(world.people, person), backend="branches.backends.AppointmentBackend"
        )
        answers[person] = getattr(client, row.method)(url, row.data).status_code
        client.logout()

    assert answers == {person: expected.get(person, 404) for person in PEOPLE}


@pytest.mark.parametrize("name", sorted(n for n, row in all_rows().items() if not row.open))
def test_a_visitor_is_sent_to_the_door(name, world, client):
    row = all_rows()[name]
    url = reverse(name, args=row.args(world) if row.args else [])

    answer = getattr(client, row.method)(url, row.data)

    assert answer.status_code in (302, 401, 403)
    if answer.status_code == 302:
        assert answer.url.startswith("/login/")
