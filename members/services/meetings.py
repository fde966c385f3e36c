"""Meetings of a branch: recorded once, with who was due and who came; revised; voided, never deleted."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q

from branches.models import Organization
from branches.scope import scope_of
from branchyear.audit.services import record
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Conflict, Refused, require
from members import life, rules, signals
from members.models import (
    COMMITTEE_POSTS,
    COUNTED,
    Attendance,
    Meeting,
    MeetingKind,
    Member,
    PostHeld,
    Standing,
    Vote,
)

# What the person says about a meeting; the rest follows or is kept by the portal.
FACTS = (
    "kind", "group", "includes_lecture", "on", "starts_at", "place", "host", "recorder", "lecturer",
    "topic", "minutes", "resolution", "follow_up", "hours",
)  # fmt: skip
REVISABLE = tuple(name for name in FACTS if name not in {"kind", "group"})
HOURS_MAX = 16  # two days of study (a day counts eight)
VOID_REASON_MIN = 4
Status = Attendance.Status
NOT_YOURS = "只有本支部的党支部书记或党务干部可以登记组织生活。"


class Twice(Refused):
    """The same kind, day and topic is recorded already: the person is asked whether it is another one."""


# --- Who is due -------------------------------------------------------------------------------------


def roll_on(branch, on):
    """Everybody who stood on the branch's roll on ``on``, by name."""
    return (
        Member.objects.filter(organization=branch)
        .filter(Q(standing__in=COUNTED) | Q(left_on__gt=on))
        .filter(Q(joined_branch_on=None) | Q(joined_branch_on__lte=on))
        .filter(Q(admitted_on=None) | Q(admitted_on__lte=on))
        .order_by("group__path", "name_key", "pk")
    )


def is_expected(member):
    """Old, frail, floating and lost members are not counted as due unless somebody says so.

    Source: 中国共产党党员教育管理工作条例 第二十三条 (no hard demand on the old and frail).
    """
    return not member.is_excused and member.standing not in {Standing.FLOATING, Standing.LOST}


def posts_in_force(on):
    """Seats on committees held on ``on``."""
    posts = PostHeld.objects.filter(post__in=COMMITTEE_POSTS, starts_on__lte=on)
    return posts.filter(Q(ends_on=None) | Q(ends_on__gte=on)).order_by()


def committee_on(branch, on):
    """The ids of the committee's members in office on ``on``."""
    return set(posts_in_force(on).filter(organization=branch).values_list("member_id", flat=True))


def due_at(branch, kind, on, group=None):
    """``(candidates, ids of those due)`` at a meeting of ``kind`` on ``on``.

    Candidates are all who may be ticked: the branch's roll, or the group's. For a committee whose
    members are not registered nobody is due by itself; the person picks them.
    """
    people = list(roll_on(branch, on))
    if kind == MeetingKind.GROUP:
        people = [m for m in people if group is not None and m.group_id == group.pk]
    if kind == MeetingKind.COMMITTEE:
        officers = committee_on(branch, on)
        return people, {m.pk for m in people if m.pk in officers}
    return people, {m.pk for m in people if is_expected(m)}


# --- The verbs --------------------------------------------------------------------------------------


@transaction.atomic
def record_meeting(branch, *, facts, by, now, absences=None, due=None, votes=(), again=False):
    """Record a meeting that was held; returns it.

    ``facts`` are the columns in ``FACTS``. ``absences`` maps the id of a member to why he was absent;
    everybody else who was due came. ``due`` are the ids of those due, by default what the kind of
    meeting says (``due_at``). ``votes`` are mappings of the columns of ``Vote``. With ``again`` the
    person has said that it is another meeting than the one of the same day and topic.
    """
    _require(branch, by=by, now=now)
    # So that two people who record the same meeting at once do not both pass the question below.
    Organization.objects.select_for_update().filter(pk=branch.pk).first()
    meeting = Meeting(organization=branch, created_by=by, created_at=now)
    _fill(meeting, facts, FACTS, now=now)
    people = _attending(meeting, absences or {}, due)
    _count(meeting, people)
    rows = _votes(meeting, votes)
    if not again:
        _ask_if_twice(meeting)
    meeting.save()
    Attendance.objects.bulk_create(
        Attendance(meeting=meeting, member_id=pk, status=status) for pk, status in people.items()
    )
    _save_votes(meeting, rows)
    _record("meeting.recorded", meeting, by=by)
    return meeting


