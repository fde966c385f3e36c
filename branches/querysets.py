"""Which organisations, which offices. Scope is decided here, once, for the whole portal."""

from django.db import models
from django.db.models import Case, Exists, F, FilteredRelation, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Length, Substr
from treebeard.mp_tree import MP_NodeManager, MP_NodeQuerySet

from branchyear.lib.composed import Slot

# The highest step of treebeard's alphabet: every path below P lies between P and P + ZZZZ.
LAST_STEP = "ZZZZ"


@models.CharField.register_lookup
class Below(models.Lookup):
    """``path__below="00010001"``: at this path of the tree or anywhere below it, in a form both databases can index.

    SQLite has no figures about the tables (nobody runs ANALYZE there) and would read one organisation's rows by way of any
    equality, a month's reports of the whole city for the ten of one place. It is told that few are below a path, unless
    that is the city's own.
    """

    lookup_name = "below"
    prepare_rhs = False
    FEW = "likelihood({}, 0.01)"

    def as_sql(self, compiler, connection, form="{}"):
        place, params = self.process_lhs(compiler, connection)
        from_, to = form.format(f"{place} >= %s"), form.format(f"{place} <= %s")
        return f"({from_} AND {to})", (*params, self.rhs, *params, self.rhs + LAST_STEP)

    def as_sqlite(self, compiler, connection):
        from branches.models import Organization  # the models need this module

        direct = Organization.steplen * Organization.DIRECT_DEPTH
        # A path filled in later is a branch's (``branchyear.lib.composed``).
        few = isinstance(self.rhs, Slot) or len(self.rhs) >= direct
        return self.as_sql(compiler, connection, self.FEW if few else "{}")


def below(path, field="path"):
    """The condition "at ``path`` or anywhere below it"."""
    return Q(**{f"{field}__below": path})


def within(paths, field="path"):
    """At or below any of ``paths``; no path means no row."""
    condition = Q(pk__in=[])
    for path in paths:
        condition |= below(path, field)
    return condition


class OrganizationQuerySet(MP_NodeQuerySet):
    def visible_to(self, user):
        """The one place where offices become rows: own organisation and everything below it."""
        from branches.scope import scope_of  # scope reads appointments, which need this module

        return self.filter(within(scope_of(user).seen_paths))

    def with_ledgers_for(self, user):
        """Those of whose people this person may read the ledgers."""
        from branches.scope import scope_of  # see above

        return self.filter(within(scope_of(user).ledger_paths))

    def open(self):
        return self.filter(closed_on=None)

    def branches(self):
        return self.filter(kind="branch")

    def direct(self):
        """Directly affiliated organisations (直属党组织)."""
        return self.filter(depth=self.model.DIRECT_DEPTH)

    def under(self, organization):
        """``organization`` itself and everything below it."""
        return self.filter(below(organization.path))

    def with_direct_path(self):
        """Adds ``direct_path``: the path of the directly affiliated organisation above."""
        return self.annotate(
            direct_path_=Substr("path", 1, self.model.steplen * self.model.DIRECT_DEPTH)
        )

    def with_parent_id(self):
        """Adds ``parent_id_``: the one right above (None at the root)."""
        step = self.model.steplen
        above = Substr(OuterRef("path"), 1, Length(OuterRef("path")) - step)
        parents = self.model.objects.filter(path=above).order_by()
        return self.annotate(parent_id_=Subquery(parents.values("pk")[:1]))

    def electing(self):
        """Open ones that elect a body for a term; a temporary branch does not."""
        from branches.terms import YEARS  # terms reads models, which need this module

        return self.open().filter(kind__in=YEARS).exclude(branch_type="temporary")

    def with_term(self, today):
        """Adds ``term_pk``, ``term_due_on`` and ``term_state`` of the running term: what
        ``branches.terms.state_of`` says, for many at once."""
        from branches.terms import State, near_until  # see above

        return self.annotate(
            running_term=FilteredRelation("terms", condition=Q(terms__ended_on=None))
        ).annotate(
            term_pk=F("running_term__pk"),
            term_due_on=Coalesce("running_term__extended_to", "running_term__expires_on"),
            term_state=Case(
                When(running_term__pk=None, then=Value(State.UNREGISTERED.value)),
                When(term_due_on__lt=today, then=Value(State.OVERDUE.value)),
                When(running_term__extended_to__isnull=False, then=Value(State.EXTENDED.value)),
                When(term_due_on__lte=near_until(today), then=Value(State.NEAR.value)),
                default=Value(State.OK.value),
                output_field=models.CharField(),
            ),
        )

    def with_secretary_name(self, day):
        """Adds ``secretary_name``, of whoever is secretary on ``day`` ("" when vacant)."""
        from branches.models import Appointment

        holders = Appointment.objects.in_force(day).filter(
            organization=OuterRef("pk"), role="secretary"
        )
        return self.annotate(
            secretary_name=models.Subquery(holders.order_by("starts_on").values("user__name")[:1])
        )


class OrganizationManager(MP_NodeManager.from_queryset(OrganizationQuerySet)):
    def get_queryset(self):
        return OrganizationQuerySet(self.model, using=self._db).order_by("path")


class AppointmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        from branches.scope import scope_of  # see above

        return self.filter(within(scope_of(user).seen_paths, "organization__path"))

    def in_force(self, day):
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)


class OrganizationOwnedQuerySet(models.QuerySet):
    """Rows that belong to an organisation are seen by whoever sees the organisation."""

    organization_path = "organization"

    def visible_to(self, user):
        from branches.scope import scope_of  # see above

        return self.seen_from(scope_of(user).seen_paths)

    def seen_from(self, paths):
        """What is seen by whoever sees these places and what is below them."""
        return self.filter(within(paths, f"{self.organization_path}__path"))

    def under(self, organization):
        return self.filter(below(organization.path, f"{self.organization_path}__path"))


class LedgerQuerySet(OrganizationOwnedQuerySet):
    """Rows of a ledger about the branch's people: as the branch itself, but not for inspectors."""

    def visible_to(self, user):
        from branches.scope import scope_of  # see above

        return self.seen_from(scope_of(user).ledger_paths)


def owned_through(path, base=OrganizationOwnedQuerySet):
    """A manager for rows that belong to the organisation at ``path`` ("meeting__organization")."""
    name = "OwnedThrough" + path.title().replace("_", "")
    return type(name, (base,), {"organization_path": path}).as_manager()


def ledger_through(path):
    """The same for rows of a ledger about people."""
    return owned_through(path, LedgerQuerySet)


def has_holder(role, day, path="pk"):
    """Exists-condition: somebody holds ``role`` at the organisation on ``day``."""
    from branches.models import Appointment

    return Exists(Appointment.objects.in_force(day).filter(organization=OuterRef(path), role=role))
