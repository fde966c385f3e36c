"""The canaries: an ID number, a telephone and a dues base in the world of the access table.

Planted here; ``test_access.py`` listens at every address while it asks there, ``test_canary.py`` at
everything else that leaves the portal.
"""

import io
import re
import zipfile
from datetime import date, timedelta
from decimal import Decimal

from pypdf import PdfReader

from branchyear.lib.dates import Month, local_day
from members.models import Applicant, DuesKind
from members.services import dues, roster, transfers
from members.tests.make import id_number

ID, OTHER_ID = id_number(731), id_number(732)
PHONE = "10012348765"
BASE = "8765.43"
CANARIES = (ID, OTHER_ID, PHONE)
# One of each kind of office that sees the north branch, and an administrator. (That others get nothing at
# all is the access table's matter.)
WATCHERS = ("secretary", "reviewer", "committee", "department", "inspector", "admin")
# A base reveals the wage (domain notes, section 10): the branch, its reviewers, the committee's reviewer.
KNOW_BASES = {"secretary", "reviewer", "committee"}


def plant(world):
    """The numbers are on the roll of the north branch, put there and changed through the services."""
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


def unheard_of(person):
    """What must not stand in anything this person is given."""
    return CANARIES if person in KNOW_BASES else (*CANARIES, BASE)


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
            return "\n".join(unpacked(package.read(n)) for n in package.namelist())
    if data.startswith(b"%PDF"):
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
    return data.decode(errors="replace")
