"""The report that writes itself: drafts from facts, and what is asked before it is handed in."""

import random
from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from branches.models import Organization
from branchyear.audit.models import Entry
from branchyear.lib.dates import CHINA
from branchyear.lib.errors import Refused
from members.dues import money
from members.models import DuesMonth, Meeting, Training
from members.tests.make import make_member
from reports.models import FigureCheck, MonthlyReport, ReportSection, Tier
from reports.services import checks, drafts, monthly, sealing, sections
from reports.services.drafts import Fact
from reports.tests import make
from reports.tests.make import WORDS, at
from tasks.models import BranchItem, Problem

DAY = at("2022-10-20 09:00")
APRIL = at("2022-04-20 09:00")


def hold(branch, kind, day, topic="学习"):
    return Meeting.objects.create(
        organization=branch, kind=kind, on=day, topic=topic, created_at=APRIL
    )


def list_problem(branch, campaign, number, *, found_on, closed_on=None, due_on=None):
    return Problem.objects.create(
        organization=branch, campaign=campaign, number=number, origin="hand", title=f"问题{number}",
        found_on=found_on, due_on=due_on, closed_on=closed_on, created_at=APRIL,
        state="closed" if closed_on else "open",
    )  # fmt: skip


def train_and_pay(rng, branch, number):
    """Two members, a course for them, and what they paid in a month: in part, too."""
    month = rng.randint(4, 9)
    day = date(2022, month, 12)
    course = Training.objects.create(
        organization=branch, title="学习", kind="study", starts_on=day, ends_on=day, hours=4
    )
    for each in (1, 2):
        member = make_member(branch, f"甲{number}{each}")
        course.records.create(member=member, hours=Decimal("2.5") * each)
        DuesMonth.objects.create(
            member=member, organization=branch, month=f"2022-{month:02}", due=Decimal("12.34"),
            paid=Decimal("6.17") * each, paid_on=day,
        )  # fmt: skip


def desk_of(organization, month="2022-04", today=date(2022, 4, 20)):
    return monthly.desk_of(make.report_of(organization, month), today=today)


# --- Every number is the count of its list ----------------------------------------------------------


@pytest.fixture
def bare_pages(settings):
    """The views as they are, with empty templates: what is wanted of hundreds of pages is a count."""
    engine = {**settings.TEMPLATES[0], "APP_DIRS": False}
    empty = ("django.template.loaders.locmem.Loader", defaultdict(str))
    engine["OPTIONS"] = {**engine["OPTIONS"], "loaders": [empty]}
    settings.TEMPLATES = [engine]


@pytest.fixture
def half_a_year(org, campaign, time_machine):
    """April to October of every branch, with facts here and there."""
    time_machine.move_to(DAY, tick=False)
    make.open_months(campaign, date(2022, 10, 20))
    rng = random.Random(6)
    branches = list(Organization.objects.branches())
    for item in BranchItem.objects.all():
        if rng.random() < 0.5:
            accepted = datetime(2022, rng.choice((4, 9)), rng.randint(1, 19), 0, 30, tzinfo=CHINA)
            BranchItem.objects.filter(pk=item.pk).update(state="accepted", decided_at=accepted)
        elif rng.random() < 0.5:
            BranchItem.objects.filter(pk=item.pk).update(due_on=date(2022, 11, 8))
    for number in range(1, 7):
        hold(
            rng.choice(branches),
            rng.choice(["committee_meeting", "theme_day"]),
            date(2022, rng.randint(4, 9), 1),
        )
        found = date(2022, rng.randint(4, 8), 30)
        closed = found.replace(month=found.month + 1) if rng.random() < 0.5 else None
        list_problem(
            rng.choice(branches), campaign, number, found_on=found, closed_on=closed,
            due_on=date(2022, rng.randint(8, 10), 1),
        )  # fmt: skip
        train_and_pay(rng, rng.choice(branches), number)
    return campaign


def test_in_fifty_drafts_every_number_is_the_count_of_the_list_it_opens(
    half_a_year, bare_pages, people, sign_in
):
    client, counted, numbers, seen = sign_in(people.committee), {}, 0, set()
    reports = MonthlyReport.objects.with_words().select_related("period__campaign")

    for report in reports:
        desk = monthly.desk_of(report, today=date(2022, 10, 20))
        for draft in desk.drafts.values():
            assert not drafts.PLACEHOLDER.search(draft.text)
            for fact in draft.facts:
                assert f"{fact.value}{fact.unit}" in draft.text
                if (fact.url, fact.label) not in counted:
                    page = client.get(fact.url).context
                    counted[fact.url, fact.label] = said_by(page, fact.label)
                assert counted[fact.url, fact.label] == fact.value, (report, fact)
                seen.add(fact.label)
                numbers += 1

    assert reports.count() >= 50
    assert numbers > 150
    assert seen >= {"本月培训", "培训学时", "应交党费", "实交党费", "足额人数", "未足额人数"}


DUES = {
    "应交党费": "due_sum",
    "实交党费": "paid_sum",
    "足额人数": "full",
    "未足额人数": "owing",
}


