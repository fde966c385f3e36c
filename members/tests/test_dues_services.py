"""What happens to dues: it is done, refused, and leaves its trace."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from branchyear.audit.models import Entry as Trace
from branchyear.lib.dates import CHINA, Month
from branchyear.lib.errors import Refused
from branchyear.notifications.models import Notice
from members import jobs
from members.models import DuesBase, DuesExemption, DuesMonth, DuesPublication, Member
from members.models.dues import DuesKind
from members.services import dues
from members.tests.make import make_member

pytestmark = pytest.mark.engines

TODAY = date(2026, 6, 20)
NOW = datetime(2026, 6, 20, 10, tzinfo=CHINA)
JUNE = Month(2026, 6)


@pytest.fixture
def zhang(org):
    return make_member(org.north, "张三")


@pytest.fixture
def based(zhang, people):
    approve(zhang, "6200", people.secretary, "2026-01")
    for number in range(1, 7):
        dues.open_month(Month(2026, number), today=TODAY)
    return zhang


def approve(member, base, by, month="2026-06", kind=DuesKind.WAGE, **more):
    return dues.approve_base(
        member,
        kind=kind,
        base=base and Decimal(base),
        from_month=Month.parse(month),
        by=by,
        today=TODAY,
        **more,
    )


def pay(member, month, amount, by, *, on=TODAY, revision=1, **more):
    line = dues.Entry(member.pk, Month.parse(month), Decimal(amount), on, revision=revision, **more)
    return dues.record_payments(member.organization, [line], by=by, now=NOW)


def row(member, month):
    return DuesMonth.objects.get(member=member, month=month)


def dues_by_month(member):
    return list(
        DuesMonth.objects.filter(member=member).order_by("month").values_list("month", "due")
    )


# --- Bases ------------------------------------------------------------------------------------------


def test_a_base_gives_what_is_due_by_the_rule(zhang, people):
    base = approve(zhang, "6200", people.secretary)

    assert (base.base, base.monthly_due, base.by) == (
        Decimal("6200"),
        Decimal("93.00"),
        people.secretary,
    )


def test_a_new_base_counts_from_its_month_and_leaves_the_old_one(based, people):
    approve(based, "8000", people.clerk, "2026-05")

    assert dues_by_month(based) == [
        *[(f"2026-0{n}", Decimal("93.00")) for n in (1, 2, 3, 4)],
        ("2026-05", Decimal("120.00")),
        ("2026-06", Decimal("120.00")),
    ]
    assert DuesBase.objects.filter(member=based).count() == 2


def test_a_later_correction_leaves_what_is_settled(based, people):
    pay(based, "2026-02", "93", people.secretary)
    pay(based, "2026-06", "93", people.secretary)

    approve(based, "8000", people.secretary, "2026-01")

    due = dict(dues_by_month(based))
    assert due["2026-02"] == Decimal("93.00")  # over and paid
    assert due["2026-01"] == Decimal("120.00")  # over, unpaid
    assert due["2026-06"] == Decimal("120.00")  # still running


def test_a_correction_of_the_same_month_keeps_the_old_figure_in_the_note(based, people):
    approve(based, "6300", people.secretary, "2026-01", note="工资表核对")

    base = DuesBase.objects.get(member=based)
    assert base.base == Decimal("6300")
    assert base.note == "工资表核对（更正前基数6,200.00元、月交93.00元）"


def test_the_trail_of_a_base_names_no_sum(based):
    traces = Trace.objects.filter(verb="dues.base_approved")

    assert [(t.thing_label, t.detail) for t in traces] == [
        ("张三", {"kind": "wage", "from_month": "2026-01"})
    ]


def test_only_the_branch_approves_bases_and_only_of_its_own(zhang, org, people):
    stranger = make_member(org.south, "南党员")

    for who in (people.reviewer, people.committee, people.south_secretary, people.inspector):
        with pytest.raises(PermissionDenied):
            approve(zhang, "6200", who)
    line = dues.BaseEntry(stranger.pk, DuesKind.WAGE, Decimal("6200"), JUNE)
    with pytest.raises(Refused, match="不在本支部名册"):
        dues.approve_bases(org.north, [line], by=people.secretary, today=TODAY)


@pytest.mark.parametrize(
    ("kind", "base", "month", "words"),
    [
        (DuesKind.WAGE, None, "2026-06", "请填写党费计算基数"),
        (DuesKind.FARMER, "5", "2026-06", "0.20元至1.00元"),
        (DuesKind.WAGE, "6200", "2028-01", "起始月份"),
        ("nonsense", "6200", "2026-06", "类别"),
    ],
)
def test_a_base_that_cannot_be_is_refused_with_the_name(kind, base, month, words, zhang, people):
    with pytest.raises(Refused, match=f"张三：.*{words}"):
        approve(zhang, base, people.secretary, month, kind)


# --- Months -----------------------------------------------------------------------------------------


def test_every_payer_gets_one_row_however_often_the_month_is_opened(org, people, zhang):
    make_member(
        org.south, "预备", category="probationary", formal_on=None, admitted_on=date(2026, 6, 30)
    )
    make_member(
        org.south, "下月", category="probationary", formal_on=None, admitted_on=date(2026, 7, 1)
    )
    make_member(org.south, "走了", standing="left")
    approve(zhang, "3000", people.secretary)

    assert [dues.open_month(JUNE, today=TODAY) for _ in range(2)] == [2, 0]

    rows = DuesMonth.objects.order_by("pk").values_list("member__name", "organization", "due")
    assert set(rows) == {
        ("张三", org.north.pk, Decimal("15.00")),
        ("预备", org.south.pk, None),
    }


def test_what_is_unpaid_follows_a_member_to_where_he_stands_what_was_paid_stays(based, org, people):
    other = make_member(org.north, "李四")
    approve(other, "6200", people.secretary)
    dues.open_month(JUNE, today=TODAY)
    pay(other, "2026-06", "93", people.secretary)
    Member.objects.filter(pk__in=[based.pk, other.pk]).update(organization=org.south)

    dues.open_month(JUNE, today=TODAY)

    assert row(based, "2026-06").organization == org.south
    assert row(based, "2026-05").organization == org.north
    assert row(other, "2026-06").organization == org.north


def test_the_job_delivered_twice_opens_the_running_month_once(zhang):
    for _ in range(2):
        jobs.open_dues_month()

    assert DuesMonth.objects.filter(member=zhang).count() == 1


def test_the_job_finds_nothing_to_do_when_the_members_are_gone(zhang):
    Member.objects.filter(pk=zhang.pk).delete()

    jobs.open_dues_month()

    assert not DuesMonth.objects.exists()


# --- Payments ---------------------------------------------------------------------------------------


def test_a_payment_is_registered_with_its_day_and_way(based, people):
    outcome = pay(based, "2026-06", "93", people.secretary, channel="relative")

    found = row(based, "2026-06")
    assert outcome == dues.Outcome(saved=1)
    assert (found.paid, found.paid_on, found.channel, found.revision, found.updated_by) == (
        Decimal("93"),
        TODAY,
        "relative",
        2,
        people.secretary,
    )
    trace = Trace.objects.get(verb="dues.recorded")
    assert trace.detail == {"months": ["2026-06"], "members": [based.pk]}


def test_a_row_that_is_missing_is_made_by_registering(zhang, people):
    pay(zhang, "2026-06", "50", people.secretary, revision=0)

    found = row(zhang, "2026-06")
    assert (found.paid, found.due) == (Decimal("50"), None)


def test_the_two_months_after_the_running_one_may_be_paid_with_it(based, people):
    lines = [
        dues.Entry(based.pk, JUNE.plus(n), Decimal("93"), TODAY, revision=n == 0) for n in range(3)
    ]

    outcome = dues.record_payments(based.organization, lines, by=people.secretary, now=NOW)

    assert outcome.saved == 3
    with pytest.raises(dues.Unsound, match="两个月"):
        pay(based, "2026-09", "93", people.secretary, revision=0)


def test_the_slower_of_two_is_told_and_the_others_lines_are_kept(based, org, people):
    other = make_member(org.north, "李四")
    dues.open_month(JUNE, today=TODAY)
    pay(based, "2026-06", "93", people.secretary)
    lines = [
        dues.Entry(based.pk, JUNE, Decimal("90"), TODAY, revision=1),
        dues.Entry(other.pk, JUNE, Decimal("50"), TODAY, revision=1),
    ]

    outcome = dues.record_payments(org.north, lines, by=people.clerk, now=NOW)

    assert outcome.saved == 1
    assert {key: r.paid for key, r in outcome.stale.items()} == {
        (based.pk, "2026-06"): Decimal("93")
    }
    assert row(based, "2026-06").paid == Decimal("93")
    assert row(other, "2026-06").paid == Decimal("50")


def test_from_a_workbook_one_stale_line_keeps_all_out(based, org, people):
    other = make_member(org.north, "李四")
    dues.open_month(JUNE, today=TODAY)
    lines = [
        dues.Entry(other.pk, JUNE, Decimal("50"), TODAY, revision=1),
        dues.Entry(based.pk, JUNE, Decimal("90"), TODAY, revision=7),
    ]

    outcome = dues.record_payments(org.north, lines, by=people.clerk, now=NOW, whole=True)

    assert (outcome.saved, list(outcome.stale)) == (0, [(based.pk, "2026-06")])
    assert row(other, "2026-06").paid == 0


def test_a_line_that_says_what_is_stored_changes_nothing(based, people):
    pay(based, "2026-06", "93", people.secretary)

    assert pay(based, "2026-06", "93", people.secretary, revision=1) == dues.Outcome()
    assert row(based, "2026-06").revision == 2


def test_a_corrected_sum_leaves_the_old_one_in_the_note(based, people):
    pay(based, "2026-06", "93", people.secretary)
    pay(based, "2026-06", "39", people.secretary, revision=2, note="看错")
    pay(based, "2026-06", "0", people.secretary, revision=3)

    found = row(based, "2026-06")
    assert (found.paid, found.paid_on, found.channel) == (0, None, "")
    assert found.note == "（2026-06-20更正，原登记39.00元）"


@pytest.mark.parametrize(
    ("month", "change", "field", "words"),
    [
        ("2026-06", {"on": None}, "paid_on", "请填写交纳日期"),
        ("2026-06", {"on": date(2026, 6, 21)}, "paid_on", "还没有到"),
        ("2026-06", {"on": date(2024, 6, 21)}, "paid_on", "早一年"),
        ("2026-06", {"channel": "bank"}, "channel", "请选择"),
        ("2025-11", {}, "note", "第十二条"),
    ],
)
def test_a_line_that_cannot_be_right_refuses_all(month, change, field, words, based, people):
    with pytest.raises(dues.Unsound) as refusal:
        pay(based, month, "93", people.secretary, **change)

    assert words in refusal.value.problems[based.pk, month][field]
    assert not DuesMonth.objects.filter(paid__gt=0).exists()


def test_a_payment_for_more_than_six_months_back_is_taken_with_its_reason(zhang, people):
    pay(zhang, "2025-11", "93", people.secretary, note="长期出差", revision=0)

    assert row(zhang, "2025-11").note == "长期出差"


def test_only_the_branch_registers_and_only_for_its_members(based, org, people):
    for who in (people.reviewer, people.committee, people.second_secretary, people.inspector):
        with pytest.raises(PermissionDenied):
            pay(based, "2026-06", "93", who)
    line = dues.Entry(based.pk, JUNE, Decimal("93"), TODAY, revision=1)
    with pytest.raises(Refused, match="不在本支部"):
        dues.record_payments(org.south, [line], by=people.south_secretary, now=NOW)


# --- Exemptions -------------------------------------------------------------------------------------


def ask(member, by, first="2026-05", last="2026-12", to="0"):
    return dues.request_exemption(
        member,
        from_month=Month.parse(first),
        to_month=Month.parse(last),
        reduced_to=Decimal(to),
        reason="家庭困难",
        by=by,
        now=NOW,
    )


def decide(exemption, by, approve=True, note=""):
    return dues.decide_exemption(exemption, approve=approve, note=note, by=by, now=NOW)


def test_an_exemption_is_asked_for_below_and_decided_above(based, people):
    exemption = ask(based, people.secretary)
    assert Notice.objects.get(kind="dues.exemption_requested").recipient == people.reviewer

    decide(exemption, people.reviewer)

    june, april = row(based, "2026-06"), row(based, "2026-04")
    assert (june.due, june.is_reduced) == (0, True)
    assert (april.due, april.is_reduced) == (Decimal("93.00"), False)
    told = Notice.objects.filter(kind="dues.exemption_decided")
    assert {notice.recipient for notice in told} == {people.secretary, people.clerk}
    assert dues.open_month(JUNE.plus(1), today=TODAY) == 1
    assert row(based, "2026-07").due == 0


def test_a_refusal_needs_its_reason_and_changes_nothing(based, people):
    exemption = ask(based, people.secretary)
    with pytest.raises(Refused, match="写明理由"):
        decide(exemption, people.reviewer, approve=False)

    decide(exemption, people.reviewer, approve=False, note="不符合条件")

    assert exemption.state == DuesExemption.State.REFUSED
    assert row(based, "2026-06").due == Decimal("93.00")


def test_the_slower_of_two_deciders_is_told(based, people):
    exemption = ask(based, people.secretary)
    decide(DuesExemption.objects.get(), people.reviewer)

    with pytest.raises(Refused, match="刚刚已被办理"):
        decide(exemption, people.committee, approve=False, note="不同意")
    with pytest.raises(Refused, match="刚刚已被办理"):
        dues.withdraw_exemption(exemption, by=people.secretary)


def test_neither_the_branch_nor_a_neighbour_decides(based, org, people):
    exemption = ask(based, people.secretary)

    for who in (people.secretary, people.general_reviewer, people.south_reviewer, people.leader):
        with pytest.raises(PermissionDenied):
            decide(exemption, who)


def test_a_direct_branch_asks_the_working_committee(org, people):
    member = make_member(org.archive, "档案员")

    exemption = ask(member, people.archive_secretary)

    assert Notice.objects.get(kind="dues.exemption_requested").recipient == people.committee
    decide(exemption, people.committee)


def test_two_exemptions_of_one_time_are_refused(based, people):
    ask(based, people.secretary)

    with pytest.raises(Refused, match="已有减免"):
        ask(based, people.clerk, first="2026-12", last="2027-03")


def test_a_request_is_taken_back_before_it_is_decided(based, people):
    exemption = ask(based, people.secretary)

    dues.withdraw_exemption(exemption, by=people.clerk)

    assert exemption.state == DuesExemption.State.WITHDRAWN
    assert Trace.objects.filter(verb="dues.exemption_withdrawn").count() == 1


# --- Handing on, telling the members ------------------------------------------------------------------


def hand_on(organization, amount, by, **more):
    values = {"month": JUNE, "on": TODAY, "receipt_no": "001", "today": TODAY, **more}
    return dues.remit(organization, amount=Decimal(amount), by=by, **values)


def test_no_more_is_handed_on_than_came_in(based, org, people):
    pay(based, "2026-06", "93", people.secretary)
    hand_on(org.north, "60", people.secretary)

    with pytest.raises(Refused, match="不能超过33.00元"):
        hand_on(org.north, "33.01", people.secretary)

    hand_on(org.north, "33", people.clerk)
    hand_on(org.north_office, "93", people.reviewer)
    assert Trace.objects.filter(verb="dues.remitted").count() == 3


def test_a_mistaken_remittance_is_taken_back_and_the_trail_keeps_it(based, org, people):
    pay(based, "2026-06", "93", people.secretary)
    remittance = hand_on(org.north, "60", people.secretary)

    with pytest.raises(PermissionDenied):
        dues.withdraw_remittance(remittance, by=people.reviewer)
    dues.withdraw_remittance(remittance, by=people.secretary)

    assert Trace.objects.get(verb="dues.remittance_withdrawn").detail["amount"] == "60.00"


def tell(organization, by, **more):
    values = {"year": 2026, "on": TODAY, "how": "党员大会宣读", "today": TODAY, **more}
    return dues.publish(organization, by=by, **values)


def test_a_publication_freezes_the_sums(based, org, people):
    pay(based, "2026-06", "93", people.secretary)

    row = tell(org.north, people.secretary)
    pay(based, "2026-05", "93", people.secretary)

    row = DuesPublication.objects.get(pk=row.pk)
    assert (row.total_due, row.total_paid, row.members) == (Decimal("558"), Decimal("93"), 1)


def test_a_second_publication_of_the_year_is_a_correction_with_its_reason(based, org, people):
    tell(org.north, people.secretary)

    with pytest.raises(Refused, match="更正原因"):
        tell(org.north, people.secretary)

    assert tell(org.north, people.secretary, reason="补交后更正").number == 2


def test_only_the_branch_tells_its_members(based, org, people):
    with pytest.raises(PermissionDenied):
        tell(org.north, people.reviewer)
    with pytest.raises(Refused, match="没有可以公布"):
        tell(org.north, people.secretary, year=2025)