@transaction.atomic
def revise_meeting(meeting, *, revision, facts, by, now, absences=None, due=None, votes=()):
    """Correct a record; kind and group stay. The slower of two people is told, nothing is lost."""
    branch = meeting.organization
    _require(branch, by=by, now=now)
    _refuse_void(meeting)
    before = {name: getattr(meeting, name) for name in REVISABLE}
    kept = dict(meeting.attendances.values_list("member_id", "status"))
    _fill(meeting, facts, REVISABLE, now=now)
    people = _attending(meeting, absences or {}, due, known=set(kept))
    _count(meeting, people)
    rows = _votes(meeting, votes)
    values = {name: getattr(meeting, name) for name in (*REVISABLE, "due", "present")}
    changed = Meeting.objects.filter(pk=meeting.pk, revision=revision, voided_at=None).update(
        **values, updated_at=now, revision=F("revision") + 1
    )
    if not changed:
        raise _conflict(meeting)
    meeting.revision = revision + 1
    _save_attendance(meeting, kept, people)
    meeting.votes.all().delete()
    _save_votes(meeting, rows)
    names = [name for name in REVISABLE if before[name] != getattr(meeting, name)]
    _record("meeting.revised", meeting, by=by, changed=names)
    if meeting.on != before["on"]:
        signals.meeting_redated.send(Meeting, meeting=meeting, before=before["on"], now=now)
    return meeting


@transaction.atomic
def void_meeting(meeting, *, reason, by, now):
    """Entered by mistake: it stays readable with the reason, and counts nowhere any more."""
    _require(meeting.organization, by=by, now=now)
    reason = (reason or "").strip()
    if len(reason) < VOID_REASON_MIN:
        raise Refused(f"请写明作废原因（不少于{VOID_REASON_MIN}个字）。", field="reason")
    if len(reason) > 200:
        raise Refused("作废原因最多200个字。", field="reason")
    changed = Meeting.objects.filter(pk=meeting.pk, voided_at=None).update(
        voided_at=now, void_reason=reason, updated_at=now, revision=F("revision") + 1
    )
    if not changed:
        raise Refused("该记录已经作废。")
    meeting.refresh_from_db()
    _record("meeting.voided", meeting, by=by, reason=reason)
    signals.meeting_voided.send(Meeting, meeting=meeting, now=now)
    return meeting


# --- Behind the verbs -------------------------------------------------------------------------------


def _require(branch, *, by, now):
    if not branch.is_branch:
        raise Refused("组织生活以党支部为单位登记，请先选择党支部。")
    if not branch.is_open:
        raise Refused(f"“{branch}”已撤销，其组织生活记录只供查阅。")
    scope = scope_of(by, local_day(now))
    require(rules.may_record_life(by, branch, scope=scope), NOT_YOURS)


def _refuse_void(meeting):
    if meeting.is_void:
        raise Refused(f"该记录已作废（{meeting.void_reason}），不能修改。")


def _fill(meeting, facts, names, *, now):
    """The person's words onto the row, or a sentence beside the field."""
    for name in names:
        if name in facts:
            value = facts[name]
            setattr(meeting, name, _clean(value) if isinstance(value, str) else value)
    branch, today = meeting.organization, local_day(now)
    if meeting.kind not in MeetingKind.values:
        raise Refused("请选择类型。", field="kind")
    if meeting.on is None:
        raise Refused("请填写日期。", field="on")
    if meeting.on > today:
        raise Refused("日期不能晚于今天：开过的会才登记。", field="on")
    founded = branch.established_on
    if founded and meeting.on < founded:
        raise Refused(
            f"本支部成立于{founded.year}年{founded.month}月{founded.day}日，日期不能早于成立日期。",
            field="on",
        )
    if meeting.kind == MeetingKind.GROUP:
        _check_group(meeting)
    else:
        meeting.group = None
    if meeting.kind == MeetingKind.LECTURE:
        meeting.includes_lecture = False  # it is one
    if not 0 <= meeting.hours <= HOURS_MAX:
        raise Refused(
            f"计入学时应在0至{HOURS_MAX}之间（半天计4学时，一天计8学时）。", field="hours"
        )
    try:
        meeting.clean_fields(exclude={"created_by", "organization", "group"})
    except ValidationError as error:
        name, sentences = next(iter(error.message_dict.items()))
        label = Meeting._meta.get_field(name).verbose_name
        raise Refused(f"{label}：{sentences[0]}", field=name) from None


