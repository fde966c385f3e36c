"""Canaries: an ID number, a telephone and a dues base are planted, and nothing that leaves the portal may
sing them: no page, no answer of the API, no export, no notice, no letter, no trail, no log.

The one place where a full number may stand is the answer to a stated reason (``members:unmask``).
"""

import io
import logging
import re
import zipfile
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from branchyear.audit.models import Entry
from branchyear.lib.dates import Month, local_day
from branchyear.notifications.models import Notice
from branchyear.outbox import services as outbox
from branchyear.outbox.models import Job
from branchyear.tests.test_access import address, all_rows, undone, world  # noqa: F401  a fixture
from members.models import Applicant, DuesKind
from members.services import dues, roster, transfers
from members.tests.make import id_number
from reports.kinds import KINDS
from reports.services import exports

ID, OTHER_ID = id_number(731), id_number(732)
PHONE = "10012348765"
BASE = "8765.43"
CANARIES = (ID, OTHER_ID, PHONE)
# One of each kind of office that sees the north branch, and an administrator. (That others get nothing at
# all is the access table's matter.)
WATCHERS = ("secretary", "reviewer", "committee", "department", "inspector", "admin")
# A base reveals the wage (domain notes, section 10): the branch, its reviewers, the committee's reviewer.
KNOW_BASES = {"secretary", "reviewer", "committee"}


@pytest.fixture
def planted(world, settings, tmp_path):  # noqa: F811
    """The numbers are on the roll of the north branch, put there and changed through the services."""
    settings.MEDIA_ROOT = tmp_path / "files"
    people, today = world.people, local_day()
    member = roster.add_member(
        world.north, by=people.secretary, today=today, name="金丝雀", sex="male",
        birth_date=date(1980, 1, 1), phone="10000000000", admitted_on=date(2010, 7, 1),
        formal_on=date(2011, 7, 1),
    )  # fmt: skip
    roster.revise_member(
        member,
        revision=member.revision,
        by=people.secretary,
        today=today,
        id_number=ID,
        phone=PHONE,
    )
    dues.approve_base(
        member, kind=DuesKind.WAGE, base=Decimal(BASE), from_month=Month.of(today).plus(-2),
        by=people.secretary, today=today,
    )  # fmt: skip
    Applicant.objects.create(organization=world.north, name="申请人", id_number=OTHER_ID)
    member.refresh_from_db()
    transfers.issue(
        member, receiver=world.south, issued_on=today, valid_until=today + timedelta(days=10),
        by=people.secretary, today=today,
    )  # fmt: skip
    world.canary = member
    return world


def sung(content, words=CANARIES):
    """Which canaries stand in ``content``; digits may be spread by marks or blanks."""
    plain = re.sub(r"[\s,，]", "", content)
    return {word for word in words if word in content or word in plain}


def text_of(answer):
    if answer.streaming:
        data = b"".join(answer.streaming_content)
    else:
        data = answer.content
    return unpacked(data)


def unpacked(data):
    """The text of a page, of a workbook's parts, of a PDF's pages."""
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return "\n".join(package.read(n).decode(errors="replace") for n in package.namelist())
    if data.startswith(b"%PDF"):
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
    return data.decode(errors="replace")


@pytest.mark.parametrize("part", range(2))
def test_no_page_and_no_answer_of_the_api_sings(part, planted, client, caplog):
    caplog.set_level(logging.INFO)
    rows = {name: row for name, row in all_rows().items() if row.method == "get"}
    found = {}
    own = [
        reverse("members:member", args=[planted.canary.pk]),
        f"{reverse('members:roster')}?q=金丝雀",
        f"{reverse('members:dues_bases')}?org={planted.north.pk}",
        f"{reverse('members:dues_workbook')}?org={planted.north.pk}",
        f"/api/v1/members/?organization={planted.north.pk}",
        f"{reverse('search')}?q=金丝雀",
    ]
    urls = [address(name, rows[name], planted) for name in sorted(rows)] + own

    for url in urls[part::2]:
        for person in WATCHERS:
            with undone():
                client.force_login(
                    getattr(planted.people, person), backend="branches.backends.AppointmentBackend"
                )
                content = text_of(client.get(url))
            known = set() if person in KNOW_BASES else {BASE}
            if song := sung(content, (*CANARIES, *known)):
                found[url, person] = song

    assert found == {}
    assert not sung(caplog.text, (*CANARIES, BASE))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_ledger_sings(kind, planted):
    found = {}
    for person in ("secretary", "department"):
        user = getattr(planted.people, person)
        place = planted.north if person == "secretary" else planted.city
        for format in ("xlsx", "pdf"):
            export = exports.request_export(
                kind, organization=place, format=format, parameters={}, by=user
            )
            job = Job.objects.filter(key__startswith=f"export:{export.pk}:").latest("pk")
            outbox.perform(job.pk, now=timezone.now())
            export.refresh_from_db()
            with export.file.open() as file:
                content = unpacked(file.read())
            known = set() if person in KNOW_BASES else {BASE}
            if song := sung(content, (*CANARIES, *known)):
                found[person, format] = song

    assert found == {}


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
