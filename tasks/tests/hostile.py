"""Four hundred hostile files: forty recipes, each under ten names. The same every time."""

import io
import random
import struct
import zipfile
import zlib
from functools import cache

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin

from tasks import files

PAGE = b"<!DOCTYPE html><html><script>alert(document.cookie)</script><body onload=alert(1)>"
TYPES = "[Content_Types].xml"
WORD = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">{}</w:document>'
XXE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><a>&b;&b;&b;</a>'


def picture(kind, **more):
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(buffer, kind, **more)
    return buffer.getvalue()


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width, height, *extra):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    tail = chunk(b"IDAT", zlib.compress(b"\0" * 10)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + tail


def package(*parts, **more):
    """A zip; a part is a name, or (name, content)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in parts:
            name, content = part if isinstance(part, tuple) else (part, "<a/>")
            archive.writestr(name, content)
    return buffer.getvalue()


def office(*parts, word=WORD):
    """A package that is Word, Excel and OFD at once, with more in it."""
    return package(
        TYPES, ("word/document.xml", word), ("xl/workbook.xml", "<a/>"), "OFD.xml", *parts
    )


def ole(*streams):
    names = b"".join(s.encode("utf-16-le") + b"\0\0" for s in streams)
    return files.OLE + b"\0" * 504 + names + b"\0" * 100


def linked():
    link = zipfile.ZipInfo("word/media/link")
    link.external_attr = 0xA1FF << 16
    return office((link, "/etc/passwd"))


def flagged(content):
    """Says of its first member that it is encrypted."""
    at = content.index(b"PK\x01\x02") + 8
    return content[:at] + struct.pack("<H", 1) + content[at + 2 :]


def claiming(size, content):
    """Says of its last member that it is so large."""
    at = content.rindex(b"PK\x01\x02") + 24
    return content[:at] + struct.pack("<I", size) + content[at + 4 :]


def nested(depth):
    content = b"0" * 1000
    for _ in range(depth):
        content = package(("inner.zip", content))
    return office(("word/embeddings/deep.zip", content))


def twice():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in (TYPES, "word/document.xml", "xl/workbook.xml", "OFD.xml"):
            archive.writestr(zipfile.ZipInfo(name), "<a/>")
    content = buffer.getvalue()
    return content.replace(b"OFD.xml", TYPES[:7].encode())


def texted():
    info = PngImagePlugin.PngInfo()
    info.add_text("note", "<script>alert(1)</script>" * 4)
    return picture("PNG", pnginfo=info)


PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n%%EOF"
)
RECIPES = {
    "nothing": lambda: b"",
    "a page": lambda: PAGE,
    "a page in UTF-16": lambda: PAGE.decode().encode("utf-16"),
    "a page in UTF-7": lambda: b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "a page behind a PDF's head": lambda: b"%PDF-1.4\n" + PAGE,
    "a PDF that runs a script": lambda: PDF,
    "a PDF behind a byte order mark": lambda: b"\xef\xbb\xbf\r\n " + PDF,
    "half a PDF's head": lambda: b"%PD",
    "a page in a JPEG's remark": lambda: picture("JPEG", comment=PAGE),
    "a page behind a PNG": lambda: picture("PNG") + PAGE,
    "a page in a PNG's text": texted,
    "a drawing with script": lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "a GIF that is a script": lambda: b"GIF89a/*" + b"\0" * 40 + b"*/=1;alert(1)",
    "a WebP": lambda: picture("WEBP"),
    "a bitmap": lambda: picture("BMP"),
    "a TIFF": lambda: picture("TIFF"),
    "a picture flood": lambda: png(200_000, 200_000),
    "a large picture": lambda: png(9000, 9000),
    "a text flood in a PNG": lambda: png(
        9, 9, chunk(b"zTXt", b"n\0\0" + zlib.compress(b"0" * 3_000_000))
    ),
    "half a JPEG": lambda: picture("JPEG")[:200],
    "a PNG of nothing": lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
    "a program": lambda: b"MZ\x90\0" + b"\0" * 200,
    "another program": lambda: b"\x7fELF\x02\x01\x01" + b"\0" * 200,
    "a shell script": lambda: b"#!/bin/sh\nrm -rf /\n",
    "a PHP page": lambda: b"<?php system($_GET['c']); ?>",
    "a letter with a page": lambda: b"MIME-Version: 1.0\nContent-Type: text/html\n\n" + PAGE,
    "a rich text": lambda: b"{\\rtf1\\ansi{\\object\\objdata 00}}",
    "an archive": lambda: package("a.txt"),
    "an archive with ways out": lambda: office("../../../etc/cron.d/x", "/etc/passwd", "C:\\x.bat"),
    "an archive with a link": linked,
    "an archive in an archive": lambda: nested(6),
    "a bomb": lambda: claiming(1 << 30, office(("xl/more.xml", "0" * 1000))),
    "a bomb that lies": lambda: claiming(
        1, package(TYPES, "xl/workbook.xml", "OFD.xml", ("word/document.xml", " " * 30_000_000))
    ),
    "a bomb in the words": lambda: office(word=WORD.format(" " * 30_000_000)),
    "macros": lambda: office("word/vbaProject.bin", "xl/vbaProject.bin"),
    "a password": lambda: ole("EncryptedPackage"),
    "an encrypted archive": lambda: flagged(office()),
    "half an archive": lambda: office()[:-60],
    "two parts of one name": twice,
    "outside entities": lambda: office(word=XXE),
    "laughing entities": lambda: office(word=LAUGHS),
    "words that are script": lambda: office(
        word=WORD.format(f"<w:body><w:p><w:r><w:t>{PAGE.decode().replace('<', '&lt;')}</w:t></w:r></w:p></w:body>")
    ),
    "an installer": lambda: ole("Root Entry", "Installer"),
    "a Word that is nearly one": lambda: ole("WordDocumen", "Workboo"),
    "noise": lambda: random.Random(7).randbytes(3000),
}  # fmt: skip

NAMES = (
    "../../../etc/passwd",
    "..\\..\\windows\\system32\\config",
    "批复\u202egpj.exe",
    "<script>alert(1)</script>",
    "'; DROP TABLE evidence; --",
    "批复.html",
    "CON",
    "长" * 300,
    "a%00b%2e%2e%2fc",
    "材料\u200b\ufeff；filename*=UTF-8''x",
)


def files_of(name):
    """The ten files of a recipe: one content under ten names and the endings we take, never twice the same."""
    content = RECIPES[name]()
    place = sorted(RECIPES).index(name)
    for number, stem in enumerate(NAMES):
        extension = files.EXTENSIONS[(number + place) % len(files.EXTENSIONS)]
        salt = f"{place}-{number}".encode() if content else b""
        yield f"{stem}.{extension}", content + salt


@cache
def everything():
    """``[(recipe, name, content)]`` of all."""
    return [(recipe, *file) for recipe in RECIPES for file in files_of(recipe)]


def upload_of(name, content):
    upload = SimpleUploadedFile("x", content)
    upload._name = name  # as it came: Django's own cleaning is not what is tested
    return upload