def _clean(text):
    """Line ends of one kind, no control characters, no edges."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in "\n\t" or (c >= " " and c != "\x7f")).strip()


def _check_group(meeting):
    group = meeting.group
    if group is None:
        raise Refused("党小组会请选择党小组。", field="group")
    if group.ancestor_paths[1:2] != [meeting.organization.path]:
        raise Refused(f"“{group}”不是本支部的党小组。", field="group")


def _attending(meeting, absences, due, known=frozenset()):
    """``{member id: status}`` of everybody due; ``known`` stood in the record already."""
    people, usual = due_at(meeting.organization, meeting.kind, meeting.on, meeting.group)
    candidates = {m.pk for m in people} | set(known)
    due = usual if due is None else set(due)
    if due - candidates:
        raise Refused(
            f"有{len(due - candidates)}人当日不在名册内，不能列入应到，请刷新名单。",
            field="attendance",
        )
    if set(absences) - due:
        raise Refused("未列入应到的党员不登记缺席。", field="attendance")
    if not due:
        raise Refused("请选择参加人员：至少列入1名应到党员。", field="attendance")
    if any(status not in Status.values for status in absences.values()):
        raise Refused("请从病假、事假、公务、无故缺席中选择缺席原因。", field="attendance")
    order = [m.pk for m in people if m.pk in due]
    order += sorted(due - set(order))
    return {pk: absences.get(pk, Status.PRESENT) for pk in order}


def _count(meeting, people):
    meeting.due = len(people)
    meeting.present = sum(status == Status.PRESENT for status in people.values())
    if not meeting.present:
        raise Refused("没有人到会，不能登记为已召开。", field="attendance")


def _votes(meeting, votes):
    rows = []
    for number, given in enumerate(votes):
        row = Vote(**{**given, "matter": _clean(given.get("matter", ""))})
        if meeting.kind not in life.VOTING:
            raise Refused("只有支部党员大会和支部委员会会议登记表决。", field="votes")
        if not row.matter:
            raise Refused("请填写表决事项。", field=f"vote_{number}")
        numbers = (row.voters_due, row.voters_present, row.in_favour, row.against, row.abstained)
        if any(not isinstance(n, int) or n < 0 for n in numbers):
            raise Refused("表决人数请填写不小于0的整数。", field=f"vote_{number}")
        problem = life.vote_problem(*numbers)
        if not problem and row.voters_present > meeting.present:
            problem = f"实到有表决权党员{row.voters_present}人，多于签到的实到{meeting.present}人。"
        if problem:
            raise Refused(problem, field=f"vote_{number}")
        rows.append(row)
    return rows


def _ask_if_twice(meeting):
    same = Meeting.objects.held().filter(
        organization=meeting.organization,
        group=meeting.group,
        kind=meeting.kind,
        on=meeting.on,
        topic=meeting.topic,
    )
    if same.exists():
        raise Twice(
            "同一天、同一主题的记录已经登记过。如确是另一次活动，请勾选“这是另一次活动”后再保存。",
            field="topic",
        )


def _save_attendance(meeting, kept, people):
    """Only what differs is written."""
    gone = [pk for pk in kept if pk not in people]
    if gone:
        meeting.attendances.filter(member__in=gone).delete()
    for status in Status.values:
        turned = [pk for pk, now in people.items() if now == status and kept.get(pk, now) != now]
        if turned:
            meeting.attendances.filter(member__in=turned).update(status=status)
    Attendance.objects.bulk_create(
        Attendance(meeting=meeting, member_id=pk, status=status)
        for pk, status in people.items()
        if pk not in kept
    )


def _save_votes(meeting, rows):
    for row in rows:
        row.meeting = meeting
    Vote.objects.bulk_create(rows)


def _record(verb, meeting, *, by, **more):
    record(
        verb,
        meeting,
        by=by,
        organization=meeting.organization,
        kind=meeting.kind,
        on=meeting.on.isoformat(),
        due=meeting.due,
        present=meeting.present,
        **more,
    )


def _conflict(meeting):
    stored = Meeting.objects.get(pk=meeting.pk)
    if stored.is_void:
        return Conflict(f"该记录已被他人作废（{stored.void_reason}），您的修改没有保存。")
    return Conflict(
        "该记录刚刚被他人修改，您的修改没有覆盖它，请核对后再保存。",
        theirs={
            "主题": stored.topic,
            "主要内容": stored.minutes,
            "决议": stored.resolution,
            "实到": f"{stored.present}/{stored.due}",
        },
    )
