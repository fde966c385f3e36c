"""Transfers of affiliation (组织关系转接): a letter goes out, the other side takes the member in.

Until then the sending branch answers for the member: 中国共产党党员教育管理工作条例(2019) 第二十五条. Dues
of the months after the receipt belong to the new branch by themselves: they are reckoned per month.
"""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from branches.querysets import below
from branchyear.audit.services import record
from branchyear.lib.crypto import blind_indexes
from branchyear.lib.dates import Month, local_day
from branchyear.lib.errors import Conflict, Refused, require
from branchyear.notifications.services import notify
from members import deadlines, rules, soundness
from members.models import Absence, Member, MemberEvent, Standing, Transfer
from members.services import movement, posts
from members.services.roster import add_members

State = Transfer.State
LEFT = "组织关系已转出"


@transaction.atomic
def issue(
    member,
    *,
    issued_on,
    by,
    receiver=None,
    receiver_name="",
    letter_no="",
    valid_until=None,
    dues_paid_to="",
    reason="",
    today=None,
):
    """Write the letter (开具介绍信): the member is 转出中 and still counted with the sender (第二十五条).

    ``receiver`` is a branch of the city's organs; a receiver elsewhere has only a name. The people of the
    receiving branch are told. Validity: R36.
    """
    sender = member.organization
    if by is not None:
        require(rules.may_issue_transfer(by, sender))
    _refuse_unless_sendable(member)
    if receiver is None and not receiver_name.strip():
        raise Refused("请选择转入党支部；转往市直机关以外的，请填写转入单位。", field="receiver")
    if receiver is not None:
        _refuse_unless_branch(receiver)
        if receiver.pk == sender.pk:
            raise Refused("转入党支部与现在所在党支部相同，无需转接。", field="receiver")
    valid_until = valid_until or deadlines.letter_end(issued_on, in_city=receiver is not None)
    _check_letter(issued_on, valid_until, dues_paid_to, today=today)
    try:
        with transaction.atomic():
            transfer = Transfer.objects.create(
                member=member,
                sender=sender,
                sender_name=sender.name[:100],
                receiver=receiver,
                receiver_name=(receiver.name if receiver else receiver_name.strip())[:100],
                letter_no=letter_no.strip(),
                issued_on=issued_on,
                valid_until=valid_until,
                dues_paid_to=dues_paid_to,
                reason=reason.strip(),
                issued_by=by,
            )
    except IntegrityError:
        raise Refused("该党员的组织关系正在转接中，不能重复开具介绍信。") from None
    movement.stand(
        member,
        Standing.LEAVING,
        on=issued_on,
        by=by,
        reason=f"转往{transfer.receiver_name}",
        document_no=transfer.letter_no,
    )
    _record("transfer.issued", transfer, sender, by=by, to=transfer.receiver_name)
    if receiver is not None:
        _tell("transfer.issued", transfer, receiver)
    return transfer


@transaction.atomic
def receive(transfer, *, on, by, today=None):
    """The receiving branch takes the member in: on its roll from ``on``, in no group yet, without the
    posts he held at the old one. The sender is told; this is the receipt (回执)."""
    receiver = transfer.receiver
    if receiver is None:
        raise Refused("转往市直机关以外的，由转出党支部登记回执。")
    if by is not None:
        require(rules.may_receive_transfer(by, receiver))
    _refuse_unless_branch(receiver)
    _check_receipt(transfer, on, today=today)
    _close(transfer, State.RECEIVED, by=by, received_on=on, slip_on=on)
    member = Member.objects.select_related("organization").get(pk=transfer.member_id)
    _end_absence(member, on)
    movement.change(
        member,
        what=MemberEvent.What.TRANSFERRED,
        on=on,
        by=by,
        reason=f"由{transfer.sender_name}转入{transfer.receiver_name}",
        document_no=transfer.letter_no,
        organization=receiver,
        group=None,
        standing=Standing.ACTIVE,
        joined_branch_on=on,
        joined_from=transfer.sender_name,
    )
    posts.follow([member], on=on, by=by, reason="组织关系转出")
    _record("transfer.received", transfer, receiver, by=by, on=on.isoformat())
    _tell("transfer.received", transfer, transfer.sender)
    return transfer


@transaction.atomic
def refuse(transfer, *, reason, by):
    """The receiving branch sends the letter back, with the reason; the member stays with the sender."""
    if transfer.receiver is None:
        raise Refused("转往市直机关以外的，请由转出党支部撤回。")
    if by is not None:
        require(rules.may_receive_transfer(by, transfer.receiver))
    _require_reason(reason)
    _close(transfer, State.REFUSED, by=by, closing_note=reason.strip())
    _stay(transfer, by=by, reason=f"{transfer.receiver_name}退回介绍信")
    _record("transfer.refused", transfer, transfer.receiver, by=by, reason=reason.strip())
    _tell("transfer.refused", transfer, transfer.sender)
    return transfer


