"""The pages of monthly reports, as people meet them."""

import re
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from branches.models import Appointment, Kind
from branches.roles import Role
from branches.services import organizations
from branchyear.audit.models import Entry
from members.models import Member
from reports.models import MonthlyReport, ReportRule, Tier
from reports.services import monthly
from reports.tests import make
from reports.tests.make import WORDS, at
from tasks.models import BranchItem

DAY = at("2022-04-20 09:00")
SCRIPT = {"X-Requested-With": "fetch"}


@pytest.fixture(autouse=True)
def _twentieth_of_april(time_machine):
    time_machine.move_to(DAY, tick=False)


@pytest.fixture
def report(org, campaign):
    return make.report_of(org.north)


def text_of(answer):
    return answer.content.decode()


def posted(report, **changes):
    return {"version": report.revision, **WORDS, **changes}


# --- The list -------------------------------------------------------------------------------------


def test_a_secretary_sees_his_month_on_top_with_one_red_button(report, people, sign_in):
    page = text_of(sign_in(people.secretary).get("/reports/"))

    assert page.count("button--primary") == 1
    assert "填写月报" in page
    assert "剩5天" in page
    assert "南一支部" not in page
    assert "北二支部" not in page


def test_who_writes_for_two_branches_sees_both(org, report, people, campaign, sign_in):
    """With one office the list is asked by a statement that is composed once, with two it is not."""
    client = sign_in(people.secretary)
    one = text_of(client.get("/reports/"))
    Appointment.objects.create(
        user=people.secretary, organization=org.south, role=Role.SECRETARY, starts_on=DAY.date()
    )
    two = text_of(client.get("/reports/"))

    assert "北一支部" in one
    assert "南一支部" not in one
    assert "北一支部" in two
    assert "南一支部" in two


def test_past_months_keep_their_verdict(org, report, people, campaign, sign_in, time_machine):
    make.hand_in(report, by=people.secretary, now=DAY)
    make.open_months(campaign, date(2022, 6, 1))
    time_machine.move_to(at("2022-06-02 09:00"))

    page = text_of(sign_in(people.secretary).get("/reports/"))

    assert page.index("2022年6月月报") < page.index("以往月报")
    assert "status--ontime" in page
    assert "status--missing" in page
    assert "补报" in page


def test_a_receiver_sees_what_waits_for_him_and_not_the_neighbours(org, report, people, sign_in):
    make.hand_in(report, by=people.secretary, now=DAY)
    make.hand_in(make.report_of(org.south), by=people.south_secretary, now=DAY)

    page = text_of(sign_in(people.reviewer).get("/reports/?tab=queue"))

    assert "北一支部" in page
    assert "南一支部" not in page


def test_the_desk_leads_to_what_waits(org, report, people, sign_in):
    make.hand_in(report, by=people.secretary, now=DAY)
    client = sign_in(people.reviewer)

    address = re.search(r'href="(/reports/\?tab=\w+)"', text_of(client.get("/")))[1]

    assert "接收" in text_of(client.get(address))
    assert 'href="?tab=queue" aria-current="page"' in text_of(client.get(address))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"北一支部", "北二支部", "北四支部", "市北区局机关党委"}),
        ("&verdict=ontime", {"北一支部"}),
        ("&verdict=unreported&tier=branch", {"北二支部", "北四支部"}),
        ("&tier=direct", {"市北区局机关党委"}),
        ("&q=北四", {"北四支部"}),
        ("&month=2022-05", set()),
        (
            "&month=nonsense&tier=x&verdict=y&page=z&size=w",
            {"北一支部", "北二支部", "北四支部", "市北区局机关党委"},
        ),
    ],
)
def test_the_list_of_all_is_filtered_by_its_address(org, report, people, sign_in, query, found):
    make.hand_in(report, by=people.secretary, now=DAY)

    answer = sign_in(people.reviewer).get(f"/reports/?tab=all{query}")

    assert {row.organization.name for row in answer.context["page"]} == found


