import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from python_calamine import CalamineWorkbook

from branchyear.lib import xlsx
from branchyear.lib.layout import Cancelled, Column, Layout

COLUMNS = (
    Column("n", "序号", 6, "integer"),
    Column("name", "党支部", 24),
    Column("number", "身份证号", 20),
    Column("members", "党员数", 9, "integer", "sum"),
    Column("fee", "党费", 12, "decimal", "sum"),
    Column("day", "换届日期", 12, "date"),
    Column("at", "提交时间", 17, "datetime"),
    Column("share", "完成率", 9, "percent"),
    Column("status", "状态", 10, "status", "count"),
)
LAYOUT = Layout(
    "支部按期换届情况台账",
    COLUMNS,
    unit="市直机关工委",
    period="2022年5月25日",
    made_by="张三",
    made_at=datetime(2022, 5, 25, 17, 30),
    notes=("注:“—”表示未掌握。",),
)
ROW = {
    "n": 1,
    "name": "第一党支部",
    "number": "990101199001011234",
    "members": 12,
    "fee": Decimal("30.50"),
    "day": date(2022, 4, 25),
    "at": datetime(2022, 5, 3, 12, 30),
    "share": 0.855,
    "status": "已办结",
}
ONE = Layout("台账", [Column("a", "内容", 20)], signatures=())


def written(layout, rows, **options):
    memory = io.BytesIO()
    xlsx.write_workbook(memory, layout, rows, **options)
    memory.seek(0)
    return memory


def reread(layout, rows):
    return load_workbook(written(layout, rows)).active


def formulas(memory):
    sheets = load_workbook(memory)
    return [
        cell.value for sheet in sheets for row in sheet for cell in row if cell.data_type == "f"
    ]


def test_a_ledger_reads_back_as_it_was_given_with_real_dates_and_numbers():
    rows = [ROW, {**ROW, "n": 2, "members": None, "status": None}]

    sheet = reread(LAYOUT, rows)

    assert [cell.value for cell in sheet[4]] == [
        1, "第一党支部", "990101199001011234", 12, 30.5, datetime(2022, 4, 25),
        datetime(2022, 5, 3, 12, 30), 0.855, "已办结",
    ]  # fmt: skip
    assert [cell.value for cell in sheet[5]][3] == "—"
    assert [cell.number_format for cell in sheet[4]] == [
        "0", "@", "@", "0", "#,##0.00", "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "0.0%", "@",
    ]  # fmt: skip


def test_the_fast_reader_sees_the_same_values_and_the_results_of_the_sums():
    memory = written(LAYOUT, [ROW, {**ROW, "fee": Decimal("0.10")}])

    rows = CalamineWorkbook.from_filelike(memory).get_sheet_by_index(0).to_python()

    assert rows[3][1:6] == ["第一党支部", "990101199001011234", 12, 30.5, date(2022, 4, 25)]
    assert rows[5] == ["合计", "", "", 24, 30.6, "", "", "", 2]


def test_a_ledger_has_the_frame_that_offices_expect():
    sheet = reread(LAYOUT, [ROW] * 3)

    assert sheet["A1"].value == "支部按期换届情况台账"
    assert (
        sheet["A2"].value
        == "单位：市直机关工委    统计截止：2022年5月25日    制表：2022-05-25 17:30 张三"
    )
    assert [cell.value for cell in sheet[3]] == [column.title for column in COLUMNS]
    assert sheet["D7"].value == "=SUM(D4:D6)"
    assert sheet["I7"].value == '=COUNTA(I4:I6)-COUNTIF(I4:I6,"—")'
    assert sheet["A9"].value.startswith("填报人：____")
    assert sheet["A10"].value == "注:“—”表示未掌握。"
    assert sheet.freeze_panes == "A4"
    assert sheet.auto_filter.ref == "A3:I6"
    assert sheet.print_title_rows == "$3:$3"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.oddFooter.center.text == "第 &P 页 共 &N 页"
    assert sheet.oddFooter.left.text == "制表：2022-05-25 17:30 张三"
    assert {"A1:I1", "A2:I2", "A7:C7", "A9:I9"} <= {str(area) for area in sheet.merged_cells.ranges}


