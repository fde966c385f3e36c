"""Archives whose bytes follow from their content alone, written as a stream.

The same files in the same order give the same archive on every machine: the moment is the caller's, no
attribute of the disk gets in, and what is packed already is stored as it is. Neither a whole file nor the
archive is ever held in memory.
"""

import hashlib
import re
import shutil
import zipfile
from pathlib import Path

from branchyear.lib.dates import CHINA

PIECE = 1024 * 1024
# Word, Excel and WPS in their old form are the ones that shrink; everything else is packed in itself.
PACKED_BY_US = frozenset({"doc", "xls", "wps", "et"})


class Altered(Exception):
    """A file is not the one that was promised."""


class Archive:
    """A zip while it is written: ``with Archive(path, moment) as archive: archive.add(...)``."""

    def __init__(self, path, moment):
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True)
        self._moment = moment

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._zip.close()

    def add(self, name, source, *, size, sha256=None):
        """Write the stream ``source`` under ``name``; returns its SHA-256.

        With ``sha256`` the content must be that one, else ``Altered``: the archive is then no good.
        """
        entry = entry_of(name, self._moment)
        entry.file_size = size  # says beforehand whether the entry needs the long form
        digest = hashlib.sha256()
        with self._zip.open(entry, "w") as target:
            while piece := source.read(PIECE):
                digest.update(piece)
                target.write(piece)
        found = digest.hexdigest()
        if sha256 is not None and found != sha256:
            raise Altered(name)
        return found

    def add_path(self, name, path):
        """Write a file of the disk under ``name``; returns its SHA-256 and size."""
        size = Path(path).stat().st_size
        with Path(path).open("rb") as source:
            return self.add(name, source, size=size), size


def entry_of(name, moment):
    """The head of an entry, the same on every machine."""
    entry = zipfile.ZipInfo(name, moment.astimezone(CHINA).timetuple()[:6])
    entry.create_system = 3  # Unix, whatever we run on: so that the attributes are read as such
    entry.external_attr = 0o100644 << 16
    is_shrunk = name.rpartition(".")[2].lower() in PACKED_BY_US
    entry.compress_type = zipfile.ZIP_DEFLATED if is_shrunk else zipfile.ZIP_STORED
    return entry


def sum_of(source):
    """The SHA-256 of a stream, read in pieces."""
    digest = hashlib.sha256()
    while piece := source.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()


_SAVED_AT = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")


def settle_workbook(source, target, moment):
    """Write the .xlsx at ``source`` to ``target`` without the moment at which it happened to be saved."""
    said = f"{moment.astimezone(CHINA):%Y-%m-%dT%H:%M:%SZ}".encode()
    with zipfile.ZipFile(source) as book, zipfile.ZipFile(target, "w") as settled:
        for part in sorted(book.namelist()):
            entry = entry_of(part, moment)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with book.open(part) as content, settled.open(entry, "w") as written:
                if part == "docProps/core.xml":
                    written.write(_SAVED_AT.sub(rb"\g<1>" + said + rb"\g<3>", content.read()))
                else:
                    shutil.copyfileobj(content, written, PIECE)
