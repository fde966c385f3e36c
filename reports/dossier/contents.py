"""What goes into a dossier, read once as plain values: the archive, its catalogue and its version follow
from these alone."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field
from datetime import date, datetime

from branchyear.lib.names import safe_name
from branchyear.templatetags.ui import day
from tasks.models import BranchItem, ItemStep

# Another look of cover or catalogue is another version, although the data are the same.
LOOK = 1
READ_AT_ONCE = 500
_FIRST_CLAUSE = re.compile(r"[,，;；。]")
BRANCH_ROOM, TASK_ROOM, ITEM_ROOM, FILE_ROOM = 24, 20, 24, 70  # a whole path stays below 260 signs


@dataclass(frozen=True)
class Material:
    """A file of evidence, with the name it has in the archive."""

    pk: int
    name: str
    original: str
    stored: str
    size: int
    sha256: str
    fact_on: date | None
    uploaded_by: str
    uploaded_at: datetime


@dataclass(frozen=True)
class Record:
    """A recorded meeting that proves the item: there is no file of it."""

    on: date
    kind: str
    topic: str
    present: int
    due: int
    void_reason: str | None


@dataclass(frozen=True)
class Ledger:
    """What a ledger of the portal said on a day, sealed as proof: no file, but a table for the cover."""

    kind: str
    as_of: date
    summary: str
    head: tuple
    rows: tuple
    digest: str


@dataclass(frozen=True)
class Step:
    """One step of the item's way."""

    at: datetime
    what: str
    who: str
    where: str
    reason: str


@dataclass(frozen=True)
class Sheet:
    """One item of one branch with everything that is shown of it."""

    pk: int
    branch: str
    path: str  # the item's folder
    task: str
    code: str
    text: str
    basis: str
    state: str
    state_label: str
    result: str
    opens_on: date
    due_on: date
    fact_on: date | None
    numbers: tuple
    note: str
    materials: tuple
    records: tuple
    ledgers: tuple
    steps: tuple
    acceptance: Step | None

    @property
    def about(self):
        return f"{self.code} {self.text}"

    @property
    def has_cover(self):
        """Something was said or shown; an item nobody has touched stands in the catalogue only."""
        return bool(self.state != BranchItem.State.TODO or self.proofs)

    @property
    def proofs(self):
        return len(self.materials) + len(self.records) + len(self.ledgers)

    @property
    def facts(self):
        """``[(label, words)]`` of the answer for the cover."""
        return [
            ("任务", self.task),
            ("状态", self.state_label),
            ("落实情况", self.result or "—"),
            ("完成日期", day(self.fact_on) or "—"),
            ("期限", f"{day(self.opens_on)}至{day(self.due_on)}"),
            *self.numbers,
            ("依据", self.basis),
        ]


@dataclass
class Contents:
    """Every item asked for, in the order of the paper, and the digest of all that is said."""

    sheets: list
    version: str = field(init=False)

    def __post_init__(self):
        digest = hashlib.sha256(f"{LOOK}".encode())
        for sheet in self.sheets:
            said = asdict(sheet)
            for material in said["materials"]:
                del material["stored"]  # where it lies is nobody's concern
            digest.update(json.dumps(said, ensure_ascii=False, default=str).encode() + b"\n")
        self.version = digest.hexdigest()

    @property
    def files(self):
        return sum(len(sheet.materials) for sheet in self.sheets)

    @property
    def size(self):
        return sum(material.size for sheet in self.sheets for material in sheet.materials)


def read(rows, *, organization):
    """The contents for these items (a queryset of ``BranchItem``)."""
    found = _with_everything(rows).iterator(chunk_size=READ_AT_ONCE)
    return Contents([_sheet(row, organization) for row in found])


def first(rows, size, *, organization):
    """The first sheets alone, in a fixed number of statements."""
    return [_sheet(row, organization) for row in _with_everything(rows)[:size]]