def test_a_ledger_without_rows_still_opens_and_sums_nothing():
    sheet = reread(LAYOUT, [])

    assert sheet["D4"].value == "—"
    assert sheet["I4"].value == "=0"
    assert sheet.auto_filter.ref == "A3:I3"


def test_grouped_headings_take_two_rows():
    columns = [
        Column("n", "序号"),
        Column("a", "正式", group="党员"),
        Column("b", "预备", group="党员"),
    ]

    sheet = reread(Layout("台账", columns), [{"n": 1, "a": 2, "b": 3}])

    assert [cell.value for cell in sheet[3]] == ["序号", "党员", None]
    assert [cell.value for cell in sheet[4]] == [None, "正式", "预备"]
    assert {"A3:A4", "B3:C3"} <= {str(area) for area in sheet.merged_cells.ranges}
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("A5", "$3:$4")


HOSTILE = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "=HYPERLINK(\"http://x\",\"y\")",
    "=cmd|' /C calc'!A0", "{=1}", "'=1", "<b>&amp;</b>", "]]>", "_x0041_", "_x005F_x0041_",
    "\n=1", "＋1", "－1", "＠A1", "-2+3+cmd|' /C calc'!A0", "_x000D_", "#REF!", "TRUE", "1E5", "0012", "👨‍👩‍👧",
    " 前后有空格 ", "两\n行", "𬭎㛃䶮", "\ud83d", "a\x00b\x0bc\x1f", "\ufffe\uffff", "%s{0}", "",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text):
    memory = written(ONE, [{"a": text}])

    assert formulas(memory) == []
    read = load_workbook(memory).active["A4"].value or ""
    assert unescape(read) == xlsx.clean_text(text)  # openpyxl leaves that to its caller
    memory.seek(0)
    rows = CalamineWorkbook.from_filelike(memory).get_sheet_by_index(0).to_python()
    assert rows[3:] == ([[xlsx.clean_text(text)]] if xlsx.clean_text(text) else [])


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.text(st.characters() | st.sampled_from("=+-@_x0041\ud800\x00\r\n"), max_size=40),
        min_size=1,
        max_size=5,
    )
)
def test_whatever_is_typed_reads_back_equal_and_never_as_a_formula(texts):
    memory = written(ONE, [{"a": text} for text in texts])

    assert formulas(memory) == []
    memory.seek(0)
    sheet = CalamineWorkbook.from_filelike(memory).get_sheet_by_index(0)
    read = [row[0] for row in sheet.to_python(skip_empty_area=False)[3:]]
    expected = [xlsx.clean_text(text) for text in texts]
    while expected and not expected[-1]:
        expected.pop()
    assert read == expected


def test_titles_and_headings_are_no_formulas_either():
    layout = Layout("=1+1", [Column("a", "=2+2")], unit="=3", notes=("=4",), signatures=("=5",))

    assert formulas(written(layout, [])) == []


def test_a_text_that_is_too_long_is_cut_and_says_so():
    long = "长" * 40_000 + "\U0002ce4e"

    value = reread(ONE, [{"a": long}])["A4"].value

    assert value == "长" * (32_767 - len(xlsx.CUT_MARK)) + xlsx.CUT_MARK


def test_numbers_that_excel_would_round_are_written_as_text():
    layout = Layout("台账", [Column("a", "编号", kind="integer")])

    assert reread(layout, [{"a": 990101199001011234}])["A4"].value == "990101199001011234"


def test_days_before_excels_calendar_are_written_as_text():
    layout = Layout("台账", [Column("a", "日期", kind="date")])

    assert reread(layout, [{"a": date(1899, 5, 4)}])["A4"].value == "1899-05-04"


