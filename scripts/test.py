"""Every test, on everything the portal runs on, in one command.

1. ``sqlite``: the whole suite, as a new user runs the portal; three at a time, since some wait for a
   worker or a browser (``xdist_group`` keeps together what goes in its order or shares a portal);
2. ``engines``: what is marked ``engines`` again on a real PostgreSQL and a real Redis.

More arguments go to pytest as they are: ``make test ARGS="-k dues"``. The run fails when a test
fails, when one is skipped, and when a step finds no test at all (unless arguments narrow it).
The last line is ``N passed, N failed``.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from defusedxml import ElementTree

from scripts import processes, servers

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "test-results"
LONGEST = 45 * 60  # a step that hangs must not hold a build machine for ever
NOTHING_COLLECTED = 5
PACKAGES = ("branchyear", "branches", "members", "tasks", "reports", "scripts")
# Of the caller's environment nothing that would change what is tested.
OURS = (
    "ALLOWED_HOSTS", "BRANCHYEAR_ENV", "BRANCHYEAR_VAR", "DATABASE_URL", "DEBUG", "DEMO_PASSWORD",
    "DEMO_SCALE", "DJANGO_SETTINGS_MODULE", "EMAIL_HOST", "FIELD_KEY", "FIELD_KEY_FALLBACKS", "HOST", "PORT",
    "REDIS_URL", "SECRET_KEY", "SITE_URL",
)  # fmt: skip


@dataclass
class Outcome:
    """What one step of the run came to."""

    step: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    problem: str = ""

    @property
    def is_good(self):
        return not (self.failed or self.skipped or self.problem)


def read_results(step, report):
    """Count a junit report; an error in a fixture is a failure, an expected failure a skip."""
    outcome = Outcome(step)
    cases = ElementTree.parse(report).getroot().iter("testcase")
    kinds = {}  # a test may stand there twice: failed, and again with an error on its way out
    for case in cases:
        bad = case.find("failure") is not None or case.find("error") is not None
        kind = "failed" if bad else "skipped" if case.find("skipped") is not None else "passed"
        kinds.setdefault((case.get("classname"), case.get("name")), set()).add(kind)
    for found in kinds.values():
        kind = next(kind for kind in ("failed", "skipped", "passed") if kind in found)
        setattr(outcome, kind, getattr(outcome, kind) + 1)
    return outcome


def judge(step, returncode, report, *, narrowed):
    """Counts and exit code together; what the report cannot tell is named as the problem."""
    outcome = read_results(step, report) if report.exists() else Outcome(step)
    if returncode == NOTHING_COLLECTED:
        outcome.problem = "" if narrowed else "no test was found"
    elif returncode and not outcome.failed:
        outcome.failed = 1
        outcome.problem = f"pytest ended with {returncode}"
    return outcome


def run_step(step, arguments, environment, extra):
    report = RESULTS / f"{step}.xml"
    report.unlink(missing_ok=True)
    print(f"\n== {step} ==", flush=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="branchyear-test-", ignore_cleanup_errors=True) as var:
        pytest = processes.start(
            [sys.executable, "-m", "pytest", "-q", f"--junit-xml={report}", *arguments, *extra],
            cwd=ROOT,
            env={**environment, "BRANCHYEAR_VAR": var},
        )
        try:
            pytest.wait(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            print(f"{step}: not done after {LONGEST // 60} minutes, stopped", flush=True)
        finally:
            processes.stop([pytest], grace=10, sign=signal.SIGINT)
    outcome = judge(step, pytest.returncode, report, narrowed=bool(extra))
    outcome.seconds = time.monotonic() - started
    return outcome


def marked_files(mark):
    """The test files that name this mark; no other can hold a test that has it."""
    return sorted(
        str(file.relative_to(ROOT))
        for package in PACKAGES
        for file in (ROOT / package).rglob("test_*.py")
        if f"mark.{mark}" in file.read_text()
    )


def run_all(extra):
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    environment["PYTHONUNBUFFERED"] = "1"
    # Compiled once and kept, also where PYTHONDONTWRITEBYTECODE is set: the run starts some sixty Pythons,
    # and each would otherwise compile Django and Celery again (3 s of processor time apiece).
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment["PYTHONPYCACHEPREFIX"] = str(RESULTS / "bytecode")
    parallel = ["-n", "3", "--dist", "loadgroup"]
    yield run_step("sqlite", parallel, environment, extra)
    try:
        with ExitStack() as stack:
            engines = {
                **environment,
                "DATABASE_URL": stack.enter_context(servers.postgres()),
                "REDIS_URL": stack.enter_context(servers.redis()),
            }
            chosen = ["-m", "engines and not any_engine and not journey"]
            # Told by name, four processes need not read the other files only to put their tests away.
            files = [] if extra else marked_files("engines")
            yield run_step("engines", [*chosen, *parallel, *files], engines, extra)
    except (OSError, RuntimeError, subprocess.CalledProcessError) as problem:
        print(problem, flush=True)
        yield Outcome("engines", failed=1, problem="a server did not start")


def summary(outcomes):
    lines = ["", f"{'step':<12}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}"]
    for one in outcomes:
        counts = f"{one.passed:>8}{one.failed:>8}{one.skipped:>9}{one.seconds:>9.0f}"
        lines.append(f"{one.step:<12}{counts}  {one.problem}".rstrip())
    skipped = sum(one.skipped for one in outcomes)
    if skipped:
        lines.append(f"{skipped} skipped: a test that does not run proves nothing, the run fails")
    passed, failed = (sum(getattr(one, kind) for one in outcomes) for kind in ("passed", "failed"))
    lines += ["", f"{passed} passed, {failed} failed"]
    return "\n".join(lines)


def main(extra):
    # A build server stops us with SIGTERM: go out through the doors that stop the servers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    RESULTS.mkdir(exist_ok=True)
    try:
        outcomes = list(run_all(extra))
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return 130
    print(summary(outcomes), flush=True)
    return 0 if all(outcome.is_good for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
