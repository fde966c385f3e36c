"""Which campaigns, items, steps and files."""

from datetime import UTC, datetime, timedelta

from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import In

from branches.querysets import OrganizationOwnedQuerySet, within
from branches.roles import BRANCH_ROLES, SEEING_ROLES, Role
from branchyear.lib.composed import composed
from branchyear.lib.dates import day_end, day_start, local_day
from branchyear.lib.plans import Beside
from tasks.materials import links_above

LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
OPEN_STATES = ("todo", "draft", "returned")  # with the branch, not with a reviewer


@composed(day=models.DateField())
def _begun(day):
    from tasks.models import Campaign  # models need this module

    return Campaign.objects.filter(starts_on__lte=day).order_by("-year")[:1]


class CampaignQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The plan is everybody's who holds an office; an account without one sees nothing."""
        from branches.scope import scope_of  # scope reads models, which need this module

        return self.all() if scope_of(user).offices else self.none()

    def running(self, day):
        """The campaign in whose year ``day`` lies; else the latest (None when there is none)."""
        begun = _begun(day=day)
        return begun[0] if begun else self.order_by("year").first()


class ChecklistItemQuerySet(models.QuerySet):
    def asked(self):
        """Items the campaign still asks for."""
        return self.filter(retired_at=None)


def _numbers(day):
    """How many items stand where on ``day``."""
    return {
        "total": Count("pk"),
        "todo": Count("pk", filter=Q(state="todo")),
        "draft": Count("pk", filter=Q(state="draft")),
        "submitted": Count("pk", filter=Q(state="submitted")),
        "returned": Count("pk", filter=Q(state="returned")),
        "accepted": Count("pk", filter=Q(state="accepted")),
        "overdue": Count("pk", filter=Q(state__in=OPEN_STATES, due_on__lt=day)),
    }


class InspectedQuerySet(OrganizationOwnedQuerySet):
    """Rows about a branch's items: an inspector sees of a branch that fell to him just the items his inspection
    looks at. ``item_path`` leads to the item (""), a file to whatever it proves."""

    item_path = ""

    def visible_to(self, user):
        from branches.scope import scope_of  # scope reads models, which need this module

        scope = scope_of(user)
        places = scope.organizations({Role.INSPECTOR})
        if not places:
            return super().visible_to(user)
        path = f"{self.organization_path}__path"
        own = [o.path for o in scope.organizations(SEEING_ROLES - {Role.INSPECTOR})]
        inspected = within([o.path for o in places], path) & self._looked_at(user)
        return self.filter(within(own, path) | inspected)

    def _looked_at(self, user):
        """In an inspection of his there; all where he was given the office by hand, without one."""
        from tasks.models import Visit  # the models need this module

        mine = Visit.objects.filter(inspector=user.pk, branch=OuterRef(self.organization_path))
        return ~Exists(mine) | self._item_of(mine)

    def _item_of(self, visits):
        return Exists(visits.filter(inspection__items=OuterRef(self.item_path)))