def test_rows_beyond_a_sheet_go_on_under_the_same_header(monkeypatch):
    monkeypatch.setattr(xlsx.ledger, "MAX_ROWS", 3 + 16 + 4)
    layout = Layout("台账", [Column("a", "党员", kind="integer", total="sum")])

    book = load_workbook(written(layout, [{"a": number} for number in range(10)]))

    assert book.sheetnames == ["台账", "台账续1", "台账续2"]
    assert [[cell.value for cell in sheet["A"]][2:] for sheet in book.worksheets[:2]] == [
        ["党员", 0, 1, 2, 3],
        ["党员", 4, 5, 6, 7],
    ]
    assert book["台账续2"]["A6"].value == "=SUM('台账'!A4:A7,'台账续1'!A4:A7,A4:A5)"


def test_a_full_last_sheet_brings_no_empty_one(monkeypatch):
    monkeypatch.setattr(xlsx.ledger, "MAX_ROWS", 3 + 16 + 4)

    book = load_workbook(written(ONE, [{"a": "x"}] * 8))

    assert book.sheetnames == ["台账", "台账续1"]


def test_several_ledgers_make_one_workbook_with_legal_names():
    sheets = [(ONE, [{"a": "1"}]), (ONE, [{"a": "2"}]), (Layout("a/b:c*", ONE.columns), [])]

    book = load_workbook(written(sheets, None))

    assert book.sheetnames == ["台账", "台账(2)", "a b c"]
    assert [book[name]["A4"].value for name in book.sheetnames[:2]] == ["1", "2"]


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("[2022]换届:台账?", "2022 换届 台账"),
        ("'引号'", "引号"),
        ("", "台账"),
        ("History", "History_"),
        ("很" * 40, "很" * 31),
        ("\U0002ce4e" * 20, "\U0002ce4e" * 15),
    ],
)
def test_sheet_names_are_made_legal(wanted, name):
    assert xlsx.sheet_name(wanted) == name


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (
            ("市直机关工委", "换届台账", "2022年5月"),
            "市直机关工委_换届台账_2022年5月_20220525.xlsx",
        ),
        (("../../etc", "a\\b:c", "x\u202ey"), "etc_abc_xy_20220525.xlsx"),
        (("CON", "台\x00账", ""), "(CON)_台账_20220525.xlsx"),
        (
            ("很" * 200, "长" * 200, "久" * 200),
            f"{'很' * 35}_{'长' * 25}_{'久' * 15}_20220525.xlsx",
        ),
    ],
)
def test_file_names_say_whose_what_and_when_on_every_system(parts, name):
    assert xlsx.filename(*parts, date(2022, 5, 25), "xlsx") == name


def test_values_that_are_equal_but_read_differently_do_not_share_a_cell():
    columns = [
        Column("a", "文字"),
        Column("b", "数", kind="integer"),
        Column("c", "日", kind="date"),
    ]
    rows = [
        {"a": 1, "b": 1, "c": date(2022, 5, 1)},
        {"a": True, "b": True, "c": None},
        {"a": Decimal("1.0"), "b": Decimal(1), "c": datetime(2022, 5, 1, 9)},
        {"a": Decimal("1.00"), "b": Decimal("sNaN"), "c": "不详"},
        {"a": "1", "b": 10**15, "c": datetime(2022, 5, 1, tzinfo=UTC)},
    ]

    sheet = reread(Layout("台账", columns, signatures=()), rows)

    day = datetime(2022, 5, 1)
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)] == [
        ["1", 1, day], ["是", "是", "—"], ["1.0", 1, day], ["1.00", "—", "不详"],
        ["1", "1000000000000000", day],
    ]  # fmt: skip


@pytest.mark.parametrize("count", [499, 500, 501, 1500])
def test_columns_in_which_nothing_or_everything_comes_again_read_back_equal(count):
    columns = [
        Column("new", "新", 30),
        Column("same", "同", 30),
        Column("n", "数", kind="integer"),
        Column("fee", "金额", kind="decimal", total="sum"),
        Column("day", "日", kind="date"),
    ]
    rows = [
        {
            "new": None if at % 97 == 0 else f" <{at}>" if at % 400 == 7 else f"第{at}号",
            "same": ("", "甲", "乙&", None)[at % 4],
            "n": at if at % 89 else None,
            "fee": Decimal(at) / 4 if at % 83 else None,
            "day": date(1900, 3, 1) + timedelta(at) if at % 79 else None,
        }
        for at in range(count)
    ]

    memory = written(Layout("台账", columns, signatures=()), rows)

    read = CalamineWorkbook.from_filelike(memory).get_sheet_by_index(0).to_python()[3:]
    given = [["—" if value is None else value for value in row.values()] for row in rows]
    assert read[:-1] == given
    assert read[-1][3] == float(sum(row["fee"] or 0 for row in rows))


