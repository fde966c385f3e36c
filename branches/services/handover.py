"""交接: when a secretary or clerk changes, one act ends the old office and begins the new one.

The old account can write nothing any more from the same moment: its office ends with the day before (the day
of the act is the successor's), and its sessions are closed. What belongs to the branch (items, drafts,
problems, reports) is the branch's and needs no moving; what bears a name or lies in a person's in-box is moved
by whoever listens to ``office_handed_over``.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from branches import rules, signals
from branches.handing_over import sheet_of
from branches.models import Appointment, Handover
from branches.roles import BRANCH_ROLES, Role
from branches.scope import forget_scope, scope_of
from branches.services import appointments
from branches.services.accounts import problems_of_account
from branchyear.accounts import services as accounts
from branchyear.accounts.models import User
from branchyear.audit.services import record
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused, require
from branchyear.notifications.models import Notice
from branchyear.notifications.services import notify

NOT_YOURS = "交接由上级党组织的审核人或系统管理员办理。"
DOCUMENT_MAX = 60


@dataclass(frozen=True)
class HandedOver:
    """What came of it; ``password`` is the one-time password of a new account, shown once."""

    handover: Handover
    password: str = ""


@transaction.atomic
def hand_over(office, *, username, name, by, now, document_no=""):
    """Hand ``office`` (a secretary's or clerk's) over to the person of that account name and name.

    An account that does not exist yet is opened; one that does must bear this very name, so that nobody
    is appointed by a slip of the pen. Both are told. Returns a ``HandedOver``.
    """
    organization, old = office.organization, office.user
    if by is not None:
        require(rules.may_hand_over(by, organization), NOT_YOURS)
    today = local_day(now)
    # Two who hand over at once: the second finds the office gone.
    office = Appointment.objects.select_for_update().filter(pk=office.pk).first()
    if office is None or not Appointment.objects.in_force(today).filter(pk=office.pk).exists():
        raise Refused(f"{old}已不在此任职，可能刚刚由他人办理了交接，请刷新页面。")
    if office.role not in BRANCH_ROLES:
        raise Refused("只有党支部书记、党务干部的职责可以在此交接。")
    if not organization.is_open:
        raise Refused(f"“{organization}”已撤销，不再办理交接。")
    document_no = (document_no or "").strip()
    if len(document_no) > DOCUMENT_MAX:
        raise Refused(f"任职文号最多{DOCUMENT_MAX}个字。", field="document_no")
    successor, password = _successor(username, name, office, by=by, today=today)
    sheet = sheet_of(organization, today)
    _end(office, today=today, by=by)
    new = Appointment(
        user=successor,
        organization=organization,
        role=office.role,
        starts_on=today,
        document_no=document_no,
    )
    appointments.give([new])
    record("appointment.made", new, by=by, organization=organization, role=new.role)
    handover = Handover.objects.create(
        organization=organization,
        role=new.role,
        from_user=old,
        to_user=successor,
        document_no=document_no,
        sheet=sheet,
        on=today,
        at=now,
        by=by,
    )
    record(
        "office.handed_over",
        handover,
        by=by,
        organization=organization,
        role=new.role,
        before=str(old),
        after=str(successor),
        open_things=sum(len(part["lines"]) for part in sheet),
    )
    _move_notices(old, successor, today=today)
    signals.office_handed_over.send(Handover, handover=handover, now=now)
    accounts.close_sessions(old)
    notify(
        "office.handed_over",
        [old, successor],
        url=handover.get_absolute_url(),
        key=f"handover:{handover.pk}",
        organization=organization,
        role=Role(new.role).label,
        before=old,
        after=successor,
    )
    return HandedOver(handover, password)


def _successor(username, name, office, *, by, today):
    """The person who takes over, and the one-time password if the account is new."""
    username, name = (username or "").strip(), (name or "").strip()
    for field, sentence in problems_of_account(username=username, name=name):
        raise Refused(sentence, field=field)
    user = User.objects.filter(username__iexact=username).first()
    if user is None:
        user, password = accounts.open_account(username=username, name=name)
        record("account.opened", user, by=by, username=user.username)
        return user, password
    if user.name != name:
        raise Refused(f"账号“{user.username}”不是{name}的，请核对账号和姓名。", field="name")
    if not user.is_active:
        raise Refused(f"账号“{user.username}”已停用，请先由管理员启用。", field="username")
    if user.pk == office.user_id:
        raise Refused("接收人就是现任，不用交接。", field="username")
    if by is not None and user.pk == by.pk:
        raise Refused("不能交接给办理人本人，请由其他有权限的同志办理。", field="username")
    scope = scope_of(user, today)
    if scope.is_administrator:
        raise Refused("系统的管理员账号不能兼任支部职责，请另开账号。", field="username")
    if scope.holds({office.role}, office.organization):
        raise Refused(f"{user}已经在此担任同一职责。", field="username")
    return user, ""


def _end(office, *, today, by):
    """The office ends with yesterday, so that nothing can be written under it any more today."""
    if office.starts_on < today:
        office.ends_on = today - timedelta(days=1)
        office.save(update_fields=["ends_on"])
        verb, detail = "appointment.ended", {"on": office.ends_on}
    else:  # begun today: there is no earlier day it could end with
        verb = "appointment.withdrawn"
        detail = {"role": office.role, "starts_on": office.starts_on}
    record(verb, office, by=by, organization=office.organization, **detail)
    if verb == "appointment.withdrawn":
        Appointment.objects.filter(pk=office.pk).delete()
    forget_scope(office.user)


def _move_notices(old, successor, *, today):
    """The unread in-box goes to the successor, unless the old one holds another office: then what is in it
    may belong there, and the successor finds the open things on the home page anyway."""
    forget_scope(old)
    if scope_of(old, today).offices:
        return
    unread = Notice.objects.filter(recipient=old, read_at=None)
    known = Notice.objects.filter(recipient=successor).values_list("key", flat=True)
    unread.exclude(key__in=list(known)).update(recipient=successor)
