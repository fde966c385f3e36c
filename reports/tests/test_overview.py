"""总览: figures that add up, lists that count what was clicked, nothing of a foreign branch."""

import io
import random
import re
from datetime import date
from html import unescape

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from branches.models import Kind
from branches.services import organizations
from branchyear.audit.models import Entry
from branchyear.lib.dates import local_day
from conftest import FOUNDED
from reports.selection import read
from reports.services import overview
from reports.tests import make
from reports.views.addresses import SECTIONS
from tasks.models import BranchItem

pytestmark = pytest.mark.engines

State = BranchItem.State
TODAY = date(2022, 7, 1)  # the items of ``make.make_campaign`` were due on 31 May
ANSWERS = 20  # five branches, two tasks of two items


@pytest.fixture
def answers(campaign, org):
    """Items of every branch in every state, some overdue."""
    return scatter(org)


def scatter(org, seed=1):
    chance = random.Random(seed)
    rows = list(BranchItem.objects.select_related("branch").order_by("pk"))
    for row in rows:
        put(
            row,
            chance.choice(State.values),
            org,
            due_on=chance.choice([date(2022, 5, 31), date(2099, 5, 31)]),
        )
    BranchItem.objects.bulk_update(rows, ["state", "with_organization", "due_on", "note"])
    return rows


def put(row, state, org, *, due_on=date(2022, 5, 31)):
    row.state, row.due_on = state, due_on
    above = {o.path: o for o in (org.north_office, org.south_office)}
    reviewer = above.get(row.branch.direct_path, org.committee)
    row.with_organization = reviewer if state == State.SUBMITTED else None
    row.note = f"{row.branch.name}的说明"


def board_of(organization, by, today=TODAY, **query):
    selection = read(query, organization=organization, today=today)
    return overview.board(selection, by=by, today=today)


def numbers_in(page):
    """label → (number, address) of every figure of the page."""
    found = re.findall(
        r'<a class="figure[^"]*" href="([^"]+)"><span class="figure__number"><b>(\d+)</b>.*?figure__label">([^<]+)<',
        page,
    )
    return {label: (int(number), unescape(url)) for url, number, label in found}


def count_in(client, url):
    page = client.get(url).content.decode()
    return int(re.search(r"共 (\d+) 条", page)[1])


def test_there_is_a_row_for_every_directly_affiliated_organisation_in_official_order(
    answers, org, people
):
    board = board_of(org.committee, people.committee)

    assert [row.organization for row in board.rows] == [
        org.north_office,
        org.south_office,
        org.archive,
    ]
    assert [row.total.total for row in board.rows] == [12, 4, 4]


def test_inside_one_organisation_there_is_a_row_for_every_branch(answers, org, people):
    board = board_of(org.north_office, people.reviewer)

    assert [row.organization for row in board.rows] == [org.north, org.north_two, org.north_four]
    assert board.by_branch


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(states=st.lists(st.sampled_from(State.values), min_size=ANSWERS, max_size=ANSWERS))
def test_cells_add_up_to_totals_whatever_the_states(states, campaign, org, people):
    rows = list(BranchItem.objects.select_related("branch").order_by("pk"))
    for row, state in zip(rows, states, strict=True):
        put(row, state, org)
    BranchItem.objects.bulk_update(rows, ["state", "with_organization"])

    board = board_of(org.city, people.department)

    due = BranchItem.objects.filter(due_on__lt=TODAY).count()
    everything = overview.Numbers.of(BranchItem.objects.in_force().figures(TODAY) | {"due": due})
    empty = overview.Numbers()
    assert board.total == everything
    assert sum((row.total for row in board.rows), empty) == everything
    assert sum(board.totals.values(), empty) == everything
    assert everything.total == sum(
        getattr(everything, state)
        for state in ("todo", "draft", "submitted", "returned", "accepted")
    )
    assert everything.accepted == states.count("accepted")


def test_a_closed_branch_is_counted_nowhere(answers, org, people):
    before = board_of(org.committee, people.committee).total.total

    organizations.close(org.north_two, on=date(2022, 6, 1), by=None)

    assert board_of(org.committee, people.committee).total.total == before - 4


def test_an_organisation_without_items_still_has_its_row(answers, org, people):
    new = organizations.establish(
        parent=org.committee,
        kind=Kind.PRIMARY_COMMITTEE,
        code="04",
        name="市新局机关党委",
        on=FOUNDED,
        by=None,
        order_number=4,
    )

    row = board_of(org.committee, people.committee).rows[-1]

    assert (row.organization, row.total.share()) == (new, None)


def test_a_person_counts_only_what_is_in_sight(answers, org, people):
    assert board_of(org.committee, people.south_reviewer).total.total == 4


