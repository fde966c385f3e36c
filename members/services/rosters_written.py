"""What a plan for a roster would write, put aside as it is judged; then written, all of it or nothing."""

import json
import tempfile
import uuid
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from branches.models import Appointment, Organization
from branches.roles import BRANCH_ROLES
from branchyear.audit.services import build, record, record_many
from branchyear.lib.bulk import update_many
from branchyear.lib.crypto import Token, blind_index, encrypt
from branchyear.lib.dates import local_day
from branchyear.lib.routes import path_to
from branchyear.lib.text import pinyin_key
from branchyear.notifications.services import Message, notify_many
from members import rules
from members.models import Member, MemberEvent, Verdict
from members.models.member import SECRET_FIELDS
from members.services import posts, roster
from members.soundness import id_disagreement

_PLACES = [list(roster.NEW).index(name) for name in ("organization_id", "group_id")]
_SECRETS = [list(roster.NEW).index(name) for name in SECRET_FIELDS]
DAYS = {f.name for f in Member._meta.concrete_fields if f.get_internal_type() == "DateField"}
ID_SAYS = ("id_number", "birth_date", "sex")  # the number, and what it repeats


class Overtaken(Exception):
    """What was planned does not hold any more."""


class Prepared:
    """What a plan would write, put aside in a temporary file as it is judged.

    So a hundred thousand rows are read, judged and encrypted before the transaction begins, need little
    memory, and keep other writers waiting only for the writing itself. Numbers stand in the file
    encrypted, as in the database.
    """

    def __enter__(self):
        self.file = tempfile.TemporaryFile("w+", encoding="utf-8")
        return self

    def __exit__(self, *_):
        self.file.close()

    def take(self, plan, progress=lambda done, total: None, report=lambda row: None):
        for part in plan.parts():
            for row in part:
                report(row)
            new = [_new(row) for row in part if row.verdict == Verdict.NEW]
            changed = [_changed(row) for row in part if row.verdict == Verdict.CHANGED]
            self.file.write(json.dumps([new, changed], ensure_ascii=False) + "\n")
            progress(plan.total, plan.expected)

    def write(self, *, by, today):
        """Write everything; ``Overtaken`` when a condition of the plan does not hold any more."""
        self.file.seek(0)
        places = {}
        try:
            with transaction.atomic():
                for line in self.file:
                    new, changed = json.loads(line)
                    _add(new, places, by=by)
                    _change(changed, places, by=by, today=today)
        except IntegrityError as error:  # somebody registered the same number meanwhile
            raise Overtaken from error


def _new(row):
    """The columns of ``roster.NEW`` as JSON can hold them."""
    return list((roster.NEW | _settled(row) | {"organization_id": row.branch.pk}).values())


def _changed(row):
    """``[pk, revision, facts]`` as JSON can hold it."""
    return [row.member.pk, row.member.revision, _settled(row)]


def _settled(row):
    """The facts to write, numbers encrypted, what follows from them added, days in ISO form."""
    facts = row.changes.copy()
    if "group" in facts:
        group = facts.pop("group")
        facts["group_id"] = group and group.pk
    if "name" in facts:
        facts["name_key"] = pinyin_key(facts["name"])
    if "id_number" in facts:
        facts["id_number_index"] = row.index or None
        facts["id_tail_index"] = blind_index(facts["id_number"][-4:])
    if not facts.keys().isdisjoint(ID_SAYS):
        facts["id_problem"] = id_disagreement(
            *(facts.get(name, getattr(row.member, name, None)) for name in ID_SAYS)
        )
    for name in SECRET_FIELDS & facts.keys():
        facts[name] = encrypt(facts[name])
    for name, value in facts.items():
        if value.__class__ is date:
            facts[name] = value.isoformat()
    return facts


def _facts(facts):
    for name in DAYS & facts.keys():
        if facts[name]:
            facts[name] = date.fromisoformat(facts[name])
    for name in SECRET_FIELDS & facts.keys():
        facts[name] = Token(facts[name])
    return facts


def _place(pk, places):
    """An open organisation; the plan does not hold where it was closed meanwhile."""
    if pk not in places:
        places[pk] = Organization.objects.open().filter(pk=pk).first()
    if places[pk] is None:
        raise Overtaken
    return places[pk]


def _add(lines, places, *, by):
    if not lines:
        return
    for line in lines:
        for place in _PLACES:
            if line[place] is not None:
                _place(line[place], places)
        for place in _SECRETS:
            line[place] = Token(line[place])
    roster.enroll_tuples(lines, places, by=by)


def _change(lines, places, *, by, today):
    if not lines:
        return
    stored = (
        Member.objects.select_for_update(of=("self",))
        .select_related("group", "organization")
        .in_bulk([pk for pk, _, _ in lines])
    )
    now, columns, events, entries = timezone.now(), {}, [], []
    for pk, revision, facts in lines:
        member = stored.get(pk)
        if member is None or member.revision != revision:
            raise Overtaken
        facts = _facts(facts)
        if facts.get("group_id"):
            facts["group"] = _place(facts.pop("group_id"), places)
        elif "group_id" in facts:
            facts["group"] = facts.pop("group_id")
        told = [name for name in facts if name in roster.EDITABLE]
        before = {name: getattr(member, name) for name in told}
        for name, value in facts.items():
            setattr(member, name, value)
        member.revision, member.updated_at = revision + 1, now
        columns.setdefault(frozenset(facts), []).append(member)
        after = {name: facts[name] for name in told}
        own = roster.events_of_change(member, before, after, by=by, on=today)
        for event in own:
            event.at = now
        events += own
        entries.append(
            build(
                "member.changed", member, by=by, organization=member.organization,
                **roster.merged_facts(own),
            )
        )  # fmt: skip
    for names, members in columns.items():
        update_many(Member, members, [*sorted(names), "revision", "updated_at"])
    # Whoever came into another Party group leads the former one no more.
    regrouped = [m for names, some in columns.items() if "group" in names for m in some]
    posts.follow(regrouped, on=today, by=by, reason="调整党小组")
    MemberEvent.objects.bulk_create(events, batch_size=roster.BATCH)
    record_many(entries)


def leave_trace(plan, organization, *, by, upload=None):
    record(
        "roster.imported",
        upload or organization,
        by=by,
        organization=organization,
        rows={Verdict(key).label: count for key, count in plan.counts.items()},
    )
    if by is not None:
        _tell_keepers(plan, by, upload)


def _tell_keepers(plan, by, upload):
    """Whoever keeps the roll of a branch is told that somebody above wrote into it."""
    written = [b for b in plan.written.values() if not rules.may_keep_roster(by, b)]
    offices = Appointment.objects.in_force(local_day()).filter(
        organization__in=written, role__in=BRANCH_ROLES
    )
    key = f"roster.filled:{upload.pk if upload else uuid.uuid4().hex}"
    notify_many(
        "roster.filled",
        [
            Message(
                office.user,
                f"{key}:{office.organization_id}",
                f"{path_to('members:roster')}?org={office.organization_id}",
                {"by": by, "branch": office.organization},
            )
            for office in offices.select_related("user", "organization")
        ],
    )
