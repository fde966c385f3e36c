"""Runs the whole portal on one machine: prepare the data, then keep web, worker and beat alive.

``make run`` starts it; the standard library is enough. It holds ``var/portal.lock`` while it lives,
writes each program's output to ``var/log``, restarts what dies, and on Ctrl-C or SIGTERM lets a
running job finish (at most 15 seconds) before it goes.
"""

import contextlib
import errno
import fcntl
import hashlib
import http.client
import math
import os
import signal
import socket
import sys
import time
from pathlib import Path

from scripts import processes

ROOT = Path(__file__).resolve().parent.parent
GRACE = 15  # seconds a running job may take to finish; what is cut off is taken up again later
QUICK = 30  # a program that lives shorter than this did not really start
QUICK_DEATHS = 5  # then it will not start at all, and a person has to look
READY_WITHIN = 120  # seconds; a busy machine has been seen to need one minute
LOG_BYTES = 5 * 1024 * 1024
LOG_KEPT = 3

DEMO_ACCOUNTS = [
    ("zzb", "市委组织部"),
    ("gongwei", "市直机关工委"),
    ("zhishu01", "第一个直属党组织"),
    ("shuji001", "该组织第一个支部的书记"),
    ("ducha", "第三方检查"),
    ("admin", "系统管理员"),
]


class CannotStart(Exception):
    """Why the portal does not come up; carries the sentence for the person who started it."""


class Stopped(Exception):
    """Somebody asked us to stop while we were still preparing."""


def say(text):
    with contextlib.suppress(OSError):  # the terminal may be gone; the portal still stops in order
        print(text, flush=True)


# --- Where and how ---------------------------------------------------------------------------------


class Place:
    """What the environment says: data folder, address, and whether this is the demo."""

    def __init__(self, environ):
        self.var = Path(environ.get("BRANCHYEAR_VAR") or ROOT / "var").resolve()
        self.logs = self.var / "log"
        self.host = environ.get("HOST") or "127.0.0.1"
        self.port = port_number(environ.get("PORT") or "8000")
        self.production = environ.get("BRANCHYEAR_ENV") == "production"
        scale = environ.get("DEMO_SCALE") or "city"
        self.demo = None if self.production or scale == "none" else scale
        self.password = environ.get("DEMO_PASSWORD") or "jcjs-demo-2022"
        # Production answers only to its own names, and only over TLS: the probe speaks as the proxy.
        hosts = [name.strip() for name in environ.get("ALLOWED_HOSTS", "").split(",")]
        self.asked_as = next((name for name in hosts if name and "*" not in name), "127.0.0.1")
        self.environment = dict(
            # Large pages for what is large: the 100 MB of a password's check take a fifth less of the processor.
            {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1", **environ},
            DJANGO_SETTINGS_MODULE="branchyear.settings",
            PYTHONUNBUFFERED="1",
            BRANCHYEAR_VAR=str(self.var),
            PORT=str(self.port),
        )

    @property
    def bind(self):
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def local_host(self):
        """Where this machine itself reaches the server, also when it listens everywhere."""
        everywhere = self.host.strip("0.:") == ""
        return ("::1" if ":" in self.host else "127.0.0.1") if everywhere else self.host

    @property
    def url(self):
        host = f"[{self.local_host}]" if ":" in self.local_host else self.local_host
        return f"http://{host}:{self.port}/"


def port_number(text):
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    raise CannotStart(f"PORT 应为 1 至 65535 的数字，当前是“{text}”。")


def check_port(host, port):
    """Say that the port is taken before anything is started; the sentence names the way out."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As the web server does: connections of the last run that are still closing do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            if problem.errno == errno.EADDRINUSE:
                raise CannotStart(
                    f"端口 {port} 已被占用。请停止占用它的程序，或换一个端口：PORT={port + 1} make run"
                ) from None
            raise CannotStart(f"无法使用 {host}:{port}：{problem.strerror or problem}。") from None


def lock_data_folder(var):
    """Only one portal works on a data folder; the lock goes with the process, however it ends."""
    var.mkdir(parents=True, exist_ok=True)
    handle = (var / "portal.lock").open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.seek(0)
        holder = handle.read().strip()
        handle.close()
        raise CannotStart(
            f"平台已在使用数据目录 {var} 运行（进程号 {holder or '未知'}），请先停止它，"
            "或用 BRANCHYEAR_VAR 指定另一个目录。"
        ) from None
    handle.truncate(0)
    handle.write(f"{os.getpid()}\n")
    handle.flush()
    return handle


# --- Prepare the data ------------------------------------------------------------------------------


def fingerprint_of_static(root):
    """Changes when a file under a ``static`` folder, the settings or the locked packages change."""
    folders = [root / "static", *sorted(root.glob("*/static")), *sorted(root.glob("*/*/static"))]
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    settings = sorted((root / "branchyear" / "settings").glob("*.py"))
    digest = hashlib.sha256()
    for path in [root / "requirements.txt", *settings, *files]:
        digest.update(f"{path.relative_to(root)}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def prepare(place, stopping):
    """Bring the data up to date and, at the same time (two cores), collect changed static files."""
    log = place.logs / "setup.log"
    rotate(log)
    say("正在准备数据 …")
    steps = {"data": ["-m", "scripts.prepare_data", *filter(None, [place.demo])]}
    stamp = ROOT / "staticfiles" / ".collected"
    wanted = fingerprint_of_static(ROOT)
    stale = not stamp.exists() or stamp.read_text() != wanted
    if stale:
        stamp.unlink(missing_ok=True)
        steps["static"] = [
            "manage.py",
            "collectstatic",
            "--no-input",
            "--clear",
            "--verbosity",
            "0",
        ]
    run_steps(steps, place, log, stopping)
    if stale:
        stamp.write_text(wanted)


def run_steps(steps, place, log, stopping):
    """Run all to their end: progress on the screen, warnings and errors in the log."""
    running = {}
    try:
        with log.open("ab") as errors:
            for name, arguments in steps.items():
                running[name] = processes.start(
                    [sys.executable, *arguments], cwd=ROOT, env=place.environment, stderr=errors
                )
        while None in (codes := [step.poll() for step in running.values()]) and not any(codes):
            if stopping():
                raise Stopped
            time.sleep(0.05)
        for name, step in running.items():
            if step.returncode:
                raise CannotStart(f"准备失败：{name}（{ended(step.returncode)}）\n{tail_of(log)}")
    finally:
        processes.stop(running.values(), grace=GRACE)


# --- Keep the programs alive -----------------------------------------------------------------------


def rotate(log, *, limit=LOG_BYTES, kept=LOG_KEPT):
    """At a start, a log over its size becomes .1, the former .1 becomes .2; the oldest goes."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if not log.exists() or log.stat().st_size < limit:
        return
    for number in range(kept, 1, -1):
        older, newer = Path(f"{log}.{number}"), Path(f"{log}.{number - 1}")
        if newer.exists():
            newer.replace(older)
    log.replace(f"{log}.1")


def tail_of(log, lines=25):
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 64 * 1024))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join("  | " + line for line in text.splitlines()[-lines:])


