import io
from datetime import date, datetime
from decimal import Decimal

import pytest
from pypdf import PdfReader

from branchyear.lib import pdf
from branchyear.lib.layout import Cancelled, Column, Layout
from branchyear.lib.pdf import ledgers
from branchyear.lib.typeset import faces

RARE_NAMES = "珺玥祎堃喆昇䶮㛃𬭎"
LAYOUT = Layout(
    "支部按期换届情况台账",
    (
        Column("n", "序号", 6, "integer"),
        Column("name", "党支部", 24),
        Column("members", "党员数", 9, "integer", "sum"),
        Column("fee", "党费", 12, "decimal", "sum"),
        Column("day", "换届日期", 12, "date"),
        Column("note", "备注", 30),
    ),
    unit="市直机关工委",
    period="2022年5月25日",
    made_by="张三",
    made_at=datetime(2022, 5, 25, 17, 30),
    notes=("注：“—”表示未掌握。",),
)


def row(number, **changes):
    return {
        "n": number,
        "name": f"第{number}党支部",
        "members": 12,
        "fee": Decimal("1.50"),
        "day": date(2022, 4, 25),
        "note": "需要在支部党员大会上重新选举支部委员会委员" if number % 7 == 0 else None,
    } | changes


def printed(layout, rows, **options):
    memory = io.BytesIO()
    pages = pdf.render_ledger(memory, layout, rows, **options)
    reader = PdfReader(memory)
    assert len(reader.pages) == pages
    return reader


def words(page):
    """The text of a page without the spaces and line ends that its layout brings."""
    return "".join(page.extract_text().split())


@pytest.fixture(scope="module")
def long_ledger():
    told = []
    rows = (row(number) for number in range(1, 301))
    reader = printed(LAYOUT, rows, total=300, progress=lambda *args: told.append(args))
    reader.told = told
    reader.words = [words(page) for page in reader.pages]
    return reader


def test_page_numbers_run_through_the_whole_ledger(long_ledger):
    total = len(long_ledger.pages)

    assert total > 10
    for number, text in enumerate(long_ledger.words, 1):
        assert f"第{number}页共{total}页" in text


def test_every_row_is_printed_once_and_in_order(long_ledger):
    text = "".join(long_ledger.words)

    places = [text.index(f"第{number}党支部") for number in range(1, 301)]
    assert places == sorted(places)
    assert all(text.count(f"第{number}党支部") == 1 for number in range(1, 301))


def test_pieces_join_without_a_ragged_page(long_ledger):
    counts = [text.count("党支部12") for text in long_ledger.words]

    assert sum(counts) == 300
    assert min(counts[1:-2]) >= max(counts) - 3  # as far as rows of two lines make a difference


def test_the_header_stands_on_every_page_and_the_closing_on_the_last(long_ledger):
    pages = long_ledger.words

    assert all("序号党支部党员数党费换届日期备注" in page for page in pages)
    assert "单位：市直机关工委" in pages[0]
    assert "统计截止：2022年5月25日" in pages[0]
    assert "合计3600450.00" in pages[-1]
    assert "填报人：" in pages[-1]
    assert "负责人（签章）：" in pages[-1]
    assert "注：“—”表示未掌握。" in pages[-1]
    assert "合计" not in "".join(pages[:-1])


def test_a_ledger_says_whose_it_is_and_has_bookmarks(long_ledger):
    assert long_ledger.metadata.title == "支部按期换届情况台账"
    assert long_ledger.metadata.author == "张三"
    titles = [item.title for item in long_ledger.outline]
    assert titles == ["支部按期换届情况台账", "第 11 页起", "合计与签章"]


def test_progress_counts_rows_up_to_the_end(long_ledger):
    assert long_ledger.told[-1] == (300, 300)
    assert [done for done, _ in long_ledger.told] == sorted(done for done, _ in long_ledger.told)


def test_all_pieces_share_their_fonts(long_ledger):
    fonts = {
        page["/Resources"]["/Font"].raw_get(name).idnum
        for page in long_ledger.pages
        for name in page["/Resources"]["/Font"]
    }

    assert len(fonts) == 3


