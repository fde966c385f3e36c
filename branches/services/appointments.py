"""Offices: given and taken; one that has begun is never erased."""

from django.db import IntegrityError, transaction

from branches import rules
from branches.models import Appointment, Kind
from branches.roles import ADMIN_ROLES, BRANCH_ROLES, COMMITTEE_ROLES, DATED_ROLES, Role
from branches.scope import forget_scope
from branchyear.accounts.models import User
from branchyear.audit.services import build, record, record_many
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused, require

# At which kinds of organisation each role can be held.
PLACES = {
    **dict.fromkeys((*BRANCH_ROLES, Role.BRANCH_MEMBER), {Kind.BRANCH}),
    Role.ORG_REVIEWER: {Kind.PRIMARY_COMMITTEE, Kind.GENERAL_BRANCH, Kind.BRANCH},
    **dict.fromkeys(COMMITTEE_ROLES, {Kind.WORK_COMMITTEE}),
    Role.CITY_DEPARTMENT: {Kind.CITY_DEPARTMENT},
    Role.INSPECTOR: set(Kind) - {Kind.CITY_DEPARTMENT, Kind.GROUP},
    **dict.fromkeys(ADMIN_ROLES, {Kind.CITY_DEPARTMENT, Kind.WORK_COMMITTEE}),
}


def appoint(user, *, organization, role, starts_on, by, ends_on=None, document_no=""):
    """Give ``user`` an office from ``starts_on``; returns the appointment."""
    office = Appointment(
        user=user,
        organization=organization,
        role=role,
        starts_on=starts_on,
        ends_on=ends_on,
        document_no=document_no,
    )
    return appoint_many([office], by=by)[0]


@transaction.atomic
def appoint_many(offices, *, by):
    """Give many offices (unsaved appointments), all or none; returns them."""
    offices = list(offices)
    for role in {office.role for office in offices}:
        if by is not None:
            require(rules.may_appoint(by, role))
    give(offices)
    record_many(
        build("appointment.made", o, by=by, organization=o.organization, role=o.role)
        for o in offices
    )
    return offices


def give(offices):
    """The rows of the offices, checked; inside the transaction of a verb that asks who may and leaves the
    trace (here, ``handover``, ``substitutes``)."""
    for office in offices:
        _check(office)
    _keep_administrators_apart(offices)
    try:
        with transaction.atomic():
            Appointment.objects.bulk_create(offices, batch_size=500)
    except IntegrityError:
        raise Refused(_held_already(offices), field="role") from None
    for office in offices:
        forget_scope(office.user)


def _check(office):
    role, organization = Role(office.role), office.organization
    if organization.kind not in PLACES[role]:
        raise Refused(f"“{role.label}”不能设在{organization.kind_label}。", field="organization")
    if not organization.is_open:
        raise Refused(f"“{organization}”已撤销，不能任职。", field="organization")
    if role in DATED_ROLES and office.ends_on is None:
        raise Refused(f"{role.label}必须填写截止日期。", field="ends_on")
    if office.ends_on is not None and office.ends_on < office.starts_on:
        raise Refused("截止日期不能早于起始日期。", field="ends_on")


def _keep_administrators_apart(offices):
    """Nobody holds two of the three administrators' offices on one day, be it in this batch.

    等保2.0 (管理用户的权限分离): who runs the system, who gives its rights and who reads its trail are three people.
    For offices without an end the database holds it too (``one_administrators_office_at_a_time``).
    """
    new = [office for office in offices if office.role in ADMIN_ROLES]
    if not new:
        return
    people = User.objects.select_for_update().filter(pk__in={office.user_id for office in new})
    list(people.order_by("pk"))  # of two at once, the second waits and sees what the first gave
    held = list(Appointment.objects.filter(user__in=people, role__in=ADMIN_ROLES))
    for office in new:
        for other in held:
            if other.user_id == office.user_id and _overlap(office, other):
                raise Refused(
                    f"{office.user}在同一时间已担任{other.get_role_display()}。"
                    "系统、安全、审计管理员须由不同的人担任，一人只能担任一个。",
                    field="role",
                )
        held.append(office)


def _overlap(one, other):
    return (one.ends_on is None or other.starts_on <= one.ends_on) and (
        other.ends_on is None or one.starts_on <= other.ends_on
    )


def _held_already(offices):
    """Which of the offices is held already, as a sentence."""
    given = {(o.user_id, o.organization_id, o.role) for o in offices}
    for office in Appointment.objects.filter(
        ends_on=None, user__in={o.user_id for o in offices}
    ).select_related("user", "organization"):
        if (office.user_id, office.organization_id, office.role) in given:
            role = Role(office.role).label
            return f"{office.user}在{office.organization}已经是{role}。"
    return "同一人在同一党组织的同一职责填写了两次。"


@transaction.atomic
def end_appointment(appointment, *, on, by):
    """The office ends with the day ``on`` (that day included)."""
    if by is not None:
        require(rules.may_appoint(by, appointment.role))
    if on < appointment.starts_on:
        raise Refused("免职日期不能早于任职日期。", field="on")
    Appointment.objects.filter(pk=appointment.pk).update(ends_on=on)
    appointment.ends_on = on
    forget_scope(appointment.user)
    record("appointment.ended", appointment, by=by, organization=appointment.organization, on=on)


@transaction.atomic
def withdraw_appointment(appointment, *, by):
    """Take back an office that has not begun yet; it leaves nothing but its audit entries."""
    if by is not None:
        require(rules.may_appoint(by, appointment.role))
    if appointment.starts_on <= local_day():
        raise Refused("该任职已经开始，不能取消，请填写免职日期。")
    _withdraw(appointment, by=by)


def end_all(organization, *, on, by):
    """The organisation ends with the day ``on``, and every office in it; later ones do not begin."""
    for appointment in organization.appointments.select_related("user", "organization"):
        if appointment.starts_on > on:
            _withdraw(appointment, by=by)
        elif appointment.ends_on is None or appointment.ends_on > on:
            Appointment.objects.filter(pk=appointment.pk).update(ends_on=on)
            record("appointment.ended", appointment, by=by, organization=organization, on=on)


def _withdraw(appointment, *, by):
    record(
        "appointment.withdrawn",
        appointment,
        by=by,
        organization=appointment.organization,
        role=appointment.role,
        starts_on=appointment.starts_on,
    )
    forget_scope(appointment.user)
    Appointment.objects.filter(pk=appointment.pk).delete()
