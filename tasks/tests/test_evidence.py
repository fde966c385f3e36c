"""Evidence: what is taken, what is refused, stored once, linked where it proves something."""

import io
import struct
import unicodedata
import zlib
from contextlib import suppress

import pytest
from django.conf import settings as portal_settings
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import DatabaseError
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from branchyear.audit.models import Entry
from branchyear.lib.errors import BadFile, Conflict, Refused
from tasks import files
from tasks.models import BranchItem, Evidence, ItemEvidence
from tasks.services import evidence, items
from tasks.tests.make import (
    NOW,
    item_of,
    make_answer,
    make_campaign,
    make_evidence,
    make_pdf,
    make_png,
    make_submitted,
    make_zip,
)

pytestmark = pytest.mark.engines

TYPES = "[Content_Types].xml"
OLE = files.OLE


def ole(name, *streams):
    """An old Office container as far as it is looked at: its header and the names of its streams."""
    body = OLE + b"\0" * 504 + b"".join(s.encode("utf-16-le") + b"\0\0" for s in streams)
    return SimpleUploadedFile(name, body + b"\0" * 100)


def flood_png(width, height):
    """A picture of a few bytes that claims to be enormous."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    data = (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    )
    idat = b"IDAT" + zlib.compress(b"\0" * 10)
    data += struct.pack(">I", len(idat) - 4) + idat + struct.pack(">I", zlib.crc32(idat))
    return SimpleUploadedFile("大图.png", data)


def raw(name, content):
    return SimpleUploadedFile(name, content)


def jpeg(name="照片.jpg"):
    buffer = io.BytesIO()
    Image.new("RGB", (3, 3), "blue").save(buffer, "JPEG")
    return SimpleUploadedFile(name, buffer.getvalue())


GOOD = {
    "pdf": lambda: make_pdf("批复.pdf"),
    "PDF in capitals": lambda: make_pdf("批复.PDF"),
    "png": lambda: make_png("照片.png"),
    "jpg": lambda: jpeg("照片.jpg"),
    "jpeg": lambda: jpeg("照片.jpeg"),
    "docx": lambda: make_zip("记录.docx", TYPES, "word/document.xml"),
    "xlsx": lambda: make_zip("台账.xlsx", TYPES, "xl/workbook.xml"),
    "ofd": lambda: make_zip("公文.ofd", "OFD.xml", "Doc_0/Document.xml"),
    "doc": lambda: ole("记录.doc", "Root Entry", "WordDocument"),
    "xls": lambda: ole("台账.xls", "Root Entry", "Workbook"),
    "old xls": lambda: ole("台账.xls", "Root Entry", "Book"),
    "wps": lambda: ole("记录.wps", "Root Entry", "WordDocument"),
    "et": lambda: ole("台账.et", "Root Entry", "Workbook"),
}

HOSTILE = {
    "empty": (lambda: raw("空.pdf", b""), "是空文件"),
    "no extension": (lambda: raw("批复", b"%PDF-1.4"), "没有扩展名"),
    "program": (lambda: raw("工具.exe", b"MZ\x90\0" + b"\0" * 200), "不支持“exe”格式"),
    "program called pdf": (lambda: raw("批复.pdf", b"MZ\x90\0" + b"\0" * 200), "不是PDF文件"),
    "pdf called program": (lambda: raw("批复.pdf.exe", b"%PDF-1.4"), "不支持“exe”格式"),
    "page": (lambda: raw("页面.html", b"<html><script>alert(1)</script>"), "不支持“html”格式"),
    "page called pdf": (lambda: raw("页面.pdf", b"<html>%PDF-1.4 </html>"), "不是PDF文件"),
    "page called png": (lambda: raw("页面.png", b"<html></html>"), "不是图片文件"),
    "drawing with script": (lambda: raw("图.svg", b"<svg onload='x'/>"), "不支持“svg”格式"),
    "text": (lambda: raw("说明.txt", "说明".encode()), "不支持“txt”格式"),
    "archive": (lambda: make_zip("材料.zip", "a.txt"), "不支持“zip”格式"),
    "archive called docx": (lambda: make_zip("材料.docx", "a.txt"), "不是Word文件"),
    "xlsx called docx": (lambda: make_zip("材料.docx", TYPES, "xl/workbook.xml"), "不是Word文件"),
    "docx called ofd": (lambda: make_zip("公文.ofd", TYPES, "word/document.xml"), "不是OFD文件"),
    "docx called doc": (lambda: make_zip("记录.doc", TYPES, "word/document.xml"), "不是Word文件"),
    "xls called doc": (lambda: ole("记录.doc", "Workbook"), "不是Word文件"),
    "msi called doc": (lambda: ole("记录.doc", "Root Entry", "Installer"), "不是Word文件"),
    "macros": (
        lambda: make_zip("台账.xlsx", TYPES, "xl/workbook.xml", "xl/vbaProject.bin"),
        "含有宏",
    ),
    "password": (lambda: ole("记录.docx", "EncryptedPackage"), "设有打开密码"),
    "broken docx": (lambda: raw("记录.docx", b"PK\x03\x04" + b"\0" * 60), "已损坏"),
    "bomb": (
        lambda: make_zip(
            "台账.xlsx",
            TYPES,
            "xl/workbook.xml",
            *(f"xl/{n}.xml" for n in range(7)),
            text="0" * 60_000_000,
        ),
        "解开后过大",
    ),
    "picture flood": (lambda: flood_png(8000, 8000), "图片尺寸过大"),
    "picture flood beyond all": (lambda: flood_png(200_000, 200_000), "图片尺寸过大"),
    "broken picture": (lambda: raw("照片.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 30), "不是图片文件"),
    "gif called png": (lambda: raw("照片.png", b"GIF89a" + b"\0" * 60), "实际为gif"),
    "png called jpg": (lambda: make_png("照片.jpg"), "不是图片文件"),
}


@pytest.fixture
def campaign(org, people):
    return make_campaign()


@pytest.fixture
def item(campaign, org):
    return item_of(org.north, "T1-05")


def stored():
    """The paths of all files in the storage."""
    found = []

    def walk(folder):
        if not default_storage.exists(folder):
            return
        folders, names = default_storage.listdir(folder)
        found.extend(f"{folder}/{name}" for name in names)
        for inner in folders:
            walk(f"{folder}/{inner}")

    walk("evidence")
    return set(found)


@pytest.mark.any_engine
@pytest.mark.parametrize("kind", GOOD)
def test_the_papers_of_an_office_are_taken(kind):
    upload = GOOD[kind]()

    facts = files.examine(upload)

    assert facts.size == upload.size
    assert facts.extension == upload.name.rpartition(".")[2].lower()
    assert upload.tell() == 0


@pytest.mark.any_engine
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_file_that_is_not_what_it_says_is_refused(kind):
    build, sentence = HOSTILE[kind]

    with pytest.raises(BadFile, match=sentence) as refusal:
        files.examine(build())

    assert refusal.value.field == "file"


@pytest.mark.any_engine
def test_a_file_that_is_too_large_is_refused_without_being_read(settings):
    settings.EVIDENCE_MAX_BYTES = 1024 * 1024
    exact = raw("大.pdf", b"%PDF-1.4" + b"0" * (1024 * 1024 - 8))
    over = raw("大.pdf", b"%PDF-1.4" + b"0" * (1024 * 1024 - 7))
    lying = raw("大.pdf", over.read())
    lying.size = 10

    assert files.examine(exact).size == 1024 * 1024
    for upload in (over, lying):
        with pytest.raises(BadFile, match="超过1MB"):
            files.examine(upload)


@pytest.mark.any_engine
def test_a_large_upload_on_disk_is_read_in_pieces():
    with TemporaryUploadedFile("大.pdf", "application/pdf", 0, None) as upload:
        upload.write(b"%PDF-1.4\n" + b"0" * 700_000)
        upload.size = 700_009
        facts = files.examine(upload)

    assert facts.size == 700_009


@pytest.mark.any_engine
@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("批复.pdf", "批复.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\材料\\批复.pdf", "批复.pdf"),
        ("批\x00复\r\n.pdf", "批复.pdf"),
        ("批复\u202efdp.exe.pdf", "批复fdp.exe.pdf"),
        ("\u200b批\u200b复.pdf", "批复.pdf"),
        ("  批  复 .pdf", "批 复.pdf"),
        (".pdf", "pdf"),
        ("...pdf", "pdf"),
        ("长" * 300 + ".pdf", "长" * 116 + ".pdf"),
    ],
)
def test_a_name_is_shown_without_what_could_deceive(given, shown):
    assert files.display_name(given) == shown


@pytest.mark.any_engine
@given(st.text(max_size=400))
def test_no_name_can_be_a_path_or_turn_the_line(name):
    shown = files.display_name(name)

    assert len(shown) <= files.NAME_MAX
    assert not {"/", "\\"} & set(shown)
    assert not any(unicodedata.category(c).startswith("C") for c in shown)


@pytest.mark.any_engine
@given(st.binary(max_size=300), st.sampled_from(files.EXTENSIONS))
def test_no_content_breaks_the_examination(content, extension):
    with suppress(BadFile):
        files.examine(raw(f"材料.{extension}", content))


# --- Stored and linked ----------------------------------------------------------------------------


def test_a_file_is_stored_under_a_name_of_its_own(item, people):
    paper = evidence.add(item, make_pdf("../../批复.pdf"), by=people.clerk, now=NOW)

    assert paper.name == "批复.pdf"
    assert paper.file.name.startswith(f"evidence/{item.branch_id}/")
    assert "批复" not in paper.file.name
    assert paper.file.open().read().startswith(b"%PDF-1.4")
    assert item.evidence_links.get().attached_by == people.clerk
    item.refresh_from_db()
    assert (item.state, item.revision) == ("draft", 1)
    assert Entry.objects.get(verb="evidence.added").detail["sha256"] == paper.sha256


def test_the_same_file_again_is_only_linked(campaign, item, org, people):
    paper = make_evidence(item, people.secretary)
    before = stored()
    other = item_of(org.north, "T1-01")

    again = evidence.add(other, make_pdf("另一个名字.pdf"), by=people.clerk, now=NOW)
    twice = evidence.add(other, make_pdf(), by=people.clerk, now=NOW)

    assert again == twice == paper
    assert stored() == before
    assert other.evidence_links.count() == 1
    assert Entry.objects.filter(verb="evidence.attached").count() == 1


def test_another_branch_has_a_copy_of_its_own(campaign, item, org, people):
    mine = make_evidence(item, people.secretary)
    theirs = make_evidence(item_of(org.south, "T1-05"), people.south_secretary)

    assert mine.sha256 == theirs.sha256
    assert mine.pk != theirs.pk
    with pytest.raises(Refused, match="只能关联本支部的"):
        evidence.attach(item, theirs, by=people.secretary, now=NOW)


def test_a_file_is_attached_and_detached(campaign, item, org, people):
    paper = make_evidence(item, people.secretary)
    other = item_of(org.north, "T1-01")

    evidence.attach(other, paper, by=people.clerk, now=NOW)
    evidence.detach(item, paper, by=people.clerk, now=NOW)
    evidence.detach(item, paper, by=people.clerk, now=NOW)

    assert [link.branch_item for link in ItemEvidence.objects.all()] == [other]
    assert Evidence.objects.get() == paper
    verbs = Entry.objects.filter(verb__startswith="evidence.").order_by("pk")
    assert [e.verb for e in verbs] == [
        "evidence.added",
        "evidence.attached",
        "evidence.detached",
    ]


def test_files_of_a_submitted_item_stay(item, people):
    paper = make_evidence(item, people.secretary)
    make_submitted(item, people.secretary)

    for act in (
        lambda: evidence.detach(item, paper, by=people.secretary, now=NOW),
        lambda: evidence.attach(item, paper, by=people.secretary, now=NOW),
        lambda: evidence.add(item, make_pdf(text="2"), by=people.secretary, now=NOW),
    ):
        with pytest.raises(Refused, match="已提交"):
            act()
    assert item.evidence_links.count() == 1


def test_a_file_cannot_slip_in_behind_a_submission(item, people):
    stale = BranchItem.objects.get(pk=item.pk)
    make_submitted(item, people.secretary)
    before = stored()

    with pytest.raises(Conflict):
        evidence.add(stale, make_pdf(text="2"), by=people.clerk, now=NOW)

    assert stored() == before
    assert item.evidence_links.count() == 1


def test_there_is_a_limit_per_item(item, people, settings):
    settings.EVIDENCE_MAX_PER_ITEM = 2
    make_evidence(item, people.secretary, make_pdf(text="1"))
    make_evidence(item, people.secretary, make_pdf(text="2"))
    before = stored()

    with pytest.raises(Refused, match="最多2份"):
        make_evidence(item, people.secretary, make_pdf(text="3"))

    assert stored() == before
    assert Evidence.objects.count() == 2


def test_the_file_is_removed_when_the_database_fails(item, people, monkeypatch):
    def fail(*args, **kwargs):
        raise DatabaseError("disk full")

    before = stored()
    monkeypatch.setattr(evidence, "record", fail)

    with pytest.raises(DatabaseError):
        evidence.add(item, make_pdf(), by=people.secretary, now=NOW)

    assert stored() == before
    assert not Evidence.objects.exists()


def test_a_stranger_is_refused_before_anything_is_read(item, people):
    upload = make_pdf()
    upload.read()

    with pytest.raises(PermissionDenied):
        evidence.add(item, upload, by=people.south_secretary, now=NOW)

    assert upload.tell() == upload.size
    assert portal_settings.EVIDENCE_MAX_PER_ITEM == 30


def test_a_file_gone_in_between_stops_the_submission(item, people, monkeypatch):
    """What was read before the row was taken is asked again under its lock."""
    paper = make_evidence(item, people.secretary)
    files_then = items._files(item)
    evidence.detach(item, paper, by=people.clerk, now=NOW)
    monkeypatch.setattr(items, "_files", lambda row: files_then)

    with pytest.raises(Conflict, match="佐证材料刚刚有变动"):
        items.submit(item, make_answer(), by=people.secretary, now=NOW)

    item.refresh_from_db()
    assert item.state == "draft"