def test_a_row_is_as_high_as_its_longest_text_or_its_lines_ask_for():
    columns = [Column("a", "甲", 10), Column("b", "乙", 20)]
    rows = [
        {"a": "短", "b": None},
        {"a": "这一格要三行才写得下呀", "b": "一行"},
        {"a": "1\n2", "b": "乙" * 9},
        {"a": "长" * 4000, "b": ""},
    ]

    sheet = reread(Layout("台账", columns, signatures=()), rows)

    assert [sheet.row_dimensions[row].height for row in range(4, 8)] == [None, 47, 33, 397]


def test_a_text_among_numbers_or_days_is_in_a_text_cell_so_that_editing_makes_no_formula_of_it():
    columns = [Column("n", "数", kind="integer"), Column("day", "日", kind="date")]

    sheet = reread(Layout("台账", columns, signatures=()), [{"n": "=1+1", "day": "=2+2"}])

    assert [(cell.value, cell.data_type, cell.number_format) for cell in sheet[4]] == [
        ("=1+1", "s", "@"),
        ("=2+2", "s", "@"),
    ]


def test_what_is_not_known_stands_in_the_middle_and_keeps_the_format_of_its_column():
    columns = [Column("a", "文字"), Column("fee", "金额", kind="decimal")]

    sheet = reread(Layout("台账", columns, signatures=()), [{"a": None, "fee": None}])

    assert [(c.value, c.number_format, c.alignment.horizontal) for c in sheet[4]] == [
        ("—", "@", "center"),
        ("—", "#,##0.00", "center"),
    ]


def test_codes_of_digits_are_no_mistakes_with_green_corners():
    layout = Layout(
        "台账", [Column("a", "编码"), Column("n", "数", kind="integer"), Column("b", "号")]
    )

    with zipfile.ZipFile(written(layout, [{"a": "0101", "n": 1, "b": "007"}] * 3)) as package:
        xml = package.read("xl/worksheets/sheet1.xml").decode()

    assert '<ignoredError sqref="A4:A6 C4:C6" numberStoredAsText="1"/></ignoredErrors></w' in xml


def test_widths_count_the_digits_of_the_face_the_rows_are_in():
    book = load_workbook(written(ONE, []))

    assert (book._fonts[0].name, book._fonts[0].sz) == ("宋体", 10.5)
    assert book._named_styles["Normal"].font.name == "宋体"


def test_what_stands_above_and_below_a_narrow_table_gets_the_lines_it_needs():
    layout = Layout(
        "一个比表格还要宽得多的台账的名称",
        [Column("a", "内容", 20)],
        unit="市直机关工委",
        period="2022年5月25日",
        made_by="张三",
        notes=("注：" + "说明" * 30,),
    )

    sheet = reread(layout, [{"a": "x"}])

    assert [sheet.row_dimensions[row].height for row in (1, 2, 6, 7)] == [86, 48, 120, 84]


def test_an_empty_ledger_says_that_nothing_was_found():
    sheet = reread(LAYOUT, [])

    assert sheet["A6"].value == "没有符合条件的记录。"
    assert sheet["A7"].value.startswith("填报人")


def test_a_form_too_keeps_what_looks_like_a_code():
    memory = io.BytesIO()
    xlsx.write_form(memory, [Column("a", "_x0042_")], [{"a": "_x0041_"}], title="_x0043_")
    memory.seek(0)

    rows = CalamineWorkbook.from_filelike(memory).get_sheet_by_index(0).to_python()

    assert [row[0] for row in rows[:3]] == ["_x0043_", "_x0042_", "_x0041_"]


