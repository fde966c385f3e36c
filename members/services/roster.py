"""What happens to the roll."""

from datetime import date

from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.utils import timezone

from branches.models import Kind, Organization
from branches.scope import scope_of
from branchyear.audit.services import build, record, record_each, record_many
from branchyear.lib.bulk import insert_many, insert_tuples, reserve_keys
from branchyear.lib.crypto import blind_indexes
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Conflict, Refused, require
from members import rules, soundness
from members.models import (
    COUNTED,
    STANDING_MOVES,
    Absence,
    Member,
    MemberEvent,
    Standing,
)
from members.models.member import SECRET_FIELDS, in_words
from members.services import posts
from members.services.newcomers import (
    BATCH,
    numbers_taken,
    problems_of,
    problems_of_groups,
    unsaved,
)


@transaction.atomic
def add_members(people, *, by, organization=None, today=None):
    """Put people on the roll, all or none; returns the members in the order given.

    ``people`` are mappings of the columns of ``Member``, or unsaved members; each may name its own
    ``organization`` (a branch), else all go to the given one. The number of statements grows by the batch, not by the
    person. A ``Refused`` names the first persons that cannot be taken, and why.
    """
    members, problems = [], []
    for person in people:
        member = unsaved(person, organization)
        members.append(member)
        problems += problems_of(member, today or local_day())
    for branch in {m.organization_id: m.organization for m in members if m.organization}.values():
        if by is not None:
            require(rules.may_keep_roster(by, branch))
    problems += problems_of_groups(members) + numbers_taken(members)
    if problems:
        more = f"……等共{len(problems)}处" if len(problems) > 5 else ""
        raise Refused("；".join(problems[:5]) + more)
    return enroll(members, by=by)


def enroll(members, *, by):
    """Write members already found sound, with their trace."""
    now = timezone.now()
    for member, key in zip(members, reserve_keys(Member, len(members)), strict=True):
        member.pk, member.created_at, member.updated_at = key, now, now
        member._state.adding = False
    insert_many(Member, members, with_keys=True)
    record_many(
        build("member.added", member, by=by, organization=member.organization) for member in members
    )
    return members


# Every column of a new member that is known before it is written, with what it holds where nothing is said.
NEW = {
    f.attname: f.get_default()
    for f in Member._meta.concrete_fields
    if f.name not in {"id", "created_at", "updated_at"}
}


def enroll_tuples(people, places, *, by):
    """``enroll`` for whoever brings a city's members (the import): tuples of the columns ``NEW``, derived ones
    and tokens of encrypted texts among them. ``places`` are the branches by key.
    """
    now = timezone.now()
    columns = ("id", *NEW, "created_at", "updated_at")
    keys = reserve_keys(Member, len(people))
    rows = ((key, *line, now, now) for key, line in zip(keys, people, strict=True))
    insert_tuples(Member, columns, rows, reserved=True)
    name, place = list(NEW).index("name"), list(NEW).index("organization_id")
    told = zip(keys, people, strict=True)
    record_each(
        "member.added", Member, ((key, m[name], places[m[place]]) for key, m in told), by=by
    )


# The facts of a record that its branch mends; the others change by their own verbs (transfer, standing,
# posts, conversion).
EDITABLE = (
    "name", "sex", "ethnicity", "native_place", "birth_date", "id_number", "phone", "education",
    "degree", "worked_from", "category", "admitted_on", "formal_on", "unit", "post", "group",
    "is_leading_cadre", "is_unit_head", "is_retired", "is_excused", "joined_branch_on", "joined_from",
    "platform_entered_on", "remarks",
)  # fmt: skip
# Columns that follow from others and are written together with them.
DERIVED = {
    "name": ("name_key",),
    "id_number": ("id_number_index", "id_tail_index", "id_problem"),
    "birth_date": ("id_problem",),
    "sex": ("id_problem",),
}


