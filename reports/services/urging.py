"""一键催办: those above remind by hand, after a look at whom and with which words; fair and quiet.

The same matter is urged once within the rule's hours, by whomever. At night the notice is there at once,
the letters wait for the morning.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Max, Min

from branches.models import Organization
from branches.roles import BRANCH_ROLES, REVIEW_ROLES
from branchyear.accounts.models import User
from branchyear.audit.services import build, record_many
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused, require
from branchyear.lib.routes import path_to
from branchyear.notifications.models import Notice
from branchyear.notifications.services import Message, notify_many
from reports import rules
from reports.models import Matter, Reminder, UrgingRule
from reports.models.reminders import URGED
from reports.services.matters import TO_MEND, keepers, waiting_by_day
from reports.services.owing import Offices, tier_of
from reports.services.reminders import SHOWN, next_hours, when
from tasks import clocks
from tasks.models import BranchItem, Campaign, Problem
from tasks.workdays import WorkingDays

AT_ONCE = 500  # as many as a preview can still be gone through
NOTE = 100  # signs of a few words of one's own


@dataclass
class Candidate:
    """One matter that could be urged: what, whom it reaches, when it was urged last."""

    thing: object
    matter: str
    organization: Organization
    due_on: object
    what: str
    url: str
    roles: frozenset
    people: list = field(default_factory=list)
    times: int = 0
    urged_at: datetime | None = None
    again_at: datetime | None = None  # None: now

    @property
    def subject(self):
        return f"{self.matter}:{self.thing.pk}"

    @property
    def can_go(self):
        return bool(self.people) and self.again_at is None


def candidates(*, reports=None, problems=None, items=None, reviews=None, by, now):
    """What of these is still owed and may be urged by this person; a few statements for any number.

    ``items``: branches with items past their day; ``reviews``: organisations where items wait too long.
    """
    today = local_day(now)
    found = []
    if reports is not None:
        found += _reports(reports, by)
    if problems is not None:
        found += _problems(problems, by)
    if items is not None:
        found += _items(items, by, today)
    if reviews is not None:
        found += _reviews(reviews, by, today)
    found = [one for one in found if rules.may_urge(by, one.organization)]
    _add_people(found, today)
    _add_history(found, now)
    return found


def _reports(reports, by):
    rows = reports.visible_to(by).owed().expected().filter(organization__closed_on=None)
    rows = rows.select_related("organization", "period").order_by("organization__path", "pk")
    for row in rows[:AT_ONCE]:
        yield Candidate(
            row, Matter.REPORT, row.organization, row.due_on, str(row), row.get_absolute_url(),
            rules.FILLERS[row.period.tier],
        )  # fmt: skip


def _problems(problems, by):
    rows = problems.visible_to(by).filter(state__in=TO_MEND, organization__closed_on=None)
    rows = rows.exclude(due_on=None).select_related("organization")
    for row in rows.order_by("organization__path", "number")[:AT_ONCE]:
        yield Candidate(
            row, Matter.PROBLEM, row.organization, row.due_on,
            f"{row.organization}第{row.number}号问题整改", row.get_absolute_url(),
            keepers(tier_of(row.organization.depth)),
        )  # fmt: skip


def _items(branches, by, today):
    """One line for a branch: how many items are past their day, since the first of them was due."""
    rows = (
        BranchItem.objects.visible_to(by).in_force().overdue(today).filter(branch__in=branches)
        .order_by("branch__path").values_list("branch").annotate(Count("pk"), Min("due_on"))
    )[:AT_ONCE]  # fmt: skip
    found = list(rows)
    branches = Organization.objects.in_bulk([branch for branch, _, _ in found])
    for branch, count, due_on in found:
        organization = branches[branch]
        yield Candidate(
            organization, Matter.ITEMS, organization, due_on, f"{organization}{count}项检查条目",
            path_to("tasks:branch_checklist", branch), BRANCH_ROLES,
        )  # fmt: skip


def _reviews(places, by, today):
    """One line for an organisation: how many items have lain there too long."""
    days, limit = WorkingDays(), clocks.rule_on(today).review_days
    places = places.visible_to(by).in_bulk()
    late = {}
    for came, place, count in (
        waiting_by_day().filter(with_organization__in=places)
        .values_list("came", "with_organization", "count")
    ):  # fmt: skip
        due_on = clocks.review_due(came, limit, days)
        if due_on < today:
            number, first = late.get(place, (0, due_on))
            late[place] = number + count, min(first, due_on)
    for place, (count, due_on) in late.items():
        organization = places[place]
        yield Candidate(
            organization, Matter.REVIEW, organization, due_on,
            f"{organization}{count}项检查条目审核", path_to("tasks:review"), REVIEW_ROLES,
        )  # fmt: skip


def _add_people(found, today):
    offices = Offices(today)
    told = {one.subject: offices.of(one.roles, one.organization.pk) for one in found}
    users = User.objects.in_bulk({pk for people in told.values() for pk in people})
    for one in found:
        one.people = [users[pk] for pk in told[one.subject]]


def _add_history(found, now):
    rule = UrgingRule.objects.order_by("-campaign__year").first() or UrgingRule()
    history = {
        row["subject"]: row
        for row in Reminder.objects.filter(
            subject__in=[one.subject for one in found], occasion__startswith=URGED
        )
        .order_by()
        .values("subject")
        .annotate(last=Max("sent_at"), times=Count("occasion", distinct=True))
    }
    for one in found:
        if row := history.get(one.subject):
            one.urged_at, one.times = row["last"], row["times"]
            again = one.urged_at + timedelta(hours=rule.again_after_hours)
            one.again_at = again if again > now else None


def words_for(matters, *, note, by_name, today):
    """The context of one person's message."""
    lines = [f"{one.what}{when((one.due_on - today).days)}" for one in matters]
    return {
        "count": len(lines),
        "first": lines[0],
        "lines": lines[:SHOWN],
        "more": max(0, len(lines) - SHOWN),
        "note": note,
        "from_whom": by_name,
    }


