"""The yearly appraisal and talks: covered, graded, limited; who still owes a talk."""

from datetime import date
from itertools import combinations

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given
from hypothesis import strategies as st

from branchyear.audit.models import Entry
from branchyear.lib.errors import Conflict, Refused
from members import life
from members.models import Appraisal, Talk
from members.services import appraisals, talks
from members.services.appraisals import Result
from members.tests.make import make_member
from members.tests.test_meetings import NOW

pytestmark = pytest.mark.engines
DAY = date(2026, 5, 10)


@pytest.fixture
def roll(org):
    people = [make_member(org.north, name) for name in "甲乙丙丁戊"]
    people.append(make_member(org.north, "己", category="probationary", formal_on=None))
    return people


def appraise(branch, by, people, grades=(), *, reason="", revision=0, **more):
    grades = dict(zip([m.pk for m in people], grades, strict=False))
    results = {m.pk: Result(grade=grades.get(m.pk, "")) for m in people}
    return appraisals.record_appraisal(
        branch, 2026, on=DAY, results=results | more.pop("results", {}), by=by, now=NOW,
        over_third_reason=reason, revision=revision, **more,
    )  # fmt: skip


# --- Appraisal ----------------------------------------------------------------------------------


def test_the_whole_branch_is_appraised_and_a_probationary_member_has_no_grade(org, people, roll):
    appraisal = appraise(org.north, people.secretary, roll, ["excellent", "excellent", "qualified"])

    assert appraisal.results.count() == 6
    assert appraisal.results.filter(grade="excellent").count() == 2
    assert Entry.objects.get(verb="appraisal.recorded").detail["excellent"] == 2
    with pytest.raises(Refused, match="己是预备党员"):
        appraise(org.north, people.secretary, roll[-1:] + roll[:-1], ["qualified"], revision=1)


def test_more_than_a_third_excellent_needs_a_reason(org, people, roll):
    three = ["excellent"] * 3
    with pytest.raises(Refused, match="“优秀”的党员3人，超过党员总数三分之一（2人）"):
        appraise(org.north, people.secretary, roll, three)

    appraise(org.north, people.secretary, roll, three, reason="抗洪抢险表现突出，经上级同意")

    assert Appraisal.objects.get().over_third_reason


def test_nobody_is_left_out(org, people, roll):
    with pytest.raises(Refused, match="还有1名党员没有列入评议（己"):
        appraise(org.north, people.secretary, roll[:-1])


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        (Result(grade="splendid"), "等次请从"),
        (Result(grade="qualified", took_part=False), "没有参加评议"),
        (Result(votes_excellent=7), "测评票共7张，多于参加评议的6人"),
        (Result(votes_barely=-1), "不小于0"),
    ],
)
def test_unsound_results_are_refused(org, people, roll, result, sentence):
    with pytest.raises(Refused, match=sentence):
        appraise(org.north, people.secretary, roll, results={roll[0].pk: result})

    assert not Appraisal.objects.exists()


@pytest.mark.parametrize("on", [None, date(2026, 5, 13), date(2025, 12, 31)])
def test_the_day_is_of_the_year(org, people, roll, on):
    results = {m.pk: Result() for m in roll}

    with pytest.raises(Refused) as refused:
        appraisals.record_appraisal(
            org.north, 2026, on=on, results=results, by=people.clerk, now=NOW
        )

    assert refused.value.field == "on"


def test_the_slower_of_two_appraisers_is_told(org, people, roll):
    appraise(org.north, people.secretary, roll)

    with pytest.raises(Conflict):
        appraise(org.north, people.clerk, roll)
    appraise(org.north, people.clerk, roll, ["qualified"], revision=1)
    with pytest.raises(Conflict):
        appraise(org.north, people.secretary, roll, revision=1)

    assert Appraisal.objects.get().results.filter(grade="qualified").count() == 1