def test_paper_lies_on_its_side_unless_the_layout_stands(long_ledger):
    box = long_ledger.pages[0].mediabox
    assert (round(box.width), round(box.height)) == (842, 595)

    upright = Layout("名单", [Column("a", "姓名")], orientation="portrait", signatures=())
    box = printed(upright, [{"a": "张三"}]).pages[0].mediabox
    assert (round(box.width), round(box.height)) == (595, 842)


def test_a_wide_ledger_is_set_smaller_so_that_dates_and_numbers_stay_whole():
    columns = [Column(f"c{n}", f"日期{n}", 11, "date") for n in range(17)]
    wide = Layout("宽台账", (*columns, Column("share", "通过率", 7, "percent")))

    page = printed(wide, [{f"c{n}": date(2022, 4, 25) for n in range(17)} | {"share": 0.667}])

    lines = page.pages[0].extract_text().split()
    assert lines.count("2022-04-25") == 17
    assert "66.7%" in lines


def test_an_empty_ledger_is_one_page_with_its_frame():
    reader = printed(LAYOUT, [])

    assert len(reader.pages) == 1
    assert "没有符合条件的记录合计——" in words(reader.pages[0])
    assert "第1页共1页" in words(reader.pages[0])


def test_what_is_typed_into_a_cell_is_text_and_not_html():
    hostile = '<b>粗</b><script>alert(1)</script><img src="file:///etc/passwd">&lt;{{ x }}{% y %}'

    reader = printed(LAYOUT, [row(1, note=hostile)])

    assert "".join(hostile.split()) in words(reader.pages[0])
    assert list(reader.pages[0].images) == []


def test_hostile_characters_do_not_stop_the_printer():
    layout = Layout("标\ud800题\x00", [Column("a", "甲\x01")], unit="\ufffe单位")

    reader = printed(layout, [{"a": "a\x00b\ud83d"}])

    assert "ab□" in words(reader.pages[0])


def test_rare_names_are_printed_and_can_be_copied(caplog):
    reader = printed(LAYOUT, [row(1, name=RARE_NAMES, note=RARE_NAMES)])

    assert words(reader.pages[0]).count(RARE_NAMES) == 2
    assert caplog.text == ""


def test_a_character_in_none_of_the_fonts_is_printed_as_its_code_and_reported(caplog):
    faces.printable.cache_clear()

    reader = printed(LAYOUT, [row(1, name="张\U0001f600三\ufe0f")])

    assert "1张[U+1F600]三12" in words(reader.pages[0])
    assert "No font has U+1F600" in caplog.text


def test_a_sum_wider_than_its_column_stays_in_it():
    layout = Layout(
        "合计", [Column(key, key, 5, "integer", "sum") for key in "abcdefghijklmnopqrst"]
    )
    rows = [dict.fromkeys("abcdefghijklmnopqrst", 10**14)] * 3

    page = printed(layout, rows).pages[0]

    lefts = []
    page.extract_text(
        visitor_text=lambda text, cm, tm, *_: (
            lefts.append(round(tm[4])) if "300000000000000" in text else None
        )
    )
    assert len(lefts) == len(set(lefts)) == 20
    assert lefts == sorted(lefts)


def test_a_row_higher_than_a_page_is_printed_whole():
    layout = Layout("记录", [Column("n", "序号", 6, "integer"), Column("note", "记录", 20),
                           *[Column(f"c{at}", "空", 20) for at in range(8)]])  # fmt: skip
    blank = {f"c{at}": "" for at in range(8)}
    rows = [
        {"n": number, "note": f"始{number}" + "长" * 1900 + f"终{number}"} | blank
        for number in range(2)
    ]

    text = "".join(words(page) for page in printed(layout, rows).pages)

    assert [text.count(f"{mark}{number}") for number in range(2) for mark in "始终"] == [1] * 4


def test_a_text_beyond_the_limit_of_a_cell_is_cut_with_a_mark():
    text = "".join(words(page) for page in printed(LAYOUT, [row(1, note="长" * 2500)]).pages)

    assert text.count("长") == ledgers.MAX_CELL
    assert "长…" in text


