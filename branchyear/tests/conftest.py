"""The world of the access table, and everybody's browser in it."""

import pytest
from django.conf import settings as portal
from django.utils import timezone

from branchyear.notifications.models import Notice
from branchyear.tests.access import PEOPLE, furnish
from branchyear.tests.canaries import plant


@pytest.fixture
def world(org, people, settings, tmp_path):
    """One thing of everything, all belonging to the north branch."""
    settings.MEDIA_ROOT = tmp_path / "files"
    notice = Notice.objects.create(
        recipient=people.secretary, kind="item.returned", title="t", key="k"
    )
    world = org
    world.people = people
    world.notice = notice
    furnish(world)
    return world


@pytest.fixture
def planted(world):
    """The world with canaries in it."""
    plant(world)
    return world


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
        # An hour ahead: on a slow machine the click of every minute would be written among a page's statements.
        session["seen"] = timezone.now().timestamp() + 3600
        session.save()
        keys[person] = session.session_key

    def browser(person):
        client.cookies.clear()  # what the last answer set is another person's
        client.cookies[portal.SESSION_COOKIE_NAME] = keys[person]
        return client

    return browser
