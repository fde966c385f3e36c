"""The Excel round trip of dues: a prefilled book of a branch's month or year, and of its bases.

The first column of a line is locked and says which row it is and in which state it was downloaded, so
that a line changed meanwhile is a conflict and never overwritten. All or nothing, with a report by row.
"""

from dataclasses import dataclass, field

from branchyear.lib import uploads
from branchyear.lib.dates import Month
from branchyear.lib.errors import BadFile
from branchyear.lib.layout import Column
from branchyear.lib.xlsx import write_form
from members.dues import read_money
from members.models import DuesMonth
from members.models.dues import DuesKind
from members.services import dues as services
from members.services.dues.bases import problem_of
from members.services.dues.lines import lines_of_month

CHANNELS = {str(label): value for value, label in DuesMonth.Channel.choices}
KINDS = {str(label): value for value, label in DuesKind.choices}
MAX_ROWS = 5000  # a branch's year has six hundred lines at most

PAYMENTS = (
    Column("key", "识别码", 16),
    Column("name", "姓名", 12),
    Column("month", "月份", 10, align="center"),
    Column("due", "应交(元)", 11, "decimal"),
    Column("state", "登记情况", 12, align="center"),
    Column("amount", "实交(元)", 11, "decimal"),
    Column("paid_on", "交纳日期", 13, "date"),
    Column("channel", "方式", 14, align="center"),
    Column("note", "说明", 34),
)
BASES = (
    Column("key", "识别码", 16),
    Column("name", "姓名", 12),
    Column("due", "现月应交(元)", 12, "decimal"),
    Column("kind", "类别", 30),
    Column("base", "党费计算基数(元)", 17, "decimal"),
    Column("from_month", "起始月份", 12, align="center"),
    Column("note", "核定说明", 34),
)
HOW_TO_PAY = (
    "灰色列是系统填好的，请不要修改；只填“实交、交纳日期、方式、说明”。",
    "没有交的行留空即可。自愿多交不限(党费规定第十一条)。",
    "补交6个月以前的党费，请在“说明”中写明情况(第十二条)。",
    "上传时全部行都正确才会登记；下载后他人已登记过的行会列出来，不会被覆盖。",
    "本表含个人党费金额，请妥善保管，用后删除。",
)
HOW_TO_BASE = (
    "灰色列是系统填好的，请不要修改。只有改动过的行会核定。",
    "农民党员在“基数”栏填每月交纳的金额(0.20元至1.00元)；学生、下岗失业、领取救济或低保的不填基数。",
    "新的基数从起始月份起计算(第十条)，例如 2026-04；已过且已交的月份不重新计算。",
    "本表含个人党费基数，请妥善保管，用后删除。",
)


@dataclass
class Report:
    """What became of an uploaded book: sentences by row, or how many were kept."""

    saved: int = 0
    rows: list = field(default_factory=list)  # (row number, name, sentence)

    def add(self, number, name, sentence):
        self.rows.append((number, name, sentence))


# --- Payments -------------------------------------------------------------------------------------


def write_payments(target, branch, months, *, today):
    """The book of these months, a line per member and month."""
    lines = [line for month in months for line in lines_of_month(branch, month, today=today)]
    rows = [
        {
            "key": f"{line.member.pk}-{line.revision}",
            "name": line.member.name,
            "month": str(line.month),
            "due": line.due,
            "state": "已登记" if line.paid else "未登记" if line.due is not None else "未核定基数",
            "amount": line.paid or None,
            "paid_on": line.row.paid_on if line.row else None,
            "channel": line.row.get_channel_display() if line.row else "",
            "note": line.row.note if line.row else "",
        }
        for line in lines
    ]
    write_form(
        target,
        PAYMENTS,
        rows,
        title=f"{branch.label}党费登记表",
        choices={"channel": list(CHANNELS)},
        instructions=HOW_TO_PAY,
        locked_keys=("key", "name", "month", "due", "state"),
    )


def import_payments(branch, file, *, by, now):
    """Read a book and register all of it, or nothing."""
    report, entries, places = Report(), [], {}
    for number, cells in _records(file, PAYMENTS, ("key", "month", "amount")):
        name = uploads.text(cells.get("name"))
        try:
            entry = _payment(cells)
        except ValueError as error:
            report.add(number, name, str(error))
            continue
        if entry is None:
            continue
        if entry.key in places:
            report.add(number, name, f"与第{places[entry.key][0]}行重复，请删去一行。")
            continue
        places[entry.key] = (number, name)
        entries.append(entry)
    if report.rows:
        return report
    try:
        outcome = services.record_payments(branch, entries, by=by, now=now, whole=True)
    except services.Unsound as refusal:
        for key, found in refusal.problems.items():
            report.add(*places[key], "".join(found.values()))
        return report
    for key, row in outcome.stale.items():
        who = row.updated_by or "系统"
        paid = f"，现登记{row.paid}元" if row.paid else ""
        report.add(*places[key], f"下载后{who}已修改过这一行{paid}，请重新下载后再填。")
    report.saved = outcome.saved
    return report


