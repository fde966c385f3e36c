"""The supervisor: real small programs are started, die, are restarted and stopped."""

import math
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from scripts import portal, processes

# Writes every TERM it gets into a file; its child does the same, as a pool child would.
PARENT_WITH_CHILD = """
import os, signal, sys, time
def note(who):
    def handler(*_):
        with open(sys.argv[1], "a") as file:
            file.write(who + " told\\n")
        if who == "main":
            os._exit(0)
    return handler
if os.fork() == 0:
    signal.signal(signal.SIGTERM, note("child"))
    open(sys.argv[1] + ".child", "w").write(str(os.getpid()))
    while True:
        time.sleep(0.01)
signal.signal(signal.SIGTERM, note("main"))
open(sys.argv[1] + ".main", "w").write(str(os.getpid()))
while True:
    time.sleep(0.01)
"""
DEAF = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    open(sys.argv[1] + ".child", "w").write(str(os.getpid()))
else:
    open(sys.argv[1] + ".main", "w").write(str(os.getpid()))
time.sleep(60)
"""
COUNT_AND_DIE = """
import sys
with open(sys.argv[1], "a") as file:
    file.write("started\\n")
print("the reason why")
sys.exit(3)
"""


@pytest.fixture
def supervise(tmp_path):
    """Make a supervisor over one small program; whatever happens, nothing is left."""
    made = []

    def make(code, **options):
        child = portal.Child(
            "worker", [sys.executable, "-c", code, tmp_path / "notes"], tmp_path / "worker.log"
        )
        options.setdefault("wait", lambda _deaths: 0)
        supervisor = portal.Supervisor(
            [child], environment=dict(os.environ), cwd=tmp_path, **options
        )
        made.append(supervisor)
        return supervisor

    yield make
    for supervisor in made:
        supervisor.grace = 0
        supervisor.stop()


def eventually(found, seconds=20):
    """Poll until it is so; the limit is only for a machine that hangs."""
    give_up = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < give_up, "it never came to be"
        time.sleep(0.01)
    return value


def pid_in(path):
    return int(eventually(lambda: path.exists() and path.read_text()))


def is_alive(pid):
    """A zombie that its new parent has not collected yet counts as dead."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_only_the_main_process_is_told_to_stop(supervise, tmp_path):
    supervisor = supervise(PARENT_WITH_CHILD, grace=10)
    supervisor.start()
    child = pid_in(tmp_path / "notes.child")
    pid_in(tmp_path / "notes.main")

    supervisor.stop()

    assert (tmp_path / "notes").read_text() == "main told\n"
    eventually(lambda: not is_alive(child))


def test_what_does_not_listen_is_killed_with_its_children(supervise, tmp_path):
    supervisor = supervise(DEAF, grace=0.2)
    supervisor.start()
    pids = [pid_in(tmp_path / "notes.main"), pid_in(tmp_path / "notes.child")]

    supervisor.stop()

    eventually(lambda: not any(is_alive(pid) for pid in pids))


def test_a_child_that_dies_is_started_again(supervise, tmp_path, capsys):
    supervisor = supervise(PARENT_WITH_CHILD)
    supervisor.start()
    first = pid_in(tmp_path / "notes.main")
    (tmp_path / "notes.main").unlink()
    os.kill(first, signal.SIGKILL)

    def second():
        supervisor.look()
        path = tmp_path / "notes.main"
        return path.exists() and path.read_text()

    assert int(eventually(second)) != first
    assert "worker 意外退出（信号 9）" in capsys.readouterr().out


def test_a_dead_parent_does_not_leave_its_pool_behind(supervise, tmp_path):
    supervisor = supervise(PARENT_WITH_CHILD, wait=lambda _deaths: 3600)
    supervisor.start()
    pool_child = pid_in(tmp_path / "notes.child")
    os.kill(pid_in(tmp_path / "notes.main"), signal.SIGKILL)

    eventually(lambda: supervisor.look() or not is_alive(pool_child))


