"""Every address × every role: who gets what, and that no answer sings a canary."""

import logging

import pytest
from django.db import connection
from django.http import HttpResponseNotFound
from django.urls import get_resolver
from django.views.defaults import page_not_found

from branchyear import urls
from branchyear.tests.access import address, all_rows, undone
from branchyear.tests.budgets import budget_of
from branchyear.tests.canaries import (
    BASE,
    CANARIES,
    WATCHERS,
    sung,
    text_of,
    unheard_of,
)

# Third-party pages with a guard of their own: the admin site (test_admin.py) and DRF's router root.
ELSEWHERE = ("admin:", "api-root")


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


# Building the world costs more than asking at an address, so each part of the table is asked in one world,
# every row in a savepoint of its own that is undone afterwards.
PARTS = 4


@pytest.fixture
def _brief(world, monkeypatch):
    """The page that says 404 is made for a watcher every time, for anybody else once: a third of all
    answers say it, and of those only the status is looked at."""
    watchers = {getattr(world.people, person).pk for person in WATCHERS}
    told = set()

    def answer(request, exception):
        if request.user.pk in told - watchers:
            return HttpResponseNotFound()
        told.add(request.user.pk)
        return page_not_found(request, exception)

    monkeypatch.setattr(urls, "handler404", answer, raising=False)


class Counted:
    """Wraps the database: how many statements a page takes."""

    number = 0

    def __call__(self, execute, *call):
        self.number += 1
        return execute(*call)


@pytest.mark.usefixtures("_brief")
@pytest.mark.parametrize("part", range(PARTS))
def test_each_role_gets_what_the_table_says_in_few_statements_and_hears_no_canary(
    part, planted, everybody, caplog
):
    caplog.set_level(logging.INFO)
    rows = all_rows()
    wrong, heard, dear = {}, {}, {}

    for name in sorted(rows)[part::PARTS]:
        row = rows[name]
        expected = {person: status for status, group in row.expect.items() for person in group}
        with undone():
            url = address(name, row, planted)
            spent = []
            for person in row.people:
                browser, statements = everybody(person), Counted()
                with connection.execute_wrapper(statements):
                    answer = getattr(browser, row.method)(url, row.data)
                if row.method == "get" and answer.status_code == 200:
                    spent.append(statements.number)
                got = answer.status_code
                if got != expected.get(person, 404):
                    wrong.setdefault(name, {})[person] = f"{got}, not {expected.get(person, 404)}"
                if row.method == "get" and person in WATCHERS:
                    if song := sung(text_of(answer), unheard_of(person)):
                        heard[url, person] = song
            # The first one fills the caches for the others.
            if max(spent[1:] or spent, default=0) > budget_of(name, row):
                dear[name] = spent

    assert wrong == {}
    assert heard == {}
    assert dear == {}
    assert not sung(caplog.text, (*CANARIES, BASE))


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