def said_by(page, label):
    """What the list behind a number says: how many lines it has, or the sum at its head."""
    if label == "培训学时":
        return f"{page['hours']:.1f}".removesuffix(".0")
    if label in DUES:
        total = page.get("figures") or page["total"]
        value = total[DUES[label]]
        return money(value) if label.endswith("党费") else value
    return (page.get("page") or page["page_obj"]).paginator.count


# --- Wording ----------------------------------------------------------------------------------------


def test_a_sentence_without_its_fact_is_left_out_and_the_next_may_stand_in_its_place():
    facts = {"支委会": Fact("支委会", 2, "次", "/a/"), "党课": Fact("党课", 0, "次", "/b/")}

    told = drafts.worded(
        "召开支委会{支委会}次。\n否则：没有开会。\n\n党课{党课}次。\n否则：没有党课。", facts
    )

    assert told.text == "召开支委会2次。\n没有党课。"
    assert told.facts == (facts["支委会"],)


def test_every_name_offered_for_a_wording_is_a_fact(org, campaign):
    for organization in (org.north, org.north_office, org.committee):
        assert set(desk_of(organization).facts) == set(drafts.NAMES)


def test_a_draft_says_what_was_done_and_names_what_is_open(org, campaign):
    hold(org.north, "theme_day", date(2022, 4, 8), "参观市档案馆")
    hold(org.north, "theme_day", date(2022, 3, 31), "上月的活动")
    list_problem(org.north, campaign, 1, found_on=date(2022, 4, 2))

    told = {key: draft.text for key, draft in desk_of(org.north).drafts.items()}

    assert told["life"] == "本月召开（开展）主题党日1次。主要内容：参观市档案馆。"
    assert told["problems"] == "本月新列入问题清单1个。目前未销号问题1个：问题1。"
    assert "下月到期的检查条目4条，涉及任务1、任务2" in told["next_steps"]


def test_an_upper_draft_says_who_is_missing(org, people, campaign):
    make.hand_in(make.report_of(org.north), by=people.secretary, now=APRIL)

    told = desk_of(org.north_office).drafts["progress"].text

    assert "本月应报月报3份，已报1份。尚未报送2份：北二支部、北四支部。" in told


def test_a_draft_can_be_handed_in_as_it_is(org, people, campaign, sign_in, time_machine):
    time_machine.move_to(APRIL, tick=False)
    report = make.report_of(org.north)
    desk = desk_of(org.north)

    answer = sign_in(people.secretary).post(
        reverse("reports:submit_report", args=[report.pk]), {"version": 1, **desk.first_words()}
    )

    report.refresh_from_db()
    assert (answer.status_code, report.state) == (302, "submitted")
    assert report.texts == {key: draft.text for key, draft in desk.drafts.items()}


def test_a_part_is_data_and_sealed_copies_keep_their_headings(org, people, campaign):
    make.hand_in(make.report_of(org.north), by=people.secretary, now=APRIL)
    sections = ReportSection.objects.filter(tier=Tier.BRANCH)
    sections.filter(key="progress").update(heading="主要工作", min_words=200)
    sections.filter(key="life").update(is_active=False)

    with pytest.raises(Refused, match="“主要工作”现有17字，至少写200字"):
        make.hand_in(make.report_of(org.north_two), by=people.second_secretary, now=APRIL)

    sealed = make.report_of(org.north).steps.get().sealed
    assert [part["heading"] for part in sealed["texts"][:2]] == ["工作开展情况", "组织生活"]


def test_a_wording_with_an_unknown_name_is_refused(people, campaign, sign_in):
    section = ReportSection.objects.get(tier=Tier.BRANCH, key="life")
    address = reverse("admin:reports_reportsection_change", args=[section.pk])
    asked = {"heading": "组织生活", "order": 30, "min_words": 0, "is_active": "on"}
    client = sign_in(people.admin)

    wrong = client.post(address, {**asked, "draft": "本月开会{会议数}次。"})
    right = client.post(address, {**asked, "draft": "本月召开支委会{支委会}次。"})

    assert "没有“会议数”这项数据" in wrong.content.decode()
    section.refresh_from_db()
    assert (right.status_code, section.draft) == (302, "本月召开支委会{支委会}次。")
    assert Entry.objects.get(verb="report_section.changed").detail["changed"] == ["hint", "draft"]


# --- Hard checks ------------------------------------------------------------------------------------


def test_punctuation_is_no_report(org, people, campaign):
    with pytest.raises(Refused, match="“存在问题”还没有填写"):
        make.hand_in(
            make.report_of(org.north), by=people.secretary, now=APRIL,
            texts={**WORDS, "problems": "……，。！（）——、；："},
        )  # fmt: skip


