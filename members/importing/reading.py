"""From a file to records: where the table is, which lines are people, what their cells say."""

import re
from dataclasses import dataclass, field
from itertools import chain, islice

from openpyxl.utils import get_column_letter

from branchyear.lib import uploads
from branchyear.lib.errors import BadFile
from branchyear.lib.uploads import BadCell, folded
from members.importing.cells import veiled
from members.importing.columns import BY_KEY, FIELDS, ROOM, TITLES
from members.models import RosterProfile

MAX_PEOPLE = 100_000
# Title, header and signature lines besides the people.
MAX_ROWS = MAX_PEOPLE + 1_000
_SEARCH = 20
_ENDING = re.compile(
    r"^(合计|总计|小计|共计|填报人|填表人|制表人?|制表日期|审核人?|负责人|经办人|填报单位|填报日期|单位\(?盖章\)?|注|备注|说明|填表说明)\s*([:：]|$|\d|共)"
)
_SECTION = re.compile(r"^[(（]?[一二三四五六七八九十]+[)）]?[、.．\s]")
_SILENT = frozenset({"number", "unit_post", "education_degree"})  # without a fact of their own
_REMEMBERED = 5_000  # cleaned cells kept per column: sexes, units and days repeat, names hardly


@dataclass(slots=True)
class Record:
    """One line that speaks of a person."""

    number: int
    values: dict = field(default_factory=dict)  # what is said; a cleared cell is None
    problems: list = field(default_factory=list)  # [cell, sentence]
    warnings: list = field(default_factory=list)


class Sheet:
    """The table of an uploaded roster. ``records()`` may be gone through once."""

    def __init__(self, file):
        self.share = 0.0  # of the sheet that was read so far
        rows = uploads.stream_workbook(file, max_rows=MAX_ROWS, share=self._read_so_far)
        head = list(islice(rows, _SEARCH))
        self.profile, self.table = _table_of(head)
        self._rows = chain(head[self.table.header_row :], rows)
        self.notes = []
        self._skipped = 0
        self._clean = {key: _Cleaner(BY_KEY[key]) for key in self.table.mapping}
        if self.profile is not None:
            self.notes.append(f"按“{self.profile.name}”版式识别。")
        if self.table.unknown:
            shown = veiled("、".join(heading[:20] for heading in self.table.unknown[:12]))
            more = f"等{len(self.table.unknown)}列" if len(self.table.unknown) > 12 else ""
            self.notes.append(f"不认识的列已略过：{shown}{more}。")
        if "unit_post" in self.table.mapping:
            self.notes.append(
                "单位和职务写在同一列的，按空格分开；没有空格的，整格填入“行政职务”。"
            )

    def _read_so_far(self, share):
        self.share = share

    @property
    def keys(self):
        return self.table.mapping.keys()

    def cell(self, key, number):
        """The name of a cell as Excel shows it, e.g. D5; the row alone where there is no such column."""
        at = self.table.mapping.get(key)
        if at is None and key in {"education", "degree"}:
            at = self.table.mapping.get("education_degree")
        if at is None and key in {"unit", "post"}:
            at = self.table.mapping.get("unit_post")
        return f"第{number}行" if at is None else f"{get_column_letter(at + 1)}{number}"

    def records(self):
        """Every line that speaks of a person; titles, totals and signatures between are told in notes."""
        mapping = list(self.table.mapping.items())
        people = 0
        for number, row in enumerate(self._rows, self.table.header_row + 1):
            width = len(row)
            said = {key: row[at] for key, at in mapping if at < width and _says_something(row[at])}
            if not said.keys() - {"number", "key"}:
                if "key" in said:
                    self._note(
                        f"第{number}行只剩标识，内容已清空，按不变处理；退出名册请在党员页面办理。"
                    )
                continue
            if "key" not in said and self._is_no_person(number, row, said):
                continue
            people += 1
            if people > MAX_PEOPLE:
                raise BadFile(f"一次最多上传{MAX_PEOPLE}名党员。请分成几个文件上传。")
            yield self._record(number, said)

    def _record(self, number, said):
        record = Record(number)
        values = record.values
        for key, clean in self._clean.items():
            raw = said.get(key)
            if raw is None:
                if key not in _SILENT:
                    values[key] = None
                continue
            value = clean.known.get(raw) if raw.__class__ is str else None
            if value is None:
                try:
                    value = clean(raw)
                except BadCell as problem:
                    record.problems.append(
                        [self.cell(key, number), veiled(_sentence(key, str(problem)))]
                    )
                    continue
            if value.__class__ is dict:
                values.update(value)
            else:
                values[key] = value
        if "name" in said and values.get("name") != said["name"]:
            written = uploads.text(said["name"])
            if isinstance(said["name"], str) and values.get("name") != written:
                if re.search(r"\S\s+\S", written):
                    sentence = f"姓名中的空格已去掉，按“{values.get('name')}”处理。"
                    record.warnings.append([self.cell("name", number), sentence])
        values.pop("number", None)
        return record

    def _is_no_person(self, number, row, said):
        """Totals, signatures, a heading between sections, the header once more."""
        name, numbered = said.get("name"), said.get("id_number")
        if name.__class__ is str and "名" not in name:
            if numbered.__class__ is str and len(numbered) > 5 and numbered[:6].isdecimal():
                return False  # as nearly every row
        first = next((uploads.text(cell) for cell in row if not uploads.is_blank(cell)), "")
        folded_name = folded(said["name"]) if "name" in said else ""
        if folded_name in {"姓名", "党员姓名"}:
            return True
        if re.search(r"\d{6}", uploads.text(said.get("id_number"))):
            return False
        others = said.keys() - {"number", "name", "key"}
        if _ENDING.match("".join(uploads.half_width(first).split())) and len(others) <= 4:
            self._note(f"第{number}行“{first[:20]}”是表尾说明，已略过。")
            return True
        if ("name" not in said or len(others) == 0 and len(said) == 1) and (
            _SECTION.match(first) or len(said) == 1 and len(first) > 6
        ):
            self._note(f"第{number}行“{first[:20]}”不是一名党员，已略过。")
            return True
        return False

    def _note(self, sentence):
        self._skipped += 1
        if self._skipped <= 10:
            self.notes.append(veiled(sentence))
        elif self._skipped == 11:
            self.notes.append("另有一些说明行也已略过。")


