"""The probation of new members: conversion, extension, its end without conversion.

Sources: 党章 第七条; 中国共产党发展党员工作细则(2014). The members' meeting resolves, the committee above
approves; here it is registered.
"""

from django.db import transaction
from django.db.models import BigAutoField

from branchyear.audit.services import record
from branchyear.lib.composed import Composed
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused, require
from members import deadlines, rules
from members.models import Applicant, Category, MeetingKind, Member, MemberEvent, Standing
from members.services import movement


@transaction.atomic
def convert(member, *, formal_on, by, meeting=None, document_no="", today=None):
    """The probationary member becomes a formal one from ``formal_on``: his Party age counts from that day.

    Not before the probation is over (R39). ``meeting`` is the members' meeting that resolved it.
    """
    _begin(member, by)
    end = deadlines.probation_end(member.admitted_on, member.probation_extended_to)
    if formal_on < end:
        raise Refused(f"预备期于{end.isoformat()}届满，转正时间不能早于该日。", field="formal_on")
    movement.not_later_than_today(formal_on, field="formal_on", today=today, what="转正时间")
    reason = ""
    if meeting is not None:
        if meeting.organization_id != member.organization_id or meeting.voided_at:
            raise Refused("请选择本支部的党员大会。", field="meeting")
        if meeting.kind != MeetingKind.MEMBERS:
            raise Refused("转正应由支部党员大会讨论通过。", field="meeting")
        reason = f"{meeting.on.isoformat()}支部党员大会通过"
    movement.change(
        member,
        what=MemberEvent.What.CONVERTED,
        on=formal_on,
        by=by,
        reason=reason,
        document_no=document_no.strip(),
        category=Category.FORMAL,
        formal_on=formal_on,
    )
    Applicant.objects.filter(member=member, state=Applicant.State.ADMITTED).update(
        state=Applicant.State.FINISHED
    )
    _record("probation.converted", member, by=by, formal_on=formal_on.isoformat())
    return member


@transaction.atomic
def extend_probation(member, *, to, by, reason="", document_no="", today=None):
    """Extend once, by half a year to a year (党章第七条)."""
    _begin(member, by)
    if member.probation_extended_to:
        raise Refused("预备期只能延长一次。", field="to")
    first, last = deadlines.extension_window(member.admitted_on)
    if not first <= to <= last:
        raise Refused(
            f"延长时间不少于半年、不超过一年，应在{first.isoformat()}至{last.isoformat()}之间。",
            field="to",
        )
    if not reason.strip():
        raise Refused("请写明延长预备期的原因。", field="reason")
    movement.change(
        member,
        what=MemberEvent.What.PROBATION_EXTENDED,
        on=today or local_day(),
        by=by,
        reason=reason.strip(),
        document_no=document_no.strip(),
        probation_extended_to=to,
    )
    _record("probation.extended", member, by=by, to=to.isoformat())
    return member


@transaction.atomic
def end_probation(member, *, on, reason, by, document_no="", today=None):
    """取消预备党员资格, as resolved and approved: the person leaves the roll."""
    _begin(member, by, asks_admission_day=False)
    movement.not_later_than_today(on, field="on", today=today)
    if member.admitted_on and on < member.admitted_on:
        raise Refused("日期不能早于入党时间。", field="on")
    if not reason.strip():
        raise Refused("请写明取消预备党员资格的原因。", field="reason")
    movement.stand(
        member,
        Standing.EXPELLED,
        on=on,
        by=by,
        reason=f"取消预备党员资格：{reason.strip()}"[:300],
        document_no=document_no.strip(),
    )
    MemberEvent.objects.create(
        member=member,
        organization=member.organization,
        what=MemberEvent.What.PROBATION_ENDED,
        on=on,
        document_no=document_no.strip(),
        reason=reason.strip(),
        by=by,
    )
    Applicant.objects.filter(member=member, state=Applicant.State.ADMITTED).update(
        state=Applicant.State.STOPPED, stopped_reason="取消预备党员资格"
    )
    _record("probation.ended", member, by=by, on=on.isoformat())
    return member


def due_within(members, until):
    """Probationary members whose probation ends by ``until``: a condition the database can answer
    roughly, then exactly. ``[(end, member)]``, the most urgent first; an unknown day comes first."""
    return _ending_by(until, _may_end(members, until))


def may_end_in(branch, until):
    """The counted members of a branch whose probation may end by ``until``: roughly."""
    return _may_end(Member.objects.counted().filter(organization=branch), until)


_ending_in = Composed(may_end_in, branch=BigAutoField())


def due_in(branch, until):
    """``due_within`` of the counted members of one branch."""
    return _ending_by(until, _ending_in(branch=branch.pk, until=until))


def _may_end(members, until):
    return members.filter(category=Category.PROBATIONARY).probation_may_end_by(until)


def _ending_by(until, members):
    found = []
    for member in members:
        end = deadlines.probation_end(member.admitted_on, member.probation_extended_to)
        if end is None or end <= until:
            found.append((end, member))
    return sorted(found, key=lambda pair: (pair[0] is not None, pair[0], pair[1].pk))


def _begin(member, by, *, asks_admission_day=True):
    if by is not None:
        require(rules.may_register_probation(by, member.organization))
    if member.category != Category.PROBATIONARY:
        raise Refused(f"{member}不是预备党员。")
    if not Member.objects.counted().filter(pk=member.pk).exists():
        raise Refused(f"{member}已不在本支部名册。")
    if asks_admission_day and member.admitted_on is None:
        raise Refused("请先在党员名册中补填该党员的入党时间（支部党员大会通过之日）。")


def _record(verb, member, *, by, **detail):
    record(verb, member, by=by, organization=member.organization, **detail)
