"""Who goes out: the team of an inspection, which branch falls to whom, and until when he sees it.

An inspector's sight follows from offices (``branches.services.inspectors``) that are dated and end by
themselves; they are given here and nowhere else.
"""

from itertools import cycle

from django.db import IntegrityError, transaction
from django.db.models import F

from branches.models import Appointment
from branches.roles import Role
from branches.scope import scope_of
from branches.services.inspectors import hide, let_see
from branchyear.accounts.models import User
from branchyear.audit.services import record
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused, require
from branchyear.notifications.services import notify
from tasks import rules
from tasks.models import Inspection, TeamMember, Visit

OF_RUNNERS = "由组织检查的工委或市委组织部办理。"
OWN = "{person}在“{branch}”或其上级直属党组织任职，应当回避。"


@transaction.atomic
def join(inspection, *, username, name, until, by, now, unit=""):
    """Somebody joins the team, by account and name, with access up to a day. Returns the member."""
    _require_runner(inspection, by)
    _require_open(inspection)
    person = _person(username, name)
    if until < local_day(now):
        raise Refused("权限截止日期不能早于今天。", field="until")
    if until < inspection.starts_on:
        raise Refused("权限截止日期不能早于检查开始日期。", field="until")
    try:
        with transaction.atomic():
            member = TeamMember.objects.create(
                inspection=inspection,
                user=person,
                unit=(unit or "").strip()[:100],
                until=until,
                added_at=now,
            )
    except IntegrityError:
        raise Refused(f"{person}已在检查组中。", field="username") from None
    _record("inspection.joined", inspection, by, person=person.pk, until=until.isoformat())
    return member


@transaction.atomic
def leave(member, *, by, now):
    """He goes out no more: his branches that wait lie with nobody until they are given to another, and he
    sees nothing from this moment on."""
    inspection = member.inspection
    _require_runner(inspection, by)
    if not TeamMember.objects.filter(pk=member.pk, left_at=None).update(left_at=now):
        raise Refused("该人员已退出检查组。")
    mine = inspection.visits.filter(inspector=member.user)
    hide(member.user, _not_elsewhere(mine), by=by, today=local_day(now))
    mine.filter(state__in=[Visit.State.WAITING, Visit.State.RUNNING]).update(
        inspector=None, revision=F("revision") + 1
    )
    _record("inspection.left", inspection, by, person=member.user_id)


@transaction.atomic
def prolong(member, until, *, by, now):
    """More time, or less: his offices end with the new day."""
    inspection = member.inspection
    _require_runner(inspection, by)
    today = local_day(now)
    if until < today:
        raise Refused("权限截止日期不能早于今天；要立即停止的，请移出检查组。", field="until")
    if not TeamMember.objects.filter(pk=member.pk, left_at=None).update(until=until):
        raise Refused("该人员已退出检查组。")
    branches = [visit.branch for visit in _open_visits(inspection, member.user)]
    hide(member.user, branches, by=by, today=today)
    let_see(member.user, branches, until=until, by=by, today=today)
    _record("inspection.prolonged", inspection, by, person=member.user_id, until=until.isoformat())


def deal_out(inspection, *, by, now):
    """The branches nobody goes to yet go round among the team in official order, past whoever must not."""
    team = list(
        inspection.team.filter(left_at=None, until__gte=local_day(now)).select_related("user")
    )
    if not team:
        return
    conflicts = {member.pk: _paths_of(member.user, local_day(now)) for member in team}
    turn, given = cycle(team), {member.pk: [] for member in team}
    waiting = inspection.visits.filter(inspector=None, state=Visit.State.WAITING)
    for visit in waiting.select_related("branch").order_by("branch__path"):
        for _ in team:
            member = next(turn)
            if not _is_own(visit.branch, conflicts[member.pk]):
                given[member.pk].append(visit)
                break
    for member in team:
        _send(member, given[member.pk], by=by, now=now)


