"""Rows written in bulk read back as Django's own would."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from branches.models import Organization
from branchyear.accounts.models import User
from branchyear.audit.models import Entry
from branchyear.audit.services import build
from branchyear.lib.bulk import insert_many, update_many
from tasks.models import Campaign, Task

pytestmark = [pytest.mark.django_db, pytest.mark.engines]

AT = datetime(2026, 5, 1, 1, 2, 3, 456789, tzinfo=UTC)


def test_every_kind_of_column_reads_back_as_it_was():
    user = User(username="u", name="张三%s“引号”'", phone="13900000000", previous_login_at=AT)
    entry = build("item.saved", by=None, detail_={"日": date(2026, 5, 1), "n": None})
    entry.at, entry.ip = AT, "10.0.0.1"
    campaign = Campaign.objects.create(
        year=2026, starts_on=date(2026, 4, 1), ends_on=date(2026, 12, 31)
    )
    task = Task(campaign=campaign, code="T1", order=1, weight=Decimal("15.25"))

    for row in (user, entry, task):
        insert_many(type(row), [row])

    saved = User.objects.get(username="u")
    assert (saved.name, saved.phone, saved.previous_login_at) == (user.name, user.phone, AT)
    trail = Entry.objects.get()
    assert (trail.at, trail.ip, trail.detail) == (
        AT,
        "10.0.0.1",
        {"detail_": {"日": "2026-05-01", "n": None}},
    )
    assert Task.objects.get().weight == Decimal("15.25")


def test_an_update_writes_the_named_columns_of_its_row_only(org):
    north, south = org.north, org.south
    north.name, north.closed_on, north.place = "新名", date(2026, 5, 1), "不写"

    update_many(Organization, [north], ["name", "closed_on"])

    saved = Organization.objects.get(pk=north.pk)
    assert (saved.name, saved.closed_on, saved.place) == ("新名", date(2026, 5, 1), "")
    assert Organization.objects.get(pk=south.pk).name == "南一支部"


def test_existing_rows_can_be_left_alone():
    insert_many(User, [User(username="u", name="先")])

    insert_many(User, [User(username="u", name="后"), User(username="v")], ignore_conflicts=True)

    assert dict(User.objects.values_list("username", "name")) == {"u": "先", "v": ""}
