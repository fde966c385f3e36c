"""Members who are away for long (流动, 出国) or with whom contact was lost (失联).

The portal keeps the register and reminds; suspension and removal are decided by the organisation and
only registered here. Sources: 中国共产党党员教育管理工作条例(2019) 第二十四、三十二至三十四条.
"""

from django.db import IntegrityError, transaction

from branchyear.audit.services import record
from branchyear.lib.dates import add_months, local_day
from branchyear.lib.errors import Conflict, Refused, require
from members import deadlines, rules
from members.models import Absence, AbsenceContact, Standing
from members.services import movement

Kind = Absence.Kind
STANDINGS = {
    Kind.FLOATING: Standing.FLOATING,
    Kind.OVERSEAS: Standing.FLOATING,
    Kind.LOST: Standing.LOST,
}
RETURNED, REMOVED = "returned", "removed"
OUTCOMES = {RETURNED: "已返回（已取得联系）", REMOVED: "经组织决定除名"}


@transaction.atomic
def register_absence(
    member,
    *,
    kind,
    since,
    by,
    destination="",
    reason="",
    contact_person="",
    last_contact_on=None,
    today=None,
):
    """Put a member on the register; the standing follows. A floating member who is lost moves over.

    A floating one has a place and a named contact (R37).
    """
    branch = member.organization
    if by is not None:
        require(rules.may_keep_absences(by, branch))
    if kind not in Kind.values:
        raise Refused("请选择类别。", field="kind")
    allowed = {Standing.ACTIVE, Standing.FLOATING} if kind == Kind.LOST else {Standing.ACTIVE}
    if member.standing not in allowed:
        raise Refused(
            f"{member}目前是“{member.get_standing_display()}”，不能登记。", field="member"
        )
    movement.not_later_than_today(since, field="since", today=today, what="外出（失联）时间")
    if last_contact_on is not None:
        movement.not_later_than_today(
            last_contact_on, field="last_contact_on", today=today, what="最近联系时间"
        )
    if kind != Kind.LOST:
        if not destination.strip():
            raise Refused("请填写去向（省、市和单位或住处）。", field="destination")
        if not contact_person.strip():
            raise Refused("请明确支部联系人。", field="contact_person")
    else:
        earlier = Absence.objects.filter(member=member, ended_on=None)
        earlier.update(ended_on=max(since, today or local_day()), ending="转为失联")
    try:
        with transaction.atomic():
            absence = Absence.objects.create(
                member=member,
                organization=branch,
                kind=kind,
                since=since,
                destination=destination.strip(),
                reason=reason.strip(),
                contact_person=contact_person.strip(),
                last_contact_on=last_contact_on,
                by=by,
            )
    except IntegrityError:
        raise Refused("该党员已在流动、失联登记中。", field="member") from None
    movement.stand(
        member,
        STANDINGS[kind],
        on=since,
        by=by,
        reason=f"登记为{absence.get_kind_display()}",
    )
    record("absence.registered", absence, by=by, organization=branch, kind=kind)
    return absence


@transaction.atomic
def add_contact(absence, *, on, how, result, by, reached=True, today=None):
    """One contact, or one attempt to find a lost member (查找记录)."""
    if by is not None:
        require(rules.may_keep_absences(by, absence.organization))
    _refuse_ended(absence)
    movement.not_later_than_today(on, field="on", today=today)
    if on < absence.since:
        raise Refused("日期不能早于外出（失联）时间。", field="on")
    if not how.strip():
        raise Refused("请填写联系方式，如：电话、微信、走访。", field="how")
    if not result.strip():
        raise Refused("请简要填写联系情况。", field="result")
    contact = AbsenceContact.objects.create(
        absence=absence, on=on, how=how.strip(), result=result.strip(), reached=reached, by=by
    )
    if reached and (absence.last_contact_on is None or on > absence.last_contact_on):
        absence.last_contact_on = on
        absence.save(update_fields=["last_contact_on"])
    record(
        "absence.contacted", absence, by=by, organization=absence.organization, on=on.isoformat()
    )
    return contact


@transaction.atomic
def suspend(absence, *, on, decision_no, by, today=None):
    """Register the decision 停止党籍: of a lost member after half a year, of one settled abroad (第二十四条).

    The decision is the organisation's; its number is asked for.
    """
    if by is not None:
        require(rules.may_keep_absences(by, absence.organization))
    _refuse_ended(absence)
    if absence.suspended_on:
        raise Refused("已登记过停止党籍决定。")
    if absence.kind == Kind.FLOATING:
        raise Refused("流动党员不适用停止党籍；确已失去联系的，请先登记为失联党员。")
    movement.not_later_than_today(on, field="on", today=today, what="决定日期")
    if absence.kind == Kind.LOST and on < add_months(absence.since, deadlines.LOST_MONTHS):
        raise Refused("失去联系满6个月、经多方查找仍查找不到的，方可停止党籍。", field="on")
    if not decision_no.strip():
        raise Refused("停止党籍由党组织研究决定，请填写决定（批复）文号。", field="decision_no")
    _write(absence, suspended_on=on, decision_no=decision_no.strip())
    movement.stand(
        absence.member,
        Standing.SUSPENDED,
        on=on,
        by=by,
        reason=f"{absence.get_kind_display()}停止党籍",
        document_no=decision_no.strip(),
    )
    record("absence.suspended", absence, by=by, organization=absence.organization)
    return absence


@transaction.atomic
def end_absence(absence, *, on, by, outcome=RETURNED, ending="", decision_no="", today=None):
    """He is back or found; or, two years after the suspension, the organisation removed him."""
    if by is not None:
        require(rules.may_keep_absences(by, absence.organization))
    _refuse_ended(absence)
    if outcome not in OUTCOMES:
        raise Refused("请选择结束情况。", field="outcome")
    movement.not_later_than_today(on, field="on", today=today, what="结束日期")
    if on < (absence.suspended_on or absence.since):
        raise Refused("结束日期不能早于外出（失联）或停止党籍的时间。", field="on")
    if outcome == REMOVED and absence.suspended_on is None:
        raise Refused("尚未停止党籍的，不在此登记除名。", field="outcome")
    if absence.suspended_on and not decision_no.strip():
        raise Refused("恢复党籍或除名须经党组织批准，请填写文号。", field="decision_no")
    standing = Standing.EXPELLED if outcome == REMOVED else Standing.ACTIVE
    words = ending.strip() or OUTCOMES[outcome]
    _write(
        absence,
        ended_on=on,
        ending=words,
        decision_no=decision_no.strip() or absence.decision_no,
    )
    if absence.member.standing == Standing.LEAVING:
        standing = Standing.LEAVING  # his letter is still under way
    movement.stand(
        absence.member,
        standing,
        on=on,
        by=by,
        reason=f"{absence.get_kind_display()}登记结束：{words}",
        document_no=decision_no.strip(),
    )
    record("absence.ended", absence, by=by, organization=absence.organization, outcome=outcome)
    return absence


def take_over(organization, *, into):
    """After a merger the branch that stays keeps in touch."""
    Absence.objects.filter(organization=organization, ended_on=None).update(organization=into)


def _write(absence, **columns):
    """Unless somebody else has ended it meanwhile."""
    same = Absence.objects.filter(pk=absence.pk, ended_on=None, suspended_on=absence.suspended_on)
    if not same.update(**columns):
        raise Conflict("这条登记刚被其他人办理，请刷新后再看。")
    for name, value in columns.items():
        setattr(absence, name, value)


def _refuse_ended(absence):
    if absence.ended_on:
        raise Refused("这条登记已结束。")
