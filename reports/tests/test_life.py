"""One record of a meeting serves the report, the list behind its figure and the ledger."""

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.models import Talk
from members.services import meetings
from members.tests.make import make_member
from members.tests.test_meetings import NOW, hold
from reports.kinds import KINDS
from reports.services import figures
from tasks.models import ItemMeeting
from tasks.tests import make


@pytest.fixture
def roll(org):
    return [make_member(org.north, name) for name in "甲乙丙"]


class Period:
    """What the figures ask of a reporting period."""

    tier = ""

    def __init__(self, campaign, month="2026-05"):
        self.campaign_id, self.month = campaign.pk, month


def told(organization, campaign):
    rows = figures.figures_for(organization, Period(campaign), today=date(2026, 5, 20))
    return {row["key"]: row for row in rows}


def test_a_figure_of_the_report_is_the_count_of_the_list_behind_it(sign_in, people, org, roll):
    campaign = make.make_campaign()
    hold(org.north, people.secretary, includes_lecture=True)
    hold(org.north, people.secretary, "party_lecture")
    hold(org.north, people.secretary, on=date(2026, 4, 30))
    void = hold(org.north, people.secretary, "members_meeting")
    meetings.void_meeting(void, reason="登记重复了", by=people.secretary, now=NOW)
    client = sign_in(people.reviewer)

    figures_told = told(org.north_office, campaign)

    for kind, number in (("theme_day", 1), ("party_lecture", 2), ("members_meeting", 0)):
        figure = figures_told[f"held_{kind}"]
        behind = client.get(figure["url"]).context["page"].paginator.count
        assert (figure["value"], behind) == (number, number)


def test_the_figures_of_many_meetings_take_the_same_number_of_statements(people, org, roll):
    campaign = make.make_campaign()
    hold(org.north, people.secretary)
    with CaptureQueriesContext(connection) as one:
        told(org.committee, campaign)
    make_member(org.south)
    hold(org.south, people.south_secretary)
    hold(org.north, people.secretary, topic="又一次")
    with CaptureQueriesContext(connection) as many:
        told(org.committee, campaign)

    assert len(many) == len(one)


def asked(kind, organization, by, **parameters):
    return KINDS[kind].asked(organization, parameters, by=by, at=NOW)


def test_the_ledger_names_the_absent_and_the_items_it_proves(people, org, roll):
    make.make_campaign()
    meeting = hold(org.north, people.secretary, absences={roll[1].pk: "sick"})
    ItemMeeting.objects.create(
        branch_item=make.item_of(org.north, "T3-05"), meeting=meeting, attached_by=people.secretary
    )
    make_member(org.south)
    hold(org.south, people.south_secretary, topic="南边的")
    ledger, question = KINDS["meetings"], asked("meetings", org.north_office, people.reviewer)

    rows = list(ledger.rows(question))

    assert ledger.count(question) == 1
    assert [(r["branch"], r["absent"], r["items"]) for r in rows] == [
        ("北一支部", "乙（病假）", "T3-05")
    ]
    assert ledger.preview(question, 10) == rows
    assert ledger.layout(question).scope_label == "2026年全年"


def test_a_ledger_of_a_month_holds_that_month(people, org, roll):
    make.make_campaign()
    hold(org.north, people.secretary, on=date(2026, 4, 30))
    hold(org.north, people.secretary)

    question = asked("meetings", org.north, people.secretary, month="2026-04")

    assert [r["on"] for r in KINDS["meetings"].rows(question)] == [date(2026, 4, 30)]
    assert "branch" not in {c.key for c in KINDS["meetings"].columns(question)}


def test_the_ledger_of_talks_leaves_out_what_was_voided(people, org, roll):
    make.make_campaign()
    facts = {"organization": org.north, "on": date(2026, 5, 1), "kind": "officer_member"}
    Talk.objects.create(**facts, speaker=roll[0], listener=roll[1], content="谈工作")
    Talk.objects.create(**facts, speaker=roll[0], listener=roll[2], voided_at=NOW)

    rows = list(KINDS["talks"].rows(asked("talks", org.north, people.secretary)))

    assert [(r["speaker"], r["listener"], r["content"]) for r in rows] == [("甲", "乙", "谈工作")]


def test_the_api_gives_the_meetings_in_sight(sign_in, people, org, roll):
    meeting = hold(org.north, people.secretary, topic="北边")
    make_member(org.south)
    hold(org.south, people.south_secretary, topic="南边")

    answer = sign_in(people.reviewer).get(
        reverse("meetings-list"),
        {"kind": "theme_day", "under": org.north_office.pk, "since": "2026-05-01", "void": "false"},
    )

    rows = answer.json()["results"]
    assert [(r["id"], r["topic"], r["due"], r["is_void"]) for r in rows] == [
        (meeting.pk, "北边", 3, False)
    ]


@pytest.mark.parametrize(("day", "named"), [(14, False), (15, True)])
def test_from_the_middle_of_the_month_the_home_page_names_what_is_missing(
    sign_in, people, org, roll, day, named
):
    make.make_campaign()
    with time_machine.travel(NOW.replace(day=day), tick=False):
        page = sign_in(people.secretary).get("/").content.decode()

    assert ("本月主题党日尚未登记" in page) == named
