"""Archives that follow from their content, and names that every system takes."""

import hashlib
import io
import tracemalloc
import zipfile
from datetime import UTC, datetime

import pytest
from openpyxl import Workbook, load_workbook

from branchyear.lib import packing
from branchyear.lib.names import safe_name

MOMENT = datetime(2022, 5, 25, 9, 30, tzinfo=UTC)


class Endless(io.RawIOBase):
    """A stream of ``size`` equal bytes that exist only while they are read."""

    def __init__(self, size):
        self.left = size

    def read(self, size=-1):
        size = min(size, self.left)
        self.left -= size
        return b"x" * size


def pack(path, *files):
    with packing.Archive(path, MOMENT) as archive:
        for name, content in files:
            archive.add(name, io.BytesIO(content), size=len(content))
    return path.read_bytes()


def test_the_same_files_make_the_same_bytes(tmp_path):
    files = [("一/01_批复.pdf", b"%PDF-1.4"), ("一/02_名册.xls", b"\xd0\xcf" * 500)]

    first = pack(tmp_path / "a.zip", *files)

    assert pack(tmp_path / "b.zip", *files) == first
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert [(entry.filename, archive.read(entry)) for entry in archive.infolist()] == files
        assert {entry.date_time for entry in archive.infolist()} == {(2022, 5, 25, 17, 30, 0)}


def test_memory_does_not_grow_with_the_file(tmp_path):
    size = 48 * 1024 * 1024
    tracemalloc.start()

    with packing.Archive(tmp_path / "a.zip", MOMENT) as archive:
        archive.add("大.pdf", Endless(size), size=size)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (tmp_path / "a.zip").stat().st_size > size
    assert peak < 8 * 1024 * 1024


def test_a_file_other_than_the_promised_one_is_refused(tmp_path):
    with pytest.raises(packing.Altered), packing.Archive(tmp_path / "a.zip", MOMENT) as archive:
        archive.add("a", io.BytesIO(b"b"), size=1, sha256=hashlib.sha256(b"a").hexdigest())


def test_a_settled_workbook_forgets_when_it_was_saved(tmp_path):
    made = []
    for number, hour in enumerate((1, 2)):
        book = Workbook()
        book.active["A1"] = "内容"
        book.properties.created = datetime(2022, 1, 1, hour)
        source, target = tmp_path / f"{number}.xlsx", tmp_path / f"{number}.settled.xlsx"
        book.save(source)
        packing.settle_workbook(source, target, MOMENT)
        made.append(target.read_bytes())

    assert made[0] == made[1]
    assert load_workbook(io.BytesIO(made[0])).active["A1"].value == "内容"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("../../etc/passwd", "etc passwd"),
        ("a:b*c?.", "a b c"),
        ("con", "(con)"),
        ("\u202e反\x00", "反"),
        (" . ", "未命名"),
        ("长" * 300, "长" * 40),
    ],
)
def test_a_name_is_one_that_every_system_takes(text, name):
    assert safe_name(text, 40) == name
