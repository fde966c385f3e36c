"""Many histories at once, for the demo city and for taking over another system's past.

The moves are the services' own (``moves``), with the same abilities and refusals, only that nothing is
asked of the database in between: everything needed is read at the start, and the rows, steps and audit
entries are written in bulk at the end. No notices are sent: it is the past. Entries of the trail carry
the moment of the act and ``replayed``, so that nobody takes them for entries made at the time.
"""

from collections import defaultdict

from django.db import transaction

from branches.models import Appointment, Organization
from branches.roles import BRANCH_ROLES, Role
from branches.scope import Scope
from branchyear.audit.models import Entry
from branchyear.audit.services import build
from branchyear.lib.bulk import insert_many, update_many
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused, require
from tasks import rules
from tasks.models import (
    BranchItem,
    Campaign,
    ChecklistItem,
    Evidence,
    ItemEvidence,
    ItemFact,
    ItemMeeting,
    ItemStep,
    ItemVersion,
    Task,
)
from tasks.services import moves
from tasks.services.levels import STEP, next_level

# What a move may change; the rest of a row is never written.
COLUMNS = (
    "version",
    "opens_on",
    "due_on",
    "state",
    "with_organization",
    "round",
    "result",
    "fact_on",
    "note",
    "numbers",
    "first_submitted_at",
    "on_time",
    "submitted_at",
    "submitted_by",
    "decided_at",
    "return_reason",
    "revision",
    "updated_by",
    "updated_at",
)


@transaction.atomic
def replay(histories, *, audit=True):
    """Make the moves of ``[(branch_item, [(verb, person, moment, data), …]), …]``; returns how many.

    ``verb`` is save, submit, withdraw, accept, send_back or attach; ``data`` the verb's own arguments
    (``answer``, ``reason``, ``evidence``) or None. All moves are made in the order of their moments. The
    first one refused stops everything, saying which item it was, and nothing is written. The instances
    passed in are left as they were; nobody else may be working on these rows.
    """
    past = _Past(branch_item.pk for branch_item, _ in histories)
    line = [
        (moment, branch_item.pk, verb, person, data or {})
        for branch_item, history in histories
        for verb, person, moment, data in history
    ]
    line.sort(key=lambda move: move[0])
    for moment, pk, verb, person, data in line:
        try:
            past.make(pk, verb, by=person, now=moment, **data)
        except Refused as error:
            raise Refused(f"{past.rows[pk]}(办理时间{moment:%Y-%m-%d %H:%M}):{error}") from error
    past.write(audit=audit)
    return len(line)


