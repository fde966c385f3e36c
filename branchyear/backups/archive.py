"""A back-up: one tar file with the database, every private file, and a manifest that answers for both.

The manifest is written last and names the size and SHA-256 of every member, the rows of every table and the end of
the audit chain at the very moment of the dump. ``FIELD_KEY`` is not in it, only a fingerprint: without the key the
personal numbers of a stolen back-up cannot be read, and with another key it is not taken in.
"""

import hashlib
import json
import tarfile
import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from django.core.files.storage import default_storage

from branchyear.audit import chain
from branchyear.backups import engines
from branchyear.backups.errors import Impossible
from branchyear.lib import crypto

FORMAT = 1
MANIFEST = "manifest.json"
FILES = "files/"
BLOCK = 1 << 20


def stored_files(folder=""):
    """The names of all private files, in order."""
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in sorted(names):
        yield f"{folder}/{name}" if folder else name
    for inner in sorted(folders):
        yield from stored_files(f"{folder}/{inner}" if folder else inner)


# --- Making ---------------------------------------------------------------------------------------


def make(path, *, now):
    """Write a back-up to ``path``, which must not exist; returns its manifest.

    The portal may be in use: the database is of one moment; a file that comes later than it is kept too.
    """
    path = Path(path)
    if path.exists():
        raise Impossible(f"{path} 已存在，请换一个文件名。")
    draft = path.with_name(path.name + ".part")
    chain.extend()
    database = engines.engine()
    keys = [crypto.fingerprint(secret) for secret in crypto.secrets()]
    manifest = {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "engine": database.name,
        "key": keys[0],
        "older_keys": keys[
            1:
        ],  # while FIELD_KEY is being changed some values are still under these
        "members": {},
    }
    try:
        with tempfile.TemporaryDirectory(prefix="backup-", dir=path.parent) as folder:
            dumped = Path(folder) / database.member
            manifest |= database.dump(dumped)
            with tarfile.open(draft, "w") as tar:
                with dumped.open("rb") as file:
                    _put(tar, manifest, database.member, file, dumped.stat().st_size)
                for name in stored_files():
                    try:
                        file, size = default_storage.open(name), default_storage.size(name)
                    except FileNotFoundError:
                        continue  # an expired export, cleared away meanwhile
                    with file:
                        _put(tar, manifest, FILES + name, file, size)
                told = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
                tar.addfile(_entry(MANIFEST, len(told)), BytesIO(told))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def _entry(name, size):
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


class _Summed:
    """A file that sums what is read from it."""

    def __init__(self, file):
        self.file, self.sum = file, hashlib.sha256()

    def read(self, size=-1):
        block = self.file.read(size)
        self.sum.update(block)
        return block


def _put(tar, manifest, name, file, size):
    summed = _Summed(file)
    tar.addfile(_entry(name, size), summed)
    manifest["members"][name] = [size, summed.sum.hexdigest()]


# --- Looking into one -----------------------------------------------------------------------------


@dataclass
class Backup:
    """A back-up that was read to its end and found whole."""

    path: Path
    manifest: dict

    def database(self):
        return engines.Sqlite if self.manifest["engine"] == "sqlite" else engines.Postgres


def examine(path):
    """Read a back-up to its end and hold every member against the manifest; nothing is unpacked."""
    path, found, manifest = Path(path), {}, None
    try:
        with tarfile.open(path) as tar:
            for entry in tar:
                if not entry.isfile() or not _is_plain(entry.name):
                    raise Impossible(f"备份中有不应有的内容：{entry.name}")
                file = tar.extractfile(entry)
                if entry.name == MANIFEST:
                    manifest = json.load(file)
                else:
                    found[entry.name] = [
                        entry.size,
                        hashlib.file_digest(file, "sha256").hexdigest(),
                    ]
    except FileNotFoundError:
        raise Impossible(f"没有这个文件：{path}") from None
    except (tarfile.TarError, EOFError, ValueError, OSError) as error:
        raise Impossible(f"备份文件已损坏，没有恢复任何内容：{error}") from None
    if manifest is None or manifest.get("format") != FORMAT:
        raise Impossible("备份不完整（缺少清单），或不是本系统的备份。")
    told = manifest["members"]
    wrong = sorted(name for name in {*told, *found} if told.get(name) != found.get(name))
    if wrong:
        raise Impossible(
            f"备份已损坏，与清单不一致：{'、'.join(wrong[:5])}等{len(wrong)}个文件。没有恢复任何内容。"
        )
    return Backup(path, manifest)


def _is_plain(name):
    """No way out of the folder it is put into."""
    parts = name.split("/")
    return name == MANIFEST or (not name.startswith("/") and not {"", ".", ".."} & set(parts))
