"""Training and study that count as hours (学时): recorded once for all who took part."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from branchyear.audit.services import record
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Conflict, Refused, require
from members import rules
from members.models import Member, Training, TrainingRecord

# One course counts at most as many hours as a year asks of a secretary, twice over: a typing error else.
HOURS_MAX = Decimal(120)
HOURS_A_DAY = 8  # 每天8学时 (convention, seen in the rules of universities)


@dataclass(frozen=True)
class Facts:
    """What a training was."""

    title: str
    kind: str
    starts_on: date
    ends_on: date
    hours: Decimal
    organiser: str = ""


@transaction.atomic
def record_training(branch, *, facts, members, by, today=None):
    """Register a course or a study for everybody who took part; returns it."""
    if by is not None:
        require(rules.may_record_training(by, branch))
    members = list(members)
    _check(facts, today or local_day())
    _check_members(members, branch)
    training = Training.objects.create(organization=branch, by=by, **vars(facts))
    _write_records(training, members)
    record(
        "training.recorded",
        training,
        by=by,
        organization=branch,
        hours=str(facts.hours),
        members=len(members),
    )
    return training


@transaction.atomic
def revise_training(training, *, facts, members, revision, by, today=None):
    """Correct what was registered, or who took part."""
    branch = training.organization
    if by is not None:
        require(rules.may_record_training(by, branch))
    members = list(members)
    _check(facts, today or local_day())
    recorded = set(training.records.values_list("member_id", flat=True))
    _check_members([m for m in members if m.pk not in recorded], branch, any_at_all=bool(members))
    before = {name: str(getattr(training, name)) for name in vars(facts)}
    _change(training, revision, **vars(facts))
    training.records.all().delete()
    _write_records(training, members)
    record(
        "training.revised",
        training,
        by=by,
        organization=branch,
        before=before,
        members=len(members),
    )
    return training


@transaction.atomic
def void_training(training, *, by, now=None):
    """Take back a record entered by mistake: its hours no longer count, the row stays."""
    if by is not None:
        require(rules.may_record_training(by, training.organization))
    _change(training, training.revision, voided_at=now or timezone.now())
    record("training.voided", training, by=by, organization=training.organization)
    return training


def _change(training, revision, **changes):
    """Write, unless somebody else has changed or voided it meanwhile."""
    changes["revision"] = revision + 1
    changed = Training.objects.filter(pk=training.pk, revision=revision, voided_at=None).update(
        **changes
    )
    if not changed:
        raise Conflict("这条记录刚被其他人修改或作废，请刷新后再办理。")
    for name, value in changes.items():
        setattr(training, name, value)


def _write_records(training, members):
    TrainingRecord.objects.bulk_create(
        [TrainingRecord(training=training, member=m, hours=training.hours) for m in members],
        batch_size=500,
    )


def _check(facts, today):
    if not facts.title.strip():
        raise Refused("请填写培训内容。", field="title")
    if facts.kind not in Training.Kind.values:
        raise Refused("请选择培训形式。", field="kind")
    if facts.ends_on < facts.starts_on:
        raise Refused("结束日期不能早于开始日期。", field="ends_on")
    if facts.ends_on > today:
        raise Refused("培训结束后再登记，结束日期不能晚于今天。", field="ends_on")
    if not 0 < facts.hours <= HOURS_MAX:
        raise Refused(f"学时应大于0，每次不超过{HOURS_MAX}。", field="hours")
    days = (facts.ends_on - facts.starts_on).days + 1
    if facts.hours > days * HOURS_A_DAY:
        raise Refused(
            f"{days}天最多计{days * HOURS_A_DAY}学时（每天8学时），请核对学时或起止日期。",
            field="hours",
        )


def _check_members(members, branch, *, any_at_all=False):
    if not members and not any_at_all:
        raise Refused("请至少勾选一名参加的党员。", field="members")
    counted = set(
        Member.objects.counted()
        .filter(organization=branch, pk__in=[m.pk for m in members])
        .values_list("pk", flat=True)
    )
    strangers = [m.name for m in members if m.pk not in counted]
    if strangers:
        raise Refused(f"{'、'.join(strangers[:5])}不是本支部在册党员。", field="members")
