"""The catalogue (目录) of a dossier: one line per file, recorded meeting or sealed ledger, and one for an item without any."""

from branchyear.lib.layout import Column

COLUMNS = (
    Column("number", "序号", 5, "integer", align="center"),
    Column("branch", "党支部", 14),
    Column("code", "条目编号", 8, align="center"),
    Column("text", "条目内容", 26),
    Column("state", "状态", 8.5, "status"),
    Column("fact_on", "完成日期", 11, "date"),
    Column("kind", "材料种类", 9, align="center"),
    Column("name", "文件（在条目文件夹中的名称）、会议或平台数据", 32),
    Column("on", "材料日期", 11, "date"),
    Column("size", "大小(KB)", 8, "integer", total="sum"),
    Column("sum", "校验值（前16位）", 18, align="center"),
    Column("accepted", "审核通过", 20),
    Column("accepted_on", "通过日期", 11, "date"),
    Column("remark", "备注", 12),
)
FILE, MEETING, LEDGER = "佐证材料", "组织生活", "平台数据"


def columns(organization):
    """The branch stands above the table already where there is only one."""
    if not organization.is_branch:
        return COLUMNS
    return tuple(column for column in COLUMNS if column.key != "branch")


def lines(sheets, faults=None):
    """The lines, numbered. ``faults`` says of which evidence (by id) the file could not be put in."""
    number = 0
    for sheet in sheets:
        for line in _of(sheet, faults or {}) or [{}]:
            number += 1
            yield {**_frame(sheet), **line, "number": number}


def _frame(sheet):
    step = sheet.acceptance
    return {
        "branch": sheet.branch,
        "code": sheet.code,
        "text": sheet.text,
        "state": sheet.state_label,
        "fact_on": sheet.fact_on,
        "accepted": f"{step.where} {step.who}" if step else None,
        "accepted_on": step.at if step else None,
        **dict.fromkeys(("kind", "name", "on", "size", "sum")),
        "remark": "",
    }


def _of(sheet, faults):
    files = [
        {
            "kind": FILE,
            "name": material.name,
            "on": material.fact_on,
            "size": -(-material.size // 1024),
            "sum": material.sha256[:16],
            "remark": faults.get(material.pk, ""),
        }
        for material in sheet.materials
    ]
    meetings = [
        {
            "kind": MEETING,
            "name": f"{record.kind}：{record.topic}（实到{record.present}/{record.due}）",
            "on": record.on,
            "remark": "" if record.void_reason is None else f"已作废：{record.void_reason}",
        }
        for record in sheet.records
    ]
    ledgers = [
        {
            "kind": LEDGER,
            "name": f"{ledger.kind}：{ledger.summary}",
            "on": ledger.as_of,
            "sum": ledger.digest[:16],
            "remark": "见条目情况",
        }
        for ledger in sheet.ledgers
    ]
    return files + meetings + ledgers
