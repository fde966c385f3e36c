"""The Excel books of the roster: the one to fill in, the uploaded one with sentences beside it, and the
layouts of other systems."""

import datetime as dt
from itertools import chain, islice

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill

from branches.models import Kind, Organization
from branchyear.lib import uploads
from branchyear.lib.layout import Column
from branchyear.lib.uploads import BadCell
from branchyear.lib.xlsx import BODY_FONT, HEAD_FONT, clean_text, sheet_name, write_form
from members.importing import keys
from members.importing.cells import PEOPLES
from members.importing.columns import BY_KEY, FIELDS, KEY, READ_ONLY
from members.importing.reading import MAX_ROWS
from members.models import Category, Member, Sex, Verdict
from members.models.member import SECRET_FIELDS

# Protected cells with lists are made by openpyxl, in memory; a directly affiliated organisation has some
# hundred members.
MAX_FORM = 3000
SPARE_ROWS = 100
INSTRUCTIONS = (
    "本表已填好系统中的党员名册，一行一名党员。在表上直接修改，保存后到“党员名册—Excel上传”上传；上传后先逐行核对，确认后才保存。",
    "公民身份号码和联系电话中间显示为“*”：不改的，保持原样；要改的，填写完整的新号码。",
    "把原来有内容的格子清空，表示清除这项内容；姓名、党员类别不能清空。",
    "新增党员：在最后一行下面接着填写，带 * 的列必填；填了公民身份号码的，性别和出生日期可以不填。",
    "不要删除或复制行来代表转出、转入。删去的行按“不变”处理；组织关系转接、停止党籍、去世等请在党员页面办理。",
    "日期请写成 2008-07-01；只知道年月的，写成 2008.07 或 2008年7月。",
    "灰色的列（状态、党内职务）只供查看；党内职务在“班子和党小组”中办理，状态在党员页面办理。",
    "下载以后，如果系统中某名党员的信息又被修改，这一行上传时会提示“冲突”，系统不会用旧内容覆盖。",
    "最后一列是系统识别每一行用的标识，已隐藏并锁定，请不要改动。",
)


def write_roster(target, organization, members):
    """The roll of ``organization`` to fill in: protected, numbers masked, each row with its hidden key."""
    members = list(members.select_related("organization", "group")[: MAX_FORM + 1])
    fields = [f for f in FIELDS if f.is_offered and f.key != KEY]
    if organization.is_branch:
        fields = [f for f in fields if f.key != "branch"]
    below = Organization.objects.under(organization).open()
    choices = {
        "sex": Sex.labels,
        "ethnicity": _peoples(members),
        "category": Category.labels,
        **{f.key: ("是", "否") for f in fields if f.key.startswith("is_")},
    }
    if organization.is_branch:
        groups = [g.name for g in below.filter(kind=Kind.GROUP)]
        choices |= {"group": groups} if groups else {}
    else:
        choices["branch"] = [b.name for b in below.branches()]
    columns = [
        Column(f.key, f.title, f.width, "integer" if f.key == "number" else f.kind)
        for f in [*fields, BY_KEY[KEY]]
    ]
    write_form(
        target,
        columns,
        [_line(number, member, fields) for number, member in enumerate(members, 1)],
        title=f"{organization.name}党员名册",
        choices=choices,
        instructions=INSTRUCTIONS,
        required=("name", "category", *(() if organization.is_branch else ("branch",))),
        locked_keys=(KEY, *READ_ONLY),
        hidden_keys=(KEY,),
        spare_rows=SPARE_ROWS,
    )


def _line(number, member, fields):
    row = {f.key: _written(f.key, member) for f in fields if f.key != "number"}
    meant = {key: _meant(key, value) for key, value in row.items() if key != "branch"}
    return {**row, "number": number, KEY: keys.write(member, meant)}


def _written(key, member):
    """A fact as it stands in a cell; None where nothing is known."""
    if key == "branch":
        return member.organization.name
    if key == "group":
        return member.group.name if member.group else None
    if key in {"sex", "category", "standing"}:
        return getattr(member, f"get_{key}_display")() or None
    if key in SECRET_FIELDS:
        return getattr(member, f"masked_{key}") or None
    value = getattr(member, key)
    if isinstance(value, bool):
        return "是" if value else "否" if key == "is_unit_head" else None
    return value or None


def _meant(key, value):
    """What the written cell will be read as when it comes back untouched."""
    if uploads.is_blank(value):
        return None
    try:
        return BY_KEY[key].read(clean_text(value) if isinstance(value, str) else value)
    except BadCell:
        return value


def _peoples(members):
    """The peoples, those in the roster first: nobody likes to search a list of 56."""
    here = {m.ethnicity for m in members if m.ethnicity}
    return [*sorted(here, key=lambda e: e != "汉族"), *sorted(PEOPLES - here)]


# --- The uploaded book with sentences beside it ---------------------------------------------------

_FILLS = {
    Verdict.ERROR: PatternFill("solid", fgColor="FFFFEBE9"),
    Verdict.DENIED: PatternFill("solid", fgColor="FFFFEBE9"),
    Verdict.CONFLICT: PatternFill("solid", fgColor="FFFFF8C5"),
}


