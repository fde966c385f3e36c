"""Builders for tests: workbooks with people in them."""

import io

from openpyxl import Workbook

from members.soundness import id_number_check_sign

HEAD = ("序号", "姓名", "性别", "民族", "出生年月", "身份证号", "入党时间", "党员类别")


def number_of(serial, born="19850302", *, female=False):
    """A well-formed ID number of nobody (the region 99 does not exist)."""
    first = f"9901{serial // 500:02d}{born}{(serial % 499) * 2 + (0 if female else 1):03d}"
    return first + id_number_check_sign(first)


def person(serial, name="张三", **changes):
    """One usual line under ``HEAD``."""
    values = {
        "序号": serial, "姓名": name, "性别": "男", "民族": "汉", "出生年月": "1985.03",
        "身份证号": number_of(serial), "入党时间": "2008年7月", "党员类别": "正式", **changes,
    }  # fmt: skip
    return [values.get(title) for title in HEAD]


def book(*rows, head=HEAD, name="名册.xlsx"):
    """An uploaded workbook: a header and lines under it, nothing above."""
    return sheet(list(head), *rows, name=name)


def sheet(*rows, name="名册.xlsx"):
    made = Workbook()
    for row in rows:
        made.active.append(row)
    return saved(made, name)


def saved(made, name="名册.xlsx"):
    memory = io.BytesIO()
    made.save(memory)
    memory.seek(0)
    memory.name = name
    return memory