def test_five_quick_deaths_stop_the_portal_and_show_the_reason(supervise, tmp_path):
    supervisor = supervise(COUNT_AND_DIE)
    supervisor.start()

    with pytest.raises(portal.CannotStart) as end:
        eventually(supervisor.look)

    assert (tmp_path / "notes").read_text().count("started") == 5
    assert "连续 5 次无法启动（退出码 3）" in str(end.value)
    assert "| the reason why" in str(end.value)


def test_a_death_after_a_long_life_starts_the_count_anew(supervise):
    supervisor = supervise(COUNT_AND_DIE, quick=0, wait=lambda _deaths: 3600)
    supervisor.start()
    child = supervisor.children[0]
    child.deaths = 4

    eventually(lambda: supervisor.look() or child.process is None)

    assert child.deaths == 1


def test_what_is_held_back_starts_only_when_it_is_called(supervise):
    supervisor = supervise("import time; time.sleep(60)")
    supervisor.children[0].next_start = math.inf
    supervisor.start()
    before = supervisor.children[0].process

    supervisor.start_the_rest()

    assert before is None
    assert supervisor.children[0].process.poll() is None


def test_the_wait_before_a_restart_doubles_up_to_half_a_minute():
    assert [portal.wait_after(deaths) for deaths in (1, 2, 3, 4, 5, 6, 9)] == [
        1,
        2,
        4,
        8,
        16,
        30,
        30,
    ]


def test_a_taken_port_is_named_with_the_way_out():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(portal.CannotStart) as refusal:
            portal.check_port("127.0.0.1", port)

    assert f"端口 {port} 已被占用" in str(refusal.value)
    assert f"PORT={port + 1} make run" in str(refusal.value)


def test_a_free_port_is_not_held_by_the_check():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    portal.check_port("127.0.0.1", port)
    portal.check_port("127.0.0.1", port)


def test_a_taken_port_ends_the_start_before_anything_is_made(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        environment = {
            **os.environ,
            "BRANCHYEAR_VAR": str(tmp_path / "var"),
            "PORT": str(other.getsockname()[1]),
        }

        end = subprocess.run(
            [sys.executable, "-m", "scripts.portal"],
            cwd=portal.ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    assert end.returncode == 1
    assert "已被占用" in end.stderr
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["portal.lock"]


@pytest.mark.parametrize("text", ["0", "65536", "http", "８０", "-1"])
def test_a_port_that_is_no_port_is_refused(text):
    with pytest.raises(portal.CannotStart, match="PORT 应为"):
        portal.port_number(text)


def test_a_preparation_that_fails_names_its_step_and_shows_why(tmp_path):
    place = portal.Place({**os.environ, "BRANCHYEAR_VAR": str(tmp_path)})
    steps = {
        "static": ["-c", "import time; time.sleep(60)"],
        "data": ["-c", "import sys; print('no disk', file=sys.stderr); sys.exit(2)"],
    }

    with pytest.raises(portal.CannotStart, match=r"data（退出码 2）\n  \| no disk"):
        portal.run_steps(steps, place, tmp_path / "setup.log", stopping=lambda: False)


def test_a_preparation_is_stopped_with_us(tmp_path):
    place = portal.Place({**os.environ, "BRANCHYEAR_VAR": str(tmp_path)})
    steps = {"data": ["-c", "import time; time.sleep(60)"]}

    with pytest.raises(portal.Stopped):
        portal.run_steps(steps, place, tmp_path / "setup.log", stopping=lambda: True)


def test_a_second_portal_on_the_same_data_is_refused(tmp_path):
    with (
        portal.lock_data_folder(tmp_path),
        pytest.raises(portal.CannotStart, match=f"进程号 {os.getpid()}"),
    ):
        portal.lock_data_folder(tmp_path)

    portal.lock_data_folder(tmp_path).close()


def test_the_lock_goes_with_a_portal_that_was_killed(tmp_path):
    code = """
        import sys, time
        from pathlib import Path
        from scripts import portal
        lock = portal.lock_data_folder(Path(sys.argv[1]))
        print("held", flush=True)
        time.sleep(60)
    """
    holder = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), tmp_path],
        cwd=portal.ROOT,
        stdout=subprocess.PIPE,
    )
    with holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(portal.CannotStart):
            portal.lock_data_folder(tmp_path)
        holder.kill()

    portal.lock_data_folder(tmp_path).close()