def test_only_the_branch_appraises(org, people, roll):
    with pytest.raises(PermissionDenied):
        appraise(org.north, people.reviewer, roll)


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_limit_of_excellent_is_a_third_rounded_down(members, excellent):
    assert (excellent <= life.excellent_limit(members)) == (3 * excellent <= members)


# --- Talks --------------------------------------------------------------------------------------


def test_several_talks_are_entered_at_once_and_only_once(org, people, roll):
    roll[0].party_post = roll[1].party_post = "委员"
    for member in roll[:2]:
        member.save()
    given_ = {"speaker": roll[0].pk, "on": DAY, "by": people.secretary, "now": NOW}

    talks.record_talks(org.north, listeners=[roll[1].pk, roll[2].pk], **given_)
    again = talks.record_talks(org.north, listeners=[roll[2].pk, roll[3].pk], **given_)

    assert [t.listener_id for t in again] == [roll[3].pk]
    assert list(Talk.objects.order_by("pk").values_list("kind", flat=True)) == [
        "officers",
        "officer_member",
        "officer_member",
    ]
    assert Entry.objects.filter(verb="talks.recorded").count() == 2
    missing = talks.missing_in(org.north, 2026, DAY).missing
    assert missing.officers == ()
    assert set(missing.without_officer) == {roll[4].pk, roll[5].pk}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"speaker": 0}, "speaker"),
        ({"listeners": []}, "listeners"),
        ({"listeners": [0]}, "listeners"),
        ({"on": None}, "on"),
        ({"on": date(2026, 5, 13)}, "on"),
    ],
)
def test_a_talk_that_cannot_be_is_refused(org, people, roll, changes, field):
    given_ = {"speaker": roll[0].pk, "listeners": [roll[1].pk], "on": DAY}

    with pytest.raises(Refused) as refused:
        talks.record_talks(org.north, **given_ | changes, by=people.secretary, now=NOW)

    assert refused.value.field == field


def test_nobody_talks_to_himself_and_strangers_do_not_record(org, people, roll):
    with pytest.raises(Refused, match="同一人"):
        talks.record_talks(
            org.north, speaker=roll[0].pk, listeners=[roll[0].pk], on=DAY, by=people.clerk, now=NOW
        )
    with pytest.raises(PermissionDenied):
        talks.record_talks(
            org.north, speaker=roll[0].pk, listeners=[roll[1].pk], on=DAY, by=people.reviewer,
            now=NOW,
        )  # fmt: skip


def test_a_voided_talk_is_owed_again(org, people, roll):
    roll[0].party_post = "委员"
    roll[0].save()
    (talk,) = talks.record_talks(
        org.north, speaker=roll[0].pk, listeners=[roll[1].pk], on=DAY, by=people.clerk, now=NOW
    )

    talks.void_talk(talk, by=people.secretary, now=NOW)

    assert roll[1].pk in talks.missing_in(org.north, 2026, DAY).missing.without_officer
    with pytest.raises(Refused, match="已经作废"):
        talks.void_talk(talk, by=people.secretary, now=NOW)


people_ids = st.integers(0, 9)


@given(st.sets(people_ids), st.lists(st.tuples(people_ids, people_ids), max_size=25))
def test_who_owes_a_talk_is_the_rule_in_other_words(seats, pairs):
    officers = sorted(seats)
    members = [p for p in range(10) if p not in seats]
    pairs = [(a, b) for a, b in pairs if a != b]

    missing = life.talks_missing(officers, members, pairs)

    def talked(a, b):
        return (a, b) in pairs or (b, a) in pairs

    assert list(missing.officers) == [p for p in combinations(officers, 2) if not talked(*p)]
    assert list(missing.without_officer) == [
        m for m in members if not any(talked(m, o) for o in officers)
    ]
    if len(members) > 1:
        assert list(missing.without_member) == [
            m for m in members if not any(talked(m, o) for o in members if o != m)
        ]