@transaction.atomic
def withdraw(transfer, *, reason, by):
    """The sending branch takes the letter back before it was received; the receiver is told."""
    if by is not None:
        require(transfer.sender and rules.may_issue_transfer(by, transfer.sender))
    _require_reason(reason)
    _close(transfer, State.WITHDRAWN, by=by, closing_note=reason.strip())
    _stay(transfer, by=by, reason="撤回介绍信")
    _record("transfer.withdrawn", transfer, transfer.sender, by=by, reason=reason.strip())
    if transfer.receiver is not None:
        _tell("transfer.withdrawn", transfer, transfer.receiver)
    return transfer


@transaction.atomic
def register_slip(transfer, *, received_on, slip_on, by, today=None):
    """The receipt slip (回执) of a receiver outside came back: the member has left the roll."""
    if by is not None:
        require(transfer.sender and rules.may_issue_transfer(by, transfer.sender))
    if transfer.receiver is not None:
        raise Refused("转往市直机关其他党支部的，由对方在平台上接收，无需登记回执。")
    _check_receipt(transfer, received_on, today=today)
    if slip_on < received_on:
        raise Refused("回执日期不能早于对方接收日期。", field="slip_on")
    movement.not_later_than_today(slip_on, field="slip_on", today=today, what="回执日期")
    _close(transfer, State.RECEIVED, by=by, received_on=received_on, slip_on=slip_on)
    member = Member.objects.select_related("organization").get(pk=transfer.member_id)
    _end_absence(member, received_on)
    movement.stand(
        member,
        Standing.LEFT,
        on=received_on,
        by=by,
        reason=f"转往{transfer.receiver_name}",
        document_no=transfer.letter_no,
        group=None,
    )
    _record("transfer.slip_registered", transfer, transfer.sender, by=by, on=slip_on.isoformat())
    return transfer


def _with_what_the_number_says(person):
    number = person.get("id_number", "").upper()
    if not number or soundness.id_number_problem(number):
        return person
    said = {"birth_date": soundness.birth_date_in(number), "sex": soundness.sex_in(number)}
    return {**said, **person, "id_number": number}


@transaction.atomic
def take_in(
    branch,
    *,
    person,
    sender_name,
    issued_on,
    on,
    by,
    letter_no="",
    valid_until=None,
    dues_paid_to="",
    today=None,
):
    """A member comes from outside the city's organs: put on the roll with the letter's facts.

    ``person`` are columns of ``Member``; birth date and sex are read from a sound ID number. Who left this city
    before comes back as the same person.
    """
    if by is not None:
        require(rules.may_receive_transfer(by, branch))
    _refuse_unless_branch(branch)
    if not sender_name.strip():
        raise Refused("请填写转出单位（介绍信上的落款单位）。", field="sender_name")
    valid_until = valid_until or deadlines.letter_end(issued_on, in_city=False)
    _check_letter(issued_on, valid_until, dues_paid_to, today=today)
    movement.not_later_than_today(on, field="on", today=today, what="接收日期")
    if not issued_on <= on <= valid_until:
        raise Refused("接收日期应在介绍信有效期内。", field="on")
    columns = {
        "joined_branch_on": on,
        "joined_from": sender_name.strip()[:100],
        "standing": Standing.ACTIVE,
    }
    person = _with_what_the_number_says(person)
    member = _who_left(person.get("id_number", ""))
    if member is None:
        (member,) = add_members([{**person, **columns}], organization=branch, by=by)
        MemberEvent.objects.create(
            member=member,
            organization=branch,
            what=MemberEvent.What.TRANSFERRED,
            on=on,
            reason=f"由{sender_name.strip()}转入",
            document_no=letter_no.strip(),
            by=by,
        )
    else:
        if member.name != person["name"].strip():
            raise Refused("该公民身份号码在平台上登记为另一姓名，请核对。", field="id_number")
        movement.change(
            member,
            what=MemberEvent.What.TRANSFERRED,
            on=on,
            by=by,
            reason=f"由{sender_name.strip()}转回",
            document_no=letter_no.strip(),
            organization=branch,
            group=None,
            left_on=None,
            **columns,
        )
    transfer = Transfer.objects.create(
        member=member,
        sender_name=sender_name.strip()[:100],
        receiver=branch,
        receiver_name=branch.name[:100],
        state=State.RECEIVED,
        letter_no=letter_no.strip(),
        issued_on=issued_on,
        valid_until=valid_until,
        dues_paid_to=dues_paid_to,
        received_on=on,
        slip_on=on,
        issued_by=None,
        closed_by=by,
    )
    _record("transfer.received", transfer, branch, by=by, on=on.isoformat())
    return transfer