@pytest.mark.parametrize("tab", ["own", "queue", "all"])
def test_the_list_costs_the_same_for_one_and_for_many(org, report, people, sign_in, tab, campaign):
    client = sign_in(people.reviewer)
    client.get("/reports/")
    make.hand_in(report, by=people.secretary, now=DAY)
    with CaptureQueriesContext(connection) as one:
        client.get(f"/reports/?tab={tab}")
    make.hand_in(make.report_of(org.north_two), by=people.second_secretary, now=DAY)
    make.hand_in(make.report_of(org.north_four), by=people.fourth_secretary, now=DAY)
    make.open_months(campaign, date(2022, 6, 1))

    with CaptureQueriesContext(connection) as many:
        client.get(f"/reports/?tab={tab}")

    assert len(many) == len(one)


# --- The paper --------------------------------------------------------------------------------------


def test_the_paper_shows_figures_and_asks_for_words_only(org, report, people, sign_in):
    Member.objects.create(organization=org.north, name="甲")

    page = text_of(sign_in(people.secretary).get(report.get_absolute_url()))

    assert page.partition("</article>")[0].count("<textarea") == 6
    assert "来自" not in page or "党员名册" in page
    assert "由平台按本月数据起草，请核对修改。" in page
    assert "必填部分都已填写，可以报送。" in page
    assert page.count("button--primary") == 1
    assert "填报人：" in page
    assert "审核人：" in page
    assert "签发人：" in page


def test_the_words_of_a_draft_are_not_shown_above(report, people, sign_in):
    monthly.save(report, {"problems": "还在斟酌的话"}, revision=1, by=people.secretary, now=DAY)

    page = text_of(sign_in(people.reviewer).get(report.get_absolute_url()))

    assert "还在斟酌的话" not in page
    assert "填报单位还没有报送" in page


def test_saving_and_handing_in_lead_back_to_the_paper(report, people, sign_in):
    client = sign_in(people.secretary)
    saved = client.post(reverse("reports:save_report", args=[report.pk]), posted(report))
    report.refresh_from_db()

    handed_in = client.post(reverse("reports:submit_report", args=[report.pk]), posted(report))

    assert (saved.url, handed_in.url) == (f"/reports/{report.pk}/",) * 2
    report.refresh_from_db()
    assert (report.state, report.texts) == ("submitted", WORDS)
    page = text_of(client.get(handed_in.url))
    assert "已报送至市北区局机关党委。" in page
    assert "<textarea" not in page
    assert report.seal[:12] in page
    assert "内容与封存时一致" in page


def test_what_is_missing_is_said_beside_the_box_and_everything_typed_is_kept(
    report, people, sign_in
):
    answer = sign_in(people.secretary).post(
        reverse("reports:submit_report", args=[report.pk]), posted(report, problems="无")
    )

    page = text_of(answer)
    assert answer.status_code == 422
    assert "“存在问题”现有1字，至少写10字。" in page
    assert '<a href="#id_problems">“存在问题”现有1字' in page  # above, a way to the box
    assert WORDS["progress"] in page
    assert ">\n无</textarea>" in page
    report.refresh_from_db()
    assert report.state == "todo"


def test_too_long_a_text_is_kept_whole_and_explained(report, people, sign_in):
    answer = sign_in(people.secretary).post(
        reverse("reports:save_report", args=[report.pk]), posted(report, problems="长" * 2001)
    )

    assert answer.status_code == 422
    assert "“存在问题”现有2001字，超过2000字，请精简。" in text_of(answer)
    assert "长" * 2001 in text_of(answer)


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999"])
def test_a_broken_version_never_breaks_the_page(report, people, sign_in, version):
    answer = sign_in(people.secretary).post(
        reverse("reports:save_report", args=[report.pk]), posted(report, version=version)
    )

    assert answer.status_code in (409, 422)
    assert WORDS["progress"] in text_of(answer)


def test_the_slower_of_two_keeps_the_typed_text_and_sees_the_others(report, people, sign_in):
    monthly.save(report, {"progress": "对方写的内容"}, revision=1, by=people.clerk, now=DAY)

    answer = sign_in(people.secretary).post(
        reverse("reports:save_report", args=[report.pk]), posted(report)
    )

    page = text_of(answer)
    assert answer.status_code == 409
    assert "钱干事已修改了这份月报" in page
    assert "对方写的内容" in page
    assert WORDS["progress"] in page
    assert 'name="version" value="2"' in page  # saving again is a decision, not a loop


