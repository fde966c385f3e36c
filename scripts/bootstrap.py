"""Set-up from nothing: a virtual environment with the locked packages, and the few system libraries.

Standard library only, because it runs before anything is installed; the syntax stays readable to an
old Python, so that an old Python is told so instead of failing on a bracket.

``python3 scripts/bootstrap.py`` prepares for running, ``--dev`` for tests and linting as well.
A second call changes nothing and takes a fraction of a second.
"""

import argparse
import ctypes.util
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OLDEST, NEWEST = (3, 11), (3, 13)
LOCKS = {"run": "requirements.txt", "dev": "requirements-dev.txt"}
PANGO = ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset")


class CannotGoOn(Exception):
    """Something a person has to do first; carries the sentence that says so."""


# --- Python packages ---------------------------------------------------------------------------


def python_refusal(version):
    """The sentence for a Python that is too old or not yet tried, or nothing."""
    if OLDEST <= tuple(version[:2]) <= NEWEST:
        return None
    found = ".".join(str(part) for part in version[:3])
    return (
        f"需要 Python 3.11 至 3.13，当前是 {found}。可用 PYTHON=python3.11 make run 指定。\n"
        f"Python 3.11 to 3.13 is needed, this is {found}; choose one with PYTHON=python3.11 make run."
    )


def fingerprint(lock, version):
    """Changes when the locked packages change or another Python builds the environment."""
    python = ".".join(str(part) for part in version[:3])
    return hashlib.sha256(python.encode() + b"\n" + lock.read_bytes()).hexdigest()


def stamp_of(venv, purpose):
    return venv / f".installed-{purpose}"


def is_installed(venv, purpose, print_of_lock):
    stamp = stamp_of(venv, purpose)
    try:
        same = stamp.read_text().strip() == print_of_lock
    except OSError:
        return False
    return same and (venv / "bin" / "python").exists()


def is_usable(venv, version):
    """The environment works and was made by this very series of Python."""
    site = venv / "lib" / f"python{version[0]}.{version[1]}" / "site-packages"
    return (venv / "bin" / "python").exists() and (site / "pip").is_dir()


def prepare_venv(purpose, version=sys.version_info):
    """Install the locked packages for ``run`` or ``dev``, unless exactly those are there."""
    if VENV.is_symlink():
        # Somebody looks after that environment elsewhere: use it, never write into it.
        if not (VENV / "bin" / "python").exists():
            raise CannotGoOn(
                "链接 .venv 指向的环境不可用，请删除该链接后重试。\n"
                "The link .venv leads to no working environment; remove the link and try again."
            )
        return
    prints = {name: fingerprint(ROOT / lock, version) for name, lock in LOCKS.items()}
    if is_installed(VENV, purpose, prints[purpose]):
        return
    for name in LOCKS:  # from here until the end the environment is in between
        stamp_of(VENV, name).unlink(missing_ok=True)
    if not is_usable(VENV, version):
        say("正在建立 Python 环境 …")
        # The base interpreter, so that it also works when started from an activated environment.
        python = getattr(sys, "_base_executable", None) or sys.executable
        run([python, "-m", "venv", "--clear", VENV], "建立 Python 环境失败 / making .venv failed")
    say("正在安装依赖，首次约半分钟 …")
    # Not compiled in advance: that takes a third of the time, and most modules are never imported.
    run(
        [VENV / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-input", "--no-compile",
         "--disable-pip-version-check", "--require-hashes", "-r", ROOT / LOCKS[purpose]],
        "安装依赖失败，请检查网络后重试 / installing the packages failed, is there a network?",
    )  # fmt: skip
    # The dev lock holds everything of the run lock at the same versions.
    for name in ("run", "dev") if purpose == "dev" else ("run",):
        stamp_of(VENV, name).write_text(prints[name] + "\n")


def run(argv, sentence):
    finished = subprocess.run([str(part) for part in argv], stdin=subprocess.DEVNULL, check=False)
    if finished.returncode:
        raise CannotGoOn(sentence)


@contextmanager
def one_at_a_time():
    """Two calls at once take turns. The checkout's own directory is the lock: no file is left."""
    handle = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("另一个准备过程正在进行，等待其完成 …")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