def take_over(organization, *, into):
    """After a merger the letters under way are those of the branch that stays."""
    pending = Transfer.objects.filter(state=State.ISSUED)
    pending.filter(sender=organization).update(sender=into)
    pending.filter(receiver=organization).update(receiver=into, receiver_name=into.name[:100])


def pending_at(organization):
    """Whether letters to branches at or below ``organization`` are under way."""
    return Transfer.objects.filter(
        below(organization.path, "receiver__path"), state=State.ISSUED
    ).exists()


# --- Shared -----------------------------------------------------------------------------------------


def _refuse_unless_sendable(member):
    if member.standing == Standing.LEAVING:
        raise Refused("该党员的组织关系正在转接中，不能重复开具介绍信。", field="member")
    if member.standing == Standing.LOST:
        raise Refused("该党员已登记失联，请先结束失联登记再办理转接。", field="member")
    if member.standing not in {Standing.ACTIVE, Standing.FLOATING}:
        raise Refused(
            f"该党员的状态是“{member.get_standing_display()}”，不能转接组织关系。", field="member"
        )


def _refuse_unless_branch(organization):
    if not organization.is_branch:
        raise Refused("组织关系只能转到党支部，请选择具体的党支部。", field="receiver")
    if not organization.is_open:
        raise Refused(f"“{organization}”已撤销，不能接收组织关系。", field="receiver")


def _check_letter(issued_on, valid_until, dues_paid_to, *, today):
    movement.not_later_than_today(issued_on, field="issued_on", today=today, what="开具日期")
    if valid_until < issued_on:
        raise Refused("有效期不能早于开具日期。", field="valid_until")
    limit = deadlines.letter_limit(issued_on)
    if valid_until > limit:
        raise Refused(f"介绍信有效期最长3个月，最晚到{limit.isoformat()}。", field="valid_until")
    if dues_paid_to:
        try:
            Month.parse(dues_paid_to)
        except ValueError:
            raise Refused("党费交至的月份请写成 2026-04 的形式。", field="dues_paid_to") from None


def _check_receipt(transfer, on: date, *, today):
    movement.not_later_than_today(on, field="on", today=today, what="接收日期")
    if on < transfer.issued_on:
        raise Refused("接收日期不能早于介绍信开具日期。", field="on")
    if on > transfer.valid_until:
        raise Refused(
            f"介绍信有效期至{transfer.valid_until.isoformat()}，已过期。请由转出党支部撤回后重新开具。",
            field="on",
        )


def _require_reason(reason):
    if len(reason.strip()) < 2:
        raise Refused("请写明原因，对方会看到。", field="reason")


def _close(transfer, state, *, by, **columns):
    """The move, by conditional update: of two people at once one wins, the other is told."""
    if state not in Transfer.MOVES[transfer.state]:
        raise Conflict(f"这份介绍信{transfer.get_state_display()}，不能再办理。")
    moved = Transfer.objects.filter(pk=transfer.pk, state=transfer.state).update(
        state=state, closed_by=by, **columns
    )
    if not moved:
        now = Transfer.objects.get(pk=transfer.pk)
        raise Conflict(
            f"这份介绍信刚由{now.closed_by or '对方'}办理，现在是“{now.get_state_display()}”。"
        )
    transfer.state, transfer.closed_by = state, by
    for name, value in columns.items():
        setattr(transfer, name, value)


def _stay(transfer, *, by, reason):
    member = Member.objects.select_related("organization").get(pk=transfer.member_id)
    movement.stand(
        member,
        movement.standing_without_transfer(member),
        on=local_day(timezone.now()),
        by=by,
        reason=reason,
        document_no=transfer.letter_no,
    )


def _end_absence(member, on):
    """Who has moved is no longer away from the old branch."""
    for absence in Absence.objects.filter(member=member, ended_on=None):
        absence.ended_on, absence.ending = max(on, absence.since), LEFT
        absence.save(update_fields=["ended_on", "ending"])


def _who_left(id_number):
    """The person of this ID number who left the city's organs before, or None."""
    indexes = blind_indexes(id_number.strip().upper())
    if not indexes:
        return None
    return (
        Member.objects.filter(id_number_index__in=indexes, standing=Standing.LEFT)
        .select_related("organization")
        .first()
    )


def _record(verb, transfer, organization, *, by, **detail):
    record(verb, transfer, by=by, organization=organization, **detail)


def _tell(kind, transfer, branch):
    notify(
        kind,
        movement.keepers_of(branch),
        url=transfer.get_absolute_url(),
        key=f"{kind}:{transfer.pk}",
        member=transfer.member.name,
        sender=transfer.sender_name,
        receiver=transfer.receiver_name,
        valid_until=transfer.valid_until.isoformat(),
        reason=transfer.closing_note,
    )