def test_the_share_is_by_items_or_by_weight():
    numbers = overview.Numbers(total=4, accepted=1, weight=10, weight_accepted=5)

    assert (numbers.share(), numbers.share("weight")) == (0.25, 0.5)


@pytest.mark.parametrize("person", ["committee", "department", "reviewer"])
def test_every_figure_opens_a_list_of_that_many(person, answers, people, sign_in):
    client = sign_in(getattr(people, person))

    figures = numbers_in(client.get(reverse("reports:overview")).content.decode())

    assert set(figures) == {"审核通过", "待审核", "退回修改", "填报中", "未填报", "逾期"}
    for label, (number, url) in figures.items():
        assert count_in(client, url) == number, label


def test_every_cell_of_the_board_opens_its_denominator(answers, org, people, sign_in):
    client = sign_in(people.committee)
    page = client.get(reverse("reports:overview"))

    for row in page.context["rows"]:
        for cell in [*row["cells"], row["total"]]:
            assert count_in(client, cell.url) == cell.numbers.total
        assert count_in(client, row["overdue_url"]) == row["total"].numbers.overdue


def test_the_first_sentence_says_reports_and_items_with_their_lists(
    answers, org, people, sign_in, monkeypatch
):
    client = sign_in(people.committee)
    make.open_months(BranchItem.objects.first().item.task.campaign, local_day())

    page = client.get(reverse("reports:overview"))

    reporting = page.context["reporting"]
    sentence = re.search(r'<p class="sentence">(.*?)</p>', page.content.decode(), re.S)[1]
    words = re.sub(r"<[^>]+>|\s", "", sentence)
    if reporting.expected:
        assert f"本月应报{reporting.expected}家，已报0家".replace(",", "，") in words
    else:
        assert "本月没有报送任务" in words
    assert f"检查条目{ANSWERS}项" in words


def test_items_and_reports_that_wait_with_me_are_said(answers, people, sign_in):
    waiting = BranchItem.objects.to_review_by(people.reviewer).count()

    page = sign_in(people.reviewer).get(reverse("reports:overview")).content.decode()

    assert waiting
    assert f"待审核条目 <b>{waiting}</b>" in page
    assert f'href="{reverse("tasks:review")}"' in page


def test_the_filters_stay_in_every_address(answers, people, sign_in):
    page = sign_in(people.committee).get(
        reverse("reports:overview"), {"by": "weight", "sort": "share"}
    )

    assert page.context["address"].measure == "weight"
    shares = [row["total"].share for row in page.context["rows"]]
    assert shares == sorted(shares)
    assert all(
        "by=weight" in row["url"] and "sort=share" in row["url"] for row in page.context["rows"]
    )


def test_a_foreign_branch_is_neither_named_nor_counted(answers, people, sign_in):
    client = sign_in(people.south_reviewer)

    board = reverse("reports:overview")
    for url in (board, reverse("reports:items"), *(f"{board}?section={key}" for key in SECTIONS)):
        page = client.get(url).content.decode()
        assert "南一支部" in page or "市南区局" in page
        assert "北一支部" not in page
        assert "市北区局" not in page


def test_a_foreign_organisation_is_not_found(answers, org, people, sign_in):
    client = sign_in(people.south_reviewer)

    for name in ("reports:overview", "reports:items", "reports:exports"):
        for wrong in (org.north.pk, "9" * 30, "abc", "²"):
            query = {"org": wrong, "kind": "checklist"}
            assert client.get(reverse(name), query).status_code == 404


def test_a_branch_has_its_checklist_instead_of_a_board(answers, org, people, sign_in):
    answer = sign_in(people.reviewer).get(reverse("reports:overview"), {"org": org.north.pk})

    assert (answer.status_code, answer.url) == (302, f"/checklist/{org.north.pk}/")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"phase": "P9"}, "没有“P9”这个阶段"),
        ({"task": "<b>"}, "没有“&lt;b&gt;”这个任务"),
        ({"state": "happy"}, "没有“happy”这个状态"),
        ({"month": "2022-13"}, "没有“2022-13”这个月份"),
        ({"year": "1999"}, "没有“1999”这个年度"),
    ],
)
def test_a_condition_that_names_nothing_is_not_applied_and_said(
    query, sentence, answers, people, sign_in
):
    page = sign_in(people.committee).get(reverse("reports:items"), query)

    assert sentence in page.content.decode()
    assert page.context["page_obj"].paginator.count == ANSWERS