@transaction.atomic
def revise_member(member, *, revision, by, today, **changes):
    """Mend facts of one record; returns the member as it now is.

    ``revision`` is the one the person had before the eyes: a ``Conflict`` carries what is stored now. What
    is unsound is refused beside its field, unless it was as unsound before. Leaves an event with before
    and after (numbers are named, not written), and an audit entry.
    """
    unknown = set(changes) - set(EDITABLE)
    if unknown:
        raise ValueError(f"not a fact that is mended here: {sorted(unknown)}")
    stored = Member.objects.select_related("organization", "group").get(pk=member.pk)
    if by is not None:
        require(rules.may_keep_roster(by, stored.organization))
    if stored.revision != revision:
        raise _overtaken(stored, changes)
    before = {name: getattr(stored, name) for name in EDITABLE}
    unsound = set(soundness.findings_of(stored, today=today))
    for name, value in changes.items():
        setattr(stored, name, _tidy(name, value))
    changed = [name for name in EDITABLE if getattr(stored, name) != before[name]]
    if not changed:
        return stored
    _refuse_unsound(stored, changed, today=today, besides=unsound, by=by)
    stored.derive()
    columns = [*changed, *(c for name in changed for c in DERIVED.get(name, ()))]
    _write(stored, {c: getattr(stored, c) for c in columns}, Q(revision=revision))
    after = {name: getattr(stored, name) for name in changed}
    events = events_of_change(stored, {n: before[n] for n in changed}, after, by=by, on=today)
    MemberEvent.objects.bulk_create(events)
    if "group" in changed:
        posts.follow([stored], on=today, by=by, reason="调整党小组")
    told = merged_facts(events)
    record("member.changed", stored, by=by, organization=stored.organization, **told)
    return stored


def events_of_change(member, before, after, *, by, on):
    """The unsaved events of a change of facts: one for the facts, one for the Party group.

    Also for whoever changes many records at once (the import).
    """
    kinds = MemberEvent.What
    parts = (
        (kinds.CHANGED, [name for name in after if name != "group"]),
        (kinds.REGROUPED, [name for name in after if name == "group"]),
    )
    return [
        MemberEvent(
            member=member,
            organization_id=member.organization_id,
            what=what,
            on=on,
            before={name: plain(name, before.get(name)) for name in names},
            after={name: plain(name, after[name]) for name in names},
            by=by,
        )
        for what, names in parts
        if names
    ]


def merged_facts(events):
    """Before and after of several events of one moment, for the audit entry."""
    told = {"before": {}, "after": {}}
    for event in events:
        told["before"].update(event.before)
        told["after"].update(event.after)
    return told


def plain(name, value):
    """A fact as it may be written down: days in ISO form, a group by its name, numbers not at all."""
    if name in SECRET_FIELDS:
        return "（已登记）" if value else ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Organization):
        return value.name
    return value


@transaction.atomic
def change_standing(member, standing, *, on, by, reason="", document_no=""):
    """Change where a member stands with the branch (在册, 流动, 去世 …); the branch keeps it.

    Whoever is no longer counted leaves the roll on that day; whoever comes back needs a reason. An absence
    that was registered (流动, 失联) ends with the standing it stood for.
    """
    if by is not None:
        require(rules.may_keep_roster(by, member.organization))
    changed = apply_standing(member, standing, on=on, by=by, reason=reason, document_no=document_no)
    if standing not in AWAY:
        Absence.objects.filter(member=member, ended_on=None).update(
            ended_on=on, ending=f"状态改为{Standing(standing).label}"
        )
    return changed


# While a member stands like this an absence may be open.
AWAY = frozenset({Standing.FLOATING, Standing.LOST, Standing.SUSPENDED, Standing.LEAVING})


# Without a reason nobody understands these later.
NEEDS_REASON = frozenset({Standing.SUSPENDED, Standing.EXPELLED})


