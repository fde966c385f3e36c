"""Hostile and messy workbooks through the real page: a clear sentence each, never an error page, nothing
saved."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from branchyear.lib.tests.test_uploads import package, text_cell
from members.models import Member, RosterUpload
from members.tests.rosters import HEAD, book, number_of, person, saved, sheet


def header():
    cells = "".join(text_cell(f"{'ABCDEFGH'[at]}1", title) for at, title in enumerate(HEAD))
    return f'<row r="1">{cells}</row>'


def bomb():
    return package(header() + '<row r="2">' + " " * 60_000_000 + "</row>")


def far_cell():
    return package(header() + f'<row r="1048576">{text_cell("XFD1048576", "x")}</row>')


def last_row():
    return package(header() + f'<row r="1048576">{text_cell("A1048576", "x")}</row>')


def false_dimension():
    made = package(header() + f'<row r="2">{text_cell("B2", "张三")}</row>').getvalue()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("sheet1.xml"):
                content = content.replace(
                    b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>'
                )
            new.writestr(name, content)
    return out


def entities():
    return package(header(), head='<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>')


def backwards():
    return package(header() + f'<row r="9">{text_cell("A9", "x")}</row><row r="3"/>')


def no_such_shared_text():
    return package(header() + '<row r="2"><c r="B2" t="s"><v>99</v></c></row>')


def bad_number():
    return package(header() + '<row r="2"><c r="B2"><v>1e9999999x</v></c></row>')


def truncated():
    return io.BytesIO(book(person(1)).getvalue()[:3000])


def encrypted():
    return io.BytesIO(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    )


def with_macros():
    """An .xlsm: a workbook all the same; its macros are never looked at."""
    made = book(person(1)).getvalue()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        new.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 macro")
    return out


def many_columns():
    return book(
        person(1) + [f"格{n}" for n in range(92)], head=[*HEAD, *(f"列{n}" for n in range(92))]
    )


def formulas():
    made = Workbook()
    made.active.append(list(HEAD))
    made.active.append([1, '=CONCATENATE("张","三")', *person(1)[2:]])
    return saved(made)


def control_characters():
    row = person(1)
    row[1] = "张\u200b三\u202e"
    return book(row)


def two_headers():
    return sheet(
        ["序号", "基本情况", None, None, None, "身份", "党籍", None],
        list(HEAD),
        person(1),
        list(HEAD),
        person(2, "李四"),
    )


def only_a_header():
    return book()


def deep():
    return package("<a>" * 200_000)


REFUSED = {
    "an empty file": (lambda: io.BytesIO(b""), "文件是空的"),
    "a text named xlsx": (lambda: io.BytesIO("姓名,性别\n张三,男\n".encode()), "文本(CSV)文件"),
    "a picture": (lambda: io.BytesIO(b"\x89PNG\r\n\x1a\n"), "这是图片"),
    "a PDF": (lambda: io.BytesIO(b"%PDF-1.7 ..."), "这是 PDF 文件"),
    "a web page": (lambda: io.BytesIO(b"<html><table></table></html>"), "实际是网页导出的表格"),
    "noise": (lambda: io.BytesIO(bytes(range(256)) * 8), "这不是 Excel 工作簿"),
    "a bomb": (bomb, "展开后内容过大"),
    "a declared entity": (entities, "不允许的内容"),
    "a cell at the end of the world": (far_cell, "标题行下面没有党员"),
    "a text in the last row": (last_row, "行。请分成几个文件上传"),
    "rows that go backwards": (backwards, "文件已损坏"),
    "a text that is not there": (no_such_shared_text, "文件已损坏"),
    "a number that is none": (bad_number, "文件已损坏"),
    "a file cut off": (truncated, "文件已损坏"),
    "a password": (encrypted, "设置了打开密码"),
    "unclosed elements": (deep, "文件已损坏"),
    "another table": (lambda: sheet(["题目", "得分"], ["甲", 3]), "没有找到"),
    "a header and nobody": (only_a_header, "没有党员"),
    "nothing at all": (lambda: sheet(), "没有数据"),
}


def send(client, file, name="名册.xlsx"):
    return client.post(
        reverse("members:roster_upload"),
        {"file": SimpleUploadedFile(name, file.getvalue())},
        follow=True,
    )


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_roster_is_refused_beside_the_field(what, org, people, sign_in):
    make, sentence = REFUSED[what]

    answer = send(sign_in(people.secretary), make())

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not Member.objects.exists()


UNDERSTOOD = {
    "macros": (with_macros, {"new": 1}),
    "a hundred columns": (many_columns, {"new": 1}),
    "characters nobody sees": (control_characters, {"new": 1}),
    "two header rows": (two_headers, {"new": 2}),
    "a size that is a lie": (false_dimension, {"error": 1}),
    "a formula never calculated": (formulas, {"error": 1}),
}


@pytest.mark.parametrize("what", UNDERSTOOD)
def test_what_is_only_odd_is_read_all_the_same(what, org, people, sign_in):
    make, counts = UNDERSTOOD[what]

    answer = send(sign_in(people.secretary), make())

    found = RosterUpload.objects.get()
    assert answer.status_code == 200
    assert {k: v for k, v in found.counts.items() if v and k != "warned"} == counts
    assert not Member.objects.exists()


def test_no_file_at_all_is_said_beside_the_field(org, people, sign_in):
    answer = sign_in(people.secretary).post(reverse("members:roster_upload"))

    assert "请先选择填写好的 Excel 文件" in answer.content.decode()


def test_the_sentence_for_a_formula_names_the_cell(org, people, sign_in):
    text = send(sign_in(people.secretary), formulas()).content.decode()

    assert "B2" in text
    assert "是公式，没有可以读取的结果" in text


def test_a_script_in_a_name_is_only_a_name(org, people, sign_in):
    answer = send(sign_in(people.secretary), book(person(1, "<script>张三</script>")))

    assert "<script>张三" not in answer.content.decode()


def test_no_page_of_an_upload_shows_a_whole_number(org, people, sign_in):
    client = sign_in(people.secretary)
    wrong = number_of(1)[:-1] + ("0" if number_of(1)[-1] != "0" else "1")
    rows = [person(1, 身份证号=wrong), person(2, "李四"), person(2, "王五")]

    text = send(client, book(*rows)).content.decode()

    assert wrong not in text
    assert number_of(2) not in text