def test_a_script_gets_short_answers(report, people, sign_in):
    client = sign_in(people.secretary)
    url = reverse("reports:save_report", args=[report.pk])

    saved = client.post(url, posted(report), headers=SCRIPT)
    old = client.post(url, posted(report, progress="另外一段文字"), headers=SCRIPT)
    long = client.post(url, posted(report, version=2, progress="长" * 2001), headers=SCRIPT)

    assert saved.json()["version"] == 2
    assert (old.status_code, old.json()["theirs"]["progress"]) == (409, WORDS["progress"])
    assert old.json()["version"] == 2  # what "用我的覆盖" would write over
    assert (long.status_code, "超过2000字" in long.json()["error"]) == (422, True)


def test_a_sealed_report_shows_what_was_handed_in_and_a_quiet_note(org, report, people, sign_in):
    Member.objects.create(organization=org.north, name="甲")
    make.hand_in(report, by=people.secretary, now=DAY)
    Member.objects.create(organization=org.north, name="乙")

    page = text_of(sign_in(people.reviewer).get(report.get_absolute_url()))

    assert "报送后有 2 项数据发生变化" in page
    assert "报送时 1人，现为" in page
    assert WORDS["problems"] in page


def test_a_receiver_receives_or_returns_with_a_reason(report, people, sign_in):
    make.hand_in(report, by=people.secretary, now=DAY)
    client = sign_in(people.reviewer)
    back = reverse("reports:return_report", args=[report.pk])

    empty = client.post(back, {"round": 1, "reason": " "})
    old = client.post(reverse("reports:accept_report", args=[report.pk]), {"round": 7})
    client.post(back, {"round": 1, "reason": "问题请写具体"})

    assert empty.status_code == 422
    assert "请写明退回原因" in text_of(empty)
    assert old.status_code == 409
    report.refresh_from_db()
    assert (report.state, report.return_reason) == ("returned", "问题请写具体")
    page = text_of(sign_in(people.secretary).get(report.get_absolute_url()))
    assert "市北区局机关党委退回修改：问题请写具体" in page
    assert "重新报送仍按按期统计" in page


def test_a_forbidden_step_is_noted(report, people, sign_in):
    answer = sign_in(people.reviewer).post(
        reverse("reports:submit_report", args=[report.pk]), posted(report)
    )

    assert answer.status_code == 403
    assert Entry.objects.filter(verb="access.denied", actor=people.reviewer).exists()


def test_an_upper_report_shows_the_words_from_below_and_who_is_missing(
    org, report, people, sign_in
):
    make.hand_in(report, by=people.secretary, now=DAY)
    make.hand_in(
        make.report_of(org.south),
        by=people.south_secretary,
        now=DAY,
        texts={**WORDS, "problems": "南边的问题不在这里出现"},
    )
    upper = make.report_of(org.north_office)

    page = text_of(sign_in(people.reviewer).get(upper.get_absolute_url()))

    assert "应报 3，已报 1，还差 2" in page
    assert WORDS["problems"] in page
    assert "南边的问题" not in page
    assert "北二支部" in page
    assert "南一支部" not in page


def test_the_paper_costs_the_same_for_one_and_for_many_below(org, people, campaign, sign_in):
    client = sign_in(people.reviewer)
    upper = make.report_of(org.north_office)
    make.hand_in(make.report_of(org.north), by=people.secretary, now=DAY)
    client.get(upper.get_absolute_url())
    with CaptureQueriesContext(connection) as one:
        client.get(upper.get_absolute_url())
    for number in range(5):
        branch = organizations.establish(
            parent=org.north_office,
            kind=Kind.BRANCH,
            code=f"01-8{number}",
            name=f"新支部{number}",
            on=date(2022, 1, 1),
            by=None,
        )
        make.open_months(campaign, date(2022, 4, 20))
        MonthlyReport.objects.filter(organization=branch).update(
            state="submitted", texts=WORDS, first_submitted_at=DAY
        )

    with CaptureQueriesContext(connection) as many:
        client.get(upper.get_absolute_url())

    assert len(many) == len(one)