@transaction.atomic
def apply_standing(member, standing, *, on, by, reason="", document_no=""):
    """``change_standing`` for services that have asked their own question of ability (a transfer is
    received by the other branch). Conditional on the standing that ``member`` shows."""
    before, standing = Standing(member.standing), Standing(standing)
    reason, document_no = reason.strip(), document_no.strip()
    if standing not in STANDING_MOVES[before]:
        raise Refused(
            f"{member}目前是“{before.label}”，不能改为“{standing.label}”。", field="standing"
        )
    if on > local_day():
        raise Refused("日期不能晚于今天。", field="on")
    if member.admitted_on and on < member.admitted_on:
        raise Refused("日期不能早于该党员的入党时间。", field="on")
    returning = before not in COUNTED and standing in COUNTED
    if not reason and (standing in NEEDS_REASON or returning):
        raise Refused("请写明原因，以便日后查对。", field="reason")
    if returning and not member.organization.is_open:
        raise Refused(f"“{member.organization}”已撤销，不能恢复在册。", field="standing")
    left_on = None if standing in COUNTED else on
    if before not in COUNTED and standing not in COUNTED:
        left_on = member.left_on or on  # off the roll already: since the first day
    _write(member, {"standing": standing, "left_on": left_on}, Q(standing=before))
    MemberEvent.objects.create(
        member=member,
        organization_id=member.organization_id,
        what=MemberEvent.What.STANDING,
        on=on,
        document_no=document_no[:60],
        reason=reason[:300],
        before={"standing": before},
        after={"standing": standing},
        by=by,
    )
    record(
        "member.standing_changed",
        member,
        by=by,
        organization=member.organization,
        before=before,
        after=standing,
        on=on.isoformat(),
        reason=reason[:300],
        document_no=document_no[:60],
    )
    if standing not in COUNTED:
        posts.follow([member], on=on, by=by, reason=f"状态变更为{standing.label}")
    return member


@transaction.atomic
def assign_groups(branch, choices, *, by, today):
    """Put members of ``branch`` into Party groups at once: ``{member pk: group pk or None}``.

    Every member belongs to exactly one group where the branch has groups (R08; 党章 第八条). Returns how
    many changed; whoever is no longer on the roll of the branch is left alone.
    """
    if by is not None:
        require(rules.may_keep_roster(by, branch))
    groups = {g.pk: g for g in groups_of(branch)}
    members = Member.objects.counted().filter(organization=branch, pk__in=choices)
    moved, events = [], []
    for member in members.select_related("group").order_by("pk"):
        chosen = choices[member.pk]
        if chosen == member.group_id:
            continue
        if chosen is not None and chosen not in groups:
            raise Refused("所选党小组不属于本支部，请重新选择。", field="group")
        before = member.group
        member.group = groups.get(chosen)
        moved.append(member)
        events += events_of_change(
            member, {"group": before}, {"group": member.group}, by=by, on=today
        )
    for group in {m.group_id: m.group for m in moved}.values():
        keys = [m.pk for m in moved if m.group == group]
        Member.objects.filter(pk__in=keys, organization=branch).update(
            group=group, revision=F("revision") + 1, updated_at=timezone.now()
        )
    MemberEvent.objects.bulk_create(events, batch_size=BATCH)
    posts.follow(moved, on=today, by=by, reason="调整党小组")
    if moved:
        record("member.regrouped", branch, by=by, organization=branch, members=len(moved))
    return len(moved)


def groups_of(branch):
    """The open Party groups of a branch, in official order."""
    return Organization.objects.under(branch).open().filter(kind=Kind.GROUP)


def _tidy(name, value):
    """A typed value as it is stored; an ID number in capitals."""
    if isinstance(value, str):
        value = value.strip()
        return value.upper() if name == "id_number" else value
    return "" if value is None and isinstance(Member._meta.get_field(name), TEXTS) else value


TEXTS = (models.CharField, models.TextField)


def _write(member, columns, condition):
    """Write the columns if ``condition`` still holds, and tell the slower of two people."""
    now = timezone.now()
    try:
        with transaction.atomic():
            written = Member.objects.filter(condition, pk=member.pk).update(
                **columns, revision=F("revision") + 1, updated_at=now
            )
    except IntegrityError as error:
        # Somebody registered the same number between our question and our answer.
        raise Refused(soundness.NUMBER_TAKEN, field="id_number") from error
    if not written:
        stored = Member.objects.select_related("organization", "group").get(pk=member.pk)
        raise _overtaken(stored, columns)
    for name, value in columns.items():
        setattr(member, name, value)
    member.revision, member.updated_at = member.revision + 1, now