def write_report(target, file, reported, *, first_row, remarked_only=False):
    """The rows of ``file`` as they are, and behind them what was found.

    ``reported`` gives ``RosterUploadRow`` in the order of the file, ``first_row`` is the number of the first
    person's. Rows are written as they are read, so length costs no memory. With ``remarked_only`` the rows
    of which nothing is reported are left out: of a hundred thousand nobody looks for the hundred wrong ones.
    """
    made = Workbook(write_only=True)
    sheet = made.create_sheet("核对结果")
    cell_of = _Cells(sheet)
    rows = enumerate(uploads.stream_workbook(file, max_rows=MAX_ROWS), 1)
    head = list(islice(rows, first_row))  # titles, headings, the first person
    width = min(max(len(cells) for _, cells in head), 60)
    widths = [14] * width + [10, 90]
    for at, wide in enumerate([10, *widths] if remarked_only else widths, 1):
        sheet.column_dimensions[_letter(at)].width = wide
    told = iter(reported)
    row = next(told, None)
    for number, cells in chain(head, rows):
        cells = (cells + [None] * width)[:width]
        fill, ending = None, ()
        if row is not None and row.number == number:
            fill = _FILLS.get(row.verdict)
            ending = (row.get_verdict_display(), "\n".join(_sentences(row)))
            row = next(told, None)
        elif number == first_row - 1:
            ending = ("核对结论", "说明")
        elif remarked_only and number >= first_row:
            continue
        if remarked_only:
            cells.insert(0, number if number >= first_row else "原表行号" if ending else None)
        sheet.append([cell_of(value, fill) for value in (*cells, *ending)])
    made.save(target)


def _sentences(row):
    """What was found in a row, each with its cell."""
    yield from (f"{cell}：{sentence}" for cell, sentence in row.problems)
    yield from (f"提醒 {cell}：{sentence}" for cell, sentence in row.warnings)
    if row.verdict == Verdict.CONFLICT:
        yield from (f"{label}：系统中“{old}”，表中“{new}”" for label, old, new in row.told)


def _letter(at):
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    return get_column_letter(at)


class _Cells:
    """Makes the cells of a sheet; text stays text, even if it begins with an equals sign.

    What a cell looks like is worked out once for each look, not for each of a million cells.
    """

    def __init__(self, sheet, font=BODY_FONT):
        self.sheet, self.font = sheet, Font(name=font, size=10.5)
        self.looks = {}

    def __call__(self, value, fill=None):
        is_text = isinstance(value, str)
        is_day = isinstance(value, dt.date)
        wraps = is_text and "\n" in value
        cell = WriteOnlyCell(self.sheet, clean_text(value) if is_text else value)
        if is_text:
            cell.data_type = "s"
        look = (is_text, is_day, wraps, id(fill))
        if look not in self.looks:
            cell.number_format = "@" if is_text else "yyyy-mm-dd" if is_day else "General"
            cell.font = self.font
            if wraps:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
            if fill is not None:
                cell.fill = fill
            self.looks[look] = cell._style  # noqa: SLF001 -- what openpyxl's own copying of styles uses
        cell._style = self.looks[look]  # noqa: SLF001
        return cell


# --- Layouts of other systems ---------------------------------------------------------------------

_FORMS = {
    "day": "%Y-%m-%d",
    "day_dots": "%Y.%m.%d",
    "day_digits": "%Y%m%d",
    "month_dots": "%Y.%m",
}


def write_profile(target, profile, members, *, in_full):
    """The roll in the layout of another system: its headings in the first row, everything as text."""
    columns = [c for c in profile.columns.all() if c.field in BY_KEY]
    made = Workbook(write_only=True)
    sheet = made.create_sheet(sheet_name(profile.name))
    for at, column in enumerate(columns, 1):
        sheet.column_dimensions[_letter(at)].width = max(BY_KEY[column.field].width, 8) + 2
    cell_of, heading_of = _Cells(sheet), _Cells(sheet, HEAD_FONT)
    sheet.append([heading_of(column.title) for column in columns])
    count = 0
    for member in members.select_related("organization", "group").iterator(2000):
        count += 1
        sheet.append([cell_of(_in_form(column, member, count, in_full)) for column in columns])
    made.save(target)
    return count


def _in_form(column, member, number, in_full):
    key = column.field
    if key == "number":
        return str(number)
    if key == "education_degree":
        return "、".join(part for part in (member.education, member.degree) if part)
    if key == "unit_post":
        return " ".join(part for part in (member.unit, member.post) if part)
    if key in SECRET_FIELDS and in_full:
        return getattr(member, key)
    if key.startswith("is_") and getattr(member, key) is not None:
        return "是" if getattr(member, key) else "否"
    value = _written(key, member)
    if isinstance(value, dt.date):
        if column.form == "day_words":
            return f"{value.year}年{value.month}月{value.day}日"
        return value.strftime(_FORMS.get(column.form, "%Y-%m-%d"))
    return value


def roll(organization, user):
    """The members of ``organization`` whom the workbook lists."""
    return (
        Member.objects.visible_to(user)
        .under(organization)
        .counted()
        .filter(organization__closed_on=None)
        .order_by("organization__path", "name_key", "pk")
    )
