"""A person's scope: the offices in force today, and what follows from them.

Computed once per request (it hangs on the user object, which each request loads anew, so a removed
office ends at the very next click). Jobs load the person again and so recompute it.
"""

from dataclasses import dataclass, field

from django.db.models import BigAutoField, DateField

from branches.models import Appointment, Organization
from branches.roles import ADMIN_ROLES, LEDGER_ROLES, SEEING_ROLES, Role
from branchyear.accounts.models import User
from branchyear.lib.composed import Composed
from branchyear.lib.dates import local_day


@dataclass(frozen=True)
class Scope:
    """The offices in force of one person: tuples of role and organisation."""

    offices: tuple = ()
    seen_paths: tuple = field(init=False)
    ledger_paths: tuple = field(init=False)  # where the ledgers of the people are read too

    def __post_init__(self):
        object.__setattr__(self, "seen_paths", self._tops(SEEING_ROLES))
        object.__setattr__(self, "ledger_paths", self._tops(LEDGER_ROLES))

    def _tops(self, roles):
        paths = sorted({o.path for role, o in self.offices if role in roles})
        # A path below another one adds nothing.
        return tuple(p for i, p in enumerate(paths) if not any(p.startswith(q) for q in paths[:i]))

    def own(self, pk, *, ledgers=False):
        """The organisation with this key if one of the offices that see it (for ``ledgers``: its people too) is held
        right there; else None, and it may be one below."""
        roles = LEDGER_ROLES if ledgers else SEEING_ROLES
        return next((o for role, o in self.offices if o.pk == pk and role in roles), None)

    @property
    def only_top(self):
        """The one place everything this person sees lies at or below, from a directly affiliated organisation
        downwards; None for everybody else, and for inspectors, who do not see all that lies there.

        Then a statement that is composed once (``branchyear.lib.composed``) may say ``seen_from([path])`` where
        others say ``visible_to(user)``.
        """
        paths = self.seen_paths
        if len(paths) != 1 or self.ledger_paths != paths or self.has({Role.INSPECTOR}):
            return None
        deep = len(paths[0]) >= Organization.steplen * Organization.DIRECT_DEPTH
        return paths[0] if deep else None

    def sees(self, organization):
        return any(organization.path.startswith(path) for path in self.seen_paths)

    def reads_ledgers(self, organization):
        return any(organization.path.startswith(path) for path in self.ledger_paths)

    def holds(self, roles, organization):
        """Holds one of ``roles`` at exactly this organisation."""
        return any(role in roles and o.pk == organization.pk for role, o in self.offices)

    def holds_over(self, roles, organization):
        """Holds one of ``roles`` at this organisation or at one above it."""
        return any(
            role in roles and organization.path.startswith(o.path) for role, o in self.offices
        )

    def holds_above(self, roles, organization):
        """Holds one of ``roles`` at an organisation above this one, not at this one itself."""
        return any(
            role in roles and organization.path.startswith(o.path) and o.pk != organization.pk
            for role, o in self.offices
        )

    def has(self, roles):
        return any(role in roles for role, _ in self.offices)

    def organizations(self, roles):
        """The organisations at which one of ``roles`` is held, in official order."""
        found = {o.pk: o for role, o in self.offices if role in roles}
        return sorted(found.values(), key=lambda o: o.path)

    @property
    def is_administrator(self):
        return self.has(ADMIN_ROLES)

    @property
    def roles(self):
        return {role for role, _ in self.offices}


def scope_of(user, day=None):
    """The scope of ``user`` today; nobody's for a visitor or a closed account."""
    if not user.is_authenticated or not user.is_active:
        return Scope()
    day = day or local_day()
    kept = getattr(user, "_scope", None)
    if kept is None or kept[0] != day:
        held = Appointment.objects.in_force(day).filter(user=user)
        kept = user._scope = (day, _made_of(held.select_related("organization").order_by()))
    return kept[1]


def _held(person, day):
    held = Appointment.objects.in_force(day).filter(user=person)
    return held.select_related("organization", "user").order_by()


_offices = Composed(_held, person=BigAutoField(), day=DateField())


def with_offices(user_id, day=None):
    """The account with its scope of today read in the same statement; None for whoever holds no office."""
    day = day or local_day()
    held = _offices(person=user_id, day=day)
    if not held:
        return None
    user = held[0].user
    user._scope = (day, _made_of(held))
    return user


def _made_of(appointments):
    # Sorted here: a person holds a few offices, and every request asks.
    held = sorted(appointments, key=lambda a: (a.organization.path, a.role, a.starts_on))
    return Scope(tuple((a.role, a.organization) for a in held))


def forget_scope(user):
    """After an office changed: compute the scope again at the next question."""
    user.__dict__.pop("_scope", None)


def holders(roles, organization, day=None):
    """The active people who hold one of ``roles`` at exactly this organisation."""
    offices = Appointment.objects.in_force(day or local_day()).filter(
        organization=organization, role__in=roles
    )
    return User.objects.filter(is_active=True, pk__in=offices.values("user")).order_by("pk")


def direct_organization_of(organization):
    """The directly affiliated organisation this one belongs to (itself if it is one), or None."""
    path = organization.direct_path
    return Organization.objects.filter(path=path).first() if path else None
