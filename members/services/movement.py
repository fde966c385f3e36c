"""What transfers, absences and probation have in common: a member's standing follows, posts end, and
the member's history keeps it."""

from django.db.models import F
from django.utils import timezone

from branches.roles import BRANCH_ROLES
from branches.scope import holders
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused
from members.models import Absence, Member, MemberEvent, Standing
from members.services.roster import apply_standing

CHANGED = "该党员的情况刚被其他人修改，请刷新后再办理。"


def change(member, *, what, on, by, reason="", document_no="", **columns):
    """Write columns of a member and the line of his history; the slower of two people is told."""
    before = {name: _plain(getattr(member, name)) for name in columns}
    changed = Member.objects.filter(pk=member.pk, revision=member.revision).update(
        **columns, revision=F("revision") + 1, updated_at=timezone.now()
    )
    if not changed:
        raise Refused(CHANGED)
    place = member.organization
    for name, value in columns.items():
        setattr(member, name, value)
    member.revision += 1
    MemberEvent.objects.create(
        member=member,
        organization=place,
        what=what,
        on=on,
        document_no=document_no,
        reason=reason,
        before=before,
        after={name: _plain(value) for name, value in columns.items()},
        by=by,
    )


def stand(member, standing, *, on, by, reason="", document_no="", **columns):
    """Change the standing, and other columns with it."""
    if member.standing == standing:
        return
    if columns:
        Member.objects.filter(pk=member.pk).update(**columns)
        for name, value in columns.items():
            setattr(member, name, value)
    apply_standing(member, standing, on=on, by=by, reason=reason, document_no=document_no)


def standing_without_transfer(member):
    """What a member is when his letter comes to nothing: away still, or on the roll."""
    kind = (
        Absence.objects.filter(member=member, ended_on=None).values_list("kind", flat=True).first()
    )
    if kind is None:
        return Standing.ACTIVE
    return Standing.LOST if kind == Absence.Kind.LOST else Standing.FLOATING


def keepers_of(branch):
    """Who is told about a branch's people: its secretary and clerk."""
    return holders(BRANCH_ROLES, branch)


def not_later_than_today(day, *, field, today=None, what="日期"):
    if day > (today or local_day()):
        raise Refused(f"{what}不能晚于今天。", field=field)


def _plain(value):
    if value is None or isinstance(value, str | int | bool):
        return value
    return str(value)
