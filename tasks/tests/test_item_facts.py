"""What the portal knows already proves an item without an upload."""

import json
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from branchyear.audit.models import Entry
from branchyear.lib.dates import Month
from branchyear.lib.errors import Conflict, Refused
from members.models import DuesKind
from members.services import dues
from members.tests.make import id_number, make_member
from tasks import facts as ledgers
from tasks.models import FactKind, FactWord, ItemFact
from tasks.services import facts, items
from tasks.tests import make
from tasks.tests.make import NOW, item_of

pytestmark = pytest.mark.engines


@pytest.fixture
def row(people, org):
    """党员名册: T1-01 of the north branch, which has two members."""
    make.make_campaign()
    make_member(org.north, name="甲同志", id_number=id_number(741))
    make_member(org.north, name="乙同志")
    make_member(org.south, name="别处同志")
    return item_of(org.north, "T1-01")


def test_the_item_that_asks_for_the_roster_is_offered_the_roster(row, org):
    [(kind, label, table, address)] = ledgers.offered(row, [], now=NOW)

    assert (kind, label) == ("roster", "党员名册")
    assert table.summary == "党员2名，其中正式党员2名、预备党员0名"
    assert [line[0] for line in table.rows] == ["甲同志", "乙同志"]
    assert address == f"{reverse('members:roster')}?org={org.north.pk}"
    assert ledgers.offered(item_of(org.north, "T1-05"), [], now=NOW) == []


def test_a_sealed_ledger_proves_and_goes_into_the_round(row, people, org):
    facts.use(row, ["roster"], by=people.secretary, now=NOW)
    make_member(org.north, name="丙同志")

    items.submit(row, make.make_answer(), by=people.secretary, now=NOW)

    link = row.fact_links.get()
    assert (link.as_of, len(link.data["rows"])) == (date(2026, 5, 12), 2)
    sealed = {"kind": "roster", "as_of": "2026-05-12", "digest": link.digest}
    assert row.steps.get().snapshot["facts"] == [sealed]
    assert Entry.objects.get(verb="fact.attached").detail["digest"] == link.digest


def test_it_stands_for_the_file_an_item_must_have(row, people, org, monkeypatch):
    FactWord.objects.create(words="批复文件", kind="roster")
    asks = item_of(org.north, "T1-05")
    with pytest.raises(Refused, match="须有佐证材料"):
        items.submit(asks, make.make_answer(), by=people.secretary, now=NOW)

    facts.use(asks, ["roster"], by=people.secretary, now=NOW)

    assert items.submit(asks, make.make_answer(), by=people.secretary, now=NOW).state == "submitted"


def test_sealed_again_it_says_what_stands_now(row, people, org):
    facts.use(row, ["roster"], by=people.secretary, now=NOW)
    make_member(org.north, name="丙同志")
    facts.use(row, ["roster"], by=people.clerk, now=NOW)

    assert len(row.fact_links.get().data["rows"]) == 3
    facts.drop(row, "roster", by=people.clerk, now=NOW)
    facts.drop(row, "roster", by=people.clerk, now=NOW)
    assert not ItemFact.objects.exists()
    assert Entry.objects.filter(verb="fact.detached").count() == 1


def test_handing_in_notices_a_ledger_sealed_again_in_between(row, people, org, monkeypatch):
    facts.use(row, ["roster"], by=people.secretary, now=NOW)
    make_move = items.make

    def seal_first(*args, **kwargs):
        make_member(org.north, name="丙同志")
        facts.use(row, ["roster"], by=people.clerk, now=NOW)
        make_move(*args, **kwargs)

    monkeypatch.setattr(items, "make", seal_first)
    with pytest.raises(Conflict, match="刚刚有变动"):
        items.submit(row, make.make_answer(), by=people.secretary, now=NOW)


def test_what_is_not_asked_for_or_empty_is_refused(row, people, org):
    with pytest.raises(Refused, match="不是本条目要求的材料"):
        facts.use(row, ["dues"], by=people.secretary, now=NOW)
    with pytest.raises(Refused, match="“党小组划分”还没有数据"):
        facts.use(item_of(org.north, "T1-03"), ["groups"], by=people.secretary, now=NOW)
    with pytest.raises(PermissionDenied):
        facts.use(row, ["roster"], by=people.reviewer, now=NOW)


def test_no_ledger_holds_a_number_or_a_sum(row, people, org):
    member = row.branch.members.first()
    dues.approve_base(
        member,
        kind=DuesKind.WAGE,
        base=Decimal("8765.43"),
        from_month=Month.of(NOW.date()).plus(-2),
        by=people.secretary,
        today=NOW.date(),
    )

    said = json.dumps([ledgers.build(k, org.north, NOW.date()).data for k in FactKind])

    assert id_number(741) not in said
    assert "8765" not in said
    assert "131.48" not in said
    assert str(member.birth_date) not in said


def test_one_click_on_the_page_seals_and_the_reviewer_reads_the_table(
    row, sign_in, people, org, django_assert_num_queries, django_assert_max_num_queries
):
    with time_machine.travel(NOW, tick=False):
        client = sign_in(people.secretary)
        page = client.get(row.get_absolute_url()).content.decode()
        use = reverse("tasks:use_facts", args=[row.pk])
        none = client.post(use, {"fact": ["x"]})
        wrong = client.post(use, {"fact": ["dues"]})
        sealed = client.post(use, {"fact": ["roster"]})
        again = client.get(row.get_absolute_url()).content.decode()
        row.refresh_from_db()
        items.submit(row, make.make_answer(), by=people.secretary, now=NOW)
        review = sign_in(people.reviewer).get(reverse("tasks:review")).content.decode()

    assert "用平台数据作佐证，不用上传（1 项）" in page
    assert "甲同志" in page
    assert (none.status_code, wrong.status_code, sealed.status_code) == (422, 422, 302)
    assert "用平台数据作佐证，不用上传" not in again
    assert "平台数据：党员名册" in review
    assert "乙同志" in review