def test_the_accounts_are_shown_for_the_demo(tmp_path):
    place = portal.Place(
        {"BRANCHYEAR_VAR": str(tmp_path), "PORT": "8123", "DEMO_PASSWORD": "secret"}
    )

    text = portal.announcement(place)

    assert "http://127.0.0.1:8123/" in text
    assert "密码均为 secret" in text
    for account in ("zzb", "gongwei", "zhishu01", "shuji001", "ducha", "admin"):
        assert account in text


@pytest.mark.parametrize("setting", [{"BRANCHYEAR_ENV": "production"}, {"DEMO_SCALE": "none"}])
def test_no_account_is_shown_where_there_is_no_demo(tmp_path, setting):
    place = portal.Place({"BRANCHYEAR_VAR": str(tmp_path), "DEMO_PASSWORD": "secret", **setting})

    text = portal.announcement(place)

    assert place.demo is None
    assert "secret" not in text
    assert "zzb" not in text


def test_children_know_the_settings_and_the_same_data_folder(tmp_path):
    place = portal.Place({"BRANCHYEAR_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "other"})

    assert place.environment["DJANGO_SETTINGS_MODULE"] == "branchyear.settings"
    assert place.environment["BRANCHYEAR_VAR"] == str(tmp_path)
    assert place.environment["PYTHONUNBUFFERED"] == "1"


def test_a_server_for_all_addresses_is_asked_on_this_machine(tmp_path):
    place = portal.Place({"BRANCHYEAR_VAR": str(tmp_path), "HOST": "0.0.0.0", "PORT": "80"})

    assert (place.bind, place.url) == ("0.0.0.0:80", "http://127.0.0.1:80/")


def test_a_long_log_makes_room_at_the_start_and_three_old_ones_are_kept(tmp_path):
    log = tmp_path / "web.log"
    for text in ("first", "second", "third", "fourth", "fifth"):
        log.write_text(text)
        portal.rotate(log, limit=1)
    log.write_text("now")

    kept = {path.name: path.read_text() for path in tmp_path.iterdir()}

    assert kept == {
        "web.log": "now",
        "web.log.1": "fifth",
        "web.log.2": "fourth",
        "web.log.3": "third",
    }


def test_a_short_log_is_continued(tmp_path):
    log = tmp_path / "web.log"
    log.write_text("yesterday\n")

    portal.rotate(log)

    assert log.read_text() == "yesterday\n"


def test_static_files_are_collected_again_only_when_one_changed(tmp_path):
    for name in ("static/site.css", "app/static/app/a.js", "branchyear/settings/looks.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "requirements.txt").write_text("django")
    before = portal.fingerprint_of_static(tmp_path)
    os.utime(tmp_path / "static" / "site.css", (1, 1))
    touched = portal.fingerprint_of_static(tmp_path)

    (tmp_path / "app" / "static" / "app" / "a.js").write_text("y")
    changed = portal.fingerprint_of_static(tmp_path)

    assert touched == before
    assert changed != before


def test_jobs_go_after_pages_where_the_processor_is_short(tmp_path):
    place = portal.Place({"BRANCHYEAR_VAR": str(tmp_path)})
    yields = {child.name: child.yields for child in portal.portal_children(place)}
    assert yields == {"web": False, "worker": True, "beat": False}

    said = "import os; print(os.nice(0), os.sched_getscheduler(0) == os.SCHED_IDLE)"
    asked = processes.start([sys.executable, "-c", said], yields=True, stdout=subprocess.PIPE)
    rank, only_when_idle = asked.communicate()[0].split()
    assert int(rank) == min(os.nice(0) + 19, 19)
    assert only_when_idle == b"True"


@pytest.mark.skipif(
    not Path("/proc/self/autogroup").exists(), reason="this system ranks no sessions"
)
def test_the_whole_session_of_a_job_goes_after_the_pages():
    asked = processes.start(["cat", "/proc/self/autogroup"], yields=True, stdout=subprocess.PIPE)

    assert asked.communicate()[0].split()[-2:] == [b"nice", b"19"]
