"""The list of organisations in the layout of 党建e家: given away as it wants it, read back as it gives it.

党建e家 publishes no layout. These headings, their order and the way dates and categories are written are inferred
(推断) from what 支部基本情况 usually holds and from how member management systems name it; they are to be held
against a real file of 党建e家 before they are relied on. What is read is found by its heading, in any order.
"""

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from branches.figures import figures_of
from branches.models import BranchType, Kind, Organization
from branchyear.lib.dates import local_day
from branchyear.lib.layout import Column
from branchyear.lib.xlsx import BODY_FONT, HEAD_FONT, clean_text

CATEGORY = "category"
# One word for what the portal keeps as two facts: the kind, and of a branch how it is set up.
CATEGORIES = {
    (Kind.WORK_COMMITTEE, ""): "市直机关工委",
    (Kind.PRIMARY_COMMITTEE, ""): "机关党委",
    (Kind.GENERAL_BRANCH, ""): "党总支",
    (Kind.BRANCH, BranchType.STANDING): "党支部",
    (Kind.BRANCH, BranchType.JOINT): "联合党支部",
    (Kind.BRANCH, BranchType.TEMPORARY): "临时党支部",
}
COLUMNS = (
    Column("code", "党组织编码", 16),
    Column("name", "党组织名称", 36),
    Column("short_name", "党组织简称", 18),
    Column(CATEGORY, "党组织类别", 14),
    Column("parent_code", "上级党组织编码", 16),
    Column("parent_name", "上级党组织名称", 36),
    Column("order_number", "显示顺序", 10),
    Column("established_on", "建立日期", 12),
    Column("approval_no", "批准文号", 22),
    Column("covered_units", "覆盖单位", 30),
    Column("place", "活动场所", 22),
    Column("secretary", "党组织书记", 14),
    Column("contact", "党组织联系人", 14),
    Column("member_count", "党员数", 10),
    Column("group_count", "党小组数", 10),
)
# Told to 党建e家, never taken from it: kept here by acts of their own, or counted.
TOLD_ONLY = ("parent_name", "secretary", "member_count", "group_count")
INSTRUCTION = (
    "也可以直接导入“党建e家”版式的名册（版式为推断，未经该系统确认）：按列标题识别，“党组织类别”填"
    f"{'、'.join(CATEGORIES.values())}；其中上级党组织名称、书记、党员数、党小组数只供对照，不导入。"
)


def headings(usual):
    """The headings that may stand for each key: ours, and those of the layout."""
    found = {key: [*titles] for key, titles in usual.items()}
    for column in COLUMNS:
        found.setdefault(column.key, []).append(column.title)
    return found


def told(record):
    """A record of the list with its category as the two facts of ours; what is only told is left out."""
    record = {key: value for key, value in record.items() if key not in TOLD_ONLY}
    if CATEGORY not in record:
        return record
    word = str(record.pop(CATEGORY) or "").strip()
    kind, branch_type = next(
        (pair for pair, name in CATEGORIES.items() if name == word), (None, "")
    )
    if kind is None:
        return {**record, "kind": word}
    words = {"kind": Kind(kind).label}
    if branch_type:
        words["branch_type"] = BranchType(branch_type).label
    return {**record, **words}


def write_list(target):
    """The open organisations from the working committee down, groups as a number only; all as text, headings
    in the first row."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("党组织信息")
    for letter, column in zip("ABCDEFGHIJKLMNO", COLUMNS, strict=True):
        sheet.column_dimensions[letter].width = column.width
    body, head = Font(name=BODY_FONT, size=10.5), Font(name=HEAD_FONT, size=10.5)
    sheet.append([_cell(sheet, column.title, head) for column in COLUMNS])
    for row in _rows():
        sheet.append([_cell(sheet, row[column.key], body) for column in COLUMNS])
    book.save(target)


def _rows():
    everything = list(Organization.objects.open().with_secretary_name(local_day()))
    by_path = {o.path: o for o in everything}
    groups = {}
    for o in everything:
        if o.kind == Kind.GROUP:
            above = o.path[: -o.steplen]
            groups[above] = groups.get(above, 0) + 1
    listed = [o for o in everything if o.kind not in {Kind.CITY_DEPARTMENT, Kind.GROUP}]
    figures = figures_of(listed)
    for o in listed:
        parent = by_path.get(o.path[: -o.steplen])
        branch_type = (o.branch_type or BranchType.STANDING) if o.is_branch else ""
        yield {
            "code": o.code,
            "name": o.name,
            "short_name": o.short_name,
            CATEGORY: CATEGORIES[Kind(o.kind), branch_type],
            "parent_code": parent.code if parent else "",
            "parent_name": parent.name if parent else "",
            "order_number": o.order_number,
            "established_on": f"{o.established_on:%Y%m%d}" if o.established_on else "",
            "approval_no": o.approval_no,
            "covered_units": "、".join(o.covered_units.split("\n")),
            "place": o.place,
            "secretary": (o.secretary_name or "") if o.is_branch else "",
            "contact": o.contact,
            "member_count": figures[o.pk].get("members", ""),
            "group_count": groups.get(o.path, 0) if o.is_branch else "",
        }


def _cell(sheet, value, font):
    cell = WriteOnlyCell(sheet, clean_text(str(value)) or None)
    if cell.value is not None:
        cell.data_type = "s"  # never a formula
    cell.number_format, cell.font = "@", font
    return cell