@transaction.atomic
def urge(*, note="", by, now, **chosen):
    """Urge those who owe these (see ``candidates``); returns what was sent and what was left out (a ``Candidate`` each)."""
    note = " ".join(note.split())
    if len(note) > NOTE:
        raise Refused(f"附言请控制在{NOTE}字以内。", field="note")
    require(rules.may_see_overview(by), "催办由上级党组织办理。")
    # Two people who urge at once stand in line here; the second finds what the first has sent.
    Campaign.objects.select_for_update(no_key=True).order_by("pk").first()
    found = candidates(**chosen, by=by, now=now)
    if not found:
        raise Refused("勾选的事项刚刚都已办结，不需要催办。")
    going = [one for one in found if one.can_go]
    left = [one for one in found if not one.can_go]
    if not going:
        raise Refused("勾选的事项近期已催办过，或没有在任的填报人，没有发送。")
    _send(going, note=note, by=by, now=now)
    return going, left


def _send(going, *, note, by, now):
    today = local_day(now)
    people = defaultdict(list)
    for one in going:
        for user in one.people:
            people[user].append(one)
    key = f"urged:{by.pk}:{now.isoformat()}"
    notify_many(
        "reminder.urged",
        [
            Message(
                user,
                key=key,
                url=matters[0].url if len(matters) == 1 else "/",
                context=words_for(matters, note=note, by_name=place_of(by), today=today),
            )
            for user, matters in people.items()
        ],
        not_before=next_hours(now),
    )
    notices = dict(Notice.objects.filter(key=key).values_list("recipient", "pk"))
    Reminder.objects.bulk_create(
        Reminder(
            matter=one.matter,
            subject=one.subject,
            organization=one.organization,
            report=one.thing if one.matter == Matter.REPORT else None,
            problem=one.thing if one.matter == Matter.PROBLEM else None,
            due_on=one.due_on,
            recipient=user,
            occasion=f"{URGED}{one.times + 1}",
            sent_at=now,
            by=by,
            notice_id=notices.get(user.pk),
        )
        for user, matters in people.items()
        for one in matters
    )
    record_many(
        [
            build(
                "reminder.urged",
                one.thing,
                by=by,
                organization=one.organization,
                people=len(one.people),
                note=note,
            )
            for one in going
        ]
    )


def place_of(user):
    """In whose name it is urged: the highest office's organisation."""
    places = rules.scope_of(user).organizations(rules.OVERSEERS)
    return places[0].name if places else ""


def overdue_problems(organization, today):
    return Problem.objects.under(organization).overdue(today).filter(state__in=TO_MEND)


def overdue_branches(organization, today):
    """The branches at or below it with items past their day."""
    rows = BranchItem.objects.under(organization).in_force().overdue(today)
    return Organization.objects.filter(pk__in=rows.order_by().values("branch"))