def _payment(cells):
    """The entry in a line, or None for one in which nothing was filled; ValueError with a sentence."""
    member, revision = _key(cells["key"])
    month = _month(cells["month"])
    amount = read_money(cells.get("amount"))
    channel = uploads.text(cells.get("channel"))
    if channel and channel not in CHANNELS:
        raise ValueError(f"方式“{channel[:20]}”不在可选范围内，请从下拉列表中选择。")
    paid_on = uploads.date(cells.get("paid_on"))
    note = uploads.text(cells.get("note"))
    if amount is None and paid_on is None and not note:
        return None
    if amount is None and paid_on is not None:
        raise ValueError("填了交纳日期，没有填实交金额。")
    return services.Entry(
        member_id=member,
        month=month,
        amount=amount or read_money("0"),
        paid_on=paid_on,
        channel=CHANNELS.get(channel, DuesMonth.Channel.SELF),
        note=note,
        revision=revision,
    )


# --- Bases ------------------------------------------------------------------------------------------


def write_bases(target, lines, running):
    """The bases in force, prefilled; ``lines`` as the page of bases has them."""
    rows = []
    for line in lines:
        base = line.current
        rows.append(
            {
                "key": f"{line.member.pk}-{base.pk if base else 0}",
                "name": line.member.name,
                "due": base.monthly_due if base else None,
                "kind": DuesKind(line.shown["kind"]).label,
                "base": read_money(line.figure),
                "from_month": str(running),
                "note": "",
            }
        )
    write_form(
        target,
        BASES,
        rows,
        title="党费基数核定表",
        choices={"kind": list(KINDS)},
        instructions=HOW_TO_BASE,
        locked_keys=("key", "name", "due"),
    )


def import_bases(branch, lines, file, *, by, today):
    """Read a book of bases and approve what was changed, all or nothing."""
    report, entries, seen = Report(), [], {}
    known = {line.member.pk: line for line in lines}
    for number, cells in _records(file, BASES, ("key", "kind", "base", "from_month")):
        name = uploads.text(cells.get("name"))
        try:
            entry = _base(cells, known)
        except ValueError as error:
            report.add(number, name, str(error))
            continue
        if entry is None:
            continue
        if entry.member_id in seen:
            report.add(number, name, f"与第{seen[entry.member_id]}行重复，请删去一行。")
            continue
        problem = problem_of(entry, today)
        if problem:
            report.add(number, name, problem[1])
        seen[entry.member_id] = number
        entries.append(entry)
    if not report.rows:
        report.saved = services.approve_bases(branch, entries, by=by, today=today)
    return report


def _base(cells, known):
    member, base_pk = _key(cells["key"])
    line = known.get(member)
    if line is None:
        raise ValueError("该党员已不在本支部名册，请重新下载后再填。")
    word = uploads.text(cells["kind"])
    if word not in KINDS:
        raise ValueError(f"类别“{word[:20]}”不在可选范围内，请从下拉列表中选择。")
    base = read_money(cells["base"])
    before = line.shown
    if KINDS[word] == before["kind"] and base == read_money(line.figure):
        return None
    if (line.current.pk if line.current else 0) != base_pk:
        raise ValueError("下载后已有新的核定，请重新下载后再填。")
    note = uploads.text(cells.get("note"))
    return services.BaseEntry(member, KINDS[word], base, _month(cells["from_month"]), note)


# --- Reading ----------------------------------------------------------------------------------------


def _records(file, columns, needed):
    rows = uploads.read_workbook(file, max_rows=MAX_ROWS)
    table = uploads.find_table(rows, {column.key: [column.title] for column in columns})
    titles = {column.key: column.title for column in columns}
    missing = [titles[key] for key in needed if key in table.missing]
    if missing:
        raise BadFile(f"表中缺少“{'、'.join(missing)}”列。请用本页下载的表格填写。")
    return table.records(rows)


def _key(value):
    """``(member, revision)`` of a line; a line somebody added has none."""
    parts = uploads.text(value).split("-")
    if len(parts) != 2 or not all(p.isascii() and p.isdigit() and len(p) < 18 for p in parts):
        raise ValueError("识别码缺失或被修改，请用本页下载的表格填写，不要自行加行。")
    return int(parts[0]), int(parts[1])


def _month(value):
    try:
        return Month.parse(uploads.half_width(uploads.text(value)))
    except ValueError:
        day = uploads.date(value, months=True)
        if day is None:
            raise ValueError("请填写月份，如 2026-04。") from None
        return Month.of(day)
