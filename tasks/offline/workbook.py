"""The workbook that is given out: what is asked stands in it and is locked, what is answered is open."""

from branchyear.lib import uploads
from branchyear.lib.errors import Refused
from branchyear.lib.layout import Column
from branchyear.lib.uploads.rowkeys import RowKeys, digest_of, said
from branchyear.lib.xlsx import write_form
from tasks.models import BranchItem
from tasks.services import moves

keys = RowKeys("tasks.checklist.row")
KEY = "key"
ASKED = (
    Column("code", "编号", 8, align="center"),
    Column("task", "任务", 16),
    Column("text", "检查条目", 34),
    Column("evidence", "应交材料", 22),
    Column("due_on", "完成期限", 11, "date"),
    Column("state", "状态", 10, "status"),
    Column("return_reason", "退回原因", 20),
)
ANSWERED = (
    Column("result", "落实情况", 11, align="center"),
    Column("fact_on", "完成日期", 12, "date"),
    Column("note", "情况说明", 46),
)
NUMBERS = "numbers"  # the locked column that says which numbers are asked for
INSTRUCTIONS = (
    "本表已填好系统中的八项任务清单，一行一个条目。白色的格子可以填写，灰色的格子只供查看；不用联网，Excel、WPS 都可以。",
    "落实情况从下拉列表中选：已落实、正在推进、不适用。选“不适用”的，在情况说明中写明理由。",
    "完成日期请写成 2022-04-25；正在推进的不填。“要填的数字”一列写着要填什么，没有的填 0。",
    "把原来有内容的格子清空，表示清除这项内容。情况说明中换行按 Alt+回车，最多2000字。",
    "填好保存后，到“八项任务清单—Excel 填报”上传。上传后先逐行核对，确认后才保存；有一处错误就整份不保存。",
    "保存以后是“填报中”，佐证材料请在条目中上传，再点“提交全部已完成项”。",
    "下载以后，如果系统中某个条目又被修改或提交，这一行上传时会提示“冲突”，系统不会用旧内容覆盖。",
    "可以只留下要填的行，其余删去；不要复制行。最后一列是系统识别每一行用的标识，已隐藏并锁定，请不要改动。",
)


def rows_of(branch, campaign):
    """The branch's items that are still asked, in official order."""
    return (
        BranchItem.objects.filter(branch=branch, item__retired_at=None)
        .of(campaign)
        .with_words()
        .select_related("item__task__campaign", "updated_by")
        .order_by("item__task__order", "item__order")
    )


def write_checklist(target, branch, campaign, *, now):
    """Write the branch's checklist to fill in; returns how many items it holds."""
    rows = list(rows_of(branch, campaign))
    most = max((len(row.version.asks) for row in rows), default=0)
    asked = [c for c in ASKED if c.key != "return_reason" or any(row.return_reason for row in rows)]
    columns = [*asked, *ANSWERED]
    if most:
        columns.append(Column(NUMBERS, "要填的数字", 22))
    columns += [Column(number_key(at), f"数字{at + 1}", 9, "integer") for at in range(most)]
    columns.append(Column(KEY, "标识(请勿改动)", 12))
    write_form(
        target,
        columns,
        [_line(row, most) for row in rows],
        title=f"{branch.name}{campaign.year}年八项任务清单",
        choices={"result": BranchItem.Result.labels},
        instructions=INSTRUCTIONS,
        locked_keys=(*(column.key for column in ASKED), NUMBERS, KEY),
        hidden_keys=(KEY,),
        closed={(at, key) for at, row in enumerate(rows) for key in _closed(row, most, now=now)},
    )
    return len(rows)


def number_key(at):
    return f"number{at}"


def _closed(row, most, *, now):
    """The answer's cells that cannot be filled in: all of an item that is not open, numbers not asked."""
    try:
        moves.refuse_unless_fillable(row, now=now)
        closed = []
    except Refused:
        closed = [column.key for column in ANSWERED]
    first = len(row.version.asks) if not closed else 0
    return closed + [number_key(at) for at in range(first, most)]


def _line(row, most):
    asks = row.version.asks
    answer = answer_in(moves.answer_of(row), asks)
    asked = [f"数字{at}：{ask['label']}（{ask.get('unit', '')}）" for at, ask in enumerate(asks, 1)]
    return {
        **dict.fromkeys(number_key(at) for at in range(most)),
        **answer,
        "result": row.get_result_display() or None,
        "code": row.item.code,
        "task": row.item.task.name,
        "text": row.version.text,
        "evidence": "、".join(row.version.evidence) or None,
        "due_on": row.due_on,
        "state": row.get_state_display(),
        "return_reason": row.return_reason if row.state == BranchItem.State.RETURNED else None,
        NUMBERS: "\n".join(asked).replace("（）", "") or None,
        KEY: keys.write(row.pk, row.revision, f"{digest_in(answer)}v{row.version_id}"),
    }


def digest_in(cells):
    """Tells a row somebody edited from one that came back as it went out."""
    return digest_of(cells, lambda value: value if isinstance(value, str) else said(value))


def answer_in(answer, asks):
    """An answer as the cells of its row say it, the same for what is stored and what was read."""
    found = {
        "result": answer.result,
        "fact_on": answer.fact_on,
        "note": uploads.text(answer.note) or None,
    }
    for at, ask in enumerate(asks):
        found[number_key(at)] = answer.numbers.get(ask["key"])
    return found