def ended(returncode):
    return f"信号 {-returncode}" if returncode < 0 else f"退出码 {returncode}"


def wait_after(deaths):
    """Seconds before the next try: 1, 2, 4, 8 … at most 30."""
    return min(2.0 ** (deaths - 1), 30.0)


class Child:
    """One program of the portal and what became of it so far."""

    def __init__(self, name, argv, log, *, yields=False, after_first_answer=False):
        self.name = name
        self.argv = argv
        self.log = log
        self.yields = yields  # see processes.start
        self.process = None
        self.started = 0.0
        self.deaths = 0  # quick ones, in a row
        self.next_start = math.inf if after_first_answer else 0.0


class Supervisor:
    """Starts the children, restarts what dies, and stops them all in good order."""

    def __init__(self, children, *, environment, cwd, quick=QUICK, wait=wait_after, grace=GRACE):
        self.children = children
        self.environment = environment
        self.cwd = cwd
        self.quick = quick
        self.wait = wait
        self.grace = grace

    def start(self):
        for child in self.children:
            rotate(child.log)
        self.look()

    def start_the_rest(self):
        """What was held back so that the first page comes sooner."""
        for child in self.children:
            if child.next_start == math.inf:
                child.next_start = 0.0
        self.look()

    def _start(self, child):
        with child.log.open("ab") as log:
            child.process = processes.start(
                child.argv, yields=child.yields, cwd=self.cwd, env=self.environment,
                stdout=log, stderr=log,
            )  # fmt: skip
        child.started = time.monotonic()

    def look(self):
        """Notice the dead and start again those whose wait is over."""
        now = time.monotonic()
        for child in self.children:
            if child.process is None:
                if now >= child.next_start:
                    self._start(child)
            elif child.process.poll() is not None:
                self._bury(child, now)

    def _bury(self, child, now):
        processes.kill_group(child.process)  # pool children that outlived their parent
        returncode, child.process = child.process.returncode, None
        child.deaths = child.deaths + 1 if now - child.started < self.quick else 1
        if child.deaths >= QUICK_DEATHS:
            raise CannotStart(
                f"{child.name} 连续 {child.deaths} 次无法启动（{ended(returncode)}），"
                f"平台已停止。日志 {child.log} 的最后部分：\n{tail_of(child.log)}"
            )
        wait = self.wait(child.deaths)
        child.next_start = now + wait
        say(f"{child.name} 意外退出（{ended(returncode)}），{wait:.0f} 秒后重新启动。")

    def stop(self):
        running = [child.process for child in self.children if child.process is not None]
        processes.stop(running, grace=self.grace)


