"""Word and Excel files as text and tables in the browser; nothing in them runs, nothing explodes."""

import io
import zipfile
from datetime import date

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from branchyear.audit.models import Entry
from tasks.previews import docx as words
from tasks.previews import preview_of, xlsx
from tasks.services import library
from tasks.tests import make

NASTY = "<script>alert(1)</script><img src=x onerror=alert(1)>"
XML = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:body>{}</w:body></w:document>'
)


def a_docx():
    paper = docx.Document()
    paper.add_heading("支部党员大会记录", 1)
    paper.add_paragraph("时间：2022年4月15日")
    paper.add_paragraph(NASTY)
    table = paper.add_table(2, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "姓名", "表决"
    table.cell(1, 0).merge(table.cell(1, 1)).text = "全体同意"
    buffer = io.BytesIO()
    paper.save(buffer)
    return buffer.getvalue()


def an_xlsx(rows=2, columns=2, sheets=1):
    book = Workbook()
    book.active.title = "台账"
    for number in range(rows):
        book.active.append([f"行{number}", date(2022, 4, 15), 3.5][:columns] + [""] * (columns - 3))
    book.active["B1"] = NASTY
    for _ in range(sheets - 1):
        book.create_sheet()
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def raw_docx(body):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", body)
    return io.BytesIO(buffer.getvalue())


def test_a_word_file_becomes_headings_text_and_tables():
    preview = preview_of("docx", io.BytesIO(a_docx()))

    assert preview.blocks == [
        ("heading", "支部党员大会记录"),
        ("text", "时间：2022年4月15日"),
        ("text", NASTY),
        ("table", [[("姓名", 1), ("表决", 1)], [("全体同意", 2)]]),
    ]
    assert (preview.is_cut, preview.refusal) == (False, "")


def test_an_excel_file_becomes_its_sheets():
    preview = preview_of("xlsx", io.BytesIO(an_xlsx(sheets=2)))

    assert preview.blocks == [
        ("heading", "台账"),
        ("table", [[("行0", 1), (NASTY, 1)], [("行1", 1), ("2022-04-15", 1)]]),
        ("heading", "Sheet"),
        ("text", "（空表）"),
    ]


def test_what_is_there_twice_or_struck_out_is_read_once():
    body = (
        "<w:p><w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t><w:br/><w:t>丙</w:t></w:r>"
        "<w:del><w:r><w:delText>删去</w:delText></w:r></w:del>"
        "<w:moveFrom><w:r><w:t>移走</w:t></w:r></w:moveFrom>"
        "<mc:AlternateContent><mc:Choice><w:r><w:t>新</w:t></w:r></mc:Choice>"
        "<mc:Fallback><w:r><w:t>旧</w:t></w:r></mc:Fallback></mc:AlternateContent>"
        "<w:r><w:drawing/></w:r></w:p><!-- 注 -->"
    )

    assert words.read(raw_docx(XML.format(body)))[0] == [("text", "甲\t乙\n丙新［图片］")]


@pytest.mark.parametrize(
    ("limit", "body"),
    [
        ("MAX_BLOCKS", "<w:p><w:r><w:t>字</w:t></w:r></w:p>" * 9),
        ("MAX_LETTERS", "<w:p><w:r><w:t>字</w:t></w:r></w:p>" * 9),
        (
            "MAX_CELLS",
            "<w:tbl><w:tr>"
            + "<w:tc><w:p><w:r><w:t>字</w:t></w:r></w:p></w:tc>" * 9
            + "</w:tr></w:tbl>",
        ),
    ],
)
def test_a_long_word_file_is_cut_and_says_so(limit, body, monkeypatch):
    monkeypatch.setattr(words, limit, 5)

    assert preview_of("docx", raw_docx(XML.format(body))).is_cut


def test_a_long_table_is_cut_and_says_so(monkeypatch):
    monkeypatch.setattr(xlsx, "MAX_ROWS", 5)
    monkeypatch.setattr(xlsx, "MAX_COLUMNS", 2)

    long, wide, fitting = (
        preview_of("xlsx", io.BytesIO(an_xlsx(*size))) for size in ((9, 2), (2, 3), (5, 2))
    )

    assert (long.is_cut, wide.is_cut, fitting.is_cut) == (True, True, False)
    assert len(long.blocks[1][1]) == 5


def test_what_explodes_refers_to_entities_or_is_broken_is_not_shown(monkeypatch):
    monkeypatch.setattr(words, "MAX_PART", 10_000)
    bomb = preview_of("docx", raw_docx(XML.format(" " * 20_000)))
    entities = preview_of(
        "docx", raw_docx('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>')
    )
    wide = preview_of(
        "docx",
        raw_docx(
            '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY b "c">]><a/>'.encode(
                "utf-16"
            )
        ),
    )
    broken = preview_of("docx", raw_docx("<w:document"))
    no_zip = preview_of("xlsx", io.BytesIO(b"PK\x03\x04" + b"\0" * 90))
    deep = preview_of("docx", raw_docx("<a>" * 5000 + "</a>" * 5000))

    assert "正文过大" in bomb.refusal
    assert "不允许的内容" in entities.refusal
    for preview in (wide, broken, no_zip, deep):
        assert preview.refusal
        assert not preview.blocks


@pytest.mark.django_db
def test_the_page_runs_nothing_and_leaves_a_trace(org, people, sign_in):
    paper, _ = library.store(
        org.north, SimpleUploadedFile("记录.docx", a_docx()), by=people.secretary, now=make.NOW
    )

    answer = sign_in(people.reviewer).get(f"{reverse('tasks:evidence', args=[paper.pk])}?preview=1")

    page, policy = answer.content.decode(), answer["Content-Security-Policy"]
    assert "支部党员大会记录" in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script" not in page
    assert "sandbox allow-same-origin allow-downloads; default-src 'none'" in policy
    assert "script" not in policy
    assert Entry.objects.get(verb="evidence.downloaded").detail["preview"] is True
