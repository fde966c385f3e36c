"""People on the way into the Party: registered once, step by step, until they are members.

Source: 中国共产党发展党员工作细则(2014); limits: R40 (``members/admission.py``).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import F

from branchyear.audit.services import record
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Conflict, Refused, require
from members import admission, deadlines, rules, soundness
from members.models import AdmissionProgress, AdmissionStep, Applicant, Category, Member
from members.services import movement, probation
from members.services.roster import add_members

State = Applicant.State
# Steps at which something happens: the day of admission, the admission itself, the conversion.
MEETING, APPROVAL, CONVERSION = "admission_meeting", "admission_approval", "conversion_approval"
FACTS = ("name", "sex", "birth_date", "id_number", "unit", "mentors")
STEP_FACTS = (
    "name",
    "is_required",
    "counted_from",
    "not_before",
    "not_after",
    "at_most",
    "min_days",
    "min_hours",
    "basis",
    "is_active",
)


@dataclass(frozen=True)
class Taken:
    """One step as somebody reports it."""

    on: date
    days: int | None = None
    hours: Decimal | None = None
    note: str = ""


def steps_in_force():
    """The steps, in order."""
    return list(AdmissionStep.objects.filter(is_active=True).order_by("number"))


def load_steps():
    """Put in the delivered steps that are missing; those that are there stay as they were edited."""
    for step in admission.seed_steps():
        AdmissionStep.objects.get_or_create(code=step["code"], defaults=step)


def taken_by(applicant):
    """Step number → day, of what is registered."""
    return dict(applicant.progress.values_list("step__number", "on"))


@transaction.atomic
def register_applicant(branch, *, facts, applied_on, by, today=None):
    """Somebody applied (递交入党申请书): the first step is taken with it; returns the applicant."""
    if by is not None:
        require(rules.may_keep_admissions(by, branch))
    if not branch.is_branch or not branch.is_open:
        raise Refused("入党申请由党支部登记。")
    facts = _facts(facts)
    movement.not_later_than_today(applied_on, field="applied_on", today=today, what="申请日期")
    applicant = Applicant.objects.create(organization=branch, by=by, **facts)
    first = AdmissionStep.objects.filter(is_active=True).order_by("number").first()
    AdmissionProgress.objects.create(applicant=applicant, step=first, on=applied_on, by=by)
    record("applicant.registered", applicant, by=by, organization=branch)
    return applicant


@transaction.atomic
def change_applicant(applicant, *, facts, revision, by):
    """Correct or complete what is known about the person."""
    if by is not None:
        require(rules.may_keep_admissions(by, applicant.organization))
    if applicant.member_id:
        raise Refused("已接收为预备党员，个人信息请在党员名册中修改。")
    facts = _facts(facts)
    changed = [name for name in facts if facts[name] != getattr(applicant, name)]
    _write(applicant, revision, **facts)
    record(
        "applicant.changed", applicant, by=by, organization=applicant.organization, changed=changed
    )
    return applicant


@transaction.atomic
def register_steps(applicant, reported, *, by, today=None):
    """Register several steps at once: ``reported`` maps step codes to ``Taken``.

    Out of order or earlier than the minimum is refused (R40); later than the limit is only shown. The
    approval of the admission puts the person on the roll, once; the approval of the conversion makes a
    formal member of him.
    """
    branch = applicant.organization
    if by is not None:
        require(rules.may_keep_admissions(by, branch))
    if applicant.state == State.STOPPED:
        raise Refused("已终止发展，请先恢复再登记步骤。")
    steps = steps_in_force()
    taken = taken_by(applicant)
    rows = []
    for step in steps:
        if step.code not in reported:
            continue
        if step.number in taken:
            raise Conflict(f"“{step.name}”刚被其他人登记过，请刷新后再看。")
        what = reported[step.code]
        _check(step, what, steps, taken, applicant, today=today)
        taken[step.number] = what.on
        rows.append(
            AdmissionProgress(
                applicant=applicant,
                step=step,
                on=what.on,
                days=what.days,
                hours=what.hours,
                note=what.note.strip()[:200],
                by=by,
            )
        )
    if not rows:
        raise Refused("请至少填写一个步骤的日期。")
    _write(applicant, applicant.revision)  # whoever comes second in the same moment is told
    AdmissionProgress.objects.bulk_create(rows)
    days = {step.code: taken.get(step.number) for step in steps}
    if APPROVAL in reported:
        _admit(applicant, days, by=by, today=today)
    if CONVERSION in reported:
        _convert(applicant, days, by=by, today=today)
    record(
        "applicant.progressed",
        applicant,
        by=by,
        organization=branch,
        steps=[row.step.number for row in rows],
    )
    return rows


@transaction.atomic
def stop(applicant, *, reason, by):
    """The person is not trained any further (withdrew, unsuitable)."""
    if by is not None:
        require(rules.may_keep_admissions(by, applicant.organization))
    if applicant.state != State.RUNNING:
        raise Refused("只有培养中的可以终止；预备党员请办理取消预备党员资格。")
    if not reason.strip():
        raise Refused("请写明终止原因。", field="reason")
    _write(applicant, applicant.revision, state=State.STOPPED, stopped_reason=reason.strip()[:200])
    record("applicant.stopped", applicant, by=by, organization=applicant.organization)
    return applicant


@transaction.atomic
def resume(applicant, *, by):
    """The training goes on where it stopped."""
    if by is not None:
        require(rules.may_keep_admissions(by, applicant.organization))
    if applicant.state != State.STOPPED or applicant.member_id:
        raise Refused("只有终止培养的可以恢复。")
    _write(applicant, applicant.revision, state=State.RUNNING, stopped_reason="")
    record("applicant.resumed", applicant, by=by, organization=applicant.organization)
    return applicant


@transaction.atomic
def revise_step(step, *, by, **changes):
    """An administrator edits a step; days already registered are not judged anew."""
    unknown = set(changes) - set(STEP_FACTS)
    if unknown:
        raise Refused("步骤的序号、代码和阶段不能修改。")
    start = changes.get("counted_from", step.counted_from)
    if start is not None and start >= step.number:
        raise Refused("只能自更早的步骤起算。", field="counted_from")
    if step.code in {MEETING, APPROVAL, CONVERSION} and changes.get("is_active") is False:
        raise Refused("该步骤关系到名册，不能停用。", field="is_active")
    before = {name: getattr(step, name) for name in changes}
    AdmissionStep.objects.filter(pk=step.pk).update(**changes)
    for name, value in changes.items():
        setattr(step, name, value)
    record("admission_step.revised", step, by=by, before=before, after=changes)
    return step


def take_over(organization, *, into):
    """After a merger the branch that stays goes on with the training."""
    Applicant.objects.filter(
        organization=organization, state__in=[State.RUNNING, State.ADMITTED]
    ).update(organization=into)


# --- Shared -----------------------------------------------------------------------------------------


def _facts(facts):
    """The person's columns; sex and day of birth follow from the ID number when they are not given."""
    given = {name: facts.get(name) for name in FACTS}
    for name in FACTS:
        if name != "birth_date":
            given[name] = (given[name] or "").strip()
    if not given["name"]:
        raise Refused("请填写姓名。", field="name")
    number = given["id_number"] = given["id_number"].upper()
    if number:
        problem = soundness.id_number_problem(number)
        if problem:
            raise Refused(problem, field="id_number")
        born, sex = soundness.birth_date_in(number), soundness.sex_in(number)
        if given["birth_date"] and given["birth_date"] != born:
            raise Refused("出生日期与公民身份号码不一致，请核对。", field="birth_date")
        if given["sex"] and given["sex"] != sex:
            raise Refused("性别与公民身份号码不一致，请核对。", field="sex")
        given |= {"birth_date": born, "sex": sex}
    return given


