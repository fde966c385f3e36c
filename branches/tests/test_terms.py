"""Terms: the arithmetic against the words of the rule, and what services do, refuse and remember."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from branches import terms
from branches.models import Kind, Organization, Term, TermReminder
from branches.services import organizations
from branches.services import terms as services
from branches.services.terms import Election
from branches.terms import State
from branchyear.audit.models import Entry
from branchyear.lib.errors import Conflict, Refused
from branchyear.notifications.models import Notice

pytestmark = pytest.mark.engines

TODAY = date(2026, 4, 20)
ELECTED = date(2023, 6, 15)
numbers = st.integers(1, 2000)


# --- The arithmetic -------------------------------------------------------------------------------


@given(due=numbers, present=numbers)
def test_a_quorum_is_four_fifths_of_those_due(due, present):
    enough = Fraction(present, due) >= Fraction(4, 5)

    assert terms.has_quorum(present, due) is enough
    assert (present >= terms.quorum(due)) is enough


@given(seats=numbers)
def test_a_contest_has_a_fifth_more_candidates_than_seats(seats):
    wanted = terms.candidates_wanted(seats)

    assert Fraction(wanted - seats, seats) >= Fraction(1, 5)
    assert Fraction(wanted - 1 - seats, seats) < Fraction(1, 5)


@given(votes=numbers, base=numbers)
def test_elected_is_who_has_more_than_half(votes, base):
    elected = Fraction(votes, base) > Fraction(1, 2)

    assert terms.is_elected(votes, base) is elected
    assert (votes >= terms.votes_wanted(base)) is elected


@given(
    elected=st.dates(date(2018, 7, 12), date(2060, 1, 1)),
    kind=st.sampled_from(sorted(terms.YEARS)),
    later=st.integers(-900, 2500),
    extended=st.none() | st.integers(1, 366),
)
def test_the_state_of_a_term_follows_from_its_due_day(elected, kind, later, extended):
    years = {Kind.BRANCH: 3, Kind.GENERAL_BRANCH: 3, Kind.PRIMARY_COMMITTEE: 5}[kind]
    expires = terms.expiry(elected, terms.years_of(kind, elected))
    extended_to = expires + timedelta(days=extended) if extended else None
    today = expires + timedelta(days=later)

    state = terms.state_of(expires, extended_to, today)

    assert expires.year - elected.year == years
    assert (state == State.OVERDUE) is (today > (extended_to or expires))
    if state == State.NEAR:
        assert extended_to is None
        assert timedelta(0) <= expires - today <= timedelta(days=184)
    if state == State.OK:
        assert expires - today > timedelta(days=180)


def test_not_known_is_no_good_state():
    assert terms.state_of(None, None, TODAY) == State.UNREGISTERED


def test_twelve_of_fifteen_are_four_fifths():
    assert terms.has_quorum(12, 15)
    assert not terms.has_quorum(11, 15)


def test_who_was_elected_on_29_february_stays_until_the_28th():
    assert terms.expiry(date(2020, 2, 29), 3) == date(2023, 2, 28)
    assert terms.state_of(date(2023, 2, 28), None, date(2023, 2, 28)) == State.NEAR
    assert terms.state_of(date(2023, 2, 28), None, date(2023, 3, 1)) == State.OVERDUE


def test_a_body_elected_before_the_opinion_of_2018_ends_its_old_term():
    day = date(2018, 7, 11)

    assert terms.years_of(Kind.BRANCH, day) == 2
    assert terms.years_of(Kind.BRANCH, day + timedelta(days=1)) == 3
    assert terms.years_of(Kind.PRIMARY_COMMITTEE, day + timedelta(days=1)) == 5


def test_what_half_is_of_can_be_set(settings):
    assert terms.base_of(12, 15) == 12

    settings.ELECTED_BY = "due"

    assert terms.base_of(12, 15) == 15


# --- An election ----------------------------------------------------------------------------------


def elect(organization, by=None, today=TODAY, running=None, **facts):
    election = Election(**{"elected_on": ELECTED, **facts})
    return services.open_term(organization, election, by=by, running=running, today=today)


def test_an_election_opens_a_term_of_the_years_of_its_kind(org, people):
    term = elect(org.north, by=people.secretary, voters_due=15, voters_present=12, seats=3)

    assert (term.number, term.years, term.expires_on) == (1, 3, date(2026, 6, 15))
    assert elect(org.north_office).expires_on == date(2028, 6, 15)
    entry = Entry.objects.filter(verb="term.opened", organization_id=org.north.pk).get()
    assert entry.actor == people.secretary


def test_the_next_election_ends_the_term_before(org):
    first = elect(org.north, elected_on=date(2020, 6, 10))

    second = elect(org.north)

    first.refresh_from_db()
    assert (first.ended_on, second.number, second.ended_on) == (ELECTED, 2, None)


@pytest.mark.parametrize(
    ("facts", "field", "word"),
    [
        ({"elected_on": TODAY + timedelta(days=1)}, "elected_on", "不能晚于今天"),
        ({"elected_on": date(2019, 12, 31)}, "elected_on", "不能早于党组织成立"),
        ({"voters_due": 15, "voters_present": 11}, "voters_present", "选举无效"),
        ({"voters_due": 15, "voters_present": 16}, "voters_present", "不能多于"),
        ({"voters_due": 15}, "voters_present", "一并填写"),
        ({"seats": 5, "candidates": 4}, "candidates", "少于应选"),
        ({"seats": 5, "candidates": 5}, "candidates", "差额"),
        ({"seats": 0}, "seats", "大于0"),
        ({"filed_on": ELECTED - timedelta(days=1)}, "filed_on", "选举日期之后"),
    ],
)
def test_an_election_that_cannot_stand_is_refused(org, facts, field, word):
    with pytest.raises(Refused, match=word) as refusal:
        elect(org.north, **facts)

    assert refusal.value.field == field
    assert not Term.objects.exists()


def test_a_missing_contest_can_be_explained(org):
    assert elect(org.north, seats=5, candidates=5, remarks="经上级同意等额选举").candidates == 5
    assert elect(org.north_two, seats=1, candidates=1).candidates == 1


def test_an_election_comes_after_the_one_before(org):
    elect(org.north)

    with pytest.raises(Refused, match="晚于上一届"):
        elect(org.north)


def test_who_elects_no_body_has_no_term(org):
    temporary = organizations.establish(
        parent=org.north_office,
        kind=Kind.BRANCH,
        code="01-09",
        name="专班临时支部",
        on=date(2022, 1, 1),
        by=None,
        branch_type="temporary",
    )

    for organization in (temporary, org.committee):
        with pytest.raises(Refused, match="不进行换届"):
            elect(organization)


def test_the_branch_keeps_its_term_and_nobody_else(org, people):
    for person in (people.second_secretary, people.reviewer, people.committee, people.leader):
        with pytest.raises(PermissionDenied):
            elect(org.north, by=person)

    elect(org.north_office, by=people.reviewer)
    elect(org.south_office, by=people.committee)
    assert Term.objects.count() == 2


def test_the_slower_of_two_who_register_is_told(org):
    seen = ()
    elect(org.north)

    with pytest.raises(Conflict, match="其他人"):
        elect(org.north, elected_on=date(2024, 1, 1), running=seen)

    assert Term.objects.count() == 1


def test_the_states_of_a_list_are_those_of_each_term(org):
    elect(org.north)
    elect(org.north_two, elected_on=date(2020, 3, 1))
    elect(org.north_four, elected_on=date(2023, 10, 20))
    elect(org.south, elected_on=date(2023, 10, 21))
    elect(org.archive, elected_on=date(2023, 4, 1))
    services.extend(
        Term.objects.get(organization=org.archive), to=TODAY, document_no="1号", by=None
    )
    elect(org.north_office, elected_on=date(2020, 2, 1))
    elect(org.north_office, elected_on=date(2025, 2, 1))

    listed = Organization.objects.electing().with_term(TODAY)

    by_name = {o.name: o.term_state for o in listed}
    assert by_name == {
        o.name: terms.state_of(
            *(
                Term.objects.filter(organization=o, ended_on=None)
                .values_list("expires_on", "extended_to")
                .first()
                or (None, None)
            ),
            TODAY,
        )
        for o in listed
    }
    assert by_name["北一支部"] == by_name["北四支部"] == "near"
    assert by_name["南一支部"] == "ok"
    assert by_name["北二支部"] == "overdue"
    assert by_name["市档案馆直属党支部"] == "extended"
    assert by_name["市南区局机关党委"] == "unregistered"
    assert len(by_name) == 8


# --- Correcting and extending ---------------------------------------------------------------------


def test_a_correction_keeps_what_was_before(org, people):
    term = elect(org.north)

    services.correct_term(
        term,
        revision=term.revision,
        by=people.clerk,
        today=TODAY,
        elected_on=date(2023, 6, 1),
        voters_due=20,
        voters_present=18,
    )

    term.refresh_from_db()
    assert (term.expires_on, term.voters_present, term.revision) == (date(2026, 6, 1), 18, 2)
    detail = Entry.objects.get(verb="term.corrected").detail
    assert detail["before"]["elected_on"] == "2023-06-15"


def test_a_correction_of_what_somebody_else_changed_is_a_conflict(org):
    term = elect(org.north)
    services.correct_term(term, revision=1, by=None, today=TODAY, seats=3)

    with pytest.raises(Conflict) as conflict:
        services.correct_term(term, revision=1, by=None, today=TODAY, seats=5)

    assert conflict.value.theirs["届次"] == 1
    assert Term.objects.get().seats == 3


def test_an_extension_of_exactly_a_year_is_allowed(org, people):
    term = elect(org.north)

    services.extend(term, to=date(2027, 6, 15), document_no="北机党〔2026〕3号", by=people.reviewer)

    term.refresh_from_db()
    assert (term.due_on, term.expires_on) == (date(2027, 6, 15), date(2026, 6, 15))
    assert Entry.objects.filter(verb="term.extended").count() == 1


@pytest.mark.parametrize(
    ("to", "document_no", "field", "word"),
    [
        (date(2027, 6, 16), "1号", "to", "最多1年"),
        (date(2026, 6, 15), "1号", "to", "晚于届满"),
        (date(2026, 9, 1), " ", "document_no", "批复文号"),
    ],
)
def test_an_extension_past_a_year_or_without_paper_is_refused(org, to, document_no, field, word):
    term = elect(org.north)

    with pytest.raises(Refused, match=word) as refusal:
        services.extend(term, to=to, document_no=document_no, by=None)

    assert refusal.value.field == field


def test_an_extension_is_not_for_neighbours(org, people):
    term = elect(org.north)

    for person in (people.second_secretary, people.south_reviewer, people.leader, people.inspector):
        with pytest.raises(PermissionDenied):
            services.extend(term, to=date(2026, 9, 1), document_no="1号", by=person)


def test_the_term_ends_with_the_organisation(org):
    term = elect(org.north_two)

    organizations.close(org.north_two, on=TODAY, by=None)

    term.refresh_from_db()
    assert term.ended_on == TODAY


# --- Reminders ------------------------------------------------------------------------------------


def test_a_reminder_reaches_the_secretary_once_in_thirty_days(org, people):
    term = elect(org.north)
    how = TermReminder.How.NOTICE

    services.remind(term, how=how, on=TODAY, by=people.reviewer, today=TODAY)
    with pytest.raises(Refused, match="30天内"):
        services.remind(term, how=how, on=TODAY, by=people.committee, today=TODAY)
    later = TODAY + timedelta(days=30)
    services.remind(term, how=how, on=later, by=people.reviewer, today=later)

    assert Notice.objects.filter(recipient=people.secretary, kind="term.due").count() == 2
    assert [r.note for r in term.reminders.all()] == ["赵书记", "赵书记"]


def test_many_are_reminded_where_it_is_due(org, people):
    elect(org.north)
    elect(org.north_two, elected_on=date(2025, 1, 1))
    elect(org.south, elected_on=date(2020, 1, 2))
    branches = [org.north, org.north_two, org.south, org.north_four]

    reminded = services.remind_many(branches, by=people.committee, today=TODAY)
    again = services.remind_many(branches, by=people.committee, today=TODAY)

    assert reminded == [org.north, org.south, org.north_four]  # the last has no term registered
    assert again == []
    assert TermReminder.objects.count() == 2
    assert Entry.objects.filter(verb="term.reminded").count() == 3


def test_reminding_takes_as_many_statements_for_three_as_for_one(org, people):
    branches = [org.north, org.north_two, org.south, org.archive]
    for branch in branches:
        elect(branch)

    with CaptureQueriesContext(connection) as one:
        services.remind_many(branches[:1], by=None, today=TODAY)
    with CaptureQueriesContext(connection) as three:
        services.remind_many(branches[1:], by=None, today=TODAY)

    assert len(three) == len(one)


def test_a_term_with_time_left_is_not_reminded_of(org):
    term = elect(org.north, elected_on=date(2025, 1, 1))

    with pytest.raises(Refused, match="6个月以上"):
        services.remind(term, how=TermReminder.How.NOTICE, on=TODAY, by=None, today=TODAY)


def test_a_letter_or_call_is_noted(org, people):
    term = elect(org.north)

    services.remind(term, how="call", on=TODAY, note=" 已告知 ", by=people.reviewer, today=TODAY)
    with pytest.raises(Refused, match="不能晚于今天"):
        services.remind(term, how="call", on=TODAY + timedelta(days=1), by=None, today=TODAY)

    assert term.reminders.get().note == "已告知"


def test_a_branch_does_not_remind_itself(org, people):
    term = elect(org.north)

    for person in (people.secretary, people.south_reviewer, people.leader):
        with pytest.raises(PermissionDenied):
            services.remind(term, how="call", on=TODAY, by=person, today=TODAY)


# --- Party groups ---------------------------------------------------------------------------------


def test_a_branch_founds_names_and_ends_its_own_groups(org, people):
    group = organizations.found_group(org.north, name="第一党小组", on=TODAY, by=people.secretary)
    organizations.rename(group, name="综合党小组", on=TODAY, by=people.clerk)
    organizations.close(group, on=TODAY, by=people.secretary)
    second = organizations.found_group(org.north, name="综合党小组", on=TODAY, by=people.secretary)

    group.refresh_from_db()
    assert (group.code, group.name, group.closed_on) == ("01-01-G1", "综合党小组", TODAY)
    assert second.code == "01-01-G2"


def test_groups_of_one_branch_differ_in_name(org):
    organizations.found_group(org.north, name="第一党小组", on=TODAY, by=None)
    second = organizations.found_group(org.north, name="第二党小组", on=TODAY, by=None)

    with pytest.raises(Refused, match="已有"):
        organizations.found_group(org.north, name="第一党小组", on=TODAY, by=None)
    with pytest.raises(Refused, match="已有"):
        organizations.rename(second, name="第一党小组", on=TODAY, by=None)
    with pytest.raises(Refused, match="请填写"):
        organizations.found_group(org.north, name=" ", on=TODAY, by=None)


def test_a_branch_founds_nothing_but_its_groups(org, people):
    with pytest.raises(PermissionDenied):
        organizations.found_group(org.north_two, name="一组", on=TODAY, by=people.secretary)
    with pytest.raises(PermissionDenied):
        organizations.rename(org.north, name="改名", on=TODAY, by=people.secretary)
    with pytest.raises(PermissionDenied):
        organizations.close(org.north, on=TODAY, by=people.secretary)
    with pytest.raises(PermissionDenied):
        organizations.establish(
            parent=org.north_office,
            kind=Kind.BRANCH,
            code="x",
            name="x",
            on=TODAY,
            by=people.secretary,
        )