class _Cleaner:
    """A column's reader that remembers what it has read; half of all cells are repetitions.

    Texts are remembered by themselves, other values with their class (1, 1.0 and True are equal).
    """

    def __init__(self, field):
        self.key, self.read, self.room = field.key, field.read, ROOM.get(field.key)
        self.known = {}

    def __call__(self, raw):
        key = raw if raw.__class__ is str else (raw.__class__, raw)
        found = self.known.get(key)
        if found is None:
            found = self.read(raw)
            if found.__class__ is str:
                self._measure(self.key, found, self.room)
            elif found.__class__ is dict:
                for name, part in found.items():
                    self._measure(name, part, ROOM.get(name))
            if len(self.known) < _REMEMBERED:
                self.known[key] = found
        return found

    def _measure(self, name, text, room):
        if room and len(text) > room:
            raise BadCell(f"{TITLES[name]}太长，最多{room}个字。")


def _says_something(raw):
    """``not is_blank``, quickly for what plainly is not."""
    if raw is None:
        return False
    if raw.__class__ is not str or len(raw) > 3 and raw[0] > " " and raw[0].isprintable():
        return True
    return not uploads.is_blank(raw)


def _sentence(key, sentence):
    """Names the column where the sentence does not."""
    return (
        sentence
        if TITLES[key][:2] in sentence[:8]
        else f"{TITLES[key]}{_joint(sentence)}{sentence}"
    )


def _joint(sentence):
    return "" if sentence.startswith(("是", "被", "含", "最后")) else "："


def _table_of(head):
    """``(profile or None, table)``: by a layout of another system when all its headings are there."""
    usual = {f.key: [f.title, *f.names] for f in FIELDS}
    headings = {folded(cell) for row in head for cell in row if cell is not None}
    for profile in RosterProfile.objects.active().prefetch_related("columns"):
        columns = [c for c in profile.columns.all() if c.field in BY_KEY]
        if len(columns) >= 3 and {folded(c.title) for c in columns} <= headings:
            taken = {folded(c.title) for c in columns}
            wanted = {
                key: [n for n in names if folded(n) not in taken] for key, names in usual.items()
            }
            for column in columns:
                wanted[column.field] = [column.title]
            wanted = {key: names for key, names in wanted.items() if names}
            return profile, _checked(uploads.find_table(head, wanted))
    return None, _checked(uploads.find_table(head, usual))


def _checked(table):
    if "name" not in table.mapping:
        raise BadFile("表中没有找到“姓名”列。请确认第一张工作表是党员名册，标题行中有“姓名”。")
    if len(table.mapping.keys() - {"number", "key"}) < 2:
        raise BadFile(
            "表中只认出了“姓名”一列，不像党员名册。请使用本页下载的名册，或按“姓名、性别、公民身份号码、入党时间”等写好标题行。"
        )
    return table