# --- System packages ---------------------------------------------------------------------------


def has_venv_module():
    """Debian keeps ensurepip in a package of its own; without it ``venv`` fails half-way."""
    if VENV.is_symlink() or is_usable(VENV, sys.version_info):
        return True
    importlib.invalidate_caches()
    return importlib.util.find_spec("ensurepip") is not None


def has_pango():
    return all(ctypes.util.find_library(name) for name in PANGO)


def has_chromium():
    return bool(shutil.which("chromium")) or os.access("/usr/bin/chromium", os.X_OK)


def has_chinese_font():
    if not shutil.which("fc-list"):
        return False
    listed = subprocess.run(
        ["fc-list", ":lang=zh-cn", "family"], capture_output=True, check=False, timeout=60
    )
    return bool(listed.stdout.strip())


class Need:
    """Something outside Python: how to see it, which Debian packages bring it, who needs it."""

    def __init__(self, what, is_there, packages, needed_for, essential=True):
        self.what = what
        self.is_there = is_there
        self.packages = packages
        self.needed_for = needed_for
        self.essential = essential

    def stops(self, purpose):
        """Tests need everything; the portal runs without PDF export."""
        return self.essential or purpose == "dev"


NEEDS = [
    Need("Python venv", has_venv_module, ["python3-venv"], {"run", "dev"}),
    Need(
        "PDF (Pango)",
        has_pango,
        ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"],
        {"run", "dev"},
        essential=False,
    ),
    Need("Chromium", has_chromium, ["chromium"], {"dev"}),
    Need("pdftoppm", lambda: bool(shutil.which("pdftoppm")), ["poppler-utils"], {"dev"}),
    Need("中文字体 / Chinese font", has_chinese_font, ["fontconfig", "fonts-noto-cjk"], {"dev"}),
    Need("Redis", lambda: bool(shutil.which("redis-server")), ["redis-server"], {"dev"}),
]


def missing_for(purpose, needs=None):
    return [
        need
        for need in (NEEDS if needs is None else needs)
        if purpose in need.needed_for and not need.is_there()
    ]


def how_to_install(missing):
    """The command for an administrator, in both languages, one line each."""
    what = "、".join(need.what for need in missing)
    packages = " ".join(package for need in missing for package in need.packages)
    command = f"apt-get install --no-install-recommends {packages}"
    return (
        f"缺少 {what}，请以管理员身份执行：sudo {command}\nMissing system packages: sudo {command}"
    )


def may_use_apt():
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def prepare_system(purpose):
    """Install what is missing where we may; else say what to install, and stop if it is needed."""
    missing = missing_for(purpose)
    if missing and may_use_apt():
        packages = [package for need in missing for package in need.packages]
        say("正在安装系统软件包：" + " ".join(packages) + " …")
        apt_install(packages)
        missing = missing_for(purpose)
    if not missing:
        return
    sentence = how_to_install(missing)
    if any(need.stops(purpose) for need in missing):
        raise CannotGoOn(sentence)
    say(sentence + "\n（不影响启动，仅 PDF 导出暂不可用 / the portal runs, without PDF export）")


def apt_install(packages):
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    commands = [
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-qq", "-y", "--no-install-recommends",
         "-o", "DPkg::Lock::Timeout=120", *packages],
    ]  # fmt: skip
    for command in commands:
        finished = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if finished.returncode:  # the check that follows decides whether this matters
            tail = finished.stdout.decode(errors="replace").strip().splitlines()[-5:]
            say(" ".join(command[:2]) + ":\n  " + "\n  ".join(tail))


# --- The door ------------------------------------------------------------------------------------


def say(text):
    print(text, file=sys.stderr, flush=True)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dev", action="store_true", help="also what tests and linting need")
    purpose = "dev" if parser.parse_args(argv).dev else "run"
    refusal = python_refusal(sys.version_info)
    if refusal:
        say(refusal)
        return 1
    try:
        with one_at_a_time():
            prepare_system(purpose)
            prepare_venv(purpose)
    except CannotGoOn as problem:
        say(str(problem))
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
