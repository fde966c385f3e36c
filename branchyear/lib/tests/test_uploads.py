import io
import random
import struct
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from branchyear.lib import uploads
from branchyear.lib.errors import BadFile
from branchyear.lib.layout import Column, Layout
from branchyear.lib.xlsx import write_form, write_workbook

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
        "</Types>"
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>"
    ),
    "xl/workbook.xml": (
        f'<workbook {MAIN} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="表" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>'
        '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>"
    ),
}


def package(data="", *, shared="", extra=(), head="", method=zipfile.ZIP_DEFLATED):
    """A workbook made by hand: `data` is what stands in sheetData."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", method) as made:
        for name, text in PARTS.items():
            made.writestr(name, text)
        made.writestr("xl/sharedStrings.xml", f"<sst {MAIN}>{shared}</sst>")
        made.writestr(
            "xl/worksheets/sheet1.xml",
            f"{head}<worksheet {MAIN}><sheetData>{data}</sheetData></worksheet>",
        )
        for name, content in extra:
            made.writestr(name, content)
    memory.seek(0)
    return memory


def text_cell(place, text):
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def workbook(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    memory = io.BytesIO()
    book.save(memory)
    memory.seek(0)
    return memory


def sentence(file, **options):
    with pytest.raises(BadFile) as refused:
        uploads.read_workbook(file, **options)
    return refused.value.sentence


# --- Reading


def test_a_workbook_is_read_as_plain_values_with_its_blank_rows():
    file = workbook(
        ["标题"], [], ["姓名", "入党时间", "人数", "比例"], ["张三", date(2022, 4, 25), 3, 0.5]
    )

    rows = uploads.read_workbook(file)

    assert rows == [
        ["标题"], [], ["姓名", "入党时间", "人数", "比例"], ["张三", date(2022, 4, 25), 3, 0.5],
    ]  # fmt: skip


def test_a_path_is_as_good_as_an_open_file(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook(["x"]).getvalue())

    assert uploads.read_workbook(path) == [["x"]]


def test_our_own_ledgers_and_forms_can_be_uploaded():
    columns = [Column("name", "支部名称", 20), Column("day", "换届日期", 12, "date")]
    ledger, form = io.BytesIO(), io.BytesIO()
    rows = [{"name": "=甲", "day": date(2022, 4, 25)}]
    write_workbook(ledger, Layout("台账", columns), rows)
    write_form(form, columns, rows, choices={"name": ["=甲"]}, locked_keys=["name"])

    for file, above in ((ledger, 3), (form, 2)):
        assert uploads.read_workbook(file)[above] == ["=甲", date(2022, 4, 25)]


def test_both_readers_give_the_same_rows(monkeypatch):
    file = workbook(
        ["姓名", "日期", "数"], [], ["张三", datetime(2022, 4, 25, 8, 30), 1.0], [None, None, 2.5]
    )
    fast = uploads.read_workbook(file)
    monkeypatch.setattr(uploads.limits, "MAX_CELLS", 9)

    lean = uploads.read_workbook(file)

    assert lean == fast == [
        ["姓名", "日期", "数"], [], ["张三", datetime(2022, 4, 25, 8, 30), 1], [None, None, 2.5],
    ]  # fmt: skip


def test_a_hidden_first_sheet_is_passed_over():
    book = Workbook()
    book.active.append(["选项"])
    book.active.sheet_state = "hidden"
    book.create_sheet("数据").append(["数据"])
    memory = io.BytesIO()
    book.save(memory)

    assert uploads.read_workbook(memory) == [["数据"]]


def test_a_sheet_with_formats_to_its_last_corner_is_read_all_the_same():
    book = Workbook()
    book.active["A1"] = "姓名"
    book.active["XFD1048576"].font = Font(bold=True)
    memory = io.BytesIO()
    book.save(memory)

    assert uploads.read_workbook(memory) == [["姓名"]]


def test_a_stray_value_in_the_last_corner_takes_the_lean_reader():
    file = package(
        f'<row r="1">{text_cell("A1", "姓名")}</row><row r="1048576">{text_cell("XFD1048576", " ")}</row>'
    )

    assert not uploads.survey(file).is_plain
    assert uploads.read_workbook(file) == [["姓名"]]


def test_an_old_workbook_is_read_by_the_child(tmp_path):
    rows = uploads.read_workbook(io.BytesIO(old_workbook("姓名")))

    assert rows == [["姓名"]]


def old_workbook(text):
    """The smallest BIFF8 workbook in an OLE container: one sheet with one text cell."""

    def record(kind, body):
        return struct.pack("<HH", kind, len(body)) + body

    def bof(kind):
        return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0x0DBB, 0x07CC, 0, 6))

    name = b"\x05\x00Sheet"
    sheet = (
        bof(0x10)
        + record(0x204, struct.pack("<HHHHB", 0, 0, 0, len(text), 1) + text.encode("utf-16-le"))
        + record(0x0A, b"")
    )
    start = len(bof(5)) + 4 + 6 + len(name) + 4
    book = (
        bof(5) + record(0x85, struct.pack("<IBB", start, 0, 0) + name) + record(0x0A, b"") + sheet
    )
    book = book.ljust(4096, b"\x00")
    sectors = len(book) // 512

    def entry(name, kind, child, first, size):
        raw = (name.encode("utf-16-le") + b"\x00\x00").ljust(64, b"\x00")
        return (
            raw + struct.pack("<HBBIII", len(name) * 2 + 2, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
            + bytes(36) + struct.pack("<IQ", first, size)
        )  # fmt: skip

    directory = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry(
        "Workbook", 2, 0xFFFFFFFF, 2, len(book)
    )
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + sectors), 0xFFFFFFFE]
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(512, b"\xff")
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
        + struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
        + struct.pack("<I", 0)
    )  # fmt: skip
    return header.ljust(512, b"\xff") + table + directory.ljust(512, b"\x00") + book


# --- Refusing


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "0 字节"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\xff\xd8\xff\xe0 jpeg", "图片"),
        (b"\x89PNG\r\n", "图片"),
        (b"Rar!\x1a\x07", "压缩包"),
        (b"<html><table></table></html>", "网页导出"),
        ("姓名,日期\n张三,2022".encode("gbk"), "CSV"),
        (b"MZ\x90\x00", "不是 Excel 工作簿"),
        (b"PK\x03\x04 broken", "已损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "已损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "密码"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "WordDocument".encode("utf-16-le"), "Word"),
    ],
)  # fmt: skip
def test_what_is_no_workbook_is_called_by_its_name(content, says):
    assert says in sentence(io.BytesIO(content))


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["word/document.xml"], "Word"),
        (["ppt/presentation.xml"], "演示文稿"),
        (["content.xml"], "OpenDocument"),
        (["xl/workbook.bin"], "xlsb"),
        (["台账.xlsx"], "解压"),
        (["photo.jpg"], "压缩包"),
    ],
)
def test_other_packages_are_called_by_their_names(names, says):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as made:
        for name in names:
            made.writestr(name, "x")

    assert says in sentence(memory)


def test_an_empty_workbook_is_told_apart_from_a_broken_one():
    assert "没有数据" in sentence(workbook())


def test_too_many_rows_are_refused_with_the_number():
    assert "一次最多读取 3 行" in sentence(workbook(*[["x"]] * 5), max_rows=3)


def test_a_sheet_asked_for_by_name_must_be_there():
    assert "没有名为“数据”的工作表" in sentence(workbook(["x"]), sheet="数据")


def test_a_truncated_workbook_is_damaged():
    whole = package(f'<row r="1">{text_cell("A1", "姓名")}</row>').getvalue()
    broken = bytearray(whole)
    middle = whole.index(b"xl/worksheets/sheet1.xml") + 40
    broken[middle : middle + 20] = bytes(20)

    assert "损坏" in sentence(io.BytesIO(broken))


BOMBS = {
    "a sheet that unpacks to 210 MB": lambda: package(" " * 210_000_000),
    "a shared text of 40 MB": lambda: package(shared="<si><t>" + "A" * 40_000_000 + "</t></si>"),
    "a million uses of a long shared text": lambda: package(
        "".join(
            f'<row r="{n}">' + f'<c r="A{n}" t="s"><v>0</v></c>' * 100 + "</row>"
            for n in range(1, 9000)
        ),
        shared="<si><t>" + "长" * 32_000 + "</t></si>",
        extra=[("xl/media/noise.bin", bytes(range(256)) * 2000)],
    ),
    "a DOCTYPE": lambda: package(head='<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>'),
    "an entity in another part": lambda: package(extra=[("xl/theme/theme1.xml", "<!DOCTYPE x>")]),
    "a zip in the zip": lambda: package(extra=[("xl/embeddings/a.bin", package().getvalue())]),
    "three thousand parts": lambda: package(
        extra=[(f"xl/media/{n}.bin", "x") for n in range(3000)]
    ),
    "UTF-16": lambda: package(extra=[("xl/worksheets/sheet2.xml", "<x/>".encode("utf-16"))]),
    "another encoding": lambda: package(head='<?xml version="1.0" encoding="utf-7"?>'),
    "a place spelt with entities": lambda: package('<row r="1"><c r="&#88;FD1"><v>1</v></c></row>'),
    "cells without end in one row": lambda: package('<row r="1">' + "<c/>" * 20_000 + "</row>"),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_with_a_sentence(bomb):
    said = sentence(BOMBS[bomb]())

    assert said.endswith("再上传。")


def test_a_header_that_lies_about_the_size_does_not_help():
    whole = bytearray(package(" " * 30_000_000).getvalue())
    at = whole.rindex(b"xl/worksheets/sheet1.xml") - 46
    assert whole[at : at + 4] == b"PK\x01\x02"
    whole[at + 24 : at + 28] = struct.pack("<I", 1000)

    assert sentence(io.BytesIO(whole)) in {uploads.TOO_BIG, uploads.DAMAGED}


def test_a_part_named_twice_is_refused():
    with pytest.warns(UserWarning, match="Duplicate"):
        file = package(extra=[("xl/worksheets/sheet1.xml", "<x/>")])

    assert sentence(file) == uploads.UNSAFE


def test_a_parted_package_with_a_password_is_recognised():
    whole = bytearray(package().getvalue())
    at = 0
    while (at := whole.find(b"PK\x01\x02", at)) >= 0:
        whole[at + 8] |= 1
        at += 4

    assert "密码" in sentence(io.BytesIO(whole))


# --- Finding the table


WANTED = {
    "name": ["姓名", "党员姓名"],
    "born": ["出生日期", "出生年月"],
    "phone": ["联系电话", "手机"],
}


def test_the_header_is_found_under_titles_and_blanks_in_any_order():
    rows = [
        ["党员花名册"], [], ["单位：甲支部", None, "2022年5月"],
        ["序号", " 手 机 ", "*姓　名(必填)", "ＱＱ"], [1, "138", "张三"],
    ]  # fmt: skip

    header_row, mapping, missing, unknown = uploads.find_table(rows, WANTED)

    assert header_row == 4
    assert mapping == {"phone": 1, "name": 2}
    assert missing == ["born"]
    assert unknown == ["序号", "ＱＱ"]


def test_a_header_of_two_rows_is_read_as_one():
    rows = [
        ["序号", "姓名", "个人情况", None],
        [None, None, "出生日期", "手机"],
        [1, "张三", "1980-01-01", "138"],
    ]

    table = uploads.find_table(rows, WANTED)

    assert (table.header_row, table.mapping) == (2, {"name": 1, "born": 2, "phone": 3})


def test_records_carry_the_number_that_the_row_has_in_excel():
    rows = [["花名册"], ["姓名", "手机"], [], ["张三"], ["李四", "139"]]

    table = uploads.find_table(rows, WANTED)

    assert list(table.records(rows)) == [
        (4, {"name": "张三", "phone": None}),
        (5, {"name": "李四", "phone": "139"}),
    ]


def test_a_table_without_any_known_heading_is_refused():
    with pytest.raises(BadFile, match="没有找到标题行"):
        uploads.find_table([["甲", "乙"], [1, 2]], WANTED)


# --- Cleaning


@pytest.mark.parametrize(
    "written",
    [
        "2022-04-25", "2022/4/25", "2022.4.25", "2022年4月25日", "20220425", "２０２２－０４－２５",
        " 2022 年 4 月 25 日 ", "2022-04-25 00:00:00", "44676", 44676, 44676.5, 20220425,
        date(2022, 4, 25), datetime(2022, 4, 25, 8, 30),
    ],
)  # fmt: skip
def test_every_usual_way_to_write_a_day_is_understood(written):
    assert uploads.date(written) == date(2022, 4, 25)


@pytest.mark.parametrize("written", ["2022.04", "2022年4月", "2022-4", "202204", 2022.04])
def test_a_month_alone_is_a_day_only_where_asked(written):
    assert uploads.date(written, months=True) == date(2022, 4, 1)
    with pytest.raises(uploads.BadCell, match="日期"):
        uploads.date(written)


@pytest.mark.parametrize(
    "written", ["2022-02-30", "22.4.25", "昨天", "2022", 2022, 12, 2022.1, "1022-04-25", True]
)
def test_what_may_be_no_day_is_asked_again(written):
    with pytest.raises(uploads.BadCell, match="请写成 2022-04-25 的形式"):
        uploads.date(written, months=True)


@pytest.mark.parametrize("nothing", [None, "", "  ", "—", "/", "\u3000"])
def test_a_blank_is_neither_a_day_nor_a_number(nothing):
    assert uploads.date(nothing) is None
    assert uploads.integer(nothing) is None


@pytest.mark.parametrize("written", [12, 12.0, "12", " １２ ", "12人", "12.0"])
def test_a_whole_number_is_understood(written):
    assert uploads.integer(written) == 12


def test_thousands_are_read_past():
    assert uploads.integer("1,200") == 1200


@pytest.mark.parametrize(
    "written", [1.5, "1.5", "十二", "1,2", True, date(2022, 1, 1), "1e3", "9" * 30]
)
def test_what_is_no_whole_number_is_asked_again(written):
    with pytest.raises(uploads.BadCell, match="不是整数"):
        uploads.integer(written)


@pytest.mark.parametrize(
    ("value", "clean"),
    [
        (None, ""), (13800000000.0, "13800000000"), ("\u200b张\u3000三\xa0", "张 三"), (True, "是"),
        (date(2022, 4, 25), "2022-04-25"), ("一\r\n二", "一\n二"), (0.5, "0.5"),
    ],
)  # fmt: skip
def test_text_is_cleaned_of_what_cannot_be_seen(value, clean):
    assert uploads.text(value) == clean


# --- Row after row


def test_the_streaming_reader_gives_the_same_rows():
    file = workbook(
        ["标题"],
        [],
        ["姓名", "日期", "时刻", "数", "是", "空"],
        ["张三", date(2022, 4, 25), datetime(2022, 4, 25, 8, 30), 1.0, True, None, "尾"],
        [None, date(1899, 12, 31), None, 2.5, False, "  x "],
    )

    assert list(uploads.stream_workbook(file)) == uploads.read_workbook(file)


def test_ledgers_and_forms_are_streamed_as_they_are_read():
    columns = [Column("name", "支部名称", 20), Column("day", "换届日期", 12, "date")]
    form = io.BytesIO()
    write_form(form, columns, [{"name": "=甲", "day": date(2022, 4, 25)}], locked_keys=["name"])

    assert list(uploads.stream_workbook(form)) == uploads.read_workbook(form)


def test_a_text_in_pieces_and_read_aloud_is_one_text():
    shared = "<si><r><t>张</t></r><r><t>三</t></r><rPh><t>zhang</t></rPh></si>"
    file = package('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', shared=shared)

    assert list(uploads.stream_workbook(file)) == [["张三"]]


def test_a_formula_without_a_result_is_marked_and_one_with_a_result_read():
    cells = '<c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f>1+1</f></c>'

    assert list(uploads.stream_workbook(package(f'<row r="1">{cells}</row>'))) == [
        [2, uploads.limits.UNCALCULATED]
    ]


def test_cells_without_places_follow_one_another():
    file = package("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>")

    assert list(uploads.stream_workbook(file)) == [[1, 2], [3]]


PLAIN = (
    '<c r="A{n}"><v>1</v></c>', '<c r="B{n}" s="1" t="s"><v>0</v></c>', '<c r="C{n}" t="s"><v>1</v></c>',
    '<c r="C{n}" s="3"/>', '<c r="D{n}" t="str"><v>二</v></c>', '<c r="E{n}" t="b"><v>1</v></c>',
    '<c r="F{n}"><f>1+1</f><v>2.5</v></c>', '<c r="G{n}"><f t="shared" si="0"/><v>3</v></c>',
    '<c r="H{n}"><f>1+1</f></c>', '<c r="I{n}"></c>', '<c r="B{n}"><v>9</v></c>', '<c r="ZZ{n}"><v>9</v></c>',
    '<c r="J{n}" t="e"><v>#REF!</v></c>',
)  # fmt: skip
ODD = (
    '<c t="n" r="K{n}"><v>1</v></c>', '<c><v>5</v></c>', '<c r="L{n}" t="str"><v>a&amp;b</v></c>',
    '<c r="M{n}" t="inlineStr"><is><t>x</t></is></c>', "<c r='N{n}'><v>1</v></c>", '<c r="O{n}"><v/></c>',
    '<c r="P{n}"><v> 1 </v></c>', '<x:c xmlns:x="x" r="Q{n}"><x:v>4</x:v></x:c>', '<c r="r{n}"><v>1</v></c>',
    '<c r="S{n}" t="str"><v>a\r\nb</v></c>', '<c r="T{n}" t="str"><v>a>b</v></c>',
)  # fmt: skip
HEADS = ('<row r="{n}">', '<row r="{n}" spans="1:9" ht="20">', "<row r='{n}'>", "<row>")


@pytest.mark.parametrize("seed", range(150))
def test_rows_are_the_same_whether_taken_out_or_parsed(seed):
    rng = random.Random(seed)
    between = rng.choice(["", '<row r="{n}"/>', "\n"])
    lines = [
        rng.choice(HEADS)
        + "".join(rng.choices(PLAIN + ODD, k=rng.randint(0, 5)))
        + "</row>"
        + between
        for _ in range(rng.randint(1, 8))
    ]
    data = "".join(line.format(n=at) for at, line in enumerate(lines, 1))
    shared = "<si><t>一</t></si><si><t></t></si>"

    def read(data):
        try:
            return list(uploads.stream_workbook(package(data, shared=shared)))
        except BadFile as refusal:
            return str(refusal)

    # Behind a comment nothing is taken for a plain row.
    assert read(data) == read(f"<!-- -->{data}")


def test_a_long_sheet_is_read_across_its_blocks():
    rows = [[at, f"第{at}人", date(1990, 1, 1), None, at / 8] for at in range(1, 5000)]

    assert list(uploads.stream_workbook(workbook(*rows))) == rows


@pytest.mark.parametrize("hidden", ["<!-- {} -->", "<?x {} ?>", "<f><![CDATA[{}]]></f>"])
def test_what_only_looks_like_a_row_is_none(hidden):
    row = '<row r="{0}"><c r="A{0}"><v>{0}</v></c></row>'
    data = row.format(1) + hidden.format(row.format(2)) + row.format(3)

    assert list(uploads.stream_workbook(package(data))) == [[1], [], [3]]


@pytest.mark.parametrize(
    "data",
    [
        '<row r="1"><c r="A1"><v>x</v></c></row>',
        '<row r="1"><c r="A1"><v>1</c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="2">',
        '<row r="1"><c r="A1" t="s"><v>7</v></c></row>',
    ],
)
def test_a_sheet_that_is_no_xml_is_damaged(data):
    with pytest.raises(BadFile, match="损坏"):
        list(uploads.stream_workbook(package(data)))


def test_how_far_the_reader_is_can_be_watched():
    told = []

    list(uploads.stream_workbook(workbook(["x"]), share=told.append))

    assert told[-1] == 1.0


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (f'<row r="3">{text_cell("A3", "x")}</row><row r="2">{text_cell("A2", "x")}</row>', "损坏"),
        (f'<row r="1">{text_cell("A1", "x" * 50_000)}</row>', "过大"),
        ('<row r="1"><c r="A1" t="s"><v>-1</v></c></row>', "损坏"),
        (f'<row r="9">{text_cell("A9", "x")}</row>', "超过 5 行"),
        ("<c/>", "损坏"),
    ],
)
def test_what_lies_is_refused_while_streaming(data, said):
    with pytest.raises(BadFile, match=said):
        list(uploads.stream_workbook(package(data), max_rows=5))