def test_conditions_join(answers, org, people):
    selection = read(
        {"task": "T1", "item": "T1-01", "month": "2022-05", "overdue": "1"},
        organization=org.committee,
        today=TODAY,
    )

    found = set(selection.items(by=people.committee, today=TODAY))

    assert found == {
        row
        for row in BranchItem.objects.select_related("item__task")
        if row.item.code == "T1-01"
        and row.state in ("todo", "draft", "returned")
        and row.due_on == date(2022, 5, 31)
    }
    assert selection.label == "T1 任务1、条目T1-01、逾期、期限在2022年5月"
    assert read(selection.parameters, organization=org.committee, today=TODAY) == selection


def test_a_phase_is_the_items_that_are_worked_on_in_it(answers, org, people):
    campaign = answers[0].item.task.campaign
    phase = campaign.phases.create(
        code="P1", order=1, name="动员部署", starts_on=date(2022, 4, 1), ends_on=date(2022, 5, 31)
    )
    version = answers[0].version
    type(version).objects.filter(pk=version.pk).update(phases=["P1", "P2"])

    board = board_of(org.committee, people.committee, phase=phase.code)

    assert board.total.total == BranchItem.objects.filter(version=version).count() == 5


def queries_of(client, url, counter):
    client.get(url)
    with counter as found:
        client.get(url)
    return len(found)


def test_the_number_of_statements_does_not_grow(
    answers, org, people, sign_in, django_assert_max_num_queries
):
    client = sign_in(people.committee)
    board = reverse("reports:overview")
    urls = [
        board,
        *(f"{board}?section={key}" for key in SECTIONS if key),
        reverse("reports:items"),
        reverse("reports:exports") + "?kind=checklist",
        reverse("reports:exports") + "?kind=summary",
    ]

    before = [queries_of(client, url, django_assert_max_num_queries(20)) for url in urls]
    for number in range(5):
        organizations.establish(
            parent=org.south_office,
            kind=Kind.BRANCH,
            code=f"02-1{number}",
            name=f"南{number}新支部",
            on=FOUNDED,
            by=None,
        )
    make_more(answers)

    assert [queries_of(client, url, django_assert_max_num_queries(20)) for url in urls] == before
    assert before[0] <= 20  # what the budget gives a dashboard


def make_more(answers):
    """The items of branches founded later."""
    from branches.models import Organization
    from tasks.models import ChecklistItem

    known = set(BranchItem.objects.values_list("branch", "item"))
    BranchItem.objects.bulk_create(
        BranchItem(
            branch=branch,
            item=item,
            version=item.current,
            opens_on=item.current.opens_on,
            due_on=item.current.due_on,
        )
        for branch in Organization.objects.branches()
        for item in ChecklistItem.objects.select_related("current")
        if (branch.pk, item.pk) not in known
    )


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_goes_to_excel_as_it_stands_and_the_trail_says_so(
    section, answers, org, people, sign_in
):
    query = {"section": section, "task": "T1", "format": "xlsx"}

    answer = sign_in(people.committee).get(reverse("reports:overview"), query)

    assert answer.headers["Content-Type"].endswith("spreadsheetml.sheet")
    entry = Entry.objects.get(verb="overview.exported")
    assert (entry.actor, entry.organization_id, entry.detail["task"]) == (
        people.committee, org.committee.pk, "T1",
    )  # fmt: skip


def test_the_exported_board_holds_the_figures_of_the_screen(answers, people, sign_in):
    client = sign_in(people.committee)
    rows = client.get(reverse("reports:overview"), {"task": "T1"}).context["rows"]

    answer = client.get(reverse("reports:overview"), {"task": "T1", "format": "xlsx"})

    lines = load_workbook(io.BytesIO(answer.content)).worksheets[0].values
    numbers = {line[1]: line[2:4] for line in lines if line[1]}
    for row in rows:
        cell = row["cells"][0]
        assert numbers[row["organization"].name] == (cell.numbers.accepted, cell.numbers.total)


def test_a_phase_shows_what_should_be_done_by_now_and_what_is(answers, people, sign_in):
    campaign = answers[0].item.task.campaign
    campaign.phases.create(
        code="P1", order=1, name="动员部署", starts_on=date(2022, 4, 1), ends_on=date(2022, 5, 31)
    )
    type(answers[0].version).objects.update(phases=["P1"])

    phase = sign_in(people.committee).get(reverse("reports:overview")).context["phases"][0]

    rows = BranchItem.objects.all()
    assert phase["numbers"].total == ANSWERS
    assert phase["planned"] == rows.filter(due_on__lt=local_day()).count()
    assert phase["numbers"].accepted == rows.filter(state=State.ACCEPTED).count()


def test_without_a_campaign_the_pages_say_so(people, sign_in):
    client = sign_in(people.committee)

    for name in ("reports:overview", "reports:items"):
        assert "还没有启动党支部基本建设年活动" in client.get(reverse(name)).content.decode()