def _with_everything(rows):
    return (
        rows.select_related("branch", "item__task", "version")
        .prefetch_related(
            "evidence_links__evidence__uploaded_by",
            "meeting_links__meeting__group",
            "fact_links",
            "steps__organization",
        )
        .order_by("branch__path", "item__task__order", "item__order")
    )


def _sheet(row, organization):
    task, version = row.item.task, row.version
    folders = [
        f"{task.code}_{safe_name(task.name, TASK_ROOM)}",
        f"{row.item.code}_{safe_name(_FIRST_CLAUSE.split(version.text)[0], ITEM_ROOM)}",
    ]
    if organization.pk != row.branch_id:
        folders.insert(0, safe_name(f"{row.branch.code}_{row.branch.name}", BRANCH_ROOM + 12))
    links = sorted(row.evidence_links.all(), key=lambda link: link.pk)
    meetings = [link.meeting for link in row.meeting_links.all()]
    steps = sorted(row.steps.all(), key=lambda step: step.pk)
    told = tuple(_step(step) for step in steps)
    accepted = [told[at] for at, step in enumerate(steps) if step.kind == ItemStep.Kind.ACCEPTED]
    is_accepted = row.state == BranchItem.State.ACCEPTED
    return Sheet(
        pk=row.pk,
        branch=row.branch.name,
        path="/".join(folders),
        task=str(task),
        code=row.item.code,
        text=version.text,
        basis=version.basis_words or "工作方案",
        state=row.state,
        state_label=row.get_state_display(),
        result=row.get_result_display() if row.result else "",
        opens_on=row.opens_on,
        due_on=row.due_on,
        fact_on=row.fact_on,
        numbers=_numbers(row),
        note=row.note,
        materials=tuple(_material(number, link.evidence) for number, link in enumerate(links, 1)),
        records=tuple(_record(meeting) for meeting in sorted(meetings, key=lambda m: (m.on, m.pk))),
        ledgers=tuple(
            _ledger(fact) for fact in sorted(row.fact_links.all(), key=lambda fact: fact.pk)
        ),
        steps=told,
        acceptance=accepted[-1] if is_accepted and accepted else None,
    )


def _numbers(row):
    said = ((ask["label"], row.numbers.get(ask["key"]), ask) for ask in row.version.asks)
    return tuple(
        (label, "—" if number is None else f"{number}{ask.get('unit', '')}")
        for label, number, ask in said
    )


def _material(number, evidence):
    """The number before the name keeps equal names apart and the order on every screen."""
    stem = evidence.name.removesuffix(f".{evidence.name.rpartition('.')[2]}")
    return Material(
        pk=evidence.pk,
        name=f"{number:02}_{safe_name(stem, FILE_ROOM)}.{evidence.extension}",
        original=evidence.name,
        stored=evidence.file.name,
        size=evidence.size,
        sha256=evidence.sha256,
        fact_on=evidence.fact_on,
        uploaded_by=str(evidence.uploaded_by),
        uploaded_at=evidence.uploaded_at,
    )


def _record(meeting):
    group = f"（{meeting.group.name}）" if meeting.group else ""
    return Record(
        on=meeting.on,
        kind=f"{meeting.get_kind_display()}{group}",
        topic=meeting.topic,
        present=meeting.present,
        due=meeting.due,
        void_reason=meeting.void_reason if meeting.is_void else None,
    )


def _ledger(fact):
    return Ledger(
        kind=fact.get_kind_display(),
        as_of=fact.as_of,
        summary=fact.data.get("summary", ""),
        head=tuple(fact.data.get("head", ())),
        rows=tuple(tuple(row) for row in fact.data.get("rows", ())),
        digest=fact.digest,
    )


def _step(step):
    return Step(
        at=step.at,
        what=step.get_kind_display(),
        who=step.by_name,
        where=step.organization.name,
        reason=step.reason,
    )
