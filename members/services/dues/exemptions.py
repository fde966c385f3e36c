"""Less or nothing to pay for a time, in hardship (中组发〔2008〕3号 第七条)."""

from django.db import transaction

from branches.roles import BRANCH_ROLES
from branches.scope import holders
from branchyear.audit.services import record
from branchyear.lib.dates import Month, local_day
from branchyear.lib.errors import Refused, require
from branchyear.lib.routes import path_to
from branchyear.notifications.services import notify
from members import rules
from members.dues import LARGEST
from members.models import DuesExemption, Member
from members.services.dues.months import revise_dues

State = DuesExemption.State
LONGEST = 24  # months; whoever is in need for longer is looked at again


@transaction.atomic
def request_exemption(member, *, from_month, to_month, reduced_to, reason, by, now):
    """The branch has agreed and asks the committee above; whoever decides there is told."""
    branch = member.organization
    require(rules.may_keep_dues(by, branch))
    # Locked, so that two requests at once see each other.
    if not Member.objects.counted().select_for_update().filter(pk=member.pk):
        raise Refused("该党员已不在名册，不能申请减免。", field="member")
    if to_month < from_month:
        raise Refused("截止月份不能早于起始月份。", field="to_month")
    if to_month > from_month.plus(LONGEST - 1):
        raise Refused("一次最多申请24个月，期满仍有困难的再次申请。", field="to_month")
    if reduced_to is None or not 0 <= reduced_to <= LARGEST:
        raise Refused("请填写减少后每月交纳的金额，免交的填0。", field="reduced_to")
    reason = (reason or "").strip()
    if not reason:
        raise Refused("请写明减免理由。", field="reason")
    if len(reason) > 300:
        raise Refused("理由最多300字。", field="reason")
    other = DuesExemption.objects.filter(
        member=member,
        state__in=[State.REQUESTED, State.APPROVED],
        from_month__lte=str(to_month),
        to_month__gte=str(from_month),
    ).first()
    if other:
        raise Refused(
            f"该党员{other.from_month}至{other.to_month}已有减免({other.get_state_display()})，请不要重复申请。",
            field="from_month",
        )
    exemption = DuesExemption.objects.create(
        member=member,
        from_month=str(from_month),
        to_month=str(to_month),
        reduced_to=reduced_to,
        reason=reason,
        requested_by=by,
        requested_at=now,
    )
    _record("dues.exemption_requested", exemption, by)
    notify(
        "dues.exemption_requested",
        holders(*rules.deciders_of_exemption(branch)),
        url=f"{path_to('members:dues_exemptions')}?org={branch.pk}",
        key=f"dues.exemption:{exemption.pk}",
        exemption=exemption,
        branch=branch,
    )
    return exemption


@transaction.atomic
def decide_exemption(exemption, *, approve, note, by, now):
    """The committee above agrees or does not; the branch is told, and what is due follows."""
    require(rules.may_decide_exemption(by, exemption))
    note = (note or "").strip()
    if not approve and not note:
        raise Refused("不同意的要写明理由，支部才好向党员说明。", field="note")
    if len(note) > 300:
        raise Refused("审批意见最多300字。", field="note")
    state = State.APPROVED if approve else State.REFUSED
    _move(exemption, state, decided_by=by, decided_at=now, decision_note=note)
    if approve:
        first = Month.parse(exemption.from_month)
        revise_dues([exemption.member_id], from_month=first, today=local_day(now))
    _record("dues.exemption_decided", exemption, by, approved=bool(approve))
    branch = exemption.member.organization
    notify(
        "dues.exemption_decided",
        holders(BRANCH_ROLES, branch),
        url=f"{path_to('members:dues_exemptions')}?org={branch.pk}",
        key=f"dues.exemption_decided:{exemption.pk}",
        exemption=exemption,
        branch=branch,
        approved=bool(approve),
        note=note,
    )
    return exemption


@transaction.atomic
def withdraw_exemption(exemption, *, by):
    """The branch takes the request back before anybody has decided."""
    require(rules.may_keep_dues(by, exemption.member.organization))
    _move(exemption, State.WITHDRAWN)
    _record("dues.exemption_withdrawn", exemption, by)


def _move(exemption, state, **columns):
    before = [one for one, after in DuesExemption.MOVES.items() if state in after]
    moved = DuesExemption.objects.filter(pk=exemption.pk, state__in=before).update(
        state=state, **columns
    )
    if not moved:
        raise Refused("这项申请刚刚已被办理，请刷新页面查看结果。")
    exemption.refresh_from_db()


def _record(verb, exemption, by, **more):
    """The trail names the months; the reason (illness, need) stays in the row."""
    record(
        verb,
        exemption.member,
        by=by,
        organization=exemption.member.organization,
        from_month=exemption.from_month,
        to_month=exemption.to_month,
        **more,
    )