class BranchItemQuerySet(InspectedQuerySet):
    organization_path = "branch"
    item_path = "item"

    def of(self, campaign):
        """Asked by the campaign. A set of items beside the rows, not a join: by that SQLite reads the whole city once
        for each item, wherever the rows lie."""
        from tasks.models import ChecklistItem  # the models need this module

        asked = ChecklistItem.objects.filter(task__campaign=campaign).order_by().values("pk")
        return self.filter(In(Beside("item"), asked))

    def in_force(self):
        """Items still asked of branches that still exist: what every figure counts."""
        return self.filter(branch__closed_on=None, item__retired_at=None)

    def with_words(self):
        """Everything a row on a page shows, in one statement."""
        return self.select_related("branch", "item__task", "version", "with_organization")

    def with_waiting(self):
        """Adds ``waiting_since``: when a handed-in item came to where it lies now (the last hand-in, or
        the level below passed it on)."""
        return self.annotate(waiting_since=Coalesce("decided_at", "submitted_at"))

    def overdue(self, day):
        """Past its day and not handed in. Time with a reviewer is not the branch's."""
        return self.filter(state__in=OPEN_STATES, due_on__lt=day)

    def due_within(self, day, days):
        """Still to do, due from ``day`` within ``days`` days."""
        return self.filter(
            state__in=OPEN_STATES, due_on__gte=day, due_on__lte=day + timedelta(days=days)
        )

    def due_in(self, month):
        """Due in this month, whatever has become of them."""
        return self.filter(due_on__gte=month.first_day, due_on__lte=month.last_day)

    def accepted_in(self, month):
        """Accepted, and it happened in this month (China's days)."""
        return self.filter(
            state="accepted",
            decided_at__gte=day_start(month.first_day),
            decided_at__lt=day_end(month.last_day),
        )

    def waiting_with(self, organizations):
        """Handed in and lying with one of these organisations for review."""
        return self.in_force().filter(state="submitted", with_organization__in=organizations)

    def to_fill_by(self, user):
        """Of the branches this person answers for: ``rules.may_fill`` as a list."""
        from branches.scope import scope_of  # see above

        return self.filter(branch__in=scope_of(user).organizations(BRANCH_ROLES))

    def to_review_by(self, user, day=None):
        """What ``user`` should look at now: ``rules.may_review`` as a list.

        Handed in, lying with an organisation whose reviewer this person is, and not his own; also what
        lies with a general branch below that has nobody (any more) who could review it, so that
        nothing is stuck when an office falls vacant.
        """
        from branches.models import Appointment, Organization  # the models need this module
        from branches.scope import scope_of

        day = day or local_day()
        scope = scope_of(user, day)
        offices = scope.organizations({Role.ORG_REVIEWER, Role.COMMITTEE_REVIEWER})
        own = scope.organizations(BRANCH_ROLES)
        in_force = Appointment.objects.in_force(day)
        able = (
            in_force.filter(
                organization=OuterRef("with_organization"),
                role=Role.ORG_REVIEWER,
                user__is_active=True,
            )
            .exclude(user=OuterRef("submitted_by"))
            .exclude(user=OuterRef("updated_by"))
            .exclude(
                user__in=in_force.filter(
                    organization=OuterRef(OuterRef("branch")), role__in=BRANCH_ROLES
                ).values("user")
            )
        )
        reviewed = [
            o.path
            for role, o in scope.offices
            if role == Role.ORG_REVIEWER and o.depth >= Organization.DIRECT_DEPTH
        ]
        # Where it may lie, said first and by itself: the rest is then asked of a few items, not of the whole city's.
        places = Organization.objects.filter(
            Q(pk__in=[o.pk for o in offices]) | within(reviewed, "path")
        )
        rows = self.waiting_with(places).exclude(branch__in=own)
        rows = rows.exclude(submitted_by=user).exclude(updated_by=user)
        return rows.filter(Q(with_organization__in=offices) | ~Exists(able))

    def filled_by_members(self):
        """With the branch, and last filled in by a member of its committee who said that it is done."""
        return self.with_filled().filter(is_filled=True)

    def with_filled(self):
        """Adds ``is_filled``: a member of the committee said it is done, and it was not handed in since."""
        from tasks.models import Delegation  # the models need this module

        given = Delegation.objects.filter(branch_item=OuterRef("pk"), taken_back_at=None)
        done = given.order_by("-pk").values("done_at")[:1]
        since = Coalesce("submitted_at", Value(LONG_AGO), output_field=models.DateTimeField())
        said = Q(state__in=OPEN_STATES, done_at_last__gt=since)
        return self.alias(done_at_last=Subquery(done)).annotate(
            is_filled=Case(When(said, then=True), default=False)
        )

    def counts(self, day, *group):
        """The numbers of ``figures`` without the weights, as plain tuples: the ``group`` columns, then total,
        todo, draft, submitted, returned, accepted, overdue, and due (its day is over, whatever its state)."""
        numbers = _numbers(day) | {"due": Count("pk", filter=Q(due_on__lt=day))}
        return self.order_by().values_list(*group).annotate(**numbers)

    def figures(self, day, *group):
        """The one definition of the campaign's numbers, per ``group`` columns (none: one row).

        total, todo, draft, submitted, returned, accepted, overdue; weight, weight_accepted.
        Screen, list and export all count with this, so they cannot differ.
        """
        numbers = _numbers(day) | {
            "weight": Sum("version__weight"),
            "weight_accepted": Sum("version__weight", filter=Q(state="accepted")),
        }
        if not group:
            return self.order_by().aggregate(**numbers)
        return self.order_by(*group).values(*group).annotate(**numbers)


class ItemStepQuerySet(InspectedQuerySet):
    organization_path = "branch_item__branch"
    item_path = "branch_item__item"


class EvidenceQuerySet(InspectedQuerySet):
    def _item_of(self, visits):
        from tasks.models import ItemEvidence  # the models need this module

        theirs = ItemEvidence.objects.filter(evidence=OuterRef(OuterRef("pk")))
        return Exists(visits.filter(inspection__items__in=theirs.values("branch_item__item")))

    def current(self):
        """The latest revision of each material."""
        return self.filter(replaced_by=None)

    def with_use(self):
        """Adds ``is_used``: proves an item or that a problem is solved, or goes with something above."""
        from tasks.models import ItemEvidence, ProblemEvidence  # the models need this module

        mine = {"evidence": OuterRef("pk")}
        is_used = Exists(ItemEvidence.objects.filter(**mine))
        is_used |= Exists(ProblemEvidence.objects.filter(**mine))
        for links in links_above():
            is_used |= Exists(links.filter(**mine))
        return self.annotate(is_used=is_used)


class FactWordQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Words of the campaign, no people: everybody's who has an account."""
        return self if user.is_authenticated else self.none()


class ItemFactQuerySet(InspectedQuerySet):
    organization_path = "branch_item__branch"
    item_path = "branch_item__item"


class ItemMeetingQuerySet(InspectedQuerySet):
    organization_path = "branch_item__branch"
    item_path = "branch_item__item"

    def live(self):
        """Links that prove something: the meeting has not been voided."""
        return self.filter(meeting__voided_at=None)

    def voided_since(self, moment):
        """Links that proved something at ``moment`` and do not any more."""
        return self.filter(meeting__voided_at__gt=moment)


class DelegationQuerySet(OrganizationOwnedQuerySet):
    organization_path = "branch_item__branch"

    def open(self):
        """Neither done nor taken back."""
        return self.filter(done_at=None, taken_back_at=None)

    def of_this_round(self, branch_item):
        """Given, or done, since the item was last handed in."""
        rows = self.filter(branch_item=branch_item.pk, taken_back_at=None)
        if branch_item.submitted_at is None:
            return rows
        return rows.filter(Q(done_at=None) | Q(done_at__gt=branch_item.submitted_at))
