"""What an uploaded file really is, read from its content and never from its name alone.

Allowed are the papers of an office: pdf, pictures, Word, Excel, WPS and OFD (the national format,
GB/T 33190). Everything is read in pieces; nothing is unpacked, decoded or run.
"""

import hashlib
import unicodedata
import zipfile
from dataclasses import dataclass

import filetype
from django.conf import settings
from PIL import Image

from branchyear.lib.errors import BadFile
from branchyear.lib.uploads.scanning import scanned

MAX_PIXELS = 40_000_000  # an A3 page at 600 dpi is 35 million
MAX_UNPACKED = 400 * 1024 * 1024  # twenty times the largest upload: more is a zip bomb
MAX_MEMBERS = 20_000
NAME_MAX = 120  # what fits a line of a list

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
WORDS_ALLOWED = "PDF、图片（jpg、png）、Word、Excel、WPS、OFD"

# The stream in an OLE container, and the part in a zip, that make it a text or a table.
_TEXT_STREAM = "WordDocument".encode("utf-16-le")
_TABLE_STREAMS = ("Workbook".encode("utf-16-le"), "B\0o\0o\0k\0\0\0".encode("latin-1"))
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True)
class Facts:
    """What is known about a good file."""

    name: str
    extension: str
    size: int
    sha256: str


def examine(upload):
    """The facts of a good file; ``BadFile`` with a sentence for any other. Leaves it at its start."""
    name = display_name(upload.name)
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    if extension not in _CHECKS:
        said = f"“{extension}”格式" if extension else "没有扩展名的文件"
        raise BadFile(f"不支持{said}，请上传{WORDS_ALLOWED}文件。", field="file")
    limit = settings.EVIDENCE_MAX_BYTES
    if upload.size is not None and upload.size > limit:
        raise _too_large(name, limit)
    digest, size, head = hashlib.sha256(), 0, b""
    upload.seek(0)
    for piece in _pieces(upload):
        size += len(piece)
        if size > limit:
            raise _too_large(name, limit)
        digest.update(piece)
        if len(head) < 8192:
            head = (head + piece)[:8192]
    if size == 0:
        raise BadFile(f"“{name}”是空文件，请检查后重新上传。", field="file")
    upload.seek(0)
    problem = _CHECKS[extension](upload, head)
    upload.seek(0)
    if problem:
        raise BadFile(f"“{name}”{problem}", field="file")
    scanned(upload, name)
    return Facts(name=name, extension=extension, size=size, sha256=digest.hexdigest())


def _pieces(upload):
    return iter(lambda: upload.read(256 * 1024), b"")


def display_name(name):
    """The name as shown: no path, no control or invisible characters, at most 120 characters."""
    name = unicodedata.normalize("NFC", str(name or "")).replace("\\", "/").rpartition("/")[2]
    # C*: control, format (also the marks that turn the writing direction), surrogate, unassigned.
    name = "".join(" " if c.isspace() else c for c in name if c.isspace() or _is_shown(c))
    name = " ".join(name.split()).strip(". ")
    stem, dot, extension = name.rpartition(".")
    if not dot:
        return name[:NAME_MAX]
    stem = stem.strip(". ") or "材料"
    return f"{stem[: NAME_MAX - len(extension) - 1]}.{extension}"[:NAME_MAX]


def _is_shown(character):
    return not unicodedata.category(character).startswith("C")


# --- One check per kind: a sentence's second half when it is not what it says ----------------------


def _check_pdf(upload, head):
    if not head.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"%PDF-"):
        return _not(head, "PDF")
    return None


def _picture(*formats):
    def check(upload, head):
        too_many = f"图片尺寸过大（超过{MAX_PIXELS // 10_000}万像素），请缩小后上传。"
        try:
            with Image.open(upload, formats=formats) as image:
                width, height = image.size
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            return too_many
        except Exception:  # noqa: BLE001 a hostile header may break the reader in any way
            return _not(head, "图片")
        return too_many if width * height > MAX_PIXELS else None

    return check


def _zipped(word, *needed):
    def check(upload, head):
        if head.startswith(OLE):
            if _ENCRYPTED_STREAM in _streams_of(upload):
                return "设有打开密码，审核人无法查看，请去掉密码后上传。"
            return _not(head, word)
        if not head.startswith(ZIP):
            return _not(head, word)
        try:
            with zipfile.ZipFile(upload) as archive:
                members = archive.infolist()
        except Exception:  # noqa: BLE001 see above
            return f"已损坏，不是完整的{word}文件，请重新保存后上传。"
        names = {m.filename for m in members}
        if not all(any(n == part for n in names) for part in needed):
            return f"不是{word}文件，内容与扩展名不一致，请另存为正确的格式后上传。"
        if len(members) > MAX_MEMBERS or sum(m.file_size for m in members) > MAX_UNPACKED:
            return "解开后过大，请精简内容后上传。"
        if any(m.flag_bits & 1 for m in members):
            return "设有打开密码，审核人无法查看，请去掉密码后上传。"
        if any(n.lower().endswith("vbaproject.bin") for n in names):
            return "含有宏，请另存为不含宏的格式后上传。"
        return None

    return check


def _ole(word, *wanted):
    def check(upload, head):
        if not head.startswith(OLE):
            return _not(head, word)
        found = _streams_of(upload)
        if _ENCRYPTED_STREAM in found:
            return "设有打开密码，审核人无法查看，请去掉密码后上传。"
        if not found & set(wanted):
            return f"不是{word}文件，内容与扩展名不一致，请另存为正确的格式后上传。"
        return None

    return check


def _streams_of(upload):
    """Which of the streams that tell one kind of the old formats from another are named in the file."""
    found, tail = set(), b""
    upload.seek(0)
    for piece in _pieces(upload):
        window = tail + piece
        found |= {name for name in _STREAMS if name in window}
        tail = window[-64:]
    return found


def _not(head, word):
    guess = filetype.guess(head)
    really = f"（实际为{guess.extension}）" if guess else ""
    return f"不是{word}文件{really}，内容与扩展名不一致，请另存为正确的格式后上传。"


def _too_large(name, limit):
    return BadFile(f"“{name}”超过{limit // 1024 // 1024}MB，请压缩或拆分后上传。", field="file")


_STREAMS = (_TEXT_STREAM, *_TABLE_STREAMS, _ENCRYPTED_STREAM)
_TYPES = "[Content_Types].xml"
_CHECKS = {
    "pdf": _check_pdf,
    "jpg": _picture("JPEG"),
    "jpeg": _picture("JPEG"),
    "png": _picture("PNG"),
    "docx": _zipped("Word", _TYPES, "word/document.xml"),
    "xlsx": _zipped("Excel", _TYPES, "xl/workbook.xml"),
    "ofd": _zipped("OFD", "OFD.xml"),
    "doc": _ole("Word", _TEXT_STREAM),
    "xls": _ole("Excel", *_TABLE_STREAMS),
    "wps": _ole("WPS文字", _TEXT_STREAM),
    "et": _ole("WPS表格", *_TABLE_STREAMS),
}
EXTENSIONS = tuple(_CHECKS)
