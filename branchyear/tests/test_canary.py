"""Canaries: an ID number, a telephone and a dues base are planted, and nothing that leaves the portal may
sing them: no page, no answer of the API, no export, no notice, no letter, no trail, no log.

The one place where a full number may stand is the answer to a stated reason (``members:unmask``). The
addresses of the access table are listened to in ``test_access.py``, which asks there anyway.
"""

import logging

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from branchyear.audit.models import Entry
from branchyear.notifications.models import Notice
from branchyear.outbox import services as outbox
from branchyear.outbox.models import Job
from branchyear.tests.access import address, all_rows, undone
from branchyear.tests.canaries import (
    BASE,
    CANARIES,
    ID,
    WATCHERS,
    sung,
    text_of,
    unheard_of,
    unpacked,
)
from reports.kinds import KINDS
from reports.rules import may_export
from reports.services import exports


def test_no_page_about_the_member_sings(planted, everybody, caplog):
    """Beyond the addresses of the access table, where ``test_access.py`` listens."""
    caplog.set_level(logging.INFO)
    own = [
        reverse("members:member", args=[planted.canary.pk]),
        f"{reverse('members:roster')}?q=金丝雀",
        f"{reverse('members:dues_bases')}?org={planted.north.pk}",
        f"{reverse('members:dues_workbook')}?org={planted.north.pk}",
        f"/api/v1/members/?organization={planted.north.pk}",
        f"{reverse('search')}?q=金丝雀",
        *[
            address(name, row, planted)  # there it is asked for something, here for nothing
            for name, row in all_rows().items()
            if row.method == "get" and row.data
        ],
    ]
    found = {}

    for url in own:
        for person in WATCHERS:
            with undone():
                content = text_of(everybody(person).get(url))
            if song := sung(content, unheard_of(person)):
                found[url, person] = song

    assert found == {}
    assert not sung(caplog.text, (*CANARIES, BASE))


@pytest.mark.parametrize("part", range(2))  # building the world costs more than most ledgers
def test_no_ledger_sings(part, planted):
    found = {}
    for kind in sorted(KINDS)[part::2]:
        for person in ("secretary", "department"):
            for format in KINDS[kind].formats:
                with undone():
                    content = made(kind, format, person, planted)
                if song := sung(content, unheard_of(person)):
                    found[kind, person, format] = song

    assert found == {}


def made(kind, format, person, planted):
    """What is in a ledger that this person asks for."""
    user = getattr(planted.people, person)
    place = planted.north if person == "secretary" else planted.city
    north, people = planted.north_office, planted.people
    asking = [(place, user), (north, user), (north, people.reviewer)]
    asking.append((planted.committee, people.committee))  # some are the committee's alone
    place, user = next(
        (office, who)
        for office, who in asking
        if KINDS[kind].fits(office) and may_export(who, office)
    )
    export = exports.request_export(kind, organization=place, format=format, parameters={}, by=user)
    job = Job.objects.filter(key__startswith=f"export:{export.pk}:").latest("pk")
    outbox.perform(job.pk, now=timezone.now())
    export.refresh_from_db()
    with export.file.open() as file:
        return unpacked(file.read())


def test_no_trail_no_notice_and_no_letter_sings(planted, client, caplog):
    caplog.set_level(logging.INFO)
    client.force_login(planted.people.secretary, backend="branches.backends.AppointmentBackend")

    answer = client.post(
        reverse("members:unmask", args=[planted.canary.pk]), {"reason": "核对党员档案"}
    )

    assert ID in answer.content.decode()  # the reason was given: here it may stand
    assert "no-store" in answer["Cache-Control"]
    trail = "\n".join(f"{e.thing_label} {e.detail}" for e in Entry.objects.all())
    notices = "\n".join(str(vars(n)) for n in Notice.objects.all())
    letters = "\n".join(f"{m.subject} {m.body}" for m in mail.outbox)
    jobs = "\n".join(f"{j.key} {j.payload} {j.error}" for j in Job.objects.all())
    events = "\n".join(f"{e.before} {e.after} {e.reason}" for e in planted.canary.events.all())
    for place in (trail, notices, letters, jobs, events, caplog.text):
        assert not sung(place, (*CANARIES, BASE))


def test_at_rest_the_numbers_cannot_be_read(planted):
    from django.db import connection

    with connection.cursor() as cursor:
        for table in ("members_member", "members_applicant", "audit_entry", "members_memberevent"):
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 our own table names
            assert not sung(str(cursor.fetchall()))
