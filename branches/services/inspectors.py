"""第三方检查人员: an inspector sees the branches that fell to him, until a day, and then nothing at once.

The offices are rows like any other; who may send an inspector where is asked by the verb above that does it
(``tasks.services.inspections``).
"""

from datetime import timedelta

from branches.models import Appointment
from branches.roles import Role
from branches.scope import forget_scope
from branches.services.appointments import give
from branchyear.audit.services import build, record_many


def let_see(user, branches, *, until, by, today):
    """Inspector's offices at ``branches`` from today to ``until``; those held so long already stay."""
    held = {
        row.organization_id: row.ends_on
        for row in Appointment.objects.in_force(today).filter(
            user=user, role=Role.INSPECTOR, organization__in=branches
        )
    }
    offices = [
        Appointment(
            user=user, organization=branch, role=Role.INSPECTOR, starts_on=today, ends_on=until
        )
        for branch in branches
        if held.get(branch.pk) is None or held[branch.pk] < until
    ]
    give(offices)
    record_many(
        build("appointment.made", o, by=by, organization=o.organization, role=o.role)
        for o in offices
    )
    forget_scope(user)
    return offices


def hide(user, branches, *, by, today):
    """The inspector does not see ``branches`` any more, from this moment on."""
    rows = list(
        Appointment.objects.filter(
            user=user, role=Role.INSPECTOR, organization__in=branches, ends_on__gte=today
        ).select_related("organization", "user")
    )
    record_many(
        build("appointment.ended", o, by=by, organization=o.organization, on=today) for o in rows
    )
    begun = [o.pk for o in rows if o.starts_on < today]
    Appointment.objects.filter(pk__in=begun).update(ends_on=today - timedelta(days=1))
    # Begun today: there is no earlier day they could end with.
    Appointment.objects.filter(pk__in=[o.pk for o in rows if o.starts_on >= today]).delete()
    forget_scope(user)