def test_a_ledger_given_up_is_not_written(tmp_path):
    path = tmp_path / "a.pdf"

    with pytest.raises(Cancelled):
        pdf.render_ledger(path, LAYOUT, [row(1)], cancelled=lambda: True)

    assert not path.exists()


def test_a_watermark_and_a_code_are_set_on_the_pages():
    reader = printed(
        LAYOUT, [row(1)], watermark="张三 2022-05-25", code="https://example.invalid/1"
    )

    assert words(reader.pages[0]).count("张三2022-05-25") == 3


def test_the_same_rows_give_the_same_bytes(tmp_path):
    for name in "ab":
        pdf.render_ledger(tmp_path / name, LAYOUT, [row(1)], watermark="张三", code="x")

    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_every_cell_of_a_ledger_has_its_place_in_the_reading_order():
    reader = printed(LAYOUT, [row(1), row(2)])

    root = reader.trailer["/Root"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("zh-CN", True)
    (document,) = root["/StructTreeRoot"]["/K"]
    below = [element.get_object() for element in document.get_object()["/K"]]
    assert [element["/S"] for element in below[:2]] == ["/H1", "/P"]
    table = next(element for element in below if element["/S"] == "/Table")
    rows = [
        [cell.get_object()["/S"] for cell in line.get_object()["/K"]]
        for part in table["/K"]
        for line in part.get_object()["/K"]
    ]
    total = ["/TD"] * 5  # 合计 spans two columns
    assert rows == [["/TH"] * 6, ["/TD"] * 6, ["/TD"] * 6, total]
    places = reader.pages[0]["/StructParents"], root["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    marked = [element.get_object()["/S"] for element in places[1][2 * places[0] + 1].get_object()]
    assert marked.count("/TD") == 17


def test_parts_written_apart_join_into_the_same_ledger_to_the_byte(tmp_path):
    rows = [row(number) for number in range(1, 61)]
    parts = []
    for at, piece in enumerate((rows[:25], [], rows[25:])):
        parts.append(tmp_path / f"{at}.part")
        made = pdf.write_part(parts[-1], LAYOUT, piece)
        assert pdf.look_into(parts[-1]) == made
    whole, joined = tmp_path / "whole.pdf", tmp_path / "joined.pdf"

    pages = pdf.join(joined, LAYOUT, parts, watermark="张三")

    assert pages == pdf.render_ledger(whole, LAYOUT, rows, watermark="张三")
    assert joined.read_bytes() == whole.read_bytes()


def test_every_named_part_is_a_bookmark_at_its_first_row(tmp_path):
    parts = [tmp_path / "north.part", tmp_path / "nobody.part", tmp_path / "south.part"]
    pdf.write_part(parts[0], LAYOUT, [row(number) for number in range(30)], label="市北区局")
    pdf.write_part(parts[1], LAYOUT, [], label="无人支部")
    pdf.write_part(parts[2], LAYOUT, [row(99, name="南一支部")], label="市南区局")

    pdf.join(tmp_path / "a.pdf", LAYOUT, parts)

    reader = PdfReader(tmp_path / "a.pdf")
    found = [(item.title, reader.get_destination_page_number(item)) for item in reader.outline]
    assert found == [(LAYOUT.title, 0), ("市北区局", 0), ("市南区局", 1), ("合计与签章", 1)]
    assert "南一支部" in words(reader.pages[1])


def test_a_part_of_other_columns_is_not_joined(tmp_path):
    other = Layout("名单", [Column("a", "姓名")])
    pdf.write_part(tmp_path / "a.part", other, [{"a": "张三"}])

    with pytest.raises(ValueError, match="other columns"):
        pdf.join(tmp_path / "a.pdf", LAYOUT, [tmp_path / "a.part"])

    assert not (tmp_path / "a.pdf").exists()


def test_a_part_that_was_cut_off_is_not_joined(tmp_path):
    path = tmp_path / "a.part"
    pdf.write_part(path, LAYOUT, [row(1)])
    path.write_bytes(path.read_bytes()[:-1])

    with pytest.raises(ValueError, match="no whole part"):
        pdf.join(tmp_path / "a.pdf", LAYOUT, [path])
