"""The way of an item: filled in, handed in, reviewed level by level, returned, taken back."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage

from branches.roles import Role
from branches.services import appointments, organizations
from branchyear.audit.models import Entry
from branchyear.lib.dates import CHINA, local_day
from branchyear.lib.errors import Conflict, Refused
from branchyear.notifications.models import Notice
from conftest import FOUNDED, make_office, make_user
from tasks import rules
from tasks.models import BranchItem, ItemStep
from tasks.services import evidence, items
from tasks.tests.make import (
    NOW,
    item_of,
    make_accepted,
    make_answer,
    make_campaign,
    make_draft,
    make_evidence,
    make_pdf,
    make_returned,
    make_submitted,
)

pytestmark = pytest.mark.engines

State = BranchItem.State


@pytest.fixture
def campaign(org, people):
    return make_campaign()


@pytest.fixture
def item(campaign, org):
    return item_of(org.north)


def verbs():
    return list(
        Entry.objects.filter(verb__startswith="item.").order_by("pk").values_list("verb", flat=True)
    )


def test_saving_keeps_the_answer_and_leaves_a_trace(item, people):
    answer = make_answer(result="ongoing")

    items.save(item, answer, revision=1, by=people.clerk, now=NOW)

    item.refresh_from_db()
    assert items.answer_of(item) == answer
    assert (item.state, item.revision, item.updated_by) == (State.DRAFT, 2, people.clerk)
    assert verbs() == ["item.saved"]
    assert not item.steps.exists()


def test_handing_in_passes_it_to_the_direct_organisation_and_tells_its_reviewer(item, org, people):
    items.submit(item, make_answer(), by=people.secretary, now=NOW)

    item.refresh_from_db()
    assert (item.state, item.with_organization, item.round) == (
        State.SUBMITTED,
        org.north_office,
        1,
    )
    assert item.first_submitted_at == item.submitted_at == NOW
    step = item.steps.get()
    assert (step.kind, step.by_name, step.organization) == (
        "submitted",
        "赵书记",
        org.north_office,
    )
    assert step.snapshot["note"] == make_answer().note
    assert [n.recipient for n in Notice.objects.filter(kind="item.submitted")] == [people.reviewer]


def test_acceptance_is_final_and_told_to_the_branch(item, people):
    make_submitted(item, people.secretary)

    items.accept(item, by=people.reviewer, now=NOW)

    item.refresh_from_db()
    assert (item.state, item.with_organization, item.decided_at) == (State.ACCEPTED, None, NOW)
    assert set(
        Notice.objects.filter(kind="item.accepted").values_list("recipient__username", flat=True)
    ) == {"shuji", "ganshi"}
    assert verbs() == ["item.submitted", "item.accepted"]


def test_a_general_branch_reviews_first(campaign, org, people):
    item = make_submitted(item_of(org.north_four), people.fourth_secretary)
    first = item.with_organization

    items.accept(item, by=people.general_reviewer, now=NOW)
    second = BranchItem.objects.get(pk=item.pk).with_organization
    items.accept(item, by=people.reviewer, now=NOW)

    assert (first, second) == (org.north_general, org.north_office)
    item.refresh_from_db()
    assert item.state == State.ACCEPTED
    assert list(item.steps.values_list("kind", flat=True)) == ["submitted", "forwarded", "accepted"]


def test_a_direct_branch_is_reviewed_by_the_committee(campaign, org, people):
    item = make_submitted(item_of(org.archive), people.archive_secretary)

    assert item.with_organization_id == org.committee.pk
    items.accept(item, by=people.committee, now=NOW)
    item.refresh_from_db()
    assert item.state == State.ACCEPTED


def test_returning_needs_a_reason_and_goes_to_the_branch(item, people):
    make_submitted(item, people.secretary)

    for reason in ("", "   ", "不行", "长" * 501):
        with pytest.raises(Refused) as refusal:
            items.send_back(item, reason=reason, by=people.reviewer, now=NOW)
        assert refusal.value.field == "reason"
    items.send_back(item, reason="请补充会议记录。", by=people.reviewer, now=NOW)

    item.refresh_from_db()
    assert (item.state, item.with_organization, item.return_reason) == (
        State.RETURNED,
        None,
        "请补充会议记录。",
    )
    letter = Notice.objects.get(kind="item.returned", recipient=people.clerk)
    assert "请补充会议记录" in letter.text


def test_a_returned_item_is_mended_and_handed_in_again(item, people):
    make_returned(item, people.secretary, people.reviewer)
    later = NOW + timedelta(days=2)

    items.submit(item, make_answer(note="已补充。"), by=people.clerk, now=later)

    item.refresh_from_db()
    assert (item.round, item.first_submitted_at, item.submitted_at) == (2, NOW, later)
    assert (item.submitted_by, item.decided_at) == (people.clerk, None)


def test_it_can_be_taken_back_until_somebody_has_decided(campaign, org, people):
    item = make_submitted(item_of(org.north_four), people.fourth_secretary)

    items.withdraw(item, by=people.fourth_secretary, now=NOW)
    taken_back = BranchItem.objects.get(pk=item.pk)
    items.submit(item, by=people.fourth_secretary, now=NOW)
    items.accept(item, by=people.general_reviewer, now=NOW)

    assert (taken_back.state, taken_back.with_organization) == (State.DRAFT, None)
    assert not rules.may_withdraw(people.fourth_secretary, item)
    with pytest.raises(Refused, match="已有一级审核通过，不能撤回"):
        items.withdraw(item, by=people.fourth_secretary, now=NOW)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"result": ""}, "result"),
        ({"result": "ongoing"}, "result"),
        ({"fact_on": None}, "fact_on"),
        ({"fact_on": date(2026, 5, 13)}, "fact_on"),
        ({"fact_on": date(2026, 3, 31)}, "fact_on"),
        ({"result": "not_applicable", "note": "没有"}, "note"),
        ({"note": "长" * 2001}, "note"),
        ({"result": "maybe"}, "result"),
    ],
)
def test_an_incomplete_answer_is_not_handed_in(item, people, changes, field):
    with pytest.raises(Refused) as refusal:
        items.submit(item, make_answer(**changes), by=people.secretary, now=NOW)

    assert refusal.value.field == field
    item.refresh_from_db()
    assert (item.state, item.revision) == (State.TODO, 1)


def test_the_window_is_said_in_the_sentence(item):
    found = items.problems_before_submitting(item, make_answer(fact_on=date(2025, 12, 1)), now=NOW)

    assert found == [("fact_on", "完成日期应在活动期间(2026年4月1日至2026年12月31日)。")]


def test_the_numbers_asked_must_be_given(campaign, org, people):
    item = item_of(org.north, "T7-01")
    make_evidence(item, people.secretary)

    for numbers in ({}, {"posts": None}, {"pens": 3}):
        with pytest.raises(Refused) as refusal:
            items.submit(item, make_answer(numbers=numbers), by=people.secretary, now=NOW)
        assert refusal.value.field.startswith("number_")
    for wrong in (-1, 2.5, "三", True, 10**9):
        with pytest.raises(Refused, match="整数"):
            items.save(
                item,
                make_answer(numbers={"posts": wrong}),
                revision=item.revision,
                by=people.secretary,
                now=NOW,
            )
    items.submit(item, make_answer(numbers={"posts": 0}), by=people.secretary, now=NOW)

    item.refresh_from_db()
    assert item.numbers == {"posts": 0}


def test_an_item_verified_by_evidence_needs_a_file_unless_it_does_not_apply(campaign, org, people):
    item = item_of(org.north, "T1-05")

    with pytest.raises(Refused, match="须有佐证材料。请上传：批复文件"):
        items.submit(item, make_answer(), by=people.secretary, now=NOW)
    items.submit(
        item,
        make_answer(result="not_applicable", fact_on=None, note="本年度没有调整设置。"),
        by=people.secretary,
        now=NOW,
    )

    item.refresh_from_db()
    assert item.state == State.SUBMITTED


def test_an_item_is_not_filled_in_before_its_time(campaign, org, people):
    item = item_of(org.north, "T2-05")

    with pytest.raises(Refused, match="未到填报时间，自2026年6月1日起填报"):
        make_draft(item, people.secretary)


def test_late_is_allowed_and_stays_late(item, people):
    late = datetime(2026, 7, 2, 9, 0, tzinfo=CHINA)

    items.submit(item, make_answer(), by=people.secretary, now=late)

    assert local_day(item.first_submitted_at) > item.due_on


def test_after_the_year_only_what_was_returned_is_mended(campaign, org, people):
    returned = make_returned(item_of(org.north), people.secretary, people.reviewer)
    waiting = make_submitted(item_of(org.north, "T1-03"), people.secretary)
    after = datetime(2027, 1, 8, 9, 0, tzinfo=CHINA)

    with pytest.raises(Refused, match="已于2026年12月31日结束"):
        make_draft(item_of(org.north, "T1-06"), people.secretary, now=after)
    items.submit(returned, make_answer(note="补好了。"), by=people.secretary, now=after)
    items.accept(waiting, by=people.reviewer, now=after)

    returned.refresh_from_db()
    waiting.refresh_from_db()
    assert (returned.state, waiting.state) == (State.SUBMITTED, State.ACCEPTED)


def test_a_closed_branch_is_only_read(campaign, org, people):
    item = make_submitted(item_of(org.north), people.secretary)
    organizations.close(org.north, on=date(2026, 5, 1), by=None)
    item = item_of(org.north)

    for act in (
        lambda: items.accept(item, by=people.reviewer, now=NOW),
        lambda: items.send_back(item, reason="请补充材料。", by=people.reviewer, now=NOW),
        lambda: items.withdraw(item, by=people.secretary, now=NOW),
        lambda: evidence.add(item, make_pdf(), by=people.secretary, now=NOW),
    ):
        with pytest.raises(Refused, match="已于2026年5月1日撤销"):
            act()
    assert not rules.may_review(people.reviewer, item)


@pytest.mark.parametrize(
    "who", ["second_secretary", "south_secretary", "reviewer", "committee", "leader", "inspector"]
)
def test_only_the_branch_fills_it_in(item, people, who):
    person = getattr(people, who)

    with pytest.raises(PermissionDenied, match="党支部书记或党务干部"):
        make_draft(item, person)
    with pytest.raises(PermissionDenied, match="党支部书记或党务干部"):
        items.submit(item, make_answer(), by=person, now=NOW)
    with pytest.raises(PermissionDenied, match="党支部书记或党务干部"):
        evidence.add(item, make_pdf(), by=person, now=NOW)


@pytest.mark.parametrize(
    "who", ["secretary", "clerk", "south_reviewer", "general_reviewer", "leader", "department"]
)
def test_only_its_reviewer_reviews_it(item, people, who):
    make_submitted(item, people.secretary)
    person = getattr(people, who)

    with pytest.raises(PermissionDenied):
        items.accept(item, by=person, now=NOW)
    with pytest.raises(PermissionDenied):
        items.send_back(item, reason="请补充会议记录。", by=person, now=NOW)
    assert not rules.may_review(person, item)
    assert not rules.may_return(person, item)


def test_the_committee_looks_and_returns_but_does_not_accept_for_others(item, people):
    make_submitted(item, people.secretary)

    with pytest.raises(PermissionDenied, match="须由该党组织的审核人办理"):
        items.accept(item, by=people.committee, now=NOW)
    items.accept(item, by=people.reviewer, now=NOW)
    with pytest.raises(PermissionDenied, match="只有市直机关工委审核人可以退回"):
        items.send_back(item, reason="请补充会议记录。", by=people.reviewer, now=NOW)
    items.send_back(item, reason="抽查发现记录不全。", by=people.committee, now=NOW)

    item.refresh_from_db()
    assert item.state == State.RETURNED
    assert item.steps.last().organization.name == "市直机关工委"


def test_nobody_reviews_his_own(campaign, org, people):
    """By office in the branch, by having filled it in, by having handed it in in an earlier round."""
    make_office(people.secretary, Role.ORG_REVIEWER, org.north_office)
    by_office = make_submitted(item_of(org.north), people.clerk)
    former = make_office(make_user("jiu", "旧干事"), Role.CLERK, org.north)
    filled = make_submitted(item_of(org.north, "T1-03"), former)
    earlier = make_returned(item_of(org.north, "T1-06"), former, people.reviewer)
    items.submit(earlier, make_answer(note="已补充。"), by=people.clerk, now=NOW)
    office = former.appointments.get()
    appointments.end_appointment(office, on=date(2026, 5, 1), by=None)
    make_office(former, Role.ORG_REVIEWER, org.north_office)

    for row, person in ((by_office, people.secretary), (filled, former), (earlier, former)):
        with pytest.raises(PermissionDenied, match="须由其他审核人办理"):
            items.accept(row, by=person, now=NOW)
        with pytest.raises(PermissionDenied, match="须由其他审核人办理"):
            items.send_back(row, reason="请补充会议记录。", by=person, now=NOW)
    assert not rules.may_review(people.secretary, by_office)
    assert not rules.may_review(former, filled)


def test_the_slower_of_two_people_keeps_his_text_and_sees_theirs(item, people):
    mine = BranchItem.objects.get(pk=item.pk)
    make_draft(item, people.clerk, note="干事写的。", result="ongoing")

    with pytest.raises(Conflict) as told:
        items.save(mine, make_answer(note="书记写的。"), revision=1, by=people.secretary, now=NOW)

    assert told.value.theirs["情况说明"] == "干事写的。"
    assert told.value.theirs["落实情况"] == "正在推进"
    assert (told.value.who, told.value.at) == ("钱干事", NOW)
    mine.refresh_from_db()
    assert mine.note == "干事写的。"


def test_an_old_page_is_told_even_when_the_row_was_read_anew(item, people):
    make_draft(item, people.clerk, note="干事写的。")
    fresh = BranchItem.objects.get(pk=item.pk)

    with pytest.raises(Conflict):
        items.submit(fresh, make_answer(), revision=1, by=people.secretary, now=NOW)


def test_the_slower_of_two_reviewers_is_told(item, org, people):
    second = make_office(make_user("shenhe2", "尤审核"), Role.ORG_REVIEWER, org.north_office)
    make_submitted(item, people.secretary)
    mine, theirs = BranchItem.objects.get(pk=item.pk), BranchItem.objects.get(pk=item.pk)
    items.accept(theirs, by=people.reviewer, now=NOW)

    with pytest.raises(Conflict, match="已由吴审核.*现为“审核通过”") as told:
        items.send_back(mine, reason="请补充会议记录。", by=second, now=NOW)

    assert told.value.who == "吴审核"
    assert ItemStep.objects.filter(branch_item=item).count() == 2


def test_saving_the_same_again_changes_nothing(item, people):
    make_draft(item, people.secretary)

    items.save(item, make_answer(), revision=1, by=people.clerk, now=NOW)

    item.refresh_from_db()
    assert (item.revision, item.updated_by) == (2, people.secretary)
    assert verbs() == ["item.saved"]


def test_all_that_is_ready_is_handed_in_at_once(campaign, org, people):
    make_draft(item_of(org.north, "T1-01"), people.secretary)
    make_draft(item_of(org.north, "T1-05"), people.secretary)
    make_draft(item_of(org.north, "T1-03"), people.secretary, result="ongoing")

    told = items.submit_ready(org.north, by=people.secretary, now=NOW)

    assert [(row.item.code, bool(sentence)) for row, sentence in told] == [
        ("T1-01", False),
        ("T1-05", True),
    ]
    assert item_of(org.north, "T1-01").state == State.SUBMITTED
    assert item_of(org.north, "T1-05").state == State.DRAFT


def test_many_are_accepted_each_for_itself(campaign, org, people):
    good = make_submitted(item_of(org.north, "T1-01"), people.secretary)
    foreign = make_submitted(item_of(org.south, "T1-01"), people.south_secretary)

    told = items.accept_many([good, foreign], by=people.reviewer, now=NOW)

    assert [sentence is None for _, sentence in told] == [True, False]
    foreign.refresh_from_db()
    assert foreign.state == State.SUBMITTED


def test_a_general_branch_without_a_reviewer_is_no_level(campaign, org, people):
    office = people.general_reviewer.appointments.get()
    appointments.end_appointment(office, on=date(2026, 5, 1), by=None)

    item = make_submitted(item_of(org.north_four), people.fourth_secretary)

    assert item.with_organization_id == org.north_office.pk


def test_nothing_is_stuck_when_a_general_branch_loses_its_reviewer(campaign, org, people):
    item = make_submitted(item_of(org.north_four), people.fourth_secretary)
    before = list(BranchItem.objects.to_review_by(people.reviewer))
    office = people.general_reviewer.appointments.get()
    appointments.end_appointment(office, on=date(2026, 5, 1), by=None)

    after = list(BranchItem.objects.to_review_by(people.reviewer))
    items.accept(after[0], by=people.reviewer, now=NOW)

    item.refresh_from_db()
    assert (before, after) == ([], [item])
    assert item.state == State.ACCEPTED
    assert item.steps.last().organization_id == org.north_office.pk


def test_the_queue_is_the_rule_as_a_list(campaign, org, people):
    make_submitted(item_of(org.north), people.secretary)
    make_submitted(item_of(org.north_four), people.fourth_secretary)
    make_submitted(item_of(org.archive), people.archive_secretary)
    make_office(people.secretary, Role.ORG_REVIEWER, org.north_office)

    for person in vars(people).values():
        able = {
            row.pk
            for row in BranchItem.objects.filter(state="submitted")
            if rules.may_review(person, row)
        }
        queue = set(BranchItem.objects.to_review_by(person).values_list("pk", flat=True))
        # The direct organisation may step in for a general branch that could; it is not shown.
        assert queue <= able
        assert {
            row.pk
            for row in BranchItem.objects.filter(pk__in=able)
            if row.with_organization_id in {a.organization_id for a in person.appointments.all()}
        } <= queue


def test_a_moved_branch_is_reviewed_by_its_new_organisation(campaign, org, people):
    item = make_submitted(item_of(org.north), people.secretary)

    organizations.move(org.north, to=org.south_office, on=date(2026, 5, 20), by=None)

    item.refresh_from_db()
    assert item.with_organization == org.south_office
    assert Entry.objects.filter(verb="item.rerouted").count() == 1
    assert Notice.objects.filter(kind="item.submitted", recipient=people.south_reviewer).exists()


def test_a_branch_moved_within_its_organisation_keeps_its_place_in_the_queue(campaign, org, people):
    item = make_submitted(item_of(org.north), people.secretary)

    organizations.move(org.north, to=org.north_general, on=date(2026, 5, 20), by=None)

    item.refresh_from_db()
    assert item.with_organization == org.north_office


def test_a_merged_branch_keeps_its_items_and_files_as_history(campaign, org, people):
    item = make_submitted(item_of(org.north, "T1-05"), people.secretary)
    total = BranchItem.objects.in_force().count()

    organizations.merge(org.north, into=org.north_two, on=date(2026, 5, 20), by=None)

    item.refresh_from_db()
    assert (item.branch, item.state) == (org.north, State.SUBMITTED)
    assert item.evidence_links.get().evidence.organization == org.north
    assert BranchItem.objects.in_force().count() == total - 42
    assert not BranchItem.objects.to_review_by(people.reviewer).exists()


def test_a_branch_founded_later_gets_its_items(org, people):
    today = local_day()
    campaign = make_campaign(year=today.year)
    make_campaign(year=today.year - 1)

    branch = organizations.establish(
        parent=org.north_office, kind="branch", code="01-09", name="北九支部", on=today, by=None
    )

    rows = BranchItem.objects.filter(branch=branch)
    assert rows.count() == 42
    assert rows.of(campaign).count() == 42
    late = rows.get(item__code="T1-01")
    assert late.due_on >= min(today + timedelta(days=30), campaign.ends_on)


def test_the_committee_returns_an_accepted_item_to_what_is_asked_now(campaign, org, people):
    from tasks.services.campaign import revise_item

    item = make_accepted(item_of(org.north), people.secretary, people.reviewer)
    version = revise_item(item.item, by=None, text="全面盘点支部党员，建立党员名册(新)")
    untouched = BranchItem.objects.get(pk=item.pk).version

    items.send_back(item, reason="要求已有更新，请补充。", by=people.committee, now=NOW)

    item.refresh_from_db()
    assert (untouched.number, item.version) == (1, version)


def test_files_written_for_a_failed_move_are_gone(item, people):
    files = Path(default_storage.location)  # not there before the first file of all
    before = set(files.rglob("*"))

    with pytest.raises(Refused):
        evidence.add(item, make_pdf(), by=people.secretary, now=NOW - timedelta(days=90))

    assert {path for path in files.rglob("*") if path.is_file()} <= before
    assert item.opens_on > FOUNDED