class _Past:
    """Everything the moves look at, in memory."""

    def __init__(self, pks):
        self.organizations = Organization.objects.in_bulk()
        self.by_path = {o.path: o for o in self.organizations.values()}
        self._read_offices()
        self._read_rows(pks)
        self.steps, self.entries, self.links, self.changed = [], [], [], {}

    def _read_offices(self):
        self.offices = defaultdict(list)  # person → appointments
        self.reviewers = defaultdict(list)  # organisation → appointments of its reviewers
        self.scopes = {}
        for office in Appointment.objects.filter(user__is_active=True).order_by("pk"):
            office.organization = self.organizations[office.organization_id]
            self.offices[office.user_id].append(office)
            if office.role == Role.ORG_REVIEWER:
                self.reviewers[office.organization_id].append(office)

    def _read_rows(self, pks):
        campaigns, tasks = Campaign.objects.in_bulk(), Task.objects.in_bulk()
        for task in tasks.values():
            task.campaign = campaigns[task.campaign_id]
        self.versions = ItemVersion.objects.in_bulk()
        items = ChecklistItem.objects.in_bulk()
        for item in items.values():
            item.task = tasks[item.task_id]
            item.current = self.versions.get(item.current_id)
        self.rows, self.files, self.submitters = {}, defaultdict(list), defaultdict(set)
        self.meetings, self.facts = defaultdict(list), defaultdict(list)
        pks = sorted(set(pks))
        for start in range(0, len(pks), 500):
            part = pks[start : start + 500]
            for row in BranchItem.objects.filter(pk__in=part).order_by():
                row._state.fields_cache["branch"] = self.organizations[row.branch_id]
                row._state.fields_cache["item"] = items[row.item_id]
                self._relate(row)
                self.rows[row.pk] = row
            links = ItemEvidence.objects.filter(branch_item__in=part).order_by("pk")
            for pk, *file in links.values_list(
                "branch_item_id", "evidence__pk", "evidence__name", "evidence__sha256"
            ):
                self.files[pk].append(
                    Evidence(**dict(zip(("pk", "name", "sha256"), file, strict=True)))
                )
            held = ItemMeeting.objects.live().filter(branch_item__in=part)
            for link in held.select_related("meeting").order_by("meeting__on", "pk"):
                self.meetings[link.branch_item_id].append(link.meeting)
            for link in ItemFact.objects.filter(branch_item__in=part).order_by("pk"):
                self.facts[link.branch_item_id].append(link)
            steps = ItemStep.objects.filter(branch_item__in=part, kind=ItemStep.Kind.SUBMITTED)
            for pk, person in steps.values_list("branch_item_id", "by_id"):
                self.submitters[pk].add(person)

    def _relate(self, row):
        """Hang the shared rows on it, so that no access asks the database."""
        cache = row._state.fields_cache
        cache["version"] = self.versions[row.version_id]
        cache["with_organization"] = self.organizations.get(row.with_organization_id)

    def scope(self, person, day):
        held = tuple(o for o in self.offices[person.pk] if _in_force(o, day))
        key = tuple(o.pk for o in held)
        if key not in self.scopes:
            self.scopes[key] = Scope(tuple((o.role, o.organization) for o in held))
        return self.scopes[key]

    def levels(self, branch, day):
        """``levels.levels``, answered from memory."""
        if branch.is_direct:
            return [self.by_path[branch.path[: STEP * Organization.COMMITTEE_DEPTH]]]
        above = [self.by_path[path] for path in branch.ancestor_paths[1:]]
        return [
            o
            for o in above
            if o.is_direct
            or (o.depth > Organization.DIRECT_DEPTH and self._has_reviewer(o, branch, day))
        ]

    def _has_reviewer(self, organization, branch, day):
        return any(
            _in_force(office, day)
            and not any(
                own.role in BRANCH_ROLES and own.organization_id == branch.pk
                for own in self.offices[office.user_id]
                if _in_force(own, day)
            )
            for office in self.reviewers[organization.pk]
        )

    def make(self, pk, verb, *, by, now, **data):
        """Apply one move to the row in memory, and remember its step and entry."""
        row, day = self.rows[pk], local_day(now)
        common = {"by": by, "now": now, "scope": self.scope(by, day)}
        if verb == "attach":
            self._attach(row, **common, **data)
            return
        if verb == "save":
            move = moves.saving(row, data["answer"], **common)
        elif verb == "submit":
            level = next_level(self.levels(row.branch, day))
            files = self.files[pk]
            proofs = {"files": files, "meetings": self.meetings[pk], "facts": self.facts[pk]}
            move = moves.submitting(row, data.get("answer"), level=level, **proofs, **common)
            self.submitters[pk].add(by.pk)
        elif verb == "withdraw":
            move = moves.withdrawing(row, **common)
        elif verb == "accept":
            chain, submitters = self.levels(row.branch, day), self.submitters[pk]
            move = moves.accepting(row, chain=chain, submitters=submitters, **common, **data)
        elif verb == "send_back":
            move = moves.returning(row, submitters=self.submitters[pk], **common, **data)
        else:
            raise ValueError(f"no such verb: {verb}")
        if move is not None:
            self._apply(row, move, by=by, now=now)

    def _apply(self, row, move, *, by, now):
        for name, value in move.changes.items():
            setattr(row, name, value)
        self._relate(row)
        row.state, row.revision = move.to, row.revision + 1
        self.changed[row.pk] = row
        step = move.step(row, by=by, now=now)
        if step is not None:
            self.steps.append(step)
        self._note(move.verb, row, row, by=by, now=now, round=row.round, **move.detail)

    def _attach(self, row, *, by, now, scope, evidence):
        moves.refuse_unless_fillable(row, now=now)
        require(rules.may_fill(by, row.branch, scope=scope), moves.OFFICE_OF_BRANCH)
        if evidence.organization_id != row.branch_id:
            raise Refused("只能关联本支部的佐证材料。")
        if row.state == BranchItem.State.TODO:
            row.state = BranchItem.State.DRAFT
        row.updated_by_id, row.updated_at = by.pk, now
        self.changed[row.pk] = row
        if evidence.pk in {file.pk for file in self.files[row.pk]}:
            return
        self.files[row.pk].append(evidence)
        self.links.append(
            ItemEvidence(branch_item=row, evidence=evidence, attached_by=by, attached_at=now)
        )
        self._note(
            "evidence.attached",
            evidence,
            row,
            by=by,
            now=now,
            item=row.pk,
            code=row.item.code,
            sha256=evidence.sha256,
        )

    def _note(self, verb, thing, row, *, by, now, **detail):
        entry = build(verb, thing, by=by, organization=row.branch, replayed=True, **detail)
        entry.at = now
        self.entries.append(entry)

    def write(self, *, audit):
        update_many(BranchItem, self.changed.values(), COLUMNS)
        insert_many(ItemEvidence, self.links)
        insert_many(ItemStep, self.steps)
        if audit:
            insert_many(Entry, self.entries)


def _in_force(office, day):
    return office.starts_on <= day and (office.ends_on is None or office.ends_on >= day)
