"""What a branch changed since its item was given back, for the reviewer: field by field, proof by proof.

Compared are the two sealed copies (``ItemStep.snapshot``) of what was handed in then and of what lies on
the table now; nothing is asked of the database.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher

from members.models import MeetingKind
from tasks.models import BranchItem, FactKind, ItemStep

Kind = ItemStep.Kind
GIVEN_BACK = frozenset({Kind.RETURNED, Kind.VOIDED})
RESULTS = dict(BranchItem.Result.choices)
MEETINGS = dict(MeetingKind.choices)
FACTS = dict(FactKind.choices)
_CLAUSE = re.compile(r"[^，。；：！？、\n]+|[，。；：！？、\n]")


@dataclass(frozen=True)
class Change:
    """One field: its words then and now; ``pieces`` are a long text as [(same | gone | new, words)]."""

    label: str
    before: str
    after: str
    pieces: list = field(default_factory=list)


@dataclass(frozen=True)
class Difference:
    """What changed between the round that was given back and the present one."""

    step: ItemStep  # who gave it back, when and why
    fields: list
    added: list
    removed: list
    kept: int

    @property
    def labels(self):
        return {change.label for change in self.fields}

    @property
    def count(self):
        return len(self.fields) + len(self.added) + len(self.removed)


def since_given_back(steps):
    """The ``Difference`` of the last hand-in to the round given back before it; None when there is none.

    ``steps`` are all of an item, oldest first, with their ``version``. A round withdrawn in between is
    passed over: the remark is what the reviewer remembers.
    """
    now = _last(steps, {Kind.SUBMITTED})
    back = _last([s for s in steps if now and s.pk < now.pk], GIVEN_BACK)
    if now is None or back is None:
        return None
    then = _last([s for s in steps if s.pk < back.pk], {Kind.SUBMITTED})
    if then is None:
        return None
    before, after = _proofs(then.snapshot), _proofs(now.snapshot)
    return Difference(
        step=back,
        fields=_fields(then, now),
        added=[words for key, words in after.items() if key not in before],
        removed=[words for key, words in before.items() if key not in after],
        kept=len(before.keys() & after.keys()),
    )


def _last(steps, kinds):
    return next((s for s in reversed(steps) if s.kind in kinds), None)


def _fields(then, now):
    labels = {ask["key"]: ask for ask in (*then.version.asks, *now.version.asks)}
    lines = [("落实情况", "result", lambda v: RESULTS.get(v, v)), ("完成日期", "fact_on", _day)]
    found = [
        Change(label, words(then.snapshot.get(key, "")), words(now.snapshot.get(key, "")))
        for label, key, words in lines
    ]
    for key, ask in labels.items():
        old, new = (_number(step.snapshot.get("numbers", {}).get(key), ask) for step in (then, now))
        found.append(Change(ask["label"], old, new))
    note, text = then.snapshot.get("note", ""), now.snapshot.get("note", "")
    found.append(Change("情况说明", note, text, pieces(note, text)))
    return [change for change in found if change.before != change.after]


def _day(value):
    if not value:
        return ""
    day = date.fromisoformat(value)
    return f"{day.year}年{day.month}月{day.day}日"


def _number(value, ask):
    return "" if value is None else f"{value}{ask.get('unit', '')}"


def _proofs(snapshot):
    """Everything handed in as proof: what it is → its words. A file is its content, whatever its name; a
    meeting is its record with the figures it showed."""
    found = {f["sha256"]: f["name"] for f in snapshot.get("evidence", ())}
    for m in snapshot.get("meetings", ()):
        kind = MEETINGS.get(m["kind"], m["kind"])
        words = f"{_day(m['on'])} {kind}：{m['topic']}（实到 {m['present']}/{m['due']}）"
        found[tuple(m[key] for key in ("id", "on", "topic", "present", "due"))] = words
    for f in snapshot.get("facts", ()):
        found[f["kind"], f["digest"]] = (
            f"平台数据：{FACTS.get(f['kind'], f['kind'])}（{_day(f['as_of'])}）"
        )
    return found


def pieces(before, after):
    """The two texts as one, clause by clause: ``[(same | gone | new, words)]``."""
    old, new = (_CLAUSE.findall(text) for text in (before, after))
    found = []
    for verb, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if verb == "equal":
            found.append(("same", "".join(old[i:j])))
        else:
            found += [("gone", "".join(old[i:j])), ("new", "".join(new[k:m]))]
    return [(tone, words) for tone, words in found if words]
