from collections import namedtuple
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum

import pytest

from branchyear.lib.layout import Column, Layout, Totals, display, values

Row = namedtuple("Row", "name members")


class Status(Enum):
    DONE = "done"

    @property
    def label(self):
        return "已办结"


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("integer", None, "—"),
        ("integer", 0, "0"),
        ("integer", 1234, "1234"),
        ("decimal", Decimal("1234.5"), "1,234.50"),
        ("decimal", 0.125, "0.13"),
        ("decimal", -0.001, "0.00"),
        ("decimal", float("nan"), "—"),
        ("decimal", 1e300, f"{10**300:,}.00"),
        ("percent", 0.855, "85.5%"),
        ("percent", Decimal("0.33333"), "33.3%"),
        ("date", date(2022, 5, 25), "2022-05-25"),
        ("date", datetime(2022, 5, 25, 9, 5), "2022-05-25"),
        ("datetime", datetime(2022, 5, 25, 9, 5), "2022-05-25 09:05"),
        ("datetime", datetime(2022, 5, 25, 16, 30, tzinfo=UTC), "2022-05-26 00:30"),
        ("text", True, "是"),
        ("text", "", ""),
        ("text", 7, "7"),
        ("status", Status.DONE, "已办结"),
        ("integer", "不详", "不详"),
    ],
)
def test_a_value_reads_the_same_wherever_it_is_shown(kind, value, text):
    assert display(Column("x", "X", kind=kind), value) == text


def test_a_column_of_unknown_values_has_an_unknown_total():
    layout = Layout("台账", [Column("a", "党员", kind="integer", total="sum")])
    totals = Totals(layout)

    totals.add([None])
    totals.add([None])

    assert totals.text(layout.columns[0]) == "—"


def test_totals_are_exact_and_leave_out_what_is_unknown():
    columns = [
        Column("name", "支部", total="count"),
        Column("fee", "党费", kind="decimal", total="sum"),
    ]
    layout = Layout("台账", columns)
    totals = Totals(layout)

    for row in (["甲", Decimal("0.10")], [None, 0.2], ["", None]):
        totals.add(row)

    assert [totals.text(column) for column in layout.columns] == ["1", "0.30"]


def test_rows_may_be_dicts_or_objects():
    layout = Layout("台账", [Column("members", "党员"), Column("name", "支部")])

    assert values(layout, {"name": "甲", "members": 3, "other": 1}) == [3, "甲"]
    assert values(layout, Row("甲", 3)) == [3, "甲"]


def test_a_missing_key_is_a_mistake_and_not_an_empty_cell():
    with pytest.raises(KeyError):
        values(Layout("台账", [Column("members", "党员")]), {"name": "甲"})


def test_neighbours_in_a_group_share_a_heading():
    layout = Layout(
        "台账",
        [Column("n", "序号"), Column("a", "正式", group="党员"), Column("b", "预备", group="党员")],
    )

    shape = [
        [(heading.title, heading.at, heading.columns, heading.rows) for heading in row]
        for row in layout.heading_rows
    ]
    assert shape == [
        [("序号", 0, 1, 2), ("党员", 1, 2, 1)],
        [("正式", 1, 1, 1), ("预备", 2, 1, 1)],
    ]


def test_the_line_under_the_title_leaves_out_what_is_not_given():
    layout = Layout(
        "台账", [Column("a", "A")], unit="市直机关工委", made_at=datetime(2022, 5, 25, 17, 30)
    )

    assert layout.meta == ("单位：市直机关工委", "制表：2022-05-25 17:30")


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Column("a", "A", kind="money"),
        lambda: Column("a", "A", total="mean"),
        lambda: Column("a", "A", total="sum"),
        lambda: Layout("台账", []),
        lambda: Layout("台账", [Column("a", "A"), Column("a", "B")]),
        lambda: Layout("台账", [Column("a", "A")], orientation="diagonal"),
    ],
)
def test_a_layout_that_cannot_work_is_refused_when_it_is_written(wrong):
    with pytest.raises(ValueError, match=r"."):
        wrong()