def portal_children(place):
    python = sys.executable
    celery = [python, "-m", "celery", "-A", "branchyear"]
    web = [
        python, "-m", "gunicorn", "branchyear.wsgi:application",
        "--bind", place.bind,
        # Threads are for uploads, files and log-ins alone (branchyear/lib/webworker.py).
        "--worker-class", "branchyear.lib.webworker.Worker", "--workers", "4", "--threads", "8",
        "--preload",  # load once, fork four times: quicker on two cores, and the memory is shared
        "--timeout", "60", "--graceful-timeout", "10",
        "--no-control-socket",  # it would be written into HOME, which may not be ours
        # No line of its own for a request: the portal writes one (branchyear/monitoring/middleware.py).
    ]  # fmt: skip
    worker = [
        *celery, "worker", "-P", "prefork", "-c", "2", "-Q", "default,mail,heavy",
        "--loglevel", "INFO", "--without-gossip", "--without-mingle",
    ]  # fmt: skip
    # No pid file: after a crash a stale one would keep beat from starting.
    beat = [*celery, "beat", "--loglevel", "INFO", "--pidfile="]
    return [
        Child("web", web, place.logs / "web.log"),
        # Whoever waits for a page goes before a ledger.
        Child("worker", worker, place.logs / "worker.log", yields=True),
        # Two cores load two programs at a time; nothing falls due in these seconds.
        Child("beat", beat, place.logs / "beat.log", after_first_answer=True),
    ]


def is_ready(place):
    connection = http.client.HTTPConnection(place.local_host, place.port, timeout=5)
    try:
        headers = {"Host": place.asked_as, "X-Forwarded-Proto": "https"}
        connection.request("GET", "/healthz", headers=headers)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def announcement(place):
    lines = [
        "",
        "党支部基本建设年管理平台已启动",
        f"  网址  {place.url}",
        f"  日志  {place.logs}",
        "  停止  Ctrl-C",
    ]
    if place.demo:
        lines += ["", f"  演示账号（密码均为 {place.password}）"]
        lines += [f"    {account:<10}{who}" for account, who in DEMO_ACCOUNTS]
    return "\n".join(lines) + "\n"


def serve(place, stopping):
    """Until somebody stops us: start, announce once the first page answers, keep alive."""
    supervisor = Supervisor(portal_children(place), environment=place.environment, cwd=ROOT)
    say("正在启动网站与后台任务 …")
    announced = False
    try:
        supervisor.start()
        deadline = time.monotonic() + READY_WITHIN
        while not stopping():
            supervisor.look()
            if not announced and is_ready(place):
                announced = True
                supervisor.start_the_rest()
                say(announcement(place))
            elif not announced and time.monotonic() > deadline:
                web = supervisor.children[0]
                raise CannotStart(
                    f"网站在 {READY_WITHIN} 秒内没有应答。日志 {web.log} 的最后部分：\n{tail_of(web.log)}"
                )
            time.sleep(0.2)
        say(f"正在停止（最多 {GRACE} 秒）…")
    finally:
        supervisor.stop()


def main():
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")
    asked = []
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, lambda number, _frame: asked.append(number))

    def stopping():
        return bool(asked)

    try:
        place = Place(os.environ)
        lock = lock_data_folder(place.var)
        with lock:
            check_port(place.host, place.port)
            prepare(place, stopping)
            serve(place, stopping)
    except CannotStart as problem:
        print(problem, file=sys.stderr, flush=True)
        return 1
    except Stopped:
        pass
    say("已停止。")
    return 0


if __name__ == "__main__":
    sys.exit(main())