@transaction.atomic
def assign(visit, member, *, by, now):
    """This branch goes to that inspector."""
    inspection = visit.inspection
    _require_runner(inspection, by)
    today = local_day(now)
    if member.inspection_id != inspection.pk or member.left_at is not None or member.until < today:
        raise Refused("请选择检查组中权限尚未到期的人员。", field="member")
    if _is_own(visit.branch, _paths_of(member.user, today)):
        raise Refused(OWN.format(person=member.user, branch=visit.branch), field="member")
    if visit.state not in {Visit.State.WAITING, Visit.State.RUNNING}:
        raise Refused("该支部已检查完，不用再安排。")
    before = visit.inspector
    if before is not None and before.pk != member.user_id:
        hide(before, _not_elsewhere(Visit.objects.filter(pk=visit.pk)), by=by, today=today)
    _send(member, [visit], by=by, now=now)
    _record("inspection.assigned", inspection, by, branch=visit.branch.code, person=member.user_id)


def recall(inspection, *, by, now):
    """The inspection is over, or its draw void: nobody of the team sees its branches any more."""
    today = local_day(now)
    for user in User.objects.filter(pk__in=inspection.visits.values("inspector")):
        hide(user, _not_elsewhere(inspection.visits.filter(inspector=user)), by=by, today=today)


# --- Small things ---------------------------------------------------------------------------------


def _send(member, visits, *, by, now):
    if not visits:
        return
    Visit.objects.filter(pk__in=[v.pk for v in visits]).update(
        inspector=member.user, revision=F("revision") + 1
    )
    for visit in visits:
        visit.inspector, visit.revision = member.user, visit.revision + 1
    branches = [visit.branch for visit in visits]
    let_see(member.user, branches, until=member.until, by=by, today=local_day(now))
    inspection = member.inspection
    notify(
        "inspection.assigned",
        [member.user],
        url=inspection.get_absolute_url(),
        key=f"inspection.assigned:{inspection.pk}:{visits[0].pk}:{visits[0].revision}",
        inspection=inspection,
        count=len(visits),
        until=member.until,
    )


def _open_visits(inspection, user):
    rows = inspection.visits.filter(
        inspector=user, state__in=[Visit.State.WAITING, Visit.State.RUNNING]
    )
    return list(rows.select_related("branch"))


def _not_elsewhere(visits):
    """The branches of ``visits`` that the same inspector does not visit for another inspection."""
    found = []
    for visit in visits.select_related("branch"):
        other = Visit.objects.filter(
            branch=visit.branch, inspector=visit.inspector_id,
            inspection__state=Inspection.State.RUNNING,
        ).exclude(inspection=visit.inspection_id)  # fmt: skip
        if visit.inspector_id and not other.exists():
            found.append(visit.branch)
    return found


def _person(username, name):
    username, name = (username or "").strip(), (name or "").strip()
    person = User.objects.filter(username__iexact=username, is_active=True).first()
    if person is None:
        raise Refused(
            f"没有在用的账号“{username}”，请核对；第三方人员的账号由系统管理员开通。",
            field="username",
        )
    if person.name != name:
        raise Refused(f"账号“{person.username}”不是{name}的，请核对账号和姓名。", field="name")
    if scope_of(person).is_administrator:
        raise Refused("系统的管理员账号不能作检查人员。", field="username")
    return person


def _paths_of(user, today):
    """Where he has work of his own: what lies at or below is not his to inspect."""
    roles = {Role.SECRETARY, Role.CLERK, Role.BRANCH_MEMBER, Role.ORG_REVIEWER}
    rows = Appointment.objects.in_force(today).filter(user=user, role__in=roles)
    return list(rows.values_list("organization__path", flat=True))


def _is_own(branch, paths):
    return any(branch.path.startswith(path) for path in paths)


def _require_runner(inspection, by):
    require(rules.may_run_inspection(by, inspection.organization), OF_RUNNERS)


def _require_open(inspection):
    if inspection.state == Inspection.State.ENDED:
        raise Refused("检查已经结束。")


def _record(verb, inspection, by, **detail):
    record(verb, inspection, by=by, organization=inspection.organization, **detail)