def _overtaken(stored, changes):
    last = stored.events.select_related("by").order_by("-pk").first()
    theirs = {
        name: getattr(stored, f"masked_{name}")
        if name in SECRET_FIELDS
        else in_words(name, plain(name, getattr(stored, name)))
        for name in changes
        if name in EDITABLE
    }
    who = str(last.by or "系统") if last else ""
    sentence = f"{stored}的信息刚刚被{who or '他人'}改动，您的修改还没有保存。请核对后再保存。"
    return Conflict(sentence, theirs=theirs, who=who, at=last.at if last else stored.updated_at)


def _refuse_unsound(member, changed, *, today, besides, by):
    """The first reason not to store the record as it would now be, beside its field."""
    if "name" in changed and not member.name:
        raise Refused("请填写姓名。", field="name")
    for name in ("sex", "category"):
        choices = Member._meta.get_field(name).choices
        value = getattr(member, name)
        if name in changed and value not in dict(choices) and not (name == "sex" and not value):
            raise Refused("请从所列选项中选择。", field=name)
    for name in changed:
        field = Member._meta.get_field(name)
        if field.max_length and len(getattr(member, name) or "") > field.max_length:
            raise Refused(f"{field.verbose_name}最多{field.max_length}字。", field=name)
    if "group" in changed and member.group is not None:
        if member.group.pk not in {g.pk for g in groups_of(member.organization)}:
            raise Refused("所选党小组不属于本支部。", field="group")
    for finding in soundness.findings_of(member, today=today):
        if finding.is_error and finding not in besides:
            raise Refused(finding.sentence, field=finding.field)
    if "id_number" in changed and member.id_number:
        indexes = blind_indexes(member.id_number)
        other = Member.objects.filter(id_number_index__in=indexes).exclude(pk=member.pk)
        other = other.select_related("organization").first()
        if other is not None:
            raise Refused(number_taken(other, by), field="id_number")


def number_taken(other, by):
    """That a number is registered already; where, only to those who see that branch anyway."""
    if by is not None and scope_of(by).sees(other.organization):
        return f"公民身份号码已在“{other.organization}”的{other}名下登记。"
    return soundness.NUMBER_TAKEN


@transaction.atomic
def add_member(branch, *, by, today, **facts):
    """Put one person on the roll, from the form of a page: what is wrong is refused beside its field."""
    require(by is None or rules.may_keep_roster(by, branch))
    member = Member(organization=branch)
    for name, value in facts.items():
        setattr(member, name, _tidy(name, value))
    _refuse_unsound(member, [n for n in EDITABLE if n in facts], today=today, besides=(), by=by)
    (member,) = add_members([member], by=by, today=today)
    MemberEvent.objects.create(
        member=member,
        organization=branch,
        what=MemberEvent.What.ADDED,
        on=today,
        reason=f"由{member.joined_from}转入" if member.joined_from else "",
        by=by,
    )
    return member


@transaction.atomic
def take_over(organization, *, into, by=None, on=None):
    """After a merger the members on the roll of ``organization`` belong to ``into``.

    Those who had left before stay where they left from: history stays with each.
    """
    where = "group" if organization.kind == Kind.GROUP else "organization"
    going = Member.objects.counted().filter(**{where: organization})
    people = list(going.values_list("pk", flat=True))
    moved = going.update(**{where: into})
    posts.follow(people, on=on or local_day(), by=by, reason=f"党组织合并到{into}")
    if moved:
        record("member.taken_over", into, by=by, organization=into, members=moved)
    return moved


def follow_group(group):
    """A Party group that was moved to another branch takes its members along."""
    branch = Organization.objects.get_parent(group, update=True)
    going = Member.objects.filter(group=group)
    moved = going.update(organization=branch)
    posts.follow(
        list(going.values_list("pk", flat=True)), on=local_day(), by=None, reason="党小组调整隶属"
    )
    return moved


def roll_of(organization):
    """How many members are on the roll at or below ``organization``."""
    return Member.objects.under(organization).counted().count()
