"""The drill: back up, lose the machine, restore, and find everything equal."""

import io
import json
import os
import subprocess
import sys
import tarfile

import pytest
from django.conf import settings as portal
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from branchyear.audit.services import record
from branchyear.backups import archive, restoring
from branchyear.backups.errors import Impossible
from members.tests.make import id_number, make_member
from scripts import servers

NAMES = ("evidence/2026/一份材料.pdf", "exports/3.xlsx", "readme.txt")


@pytest.fixture
def branch(transactional_db, org, people, settings, tmp_path):
    """A branch with a member, a trail and three files."""
    settings.MEDIA_ROOT = tmp_path / "files"
    make_member(org.north, "张三", id_number=id_number(), phone="13800000000")
    record("account.signed_in", people.admin, by=people.admin)
    for number, name in enumerate(NAMES):
        default_storage.save(name, ContentFile(f"第{number}份".encode() * 1000))
    return org.north


@pytest.fixture
def programs(monkeypatch):
    """PostgreSQL's programs of the test server's version before any other."""
    monkeypatch.setenv("PATH", f"{servers.programs()}{os.pathsep}{os.environ['PATH']}")


def another_machine(folder):
    """The environment of a machine with nothing on it but the key."""
    environment = {
        **os.environ,
        "BRANCHYEAR_VAR": str(folder),
        "DJANGO_SETTINGS_MODULE": "branchyear.settings",
        "FIELD_KEY": portal.FIELD_KEY,
    }
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP DATABASE IF EXISTS drill")
            cursor.execute("CREATE DATABASE drill")
        environment["DATABASE_URL"] = os.environ["DATABASE_URL"].rpartition("/")[0] + "/drill"
    return environment


def manage(environment, *words):
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        env=environment, cwd=portal.BASE_DIR, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.engines
@pytest.mark.usefixtures("branch", "programs")
def test_what_was_backed_up_is_all_there_on_another_machine(tmp_path):
    path = tmp_path / "portal.tar"
    call_command("backup", str(path), stdout=io.StringIO())
    machine = another_machine(tmp_path / "machine")

    done = manage(machine, "restore", str(path))

    assert done.returncode == 0, done.stderr
    assert "均与备份清单一致" in done.stdout
    for number, name in enumerate(NAMES):
        kept = (tmp_path / "machine" / "files" / name).read_bytes()
        assert kept == f"第{number}份".encode() * 1000
    again = manage(machine, "restore", str(path))
    assert again.returncode == 1
    assert "--replace" in again.stderr  # there are accounts now


@pytest.fixture
def made(branch, tmp_path):
    """A back-up, of which ``change(name, content)`` makes another with one member changed."""
    path = tmp_path / "portal.tar"
    archive.make(path, now=timezone.now())

    def change(name, content):
        other = tmp_path / "other.tar"
        with tarfile.open(path) as old, tarfile.open(other, "w") as new:
            for entry in old:
                told = old.extractfile(entry).read()
                if entry.name == name:
                    told = content(told)
                    if told is None:
                        continue
                entry.size = len(told)
                new.addfile(entry, io.BytesIO(told))
        return other

    change.path = path
    return change


def manifest_with(**words):
    return lambda told: json.dumps(json.loads(told) | words).encode()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("files/" + NAMES[0], lambda told: b"x" + told[1:], "与清单不一致"),
        ("files/" + NAMES[0], lambda told: None, "与清单不一致"),
        ("manifest.json", lambda told: None, "缺少清单"),
        ("manifest.json", manifest_with(key="0" * 16), "FIELD_KEY"),
        ("manifest.json", manifest_with(older_keys=["0" * 16]), "FIELD_KEY_FALLBACKS"),
        ("manifest.json", manifest_with(engine="oracle"), "DATABASE_URL"),
        ("manifest.json", manifest_with(migrations=["tasks.9999_later"]), "较新的版本"),
        ("manifest.json", manifest_with(), "--replace"),
        # A database that was upgraded from a release with that app: it is asked for nothing but this.
        ("manifest.json", manifest_with(migrations=["authtoken.0001_initial"]), "--replace"),
    ],
)
def test_what_cannot_be_restored_is_refused_and_nothing_is_touched(
    db, made, name, content, sentence
):
    with pytest.raises(Impossible, match=sentence):
        restoring.restore(made(name, content))

    assert sorted(archive.stored_files()) == sorted(NAMES)
    assert not restoring.is_empty()


def test_a_back_up_cut_short_is_refused(made, tmp_path):
    short = tmp_path / "short.tar"
    short.write_bytes(made.path.read_bytes()[:-30000])

    with pytest.raises(Impossible):
        archive.examine(short)


def test_a_member_that_leads_out_of_its_folder_is_refused(tmp_path):
    path = tmp_path / "evil.tar"
    with tarfile.open(path, "w") as tar:
        entry = tarfile.TarInfo("files/../../evil")
        tar.addfile(entry, io.BytesIO())

    with pytest.raises(Impossible, match="不应有"):
        archive.examine(path)


def test_neither_the_key_nor_a_number_stands_in_a_back_up(made):
    content = made.path.read_bytes()

    assert portal.FIELD_KEY.encode() not in content
    assert b"13800000000" not in content


def test_a_back_up_of_a_key_that_has_been_changed_since_is_taken_in(made, settings):
    settings.FIELD_KEY, settings.FIELD_KEY_FALLBACKS = "a-newer-key", [settings.FIELD_KEY]

    with pytest.raises(Impossible, match="--replace"):  # which is asked for after the keys
        restoring.restore(made.path)


def test_a_back_up_does_not_overwrite_another(made):
    with pytest.raises(CommandError, match="已存在"):
        call_command("backup", str(made.path))