def _check(step, what, steps, taken, applicant, *, today):
    field = f"on_{step.code}"
    movement.not_later_than_today(what.on, field=field, today=today, what=f"“{step.name}”的日期")
    problem = admission.problem(step, what.on, steps, taken, name=applicant.name)
    if problem:
        raise Refused(problem, field=field)
    if not admission.lasted_long_enough(step, days=what.days, hours=what.hours):
        raise Refused(
            f"入党申请人{applicant.name}：“{step.name}”不少于{step.min_days}天"
            f"（或{step.min_hours}学时），请填写天数或学时。{admission.HOW}",
            field=field,
        )


def _admit(applicant, days, *, by, today):
    """Put the person on the roll as a probationary member, with what is known, once."""
    if applicant.member_id:
        return
    missing = [
        label
        for name, label in (
            ("sex", "性别"),
            ("birth_date", "出生日期"),
            ("id_number", "公民身份号码"),
        )
        if not getattr(applicant, name)
    ]
    if missing:
        raise Refused(f"接收为预备党员前，请先补填{'、'.join(missing)}。", field=f"on_{APPROVAL}")
    (member,) = add_members(
        [
            {
                "name": applicant.name,
                "sex": applicant.sex,
                "birth_date": applicant.birth_date,
                "id_number": applicant.id_number,
                "unit": applicant.unit,
                "category": Category.PROBATIONARY,
                # The probation counts from the members' meeting: 党章 第七条.
                "admitted_on": days[MEETING],
                "joined_branch_on": days[APPROVAL],
                "joined_from": "本支部发展",
            }
        ],
        organization=applicant.organization,
        by=by,
    )
    _write(applicant, applicant.revision, state=State.ADMITTED, member=member)


def _convert(applicant, days, *, by, today):
    """The probation ends as it began to count: Party age from the day it is over (党章第七条)."""
    member = Member.objects.select_related("organization").filter(pk=applicant.member_id).first()
    if member is None:
        raise Refused("还没有接收为预备党员，不能转正。", field=f"on_{CONVERSION}")
    if member.category == Category.PROBATIONARY:
        end = deadlines.probation_end(member.admitted_on, member.probation_extended_to)
        if end > (today or local_day()):
            raise Refused(
                f"预备期于{end.isoformat()}届满，届满后再登记。", field=f"on_{CONVERSION}"
            )
        probation.convert(member, formal_on=end, by=by, today=today)
    applicant.state = State.FINISHED
    Applicant.objects.filter(pk=applicant.pk).update(state=State.FINISHED)


def _write(applicant, revision, **columns):
    written = Applicant.objects.filter(pk=applicant.pk, revision=revision).update(
        **columns, revision=F("revision") + 1
    )
    if not written:
        raise Conflict("该申请人的情况刚被其他人修改，请刷新后再办理。")
    for name, value in columns.items():
        setattr(applicant, name, value)
    applicant.revision = revision + 1
