"""转办: while a reviewer is away, somebody else acts in his office, from a day to a day.

An acting appointment is an appointment like any other (it gives the same scope, and decisions bear the
substitute's own name), only that it says for whom, is always dated and so ends by itself.
"""

from datetime import timedelta

from django.db import transaction

from branches import rules
from branches.models import Appointment
from branches.roles import REVIEW_ROLES, Role
from branches.scope import forget_scope, scope_of
from branches.services import appointments
from branchyear.accounts.models import User
from branchyear.audit.services import record
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused, require
from branchyear.notifications.services import notify

NOT_YOURS = "转办由审核人本人、上级党组织的审核人或系统管理员办理。"
LONGEST = timedelta(days=92)  # a longer absence is a change of office, not a leave


@transaction.atomic
def substitute(office, *, username, name, starts_on, ends_on, by, now):
    """Let the person of that account act in ``office`` for its holder; both are told. Returns the acting
    appointment."""
    organization, holder = office.organization, office.user
    if by is not None:
        require(rules.may_substitute(by, office), NOT_YOURS)
    if office.role not in REVIEW_ROLES or office.acting_for_id is not None:
        raise Refused("只有审核人本人的职责可以转办，代理人不能再转办。")
    today = local_day(now)
    # Two who arrange it at once: the second finds the first's below.
    office = Appointment.objects.select_for_update().get(pk=office.pk)
    if office.ends_on is not None and office.ends_on < starts_on:
        raise Refused(f"{holder}届时已不在此任职，不用转办。", field="starts_on")
    if starts_on < today:
        raise Refused("起始日期不能早于今天。", field="starts_on")
    if ends_on < starts_on:
        raise Refused("截止日期不能早于起始日期。", field="ends_on")
    if ends_on - starts_on > LONGEST:
        raise Refused(f"转办最长{LONGEST.days}天，时间更长的请办理任职调整。", field="ends_on")
    person = _person(username, name, office, starts_on, ends_on, today=today)
    acting = Appointment(
        user=person,
        organization=organization,
        role=office.role,
        starts_on=starts_on,
        ends_on=ends_on,
        acting_for=holder,
    )
    appointments.give([acting])
    record(
        "office.acting",
        acting,
        by=by,
        organization=organization,
        role=office.role,
        acting_for=str(holder),
        starts_on=starts_on,
        ends_on=ends_on,
    )
    _tell(acting, "office.acting")
    return acting


@transaction.atomic
def end_acting(acting, *, by, now):
    """The reviewer is back: the substitute can decide nothing any more, at once."""
    require(by is None or rules.may_end_acting(by, acting), NOT_YOURS)
    today = local_day(now)
    acting = Appointment.objects.select_for_update().filter(pk=acting.pk).first()
    if acting is None or acting.acting_for_id is None or acting.ends_on < today:
        raise Refused("该转办已经结束。")
    detail = {"role": acting.role, "acting_for": str(acting.acting_for), "on": today}
    record("office.acting_ended", acting, by=by, organization=acting.organization, **detail)
    _tell(acting, "office.acting_ended")
    if acting.starts_on < today:
        Appointment.objects.filter(pk=acting.pk).update(ends_on=today - timedelta(days=1))
    else:  # not begun, or begun today: there is no earlier day it could end with
        Appointment.objects.filter(pk=acting.pk).delete()
    forget_scope(acting.user)


def acting_of(office, today):
    """Who acts in this office now or will, the next one first."""
    rows = Appointment.objects.filter(
        organization=office.organization,
        role=office.role,
        acting_for=office.user,
        ends_on__gte=today,
    )
    return list(rows.select_related("user", "organization", "acting_for").order_by("starts_on"))


def _person(username, name, office, starts_on, ends_on, *, today):
    username, name = (username or "").strip(), (name or "").strip()
    person = User.objects.filter(username__iexact=username, is_active=True).first()
    if person is None:
        raise Refused(f"没有在用的账号“{username}”，请核对。", field="username")
    if person.name != name:
        raise Refused(f"账号“{person.username}”不是{name}的，请核对账号和姓名。", field="name")
    if person.pk == office.user_id:
        raise Refused("不能转办给本人。", field="username")
    if scope_of(person, today).is_administrator:
        raise Refused("系统的管理员账号不能代理审核。", field="username")
    held = Appointment.objects.filter(
        user=person, organization=office.organization, role=office.role, starts_on__lte=ends_on
    ).exclude(ends_on__lt=starts_on)
    if held.exists():
        raise Refused(f"{person}届时在此已有同一职责，不用转办。", field="username")
    return person


def _tell(acting, kind):
    notify(
        kind,
        [acting.user, acting.acting_for],
        url=acting.organization.get_absolute_url(),
        key=f"{kind}:{acting.pk}",
        organization=acting.organization,
        role=Role(acting.role).label,
        person=acting.user,
        holder=acting.acting_for,
        starts_on=acting.starts_on,
        ends_on=acting.ends_on,
    )
