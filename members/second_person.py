"""Whole numbers in bulk are taken by one person and approved by another (ASVS 2.3.5): the whole rule, here.

* Up to ``NumbersRule.alone_up_to`` people within 24 hours nobody else is asked: whoever may take them may look each
  of them up on the member's page, and a branch has them in its files anyway. Counted are people, of everything one
  has taken alone within these hours, so that ten small branches are not taken one by one, and the same branch twice
  is one branch.
* Above it a second person approves: somebody who answers for the asker's own organisation or for one above it. A
  superior's request is not approved from below, and a branch's goes to the level above: its secretary and its clerk
  work side by side. Leaders and the organisation department may approve, although they read no number: they judge
  the reason and the extent.
* Never the asker himself, nor who acts for him or for whom he acts today (转办): that is one office.
* It waits with the nearest office somebody else holds. Those above may approve too, for when he is away.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Exists, OuterRef, Q

from branches.models import Appointment
from branches.querysets import below, within
from branches.roles import BRANCH_ROLES, Role
from branches.scope import scope_of
from branchyear.lib.dates import local_day
from members import rules
from members.models import Member, NumbersRequest, NumbersRule

# In the order in which those of one organisation are asked.
APPROVING = (
    Role.ORG_REVIEWER,
    Role.COMMITTEE_REVIEWER,
    Role.COMMITTEE_LEADER,
    Role.CITY_DEPARTMENT,
)
COUNTED_FOR = timedelta(hours=24)  # what one has taken alone
WAITS_FOR = timedelta(days=7)  # for the second person's answer; then the need is asked anew


def rule():
    """The rule in force; the usual one where none is kept."""
    return NumbersRule.objects.first() or NumbersRule()


@dataclass(frozen=True)
class Reckoning:
    """How many people a roster names, and how many together with what was taken alone within 24 hours."""

    people: int
    together: int
    rule: NumbersRule

    @property
    def is_alone(self):
        return self.together <= self.rule.alone_up_to


def people_under(paths, user):
    """Those whom a roster of the organisations at ``paths`` names."""
    counted = Member.objects.visible_to(user).counted().filter(organization__closed_on=None)
    return counted.filter(within(paths, "organization__path")).order_by()


def reckon(user, organization, *, now):
    """What the rule says of this person's taking the roster of ``organization`` now."""
    lately = NumbersRequest.objects.filter(
        asked_by=user, decided_by=None, taken_at__gt=now - COUNTED_FOR
    )
    paths = set(lately.order_by().values_list("organization__path", flat=True))
    here = Q(below(organization.path, "organization__path"))
    found = people_under([organization.path, *paths], user).aggregate(
        people=Count("pk", filter=here), together=Count("pk")
    )
    return Reckoning(**found, rule=rule())


def place_of(user, organization):
    """The highest organisation by whose office this person may take the numbers of ``organization``; None: by none."""
    places = [
        place
        for role, place in scope_of(user).offices
        if (role in BRANCH_ROLES and place.pk == organization.pk)
        or (role in rules.UNMASKING_ROLES and organization.path.startswith(place.path))
    ]
    return min(places, key=lambda place: place.depth, default=None)


def tied_to(user, *, day):
    """The people with whom this one shares an office today: for whom he acts, and who act for him."""
    acting = Appointment.objects.in_force(day).exclude(acting_for=None)
    pairs = acting.filter(user=user) | acting.filter(acting_for=user)
    return {
        person
        for pair in pairs.values_list("user_id", "acting_for_id")
        for person in pair
        if person != user.pk
    }


def approvers(user, place, *, day):
    """``(organization, role, people)`` of the nearest office at or above ``place`` that somebody else holds, to be
    asked about a request of ``user``; None where there is nobody."""
    held = Appointment.objects.in_force(day).filter(
        role__in=APPROVING, organization__path__in=place.ancestor_paths, user__is_active=True
    )
    held = held.exclude(user__in={user.pk, *tied_to(user, day=day)})
    offices = list(held.select_related("user", "organization"))
    if not offices:
        return None
    first = min(offices, key=lambda o: (-o.organization.depth, APPROVING.index(o.role)))
    near = first.organization_id, first.role
    return (
        first.organization,
        Role(first.role),
        [office.user for office in offices if (office.organization_id, office.role) == near],
    )


def may_decide(user, request, *, tied):
    """Say yes or no to a request; ``tied``: whether this person and the asker share an office today."""
    return (
        user.pk != request.asked_by_id
        and not tied
        and scope_of(user).holds_over(APPROVING, request.asked_from)
    )


def with_tied(rows, user, *, now):
    """Adds ``is_tied``: what ``tied_to`` says of this person and who asked."""
    acting = Appointment.objects.in_force(local_day(now))
    pair = Q(user=user, acting_for=OuterRef("asked_by")) | Q(
        user=OuterRef("asked_by"), acting_for=user
    )
    return rows.annotate(is_tied=Exists(acting.filter(pair)))


def waiting_for(user, *, now):
    """The requests that wait for this person, for his home page: one statement, and none for whoever holds no
    office that approves."""
    offices = {(place.pk, role) for role, place in scope_of(user).offices if role in APPROVING}
    if not offices:
        return NumbersRequest.objects.none()
    mine = Q()
    for place, role in sorted(offices):
        mine |= Q(waits_at=place, waits_for=role)
    rows = NumbersRequest.objects.filter(
        mine, state=NumbersRequest.State.WAITING, lapses_at__gt=now
    )
    return with_tied(rows.exclude(asked_by=user), user, now=now).filter(is_tied=False)
