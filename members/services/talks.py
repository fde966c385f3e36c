"""Heart-to-heart talks (谈心谈话): who talked with whom, and who has not yet this year.

Source: 中国共产党支部工作条例(试行) 第五章 (between committee members, with members, among members: at least
once a year, as a rule).
"""

from collections import defaultdict
from dataclasses import dataclass

from django.db import transaction

from branches.scope import scope_of
from branchyear.audit.services import record
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused, require
from members import life, rules
from members.models import COUNTED, Member, Talk
from members.services.meetings import committee_on, is_expected, posts_in_force

NOT_YOURS = "只有本支部的党支部书记或党务干部可以登记谈心谈话。"
AT_ONCE = 100


def officers_of(elected, people):
    """The ids of the committee's members: those elected, else those whose roster names a Party post."""
    return set(elected) or {m.pk for m in people if m.party_post}


def people_of(branch):
    return list(_people().filter(organization=branch))


def _people():
    return Member.objects.filter(standing__in=COUNTED).order_by("name_key", "pk")


@dataclass(frozen=True)
class YearOfTalks:
    """Who belongs to a branch, who sits on its committee, and which talks are still owed this year."""

    people: dict  # id → member, by name
    officers: set
    missing: life.TalksMissing

    @property
    def asked(self):
        """How many are asked to talk with a committee member."""
        return sum(pk not in self.officers and is_expected(m) for pk, m in self.people.items())

    @property
    def done(self):
        return self.asked - len(self.missing.without_officer)


def year_of_talks(branches, year, today):
    """``{branch id: YearOfTalks}`` in three statements, however many branches there are."""
    branches = list(branches)
    people, elected, pairs = defaultdict(dict), defaultdict(set), defaultdict(list)
    for member in _people().filter(organization__in=branches):
        people[member.organization_id][member.pk] = member
    posts = posts_in_force(today).filter(organization__in=branches)
    for branch, member in posts.values_list("organization_id", "member_id"):
        elected[branch].add(member)
    talks = Talk.objects.filter(organization__in=branches, voided_at=None, on__year=year)
    for branch, *pair in talks.values_list("organization_id", "speaker_id", "listener_id"):
        pairs[branch].append(pair)
    found = {}
    for branch in branches:
        mine = people[branch.pk]
        officers = officers_of(elected[branch.pk] & set(mine), mine.values())
        asked = [pk for pk, m in mine.items() if pk not in officers and is_expected(m)]
        seats = [pk for pk in mine if pk in officers]
        missing = life.talks_missing(seats, asked, pairs[branch.pk])
        found[branch.pk] = YearOfTalks(mine, officers, missing)
    return found


def missing_in(branch, year, today):
    """The same of one branch."""
    return year_of_talks([branch], year, today)[branch.pk]


@transaction.atomic
def record_talks(branch, *, speaker, listeners, on, by, now, content="", opinion=""):
    """One person's talks with several people, each a record of its own; returns those that were new.

    A talk of the same two people on the same day is recorded already and left as it is.
    """
    _require(branch, by=by, now=now)
    today = local_day(now)
    if on is None:
        raise Refused("请填写谈话日期。", field="on")
    if on > today:
        raise Refused("谈话日期不能晚于今天。", field="on")
    people = {m.pk: m for m in people_of(branch)}
    listeners = list(dict.fromkeys(listeners))
    if speaker not in people:
        raise Refused("请选择谈话人。", field="speaker")
    if not listeners:
        raise Refused("请勾选谈话对象，可以一次选几个人。", field="listeners")
    if len(listeners) > AT_ONCE or set(listeners) - set(people):
        raise Refused("谈话对象不在本支部名册内，请刷新名单。", field="listeners")
    if speaker in listeners:
        raise Refused("谈话人和谈话对象不能是同一人。", field="listeners")
    officers = officers_of(committee_on(branch, today), people.values())
    there = set(
        Talk.objects.filter(organization=branch, voided_at=None, on=on, speaker=speaker)
        .filter(listener__in=listeners)
        .values_list("listener_id", flat=True)
    )
    made = Talk.objects.bulk_create(
        Talk(
            organization=branch,
            on=on,
            kind=_kind(speaker in officers, listener in officers),
            speaker_id=speaker,
            listener_id=listener,
            content=content.strip()[:500],
            opinion=opinion.strip()[:300],
            by=by,
        )
        for listener in listeners
        if listener not in there
    )
    if made:
        record(
            "talks.recorded",
            branch,
            by=by,
            organization=branch,
            on=on.isoformat(),
            speaker=speaker,
            talks=[talk.pk for talk in made],
        )
    return made


@transaction.atomic
def void_talk(talk, *, by, now):
    """Entered by mistake: it counts no more."""
    _require(talk.organization, by=by, now=now)
    if not Talk.objects.filter(pk=talk.pk, voided_at=None).update(voided_at=now):
        raise Refused("该记录已经作废。")
    record("talk.voided", talk, by=by, organization=talk.organization)


def _require(branch, *, by, now):
    require(rules.may_record_life(by, branch, scope=scope_of(by, local_day(now))), NOT_YOURS)


def _kind(speaks, listens):
    if speaks and listens:
        return Talk.Kind.OFFICERS
    return Talk.Kind.OFFICER_MEMBER if speaks or listens else Talk.Kind.MEMBERS
