"""No page offers its reader a link that he may not open, or that leads nowhere."""

import re
from html import unescape
from types import SimpleNamespace

import pytest
from django.urls import Resolver404, resolve

from branchyear.lib.dates import local_day
from tasks.services import findings
from tasks.tests.access import furnish

LINK = re.compile(r'<a\b[^>]*?\bhref="([^"#]+)')
CLICKS = 3  # from the home page; in the admin site, where filters multiply, two
PERSONS = (
    "secretary",
    "clerk",
    "general_reviewer",
    "reviewer",
    "committee",
    "leader",
    "department",
    "inspector",
    "nobody",
)
ADMINISTRATORS = ("admin", "security", "auditor")


@pytest.fixture
def world(db, org, people):
    world = SimpleNamespace(**vars(org), people=people)
    furnish(world)
    findings.evaluate(day=local_day())
    return world


def kind_of(address):
    """Pages of one view that are asked with the same names are alike."""
    path, _, query = address.partition("?")
    try:
        match = resolve(path)
    except Resolver404:
        return None
    return match.view_name, frozenset(part.partition("=")[0] for part in query.split("&"))


def links_of(address, answer):
    if answer.streaming or not answer.get("Content-Type", "").startswith("text/html"):
        return
    for link in map(unescape, LINK.findall(answer.content.decode())):
        if link.startswith("?"):
            link = address.partition("?")[0] + link
        if link.startswith("/") and not link.startswith(("//", "/static/")):
            yield link


def dead_links(client, start, clicks):
    """``[(status, address, the page it stands on)]``, and how many kinds of pages were opened."""
    begun, dead, to_do = {kind_of(start)}, [], [(start, clicks, "")]
    while to_do:
        address, clicks, origin = to_do.pop(0)
        answer = client.get(address)
        if answer.status_code not in {200, 302}:
            dead.append((answer.status_code, address, origin))
        if answer.status_code != 200 or not clicks:
            continue
        for link in links_of(address, answer):
            kind = kind_of(link)
            if kind is None:
                dead.append(("nowhere", link, address))
            elif kind not in begun:
                begun.add(kind)
                to_do.append((link, clicks - 1, address))
    return dead, len(begun)


@pytest.mark.parametrize("person", PERSONS)
def test_every_link_opens(world, person, sign_in):
    dead, kinds = dead_links(sign_in(getattr(world.people, person)), "/", CLICKS)

    assert dead == []
    assert kinds > 5


@pytest.mark.parametrize("person", ADMINISTRATORS)
def test_every_link_of_the_admin_site_opens(world, person, sign_in):
    dead, kinds = dead_links(sign_in(getattr(world.people, person)), "/admin/", CLICKS - 1)

    assert dead == []
    assert kinds > 20