def test_last_months_words_are_not_this_months_report_unless_the_facts_say_so(
    org, people, campaign
):
    make.hand_in(make.report_of(org.north), by=people.secretary, now=APRIL)
    make.open_months(campaign, date(2022, 5, 20))
    may = make.report_of(org.north, "2022-05")

    words = {**make.words_of("2022-05"), "problems": f" {WORDS['problems']}\n"}

    with pytest.raises(Refused, match="“存在问题”与上次月报完全相同") as caught:
        make.hand_in(may, by=people.secretary, now=at("2022-05-20 09:00"), texts=words)

    assert caught.value.field == "problems"
    drafted = {"problems": WORDS["problems"]}
    sections = ReportSection.objects.filter(tier="branch", key="problems")
    assert not checks.hard(sections, drafted, last_texts=WORDS, drafted=drafted)


# --- Soft checks ------------------------------------------------------------------------------------


def soft_keys(organization, texts, **changes):
    return [one.key for one in desk_of(organization, **changes).soft(texts)]


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("本月召开支委会2次。", ["said_committee_meeting"]),
        ("本月开展了两次支委会。", ["said_committee_meeting"]),
        ("本月召开支委会一次。", []),
        ("本月1次支委会研究换届。", []),
        ("本月三次支委会研究换届。", ["said_committee_meeting"]),
        ("今年累计召开支委会12次。", []),
        ("支委会研究2项议题。", []),
        ("审核通过检查条目3条。", ["said_accepted"]),
    ],
)
def test_a_number_in_the_words_is_compared_with_the_portals(org, campaign, words, asked):
    hold(org.north, "committee_meeting", date(2022, 4, 6))

    assert soft_keys(org.north, {"progress": words}) == asked


def test_a_month_without_a_committee_meeting_is_explained_and_sealed(org, people, campaign):
    for number in range(7):
        make_member(org.north, f"党员{number}")
    report = make.report_of(org.north)

    with pytest.raises(Refused, match="本月没有登记支委会.*情况说明") as caught:
        monthly.submit(report, WORDS, by=people.secretary, now=APRIL)
    monthly.submit(
        report, WORDS, notes={"committee": "  书记外出学习，\n下周补开。", "other": "无关"},
        by=people.secretary, now=APRIL,
    )  # fmt: skip

    assert caught.value.field == "note_committee"
    step = make.report_of(org.north).steps.get()
    assert [(one["check"], one["note"]) for one in step.sealed["notes"]] == [
        ("committee", "书记外出学习， 下周补开。")
    ]
    assert sealing.is_intact(step)


def test_the_page_asks_for_the_line_keeps_it_and_seals_it(
    org, people, campaign, sign_in, time_machine
):
    time_machine.move_to(APRIL, tick=False)
    for number in range(7):
        make_member(org.north, f"党员{number}")
    report = make.report_of(org.north)
    client = sign_in(people.secretary)
    address = reverse("reports:submit_report", args=[report.pk])

    asked = client.post(address, {"version": 1, **WORDS})
    saved = client.post(
        reverse("reports:save_report", args=[report.pk]),
        {"version": 1, **WORDS, "note_committee": "下周补开。"},
    )
    again = client.get(report.get_absolute_url()).content.decode()
    done = client.post(address, {"version": 2, **WORDS, "note_committee": "下周补开。"})

    assert (asked.status_code, saved.status_code, done.status_code) == (422, 302, 302)
    assert "请用一句话说明。" in asked.content.decode()
    assert 'value="下周补开。"' in again
    assert "说明：下周补开。" in client.get(report.get_absolute_url()).content.decode()


def test_what_is_unlike_the_months_before_is_asked_about(org, people, campaign):
    long = {key: f"{text}{'具体情况如下。' * 12}" for key, text in WORDS.items()}
    for month in ("2022-04", "2022-05"):
        make.open_months(campaign, date.fromisoformat(f"{month}-20"))
        report, words = make.report_of(org.north, month), {k: month + v for k, v in long.items()}
        make.hand_in(report, by=people.secretary, now=at(f"{month}-20 09:00"), texts=words)
    make.open_months(campaign, date(2022, 6, 20))
    for number in range(4):
        make_member(org.north, f"党员{number}")

    found = soft_keys(org.north, WORDS, month="2022-06", today=date(2022, 6, 20))

    assert found == ["members", "short_progress", "short_problems", "short_next_steps"]


def test_figures_that_nobody_can_compute_keep_the_report_back_until_they_can(
    org, people, campaign, sign_in, time_machine
):
    time_machine.move_to(APRIL, tick=False)
    sections.set_up_checks(campaign)
    report = make.report_of(org.north)
    client = sign_in(people.secretary)
    send = reverse("reports:submit_report", args=[report.pk])

    answer = client.post(send, {"version": 1, **WORDS})

    assert answer.status_code == 422
    assert "党员名册是空的" in answer.content.decode()
    assert WORDS["progress"] in answer.content.decode()
    member = make_member(org.north)
    DuesMonth.objects.create(member=member, organization=org.north, month="2022-04")
    with pytest.raises(Refused, match="都没有核定党费基数.*请先在“支部台账—党费”核定基数"):
        monthly.submit(report, WORDS, by=people.secretary, now=APRIL)
    FigureCheck.objects.filter(key="dues_unknown").update(is_active=False)
    monthly.submit(report, WORDS, by=people.secretary, now=APRIL)
    assert make.report_of(org.north).state == "submitted"
