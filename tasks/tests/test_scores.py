"""Scores: facts, arithmetic, freezing, doing it again, appeals."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from branches.services import organizations
from branchyear.audit.models import Entry
from branchyear.lib.dates import CHINA
from branchyear.lib.errors import Refused
from branchyear.notifications.models import Notice
from tasks.models import (
    BranchItem,
    Problem,
    Rubric,
    RubricLine,
    Score,
    ScoreAppeal,
    ScoreLine,
    ScoreRound,
)
from tasks.scoring import engine, frozen
from tasks.scoring.arithmetic import Points, Rule, Sums, band_of, points_of, total_of
from tasks.services import freezing, rubrics, score_appeals, scores
from tasks.tests import make

JULY = datetime(make.YEAR, 7, 2, 9, tzinfo=CHINA)
FIRST, LAST = date(make.YEAR, 4, 1), date(make.YEAR, 6, 30)


@pytest.fixture
def campaign(people):
    return make.make_campaign()


@pytest.fixture
def half(campaign, people):
    return make_round(campaign, people.committee)


def make_round(campaign, by, name="上半年"):
    return scores.open_round(
        campaign, name=name, starts_on=FIRST, ends_on=LAST, self_until=LAST, by=by, now=make.NOW
    )


def spoil(org, seed):
    """A half-year in which anything may have happened."""
    rng = Random(seed)
    for row in BranchItem.objects.order_by("pk"):
        state = rng.choice(("todo", "draft", "returned", "accepted", "accepted", "accepted"))
        row.state, row.on_time = state, None if state == "todo" else rng.random() < 0.8
        row.save(update_fields=["state", "on_time"])
    campaign = BranchItem.objects.first().item.task.campaign
    branches = [org.north, org.north_two, org.north_four, org.south, org.archive, org.north_office]
    for number in range(25):
        closed = rng.random() < 0.6
        Problem.objects.create(
            organization=rng.choice(branches), campaign=campaign, number=number + 1,
            origin="hand", title=f"问题{number}", found_on=FIRST + timedelta(days=number),
            due_on=FIRST + timedelta(days=rng.randint(20, 100)),
            state="closed" if closed else "fixing",
            closed_on=FIRST + timedelta(days=rng.randint(20, 100)) if closed else None,
            created_at=make.NOW,
        )  # fmt: skip


def score_of(round_, organization):
    return Score.objects.select_related("round__rubric", "organization").get(
        round=round_, organization=organization
    )


def line_of(score, code):
    return ScoreLine.objects.select_related("line", "score__round", "score__organization").get(
        score=score, line__code=code
    )


# --- Arithmetic -----------------------------------------------------------------------------------


def rule(code="T1", kind="base", measure="share", points="15", **more):
    return Rule(code, kind, measure, Decimal(points), **more)


def test_a_base_line_gives_its_points_by_the_share_that_counts():
    sums = Sums(2, 3, 3, Decimal(7), Decimal(10), Decimal(10))

    assert points_of(rule(), sums) == Points(
        Decimal("15.00"), Decimal("10.50"), None, Decimal("10.50")
    )


def test_what_an_inspection_found_otherwise_is_taken_off_the_line_it_belongs_to():
    sums = Sums(9, 9, 10, Decimal(9), Decimal(9), Decimal(10), spot_failed=1, spot_facts=4)

    told = points_of(rule(), sums)

    assert (told.checked, told.spot, told.points) == (
        Decimal("13.50"), Decimal("-3.75"), Decimal("9.75"),
    )  # fmt: skip


def test_pieces_are_taken_off_up_to_the_cap():
    late = rule("K1", "deducted", "each", "0.5", cap=Decimal(2))

    assert points_of(late, Sums(3, 3, 9, Decimal(3), Decimal(3), Decimal(9))).points == Decimal(
        "-1.50"
    )
    assert points_of(late, Sums(9, 9, 9, Decimal(9), Decimal(9), Decimal(9))).points == Decimal(
        "-2.00"
    )


def test_a_line_without_facts_is_left_out_and_the_rest_reckoned_up():
    rules = [rule("T1", points="60"), rule("T2", points="40")]
    lines = {
        "T1": points_of(rules[0], Sums(1, 1, 2, Decimal(1), Decimal(1), Decimal(2))),
        "T2": points_of(rules[1], Sums()),
    }

    total = total_of(rules, lines, full=Decimal(100), bands=BANDS, vetoed=[])

    assert (total.total, total.band) == (Decimal("50.00"), "较差")


BANDS = [{"name": "好", "min": 90}, {"name": "一般", "min": 60}, {"name": "较差", "min": 0}]


def test_a_veto_limits_the_band_and_never_the_sum():
    assert band_of(Decimal(95), BANDS) == "好"
    assert band_of(Decimal(95), BANDS, ["一般"]) == "一般"
    assert band_of(Decimal(50), BANDS, ["一般"]) == "较差"


def test_a_total_stays_between_nought_and_the_full_mark():
    rules = [rule("T1", points="100"), rule("J1", "added", "judged", "5")]
    full = Sums(1, 1, 1, Decimal(1), Decimal(1), Decimal(1))
    lines = {"T1": points_of(rules[0], full), "J1": points_of(rules[1], Sums(numerator=Decimal(5)))}

    total = total_of(rules, lines, full=Decimal(100), bands=BANDS, vetoed=[])

    assert total.total == Decimal("100.00")


# --- The rubric -----------------------------------------------------------------------------------


def test_a_campaign_starts_with_a_rubric_of_its_own_points_in_force(campaign):
    rubric = Rubric.objects.in_force(campaign)

    base = rubric.lines.filter(kind="base")
    assert sum(line.points for line in base) == rubric.total == 100
    assert [(line.code, line.points) for line in base] == [
        (task.code, task.weight) for task in campaign.tasks.all()
    ]
    rubrics.check(rubric)


def test_a_new_version_never_changes_what_an_old_one_scored(half, org, people):
    make.freeze(half, by=people.committee, now=JULY)
    before = score_of(half, org.north)
    draft = rubrics.draft_rubric(half.rubric, by=people.admin)
    RubricLine.objects.filter(rubric=draft, code="T1").update(points=5)
    RubricLine.objects.filter(rubric=draft, code="T3").update(points=30)

    rubrics.open_rubric(draft, by=people.admin, now=JULY)

    half.refresh_from_db()
    assert Rubric.objects.in_force(half.campaign) == draft
    assert half.rubric.number == 1
    assert frozen.recomputed(before).total.total == before.frozen_total


def test_an_open_rubric_is_not_edited_and_a_wrong_one_not_opened(campaign, people):
    rubric = Rubric.objects.in_force(campaign)
    with pytest.raises(Refused, match="另起草一版"):
        rubrics.revise_rubric(rubric, by=people.admin, changes={"note": "改"})
    draft = rubrics.draft_rubric(rubric, by=people.admin)
    RubricLine.objects.filter(rubric=draft, code="T1").update(points=14)

    with pytest.raises(Refused, match="应等于满分"):
        rubrics.open_rubric(draft, by=people.admin, now=JULY)
    with pytest.raises(PermissionDenied):
        rubrics.draft_rubric(rubric, by=people.committee)


# --- Freezing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [3, 11])
def test_recomputed_equal_frozen_for_every_organisation_of_a_random_city(half, org, people, seed):
    spoil(org, seed)
    rows = list(half.scores.select_related("organization", "round__rubric", "round__campaign"))
    live = engine.sheets(half, [row.organization for row in rows], moment=JULY)

    make.freeze(half, by=people.committee, now=JULY)

    assert len(rows) == 7  # five branches, one of them direct, and two committees
    for row in half.scores.select_related("organization", "round__rubric", "round__campaign"):
        sheet = frozen.recomputed(row)
        assert sheet.total.total == row.frozen_total == row.total
        assert sheet.total == live[row.organization_id].total
        assert frozen.is_whole(row)
        assert frozen.differences(row, moment=JULY)[1] == []


def test_the_numbers_are_those_that_a_plain_count_gives(half, org, people):
    spoil(org, 5)

    make.freeze(half, by=people.committee, now=JULY)

    for place, branches in (
        (org.north, [org.north]),
        (org.north_office, [org.north, org.north_two, org.north_four]),
        (org.archive, [org.archive]),
    ):
        line = line_of(score_of(half, place), "T1")
        items = [
            row
            for row in BranchItem.objects.select_related("version", "item__task")
            if row.branch in branches and row.item.task.code == "T1" and FIRST <= row.due_on <= LAST
        ]
        done = [row for row in items if row.state == "accepted"]
        assert (line.counted, line.facts) == (len(done), len(items)) != (0, 0)
        worth = sum((row.version.weight for row in done), Decimal(0))
        assert (line.numerator, line.denominator) == (
            worth, sum((row.version.weight for row in items), Decimal(0)),
        )  # fmt: skip


def test_what_changes_after_the_freeze_is_shown_and_changes_nothing(half, org, people):
    spoil(org, 7)
    make.freeze(half, by=people.committee, now=JULY)
    row = score_of(half, org.north)
    BranchItem.objects.filter(branch=org.north, state="accepted").update(state="returned")

    sheet, changed = frozen.differences(row, moment=JULY + timedelta(days=9))

    assert {each.line.code for each in changed} >= {"T1", "T2", "K2"}
    assert sheet.total.total < row.frozen_total
    assert frozen.recomputed(row).total.total == row.frozen_total


def test_a_row_changed_behind_our_backs_is_noticed(half, org, people):
    make.freeze(half, by=people.committee, now=JULY)
    row = score_of(half, org.north)
    ScoreLine.objects.filter(score=row, line__code="T1").update(counted=99)

    assert not frozen.is_whole(row)


def test_a_round_is_frozen_once_by_the_committee_and_after_its_last_day(half, people):
    with pytest.raises(Refused, match="次日起才能定格"):
        freezing.freeze(half, by=people.committee, now=datetime(make.YEAR, 6, 30, 23, tzinfo=CHINA))
    with pytest.raises(PermissionDenied):
        freezing.freeze(half, by=people.reviewer, now=JULY)
    again = ScoreRound.objects.get()
    make.freeze(half, by=people.committee, now=JULY)

    with pytest.raises(Refused, match="已定格"):
        freezing.freeze(again, by=people.committee, now=JULY)

    assert Entry.objects.filter(verb="score.frozen").count() == 1
    assert Entry.objects.filter(verb="score.made").count() == 7
    told = Notice.objects.filter(kind="score.frozen").values_list("recipient__username", flat=True)
    assert {"shuji", "ganshi", "shenhe", "shujidang"} <= set(told)
    assert "gongwei" not in told


# --- Judgement ------------------------------------------------------------------------------------


def test_the_organisation_judges_itself_and_those_above_check(half, org, people):
    row = score_of(half, org.north)
    line = half.rubric.lines.get(code="J1")
    words = "制度已固化成册，长期坚持。"

    scores.judge(row, line, points=Decimal(2), reason=words, by=people.secretary, now=make.NOW)
    scores.check(row, line, points=Decimal("1.5"), reason=words, by=people.reviewer, now=JULY)
    make.freeze(half, by=people.committee, now=JULY)

    made = line_of(row, "J1")
    assert (made.self_points, made.checked_points, made.points) == (
        Decimal(2), Decimal("1.5"), Decimal("1.5"),
    )  # fmt: skip
    assert made.reviewer == "吴审核"


def test_nobody_checks_his_own_and_facts_are_not_judged(half, org, people):
    row = score_of(half, org.north)
    judged, facts = half.rubric.lines.get(code="J1"), half.rubric.lines.get(code="T1")
    words = {"reason": "制度已固化成册。", "now": make.NOW}

    with pytest.raises(PermissionDenied):
        scores.check(row, judged, points=Decimal(1), by=people.secretary, **words)
    with pytest.raises(PermissionDenied):
        scores.judge(row, judged, points=Decimal(1), by=people.reviewer, **words)
    with pytest.raises(Refused, match="按事实计算"):
        scores.judge(row, facts, points=Decimal(1), by=people.secretary, **words)
    with pytest.raises(Refused, match="0至2分"):
        scores.judge(row, judged, points=Decimal(3), by=people.secretary, **words)
    late = {**words, "now": JULY}
    with pytest.raises(Refused, match="截止"):
        scores.judge(row, judged, points=Decimal(1), by=people.secretary, **late)


# --- Appeals --------------------------------------------------------------------------------------

REASON = "该项材料已于六月补交并审核通过，请复核。"


@pytest.fixture
def appealed(half, org, people):
    spoil(org, 13)
    make.freeze(half, by=people.committee, now=JULY)
    line = line_of(score_of(half, org.north), "T1")
    return score_appeals.appeal(line, REASON, by=people.secretary, now=JULY)


def test_a_granted_appeal_is_the_only_difference(appealed, half, org, people):
    before = score_of(half, org.north)

    score_appeals.decide(
        appealed, grant=True, change=Decimal("0.5"), answer="情况属实，予以调整。",
        by=people.committee, now=JULY,
    )  # fmt: skip

    after = score_of(half, org.north)
    own = frozen.recomputed(after, with_appeals=False).total
    assert (after.frozen_total, after.digest) == (before.frozen_total, before.digest)
    assert own.total == after.frozen_total
    assert after.total == frozen.recomputed(after).total.total > after.frozen_total
    assert frozen.is_whole(after)
    others = Score.objects.filter(round=half).exclude(pk=after.pk)
    assert all(row.total == row.frozen_total for row in others)
    assert Notice.objects.filter(kind="score.appeal_decided", recipient=people.secretary).exists()
    assert Entry.objects.filter(verb="score.appeal_granted").count() == 1


def test_a_refused_appeal_changes_nothing_and_is_answered_once(appealed, half, org, people):
    again = ScoreAppeal.objects.select_related("line__score__round", "line__line").get()
    score_appeals.decide(
        appealed, grant=False, answer="材料不在考核期内，维持原分。", by=people.committee, now=JULY
    )

    with pytest.raises(Refused, match="已由他人办理"):
        score_appeals.decide(
            again, grant=True, change=Decimal(1), answer="情况属实，予以调整。",
            by=people.committee, now=JULY,
        )  # fmt: skip

    row = score_of(half, org.north)
    assert row.total == row.frozen_total


def test_an_appeal_is_the_organisations_own_within_the_window(half, org, people):
    make.freeze(half, by=people.committee, now=JULY)
    line = line_of(score_of(half, org.north), "T1")
    last = datetime(make.YEAR, 7, 9, 23, 59, tzinfo=CHINA)

    with pytest.raises(PermissionDenied):
        score_appeals.appeal(line, REASON, by=people.second_secretary, now=JULY)
    with pytest.raises(Refused, match="已经截止"):
        score_appeals.appeal(line, REASON, by=people.secretary, now=last + timedelta(minutes=1))
    score_appeals.appeal(line, REASON, by=people.secretary, now=last)
    with pytest.raises(Refused, match="已经申诉过"):
        score_appeals.appeal(line, REASON, by=people.clerk, now=last)


def test_an_adjustment_stays_within_the_lines_own_bounds(appealed, people):
    for change in (None, Decimal(0), Decimal(30), Decimal(-30)):
        with pytest.raises(Refused) as refusal:
            score_appeals.decide(
                appealed, grant=True, change=change, answer="情况属实，予以调整。",
                by=people.committee, now=JULY,
            )  # fmt: skip
        assert refusal.value.field == "change"
    with pytest.raises(PermissionDenied):
        score_appeals.decide(
            appealed, grant=False, answer="材料不在考核期内。维持。", by=people.reviewer, now=JULY
        )


def test_a_result_is_made_known_after_the_window_with_every_appeal_answered(appealed, half, people):
    later = JULY + timedelta(days=8)
    with pytest.raises(Refused, match="期满后才能公布"):
        scores.finish(half, by=people.committee, now=JULY)
    with pytest.raises(Refused, match="还有1件申诉"):
        scores.finish(half, by=people.committee, now=later)
    score_appeals.withdraw(appealed, by=people.secretary, now=JULY)

    scores.finish(half, by=people.committee, now=later)

    half.refresh_from_db()
    assert half.state == ScoreRound.State.FINAL


# --- Pages ----------------------------------------------------------------------------------------


def test_no_page_of_the_scores_asks_more_for_more(half, org, people, sign_in):
    make.freeze(half, by=people.committee, now=JULY)
    make_round(half.campaign, people.committee, "半年预评")
    row = score_of(half, org.north)
    client = sign_in(people.committee)
    addresses = [
        "/scores/?level=branch",
        f"/scores/?round={half.pk}&level=branch",
        row.get_absolute_url(),
        f"/scores/{row.pk}/facts/?line=T1",
    ]

    few = [_asked(client, address) for address in addresses]
    spoil(org, 3)
    for number in range(3):
        found_branch(org.south_office, number)
    many = [_asked(client, address) for address in addresses]

    assert few == many


def _asked(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def found_branch(parent, number):
    place = organizations.establish(
        parent=parent, kind="branch", code=f"02-8{number}", name=f"南八{number}支部",
        on=date(make.YEAR, 1, 1), by=None, order_number=80 + number,
    )  # fmt: skip
    for round_ in ScoreRound.objects.all():
        Score.objects.create(round=round_, organization=place)


def test_a_foreign_score_is_out_of_sight_and_sorting_is_the_committees(half, org, people, sign_in):
    spoil(org, 3)
    make.freeze(half, by=people.committee, now=JULY)
    row = score_of(half, org.south)

    assert sign_in(people.secretary).get(row.get_absolute_url()).status_code == 404
    best = Score.objects.of_level("branch").order_by("-total").first()
    address = f"/scores/?round={half.pk}&level=branch&sort=score&org="
    first = [
        sign_in(person).get(f"{address}{top.pk}").context["page"].object_list[0].organization_id
        for person, top in ((people.committee, org.committee), (people.department, org.committee))
    ]
    assert first == [best.organization_id, org.north.pk]