def test_progress_is_told_up_to_the_end():
    told = []

    written(ONE, [{"a": "x"}] * 1200, progress=lambda done, total: told.append((done, total)))

    assert told == [(500, 1200), (1000, 1200), (1200, 1200)]


def test_a_workbook_given_up_leaves_no_file(tmp_path):
    path = tmp_path / "a.xlsx"

    with pytest.raises(Cancelled):
        xlsx.write_workbook(path, ONE, [{"a": "x"}] * 600, cancelled=lambda: True)

    assert not path.exists()


def test_rows_are_never_collected_beyond_a_batch():
    alive = set()

    class Row(dict):
        def __init__(self):
            super().__init__(a="x")
            alive.add(id(self))
            self.most = max(getattr(Row, "most", 0), len(alive))
            Row.most = self.most

        def __del__(self):
            alive.discard(id(self))

    written(ONE, (Row() for _ in range(3000)), total=3000)

    assert Row.most <= 2 * xlsx.rows.BATCH + 1  # and the one that is being made


def test_office_programs_recognise_the_package():
    with zipfile.ZipFile(written(ONE, [])) as package:
        names = package.namelist()

    assert len(names) == len(set(names))
    assert {"[Content_Types].xml", "xl/workbook.xml", "xl/styles.xml"} <= set(names)


# --- Forms


FORM = (
    Column("code", "支部编码", 12),
    Column("name", "支部名称", 24),
    Column("chosen", "换届方式", 14),
    Column("day", "换届日期", 14, "date"),
    Column("members", "党员数", 10, "integer"),
)


def form(**options):
    memory = io.BytesIO()
    xlsx.write_form(memory, FORM, [{"code": "=01", "name": "第一支部", "chosen": None, "day": None,
                                    "members": None}], **options)  # fmt: skip
    memory.seek(0)
    return load_workbook(memory)


def test_a_form_protects_what_was_filled_in_and_leaves_the_rest_open():
    sheet = form(locked_keys=["code", "name"], required=["day"]).active

    assert sheet.protection.sheet is True
    assert [cell.protection.locked for cell in sheet[3]] == [True, True, False, False, False]
    assert [cell.value for cell in sheet[2]] == [
        "支部编码", "支部名称", "换届方式", "*换届日期", "党员数",
    ]  # fmt: skip
    assert (sheet["A3"].value, sheet["A3"].data_type) == ("=01", "s")
    assert sheet.max_row == 3


def test_a_form_checks_choices_dates_and_numbers_while_typing():
    book = form(choices={"chosen": ["党员大会选举", "上级,指派"]}, instructions=["第一步 …"])

    rules = {str(rule.sqref): rule for rule in book.worksheets[0].data_validations.dataValidation}
    assert {place: rule.type for place, rule in rules.items()} == {
        "C3:C203": "list",
        "D3:D203": "date",
        "E3:E203": "whole",
    }
    assert rules["C3:C203"].formula1 == "'选项'!$A$2:$A$3"
    assert [cell.value for cell in book["选项"]["A"]] == ["换届方式", "党员大会选举", "上级,指派"]
    assert book["选项"].sheet_state == "hidden"
    assert book["填写说明"]["A1"].value == "第一步 …"


def test_a_given_total_is_written_as_it_is_and_a_long_group_heading_gets_room(tmp_path):
    columns = (
        Column("n", "序号", 5, "integer"),
        Column("accepted", "通过", 6, "integer", "sum", group="发挥党员先锋模范作用的情况"),
        Column("share", "通过率", 7, "percent", "given", group="发挥党员先锋模范作用的情况"),
    )
    layout = Layout("汇总", columns, totals={"share": Decimal("0.5")})
    rows = [{"n": 1, "accepted": 1, "share": 1.0}, {"n": 2, "accepted": 1, "share": 0.25}]

    xlsx.write_workbook(tmp_path / "a.xlsx", layout, rows)

    sheet = load_workbook(tmp_path / "a.xlsx").active
    assert [cell.value for cell in sheet[7]] == ["合计", "=SUM(B5:B6)", 0.5]
    assert sheet.row_dimensions[3].height > 24
