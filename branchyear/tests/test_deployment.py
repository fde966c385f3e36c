"""What an operator is kept from, and the settings that reliability rests on."""

import os
import re
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings as portal

from branchyear import checks
from branchyear.celery import app
from branchyear.lib.mounts import is_over_the_network, kind_of

ROOT = portal.BASE_DIR


# --- Celery (anchors of reliability: a job is never lost, never done by two at once) ------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("task_acks_late", True),
        ("task_reject_on_worker_lost", True),
        ("worker_prefetch_multiplier", 1),
        ("task_soft_time_limit", 270),
        ("task_time_limit", 300),
        ("worker_cancel_long_running_tasks_on_connection_loss", True),
        ("task_ignore_result", True),
        ("accept_content", ["json"]),
        ("timezone", "UTC"),
    ],
)
def test_celery_is_set_as_reliability_asks(name, value):
    assert app.conf[name] == value


def test_a_worker_that_stops_lets_its_job_finish():
    assert app.conf.worker_soft_shutdown_timeout > 0


def test_long_work_is_given_to_nobody_else_before_its_hard_limit():
    longest = max(limits["time_limit"] for limits in portal.JOB_TIME_LIMITS.values())

    assert timedelta(seconds=60) <= portal.JOB_LEASE
    assert with_redis("portal.CELERY_BROKER_TRANSPORT_OPTIONS['visibility_timeout']") == "3600"
    assert longest * 2 <= 3600


@pytest.mark.parametrize(
    ("file", "heavy"),
    [
        ("systemd/branchyear-worker@heavy.service.d/heavy.conf", "WORKER_MAX_JOBS=20"),
        ("compose.yaml", '"-Q", "heavy", "-c", "1",\n              "--max-tasks-per-child", "20"'),
    ],
)
def test_who_typesets_is_replaced_after_twenty_jobs(file, heavy):
    assert heavy in (ROOT / "deploy" / file).read_text()


def test_all_workers_together_go_after_the_pages():
    """In a slice of their own: a weight within the template's would only rank them among themselves."""
    worker = (ROOT / "deploy/systemd/branchyear-worker@.service").read_text()
    (jobs,) = re.findall(r"^Slice=(.+)$", worker, re.MULTILINE)

    # Against its neighbours in system.slice, where the web's and PostgreSQL's are.
    assert "CPUWeight=idle" in (ROOT / "deploy/systemd" / jobs).read_text().splitlines()
    assert jobs.startswith("system-")
    assert "CPUWeight" not in worker
    compose = (ROOT / "deploy/compose.yaml").read_text()
    assert re.findall(r"cpu_shares: (\d+)", compose) == ["2", "2"]


@pytest.mark.parametrize("queue", ["default", "mail", "heavy"])
def test_every_queue_has_a_worker_in_the_containers_and_is_asked_whether_it_lives(queue):
    served = re.findall(r'"-Q", "([a-z,]+)"', (ROOT / "deploy/compose.yaml").read_text())

    assert queue in ",".join(served).split(",")
    assert app.conf.beat_schedule[f"monitoring-{queue}"]["options"]["queue"] == queue


def with_redis(expression):
    """What the settings say where Redis and PostgreSQL are named."""
    environment = {
        **os.environ, "REDIS_URL": "redis://127.0.0.1:1/0",
        "DATABASE_URL": "postgres://u@127.0.0.1/x",
    }  # fmt: skip
    code = f"from branchyear import settings as portal; print({expression})"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True,
        check=True,
    ).stdout.strip()  # fmt: skip


# --- Redis ----------------------------------------------------------------------------------------


def complaints(settings, address, *, version="7.4.6", **changes):
    settings.REDIS_URL = address
    for name, value in changes.items():
        setattr(settings, name, value)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checks, "_redis_version", lambda: version)
        return [problem.id for problem in checks.redis_is_behind_a_lock(None)]


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("redis://:geheim@127.0.0.1:6379/0", []),
        ("redis://:geheim@localhost:6379/0", []),
        ("redis://127.0.0.1:6379/0", ["branchyear.W004"]),
        ("redis://:geheim@10.0.0.7:6379/0", ["branchyear.W005"]),
        ("redis://10.0.0.7:6379/0", ["branchyear.W004", "branchyear.W005"]),
        ("rediss://:geheim@10.0.0.7:6379/0", []),
        ("", []),
    ],
)
def test_redis_without_password_or_tls_is_warned_of(settings, address, found):
    assert complaints(settings, address) == found


def test_a_network_of_containers_needs_no_tls(settings):
    address = "redis://:geheim@redis:6379/0"

    assert complaints(settings, address, REDIS_NETWORK_IS_PRIVATE=True) == []


@pytest.mark.parametrize(
    ("version", "is_mended"),
    [
        ("6.2.14", False), ("7.0.15", False), ("7.2.10", False), ("7.2.11", True),
        ("7.4.5", False), ("7.4.6", True), ("8.0.3", False), ("8.0.4", True), ("8.2.1", False),
        ("8.2.2", True), ("8.4.0", True), ("", False),
    ],
)  # fmt: skip
def test_redis_with_the_hole_of_2025_is_known(version, is_mended):
    assert checks.is_mended(version) is is_mended


def test_the_hole_is_warned_of_until_the_operator_says_that_it_is_mended(settings):
    address = "redis://:geheim@127.0.0.1:6379/0"

    assert complaints(settings, address, version="7.0.15") == ["branchyear.W006"]
    assert complaints(settings, address, version="7.0.15", REDIS_IS_PATCHED=True) == []
    assert complaints(settings, address, version=None, REDIS_IS_PATCHED=False) == []


# --- Python of Debian 12 --------------------------------------------------------------------------


def test_nothing_is_unpacked_in_a_way_that_python_3_11_2_does_not_know():
    """``tarfile``'s filters came with 3.11.4: on Debian 12 a restore ended in a TypeError."""
    rooms = ("branchyear", "branches", "members", "tasks", "reports")
    sources = (path for room in rooms for path in (ROOT / room).rglob("*.py"))

    assert [
        path.name
        for path in sources
        if re.search(r"\bextract(all)?\([^)]*\bfilter=", path.read_text())
    ] == []


# --- SQLite ---------------------------------------------------------------------------------------

MOUNTS = """/dev/vda / ext4 rw 0 0
server:/x /srv nfs4 rw 0 0
//server/y /srv/with\\040blank cifs rw 0 0
tmpfs /srv/local tmpfs rw 0 0
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/opt/x", "ext4"),
        ("/srv", "nfs4"),
        ("/srv/x/y", "nfs4"),
        ("/srvx", "ext4"),
        ("/srv/local/x", "tmpfs"),
        ("/srv/with blank/x", "cifs"),
    ],
)
def test_the_file_system_of_a_folder_is_the_innermost_mounts(tmp_path, folder, kind):
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)

    assert kind_of(folder, mounts) == kind
    assert is_over_the_network(folder, mounts) is (kind in {"nfs4", "cifs"})


def test_sqlite_does_not_start_on_a_network_file_system(tmp_path):
    code = (
        "import runpy; from branchyear.lib import mounts; mounts.kind_of = lambda *a: 'nfs4'\n"
        "runpy.run_module('branchyear.settings.data')"
    )
    environment = {**os.environ, "BRANCHYEAR_VAR": str(tmp_path), "DATABASE_URL": ""}

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip

    assert done.returncode == 1
    assert "SQLite loses data" in done.stderr