# --- Figures and their lists --------------------------------------------------------------------------


def count_behind(client, url):
    """How many rows the list at ``url`` has."""
    answer = client.get(url)
    assert answer.status_code == 200, url
    name = "page" if "page" in answer.context else "page_obj"
    return answer.context[name].paginator.count


@pytest.mark.parametrize("unit", ["north", "north_office", "committee"])
def test_every_number_is_the_count_of_the_list_it_opens(org, people, campaign, sign_in, unit):
    states = ["todo", "draft", "returned", "accepted"]
    for number, item in enumerate(BranchItem.objects.order_by("pk")):
        BranchItem.objects.filter(pk=item.pk).update(
            state=states[number % 4], due_on=date(2022, 4, 10 + number % 20)
        )
    make.hand_in(make.report_of(org.north), by=people.secretary, now=DAY)
    make.hand_in(
        make.report_of(org.archive), by=people.archive_secretary, now=at("2022-04-27 09:00")
    )
    person = {
        "north": people.secretary,
        "north_office": people.reviewer,
        "committee": people.committee,
    }[unit]
    organization = getattr(org, unit)
    report = make.report_of(organization)
    client = sign_in(person)

    checked = 0
    for figure in monthly.figures_for(organization, report.period, today=date(2022, 4, 20)):
        for part, link in (("value", "url"), ("of", "of_url")):
            path = urlsplit(figure[link]).path
            if path in (reverse("reports:items"), reverse("reports:reports")):
                assert count_behind(client, figure[link]) == figure[part], figure
                checked += 1

    assert checked >= 9
    assert parse_qs(urlsplit(figure["url"]).query)


# --- Months × organisations -----------------------------------------------------------------------------


def cells(answer):
    return {
        organization.name: [report.verdict_ if report else "" for report in reports]
        for organization, reports in answer.context["rows"]
    }


@pytest.fixture
def spring(org, people, campaign, time_machine):
    """April and May over, June running; the north has reported in April, late in May."""
    make.hand_in(make.report_of(org.north), by=people.secretary, now=DAY)
    make.open_months(campaign, date(2022, 6, 1))
    make.hand_in(
        make.report_of(org.north, "2022-05"), by=people.secretary, now=at("2022-05-28 09:00")
    )
    time_machine.move_to(at("2022-06-02 09:00"))


def test_a_direct_organisation_sees_its_branches(spring, people, sign_in):
    answer = sign_in(people.reviewer).get("/reports/matrix/")

    assert cells(answer) == {
        "北一支部": ["ontime", "late", "waiting"],
        "北二支部": ["missing", "missing", "waiting"],
        "北四支部": ["missing", "missing", "waiting"],
    }
    assert "南一支部" not in text_of(answer)


def test_the_committee_sees_direct_organisations_and_goes_down_by_a_click(
    org, spring, people, sign_in
):
    client = sign_in(people.committee)

    top = client.get("/reports/matrix/")
    below = client.get(f"/reports/matrix/?org={org.north_office.pk}")

    assert set(cells(top)) == {"市北区局机关党委", "市南区局机关党委", "市档案馆直属党支部"}
    assert f"?org={org.north_office.pk}" in text_of(top)
    assert set(cells(below)) == {"北一支部", "北二支部", "北四支部"}


def test_the_totals_add_up_to_the_cells_above(spring, people, sign_in):
    answer = sign_in(people.committee).get("/reports/matrix/?tier=branch")

    totals = {row["code"]: [count for _, count in row["cells"]] for row in answer.context["totals"]}
    columns = list(zip(*cells(answer).values(), strict=True))
    assert totals["expected"] == [4, 4, 4]
    for code in ("ontime", "late", "missing", "waiting"):
        assert totals[code] == [column.count(code) for column in columns]


def test_a_total_opens_the_list_it_counts(spring, people, org, sign_in):
    client = sign_in(people.committee)
    for row in client.get("/reports/matrix/?tier=branch").context["totals"]:
        for period, count in row["cells"]:
            if row["code"] != "expected":
                url = f"/reports/?tab=all&month={period.month}&tier=branch&verdict={row['code']}&under={org.city.pk}"
                assert count_behind(client, url) == count


