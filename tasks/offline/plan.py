"""What would become of each row of a checklist that comes back. Reads the database, changes nothing."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from datetime import date

from django.core.exceptions import PermissionDenied
from openpyxl.utils import get_column_letter

from branches.scope import scope_of
from branchyear.lib import uploads
from branchyear.lib.dates import local_day
from branchyear.lib.errors import BadFile, Refused
from branchyear.lib.uploads import BadCell
from branchyear.lib.uploads.limits import UNCALCULATED
from branchyear.lib.uploads.rowkeys import Key, Tampered
from members.models import Verdict
from tasks.models import BranchItem
from tasks.offline.workbook import (
    ANSWERED,
    ASKED,
    KEY,
    NUMBERS,
    answer_in,
    digest_in,
    keys,
    number_key,
    rows_of,
)
from tasks.services import moves

MAX_ROWS = 1000  # a checklist has some dozens of items
MAX_NUMBERS = 9  # numbers an item may ask for
RESULTS = {label: value for value, label in BranchItem.Result.choices}
NOT_OURS = "不是本支部现行清单中的条目，请删去这一行，或重新下载清单填写。"
NO_KEY = "没有系统识别用的标识。请用本系统下载的清单填写，不要自己加行。"
TAMPERED = "系统识别用的标识被改动过，请重新下载清单填写。"
EMPTY = digest_in({})  # of a row in which nothing has been answered yet
TWICE = "与第{number}行是同一条目，请只留一行。"


@dataclass
class Typed:
    """One row as it was typed: plain values, so that it can be judged again without the file."""

    number: int
    code: str
    text: str
    key: dict | None = None
    values: dict = field(default_factory=dict)  # column → what is said
    cells: dict = field(default_factory=dict)  # column → D5
    problems: list = field(default_factory=list)  # [cell, sentence]


@dataclass
class Judged:
    """What would become of a row."""

    number: int
    code: str
    text: str
    verdict: str
    told: list = field(default_factory=list)  # [label, old, new]
    problems: list = field(default_factory=list)
    item: int | None = None
    revision: int | None = None
    answer: moves.Answer | None = None

    @property
    def shown(self):
        """What the report keeps."""
        kept = asdict(self)
        del kept["answer"], kept["item"], kept["revision"]
        return kept


# --- Reading --------------------------------------------------------------------------------------


def read(file):
    """The rows of an uploaded checklist (``[Typed]``); ``BadFile`` with a sentence for any other file."""
    rows = list(uploads.stream_workbook(file, max_rows=MAX_ROWS))
    wanted = {column.key: (column.title,) for column in (*ASKED, *ANSWERED)}
    wanted |= {number_key(at): (f"数字{at + 1}",) for at in range(MAX_NUMBERS)}
    wanted |= {NUMBERS: ("要填的数字",), KEY: ("标识(请勿改动)", "标识")}
    table = uploads.find_table(rows, wanted)
    missing = [c.title for c in ANSWERED if c.key in table.missing]
    if KEY in table.missing or missing:
        raise BadFile("这不是本系统下载的八项任务清单，或有列被删去了。请重新下载清单填写。")
    found = [_typed(number, record, table) for number, record in table.records(rows)]
    found = [typed for typed in found if typed is not None]
    if not found:
        raise BadFile("表中没有条目。请用本系统下载的清单填写后再上传。")
    return found


def _typed(number, record, table):
    if all(uploads.is_blank(value) for value in record.values()):
        return None
    typed = Typed(
        number, uploads.text(record.get("code"))[:20], uploads.text(record.get("text"))[:200]
    )
    typed.cells = {key: f"{get_column_letter(at + 1)}{number}" for key, at in table.mapping.items()}
    said = uploads.text(record.get(KEY))
    try:
        typed.key = vars(keys.read(said)) if said else None
    except Tampered:
        typed.problems.append([typed.cells[KEY], TAMPERED])
    else:
        if typed.key is None:
            typed.problems.append([f"第{number}行", NO_KEY])
    for key, value in _READERS.items():
        if key in record:
            try:
                typed.values[key] = value(record[key])
            except BadCell as problem:
                typed.problems.append([typed.cells[key], str(problem)])
    return typed


def _words(raw):
    """Text; a formula is none, whether it was calculated or not."""
    found = uploads.text(raw)
    if found == UNCALCULATED or found.startswith("#") and found[1:2].isupper():
        raise BadCell("是公式或错误值，没有可以读取的内容，请改为文字。")
    return found or None


def _result(raw):
    found = _words(raw)
    if found is None or uploads.is_blank(found):
        return ""
    if found not in RESULTS:
        raise BadCell(f"“{found[:20]}”看不懂，请从“{'、'.join(RESULTS)}”中选择。")
    return RESULTS[found]


def _note(raw):
    found = _words(raw)
    if found and len(found) > moves.NOTE_MAX:
        raise BadCell(f"情况说明最多{moves.NOTE_MAX}个字，现有{len(found)}个字，请精简。")
    return found


def _day(raw):
    if isinstance(raw, str):
        _words(raw)
    found = uploads.date(raw)
    return found.isoformat() if found else None


_READERS = {
    "result": _result,
    "fact_on": _day,
    "note": _note,
    **{number_key(at): uploads.integer for at in range(MAX_NUMBERS)},
}


# --- Judging --------------------------------------------------------------------------------------


class Plan:
    """Every row judged against what is stored now, for this person and this day."""

    def __init__(self, typed, *, branch, campaign, by, now):
        self.by, self.now = by, now
        self.scope = scope_of(by, local_day(now))
        self.stored = {row.pk: row for row in rows_of(branch, campaign)}
        self.seen = {}
        self.rows = [self._judged(each) for each in typed]

    @property
    def counts(self):
        return {v.value: sum(row.verdict == v for row in self.rows) for v in Verdict}

    @property
    def digest(self):
        """Of what a person is shown: what is confirmed must be what was seen."""
        said = json.dumps([row.shown for row in self.rows], ensure_ascii=False, default=str)
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def to_write(self):
        return [row for row in self.rows if row.verdict in {Verdict.NEW, Verdict.CHANGED}]

    def _judged(self, typed):
        judged = Judged(typed.number, typed.code, typed.text, Verdict.ERROR)
        judged.problems = list(typed.problems)
        if typed.key is None:
            return judged
        key, where = Key(**typed.key), f"第{typed.number}行"
        row = self.stored.get(key.pk)
        if row is None:
            judged.verdict, judged.problems = Verdict.DENIED, [[where, NOT_OURS]]
            return judged
        judged.code, judged.text = row.item.code, row.version.text
        if key.pk in self.seen:
            judged.problems.append([where, TWICE.format(number=self.seen[key.pk])])
            return judged
        self.seen[key.pk] = typed.number
        if judged.problems:
            return judged
        return self._compared(judged, typed, row, key)

    def _compared(self, judged, typed, row, key):
        asks = row.version.asks
        answer = _answer(typed.values, asks)
        mine, theirs = answer_in(answer, asks), answer_in(moves.answer_of(row), asks)
        if mine["note"] == theirs["note"]:
            answer = replace(
                answer, note=row.note
            )  # with its own blanks, which a cell does not keep
        surplus = [
            at
            for at in range(len(asks), MAX_NUMBERS)
            if typed.values.get(number_key(at)) is not None
        ]
        if surplus:
            cell = typed.cells[number_key(surplus[0])]
            judged.problems.append([cell, "本条目不要求填这个数字，请清空。"])
            return judged
        written, _, version = key.digest.partition("v")
        if digest_in(mine) in {written, digest_in(theirs)}:
            judged.verdict = Verdict.SAME
            return judged
        judged.told = _differences(mine, theirs, asks)
        if key.revision != row.revision or version != str(row.version_id):
            judged.verdict = Verdict.CONFLICT
            judged.problems = [[f"第{typed.number}行", _moved(row)]]
            return judged
        try:
            move = moves.saving(row, answer, by=self.by, now=self.now, scope=self.scope)
        except Refused as refusal:
            field = refusal.field and _column(refusal.field, asks)
            judged.verdict = Verdict.ERROR if field else Verdict.DENIED
            judged.problems = [[typed.cells.get(field, f"第{typed.number}行"), refusal.sentence]]
            return judged
        except PermissionDenied as denial:
            judged.verdict = Verdict.DENIED
            judged.problems = [[f"第{typed.number}行", str(denial)]]
            return judged
        if move is None:
            judged.verdict, judged.told = Verdict.SAME, []
            return judged
        judged.verdict = Verdict.CHANGED if digest_in(theirs) != EMPTY else Verdict.NEW
        judged.item, judged.revision, judged.answer = row.pk, key.revision, answer
        return judged


def _answer(values, asks):
    day = values.get("fact_on")
    numbers = {ask["key"]: values.get(number_key(at)) for at, ask in enumerate(asks)}
    return moves.Answer(
        values.get("result") or "",
        date.fromisoformat(day) if day else None,
        moves.clean_text(values.get("note")),
        {key: number for key, number in numbers.items() if number is not None},
    )


def _column(field, asks):
    """The column in which a service's complaint about ``field`` is shown."""
    for at, ask in enumerate(asks):
        if field == f"number_{ask['key']}":
            return number_key(at)
    return field if field in _READERS else None


def _differences(mine, theirs, asks):
    """``[label, what is stored, what the row says]`` where they differ."""
    labels = {column.key: column.title for column in ANSWERED}
    labels |= {number_key(at): ask["label"] for at, ask in enumerate(asks)}
    return [
        [labels[key], _in_words(key, theirs[key]), _in_words(key, value)]
        for key, value in mine.items()
        if value != theirs[key]
    ]


def _in_words(key, value):
    if value is None or value == "":
        return ""
    if key == "result":
        return BranchItem.Result(value).label
    return str(value)


def _moved(row):
    who = f"{row.updated_by}又" if row.updated_by else "又有人"
    return f"下载之后{who}修改或办理过本条目，现为“{row.get_state_display()}”。"
