"""党组织设置情况, 民主评议党员登记, 月度报送情况; and that a ledger read in parts is the same ledger."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from branches.models import Organization
from branchyear.lib.layout import Totals, values
from members.models import Appraisal, AppraisalResult, Post, PostHeld
from members.tests.make import make_member
from reports.kinds import KINDS
from reports.models import MonthlyReport
from reports.tests import make
from reports.tests.test_overview import scatter


def lines_of(key, organization, by, *, at=None, **parameters):
    asked = KINDS[key].asked(organization, parameters, by=by, at=at or timezone.now())
    return list(KINDS[key].rows(asked)), KINDS[key].layout(asked)


def test_every_open_organisation_stands_with_its_set_up(campaign, org, people):
    Organization.objects.filter(pk=org.north.pk).update(
        approval_no="北机党〔2020〕1号", covered_units="综合处\n财务处", place="三楼会议室"
    )
    secretary = make_member(org.north, "甲书记")
    make_member(org.north, "乙预备", category="probationary", formal_on=None)
    make_member(org.north, "丙去世", standing="deceased")
    PostHeld.objects.create(
        member=secretary, organization=org.north, post=Post.SECRETARY, starts_on=date(2021, 1, 1)
    )

    lines, layout = lines_of("branches", org.north_office, people.reviewer)

    assert [line["name"] for line in lines] == [
        "市北区局机关党委", "北一支部", "北二支部", "北三总支", "北四支部",
    ]  # fmt: skip
    north = lines[1]
    assert (north["above"], north["units"], north["place"]) == (
        "市北区局机关党委",
        "综合处、财务处",
        "三楼会议室",
    )
    assert (north["formal"], north["probationary"], north["secretary"], north["body"]) == (
        1,
        1,
        "甲书记",
        1,
    )
    totals = Totals(layout)
    for line in lines:
        totals.add(values(layout, line))
    assert totals._numbers["formal"] == 1


def test_every_member_appraised_stands_with_votes_and_grade(campaign, org, people):
    member = make_member(org.north, "甲党员")
    appraisal = Appraisal.objects.create(organization=org.north, year=2022, on=date(2022, 12, 1))
    AppraisalResult.objects.create(
        appraisal=appraisal, member=member, self_grade="qualified", votes_excellent=3,
        votes_qualified=5, grade="excellent", opinion="同意评为优秀",
    )  # fmt: skip

    [line], _ = lines_of("appraisals", org.north_office, people.reviewer)
    south, _ = lines_of("appraisals", org.south_office, people.south_reviewer)

    assert (line["branch"], line["name"], line["votes_excellent"]) == ("北一支部", "甲党员", 3)
    assert (line["self_grade"], line["grade"], line["votes_barely"]) == ("合格", "优秀", None)
    assert south == []


def test_the_states_of_reporting_add_up_per_line_and_per_month(campaign, org, people):
    MonthlyReport.objects.filter(organization=org.north_office).update(
        first_submitted_at=make.at("2022-04-20 09:00"), state="submitted"
    )

    lines, layout = lines_of(
        "reporting", org.committee, people.committee, at=make.at("2022-05-03 09:00")
    )

    units = [line for line in lines if line["number"]]
    assert [line["unit"] for line in units] == [
        o.name for o in (org.north_office, org.south_office, org.archive)
    ]
    assert [(line["expected"], line["ontime"], line["missing"]) for line in units] == [
        (1, 1, 0),
        (1, 0, 1),
        (1, 0, 1),
    ]
    assert units[0]["share"] == Decimal(1)
    counted = {line["unit"]: line for line in lines if not line["number"]}
    assert counted["合计：应报"]["expected"] == 3
    assert counted["合计：未报"]["missing"] == 2
    assert {column.key for column in layout.columns} == set(lines[0])


@pytest.mark.parametrize("key", [key for key, kind in KINDS.items() if kind.splits])
def test_a_ledger_read_in_parts_is_the_same_ledger(key, campaign, org, people):
    scatter(org)
    kind, now = KINDS[key], timezone.now()
    whole = kind.asked(org.city, {}, by=people.department, at=now)
    spans = kind.spans(whole)
    parts = [kind.asked(org.city, {}, by=people.department, at=now, span=span) for _, span in spans]

    def plain(rows):
        return [{k: v for k, v in row.items() if k != kind.runs} for row in rows]

    assert [name for name, _ in spans] == [
        o.label for o in (org.north_office, org.south_office, org.archive)
    ]
    assert sum(kind.count(part) for part in parts) == kind.count(whole)
    assert plain(row for part in parts for row in kind.rows(part)) == plain(kind.rows(whole))