@pytest.mark.parametrize("query", ["org=x", "org=99999999", "org=-1"])
def test_an_unknown_organisation_is_not_found(spring, people, sign_in, query):
    assert sign_in(people.committee).get(f"/reports/matrix/?{query}").status_code == 404


def test_the_matrix_out_of_sight_is_not_found(org, spring, people, sign_in):
    answer = sign_in(people.reviewer).get(f"/reports/matrix/?org={org.south_office.pk}")

    assert answer.status_code == 404


def test_the_matrix_costs_the_same_for_few_and_for_many(org, people, campaign, sign_in):
    client = sign_in(people.committee)
    client.get("/reports/matrix/?tier=branch")
    with CaptureQueriesContext(connection) as few:
        client.get("/reports/matrix/?tier=branch")
    for number in range(6):
        organizations.establish(
            parent=org.north_office,
            kind=Kind.BRANCH,
            code=f"01-8{number}",
            name=f"新支部{number}",
            on=date(2022, 1, 1),
            by=None,
        )
    make.open_months(campaign, date(2022, 6, 1))

    with CaptureQueriesContext(connection) as many:
        client.get("/reports/matrix/?tier=branch")

    assert len(many) == len(few)


# --- API and admin ----------------------------------------------------------------------------------------


def test_the_api_gives_sealed_reports_and_no_draft(org, report, people, sign_in):
    monthly.save(report, {"problems": "还在斟酌的话"}, revision=1, by=people.secretary, now=DAY)
    make.hand_in(make.report_of(org.north_two), by=people.second_secretary, now=DAY)

    answer = sign_in(people.reviewer).get("/api/v1/monthly-reports/?tier=branch")

    rows = {row["organization_name"]: row for row in answer.json()["results"]}
    assert set(rows) == {"北一支部", "北二支部", "北四支部"}
    assert (rows["北一支部"]["texts"], rows["北一支部"]["verdict"]) == ({}, "waiting")
    assert rows["北二支部"]["texts"] == WORDS
    assert rows["北二支部"]["verdict"] == "ontime"
    assert len(rows["北二支部"]["figures"]) > 5


@pytest.mark.parametrize(
    ("query", "count"),
    [("month=2022-04", 4), ("verdict=waiting", 4), ("verdict=late", 0), ("state=todo", 4)],
)
def test_the_api_filters(report, people, sign_in, query, count):
    assert (
        sign_in(people.reviewer).get(f"/api/v1/monthly-reports/?{query}").json()["count"] == count
    )


def test_the_administrator_changes_a_rule_through_the_service(report, people, sign_in):
    rule = ReportRule.objects.get(tier=Tier.BRANCH)

    answer = sign_in(people.admin).post(
        reverse("admin:reports_reportrule_change", args=[rule.pk]),
        {"day": 20, "opens_day": 1, "on_rest_day": "earlier"},
    )

    rule.refresh_from_db()
    assert (answer.status_code, rule.day) == (302, 20)
    assert Entry.objects.get(verb="report_rule.revised").actor == people.admin
    assert report.period.due_on == date(2022, 4, 25)


@pytest.mark.parametrize(
    "model", ["reportrule", "reminderpolicy", "period", "monthlyreport", "reminder"]
)
def test_the_administrator_reads_no_words(report, people, sign_in, model):
    make.hand_in(report, by=people.secretary, now=DAY)
    client = sign_in(people.admin)

    listed = client.get(reverse(f"admin:reports_{model}_changelist"))

    assert listed.status_code == 200
    if model == "monthlyreport":
        page = client.get(reverse("admin:reports_monthlyreport_change", args=[report.pk]))
        assert page.status_code == 200
        assert WORDS["problems"] not in text_of(page)


def test_a_general_branch_below_an_organisation_is_offered_no_report_of_its_own(
    org, report, people, sign_in
):
    """Branches below it report to the directly affiliated organisation."""
    page = text_of(sign_in(people.general_reviewer).get("/reports/"))

    assert "本单位月报" not in page
    assert "待接收" not in page
    assert "北四支部" in page
