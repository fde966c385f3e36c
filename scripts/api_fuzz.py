"""schemathesis against the running portal: every operation of the API, as a secretary and as a reviewer.

``make api-fuzz`` runs it: a fresh folder with the small demo, the real server, then two runs of schemathesis (its
phases examples, coverage, fuzzing and, unless ``--no-stateful``, stateful) with keys of ``shuji001`` and
``gongwei``. Whatever answers 5xx, contradicts the description or takes what it says it does not take ends it with 1.
schemathesis brings packages that the portal's locks do not agree with; so it has a lock and an environment of its own
(``requirements/fuzz.txt``, ``.venv-fuzz``).

``--examples N`` for each operation and run (default 20); ``--url`` and ``--key`` for a portal that runs already.
"""

import argparse
import hashlib
import os
import secrets
import subprocess
import sys
import tempfile
import urllib.request
import venv
from contextlib import contextmanager, suppress
from pathlib import Path

from scripts import processes
from scripts.servers import free_port, wait_for

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "fuzz.txt"
FUZZ = ROOT / ".venv-fuzz"
WHO = ("shuji001", "gongwei")
MAKE_KEY = (
    "from datetime import timedelta; from django.utils import timezone as t;"
    "from branches.services import tokens; from branchyear.accounts.models import User;"
    "from branchyear.tokens.scopes import SCOPES;"
    "print(tokens.issue(name='api-fuzz', scopes=SCOPES, days=1, now=t.now(),"
    " by=User.objects.get(username='{who}'))[1])"
)


def prepare():
    """The environment of schemathesis, made once for each lock."""
    stamp = FUZZ / ".installed"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    venv.create(FUZZ, with_pip=True, clear=True)
    pip = [str(FUZZ / "bin" / "python"), "-m", "pip", "install", "-q", "--require-hashes"]
    subprocess.run([*pip, "-r", str(LOCK)], check=True)
    stamp.write_text(wanted)


def manage(env, *words):
    command = [sys.executable, "manage.py", *words]
    done = subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, text=True)
    return done.stdout


@contextmanager
def portal(folder):
    """``(address, key of each)`` of a portal with the small demo, in ``folder``."""
    env = os.environ | {
        "BRANCHYEAR_VAR": str(folder),
        "API_READS_PER_MINUTE": "1000000",
        "API_WRITES_PER_MINUTE": "1000000",
        "API_WRONG_KEYS": "1000000",  # each operation is also asked with a wrong key
        "LOG_LEVEL": "ERROR",
    }
    env.pop("DJANGO_SETTINGS_MODULE", None)
    print("preparing the small demo …", flush=True)
    manage(env, "collectstatic", "--noinput", "-v0")
    manage(env, "migrate", "-v0")
    manage(env, "demo", "--scale", "small")
    keys = [manage(env, "shell", "-v0", "-c", MAKE_KEY.format(who=who)).split()[-1] for who in WHO]
    port = free_port()
    log = Path(folder) / "web.log"
    command = [
        sys.executable, "-m", "gunicorn", "branchyear.wsgi:application", "--workers", "2",
        "--threads", "2", "--bind", f"127.0.0.1:{port}", "--timeout", "120",
    ]  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    with log.open("w") as file:
        web = processes.start(command, cwd=ROOT, env=env, stdout=file, stderr=file)
        try:
            wait_for(lambda: _answers(address), web, log, seconds=120)
            yield address, dict(zip(WHO, keys, strict=True))
        finally:
            processes.stop([web], grace=10)


def _answers(address):
    page = f"{address}/healthz"
    with suppress(OSError), urllib.request.urlopen(page, timeout=5) as answer:  # noqa: S310  # nosec B310 ours
        return answer.status == 200
    return False


def fetch_schema(address, key, folder):
    """The description, fetched once: making it takes seconds, on a busy machine more than schemathesis waits."""
    asked = urllib.request.Request(  # noqa: S310 ours
        f"{address}/api/schema/", headers={"Authorization": f"Bearer {key}"}
    )
    path = Path(folder) / "schema.yml"
    with urllib.request.urlopen(asked, timeout=120) as answer:  # noqa: S310  # nosec B310 ours
        path.write_bytes(answer.read())
    return path


def run(address, key, *, examples, stateful, seed, report):
    phases = "examples,coverage,fuzzing" + (",stateful" if stateful else "")
    command = [
        str(FUZZ / "bin" / "st"), "--config-file", str(ROOT / "scripts" / "api_fuzz.toml"), "run",
        str(fetch_schema(address, key, report)), "--url", address, "--header", f"Authorization: Bearer {key}",
        "--phases", phases, "--max-examples", str(examples), "--seed", str(seed),
        "--workers", "2", "--report", "junit", "--report-dir", report, "--continue-on-failure",
    ]  # fmt: skip
    env = os.environ | {
        "PYTHONPATH": str(ROOT),
        "SCHEMATHESIS_HOOKS": "scripts.api_fuzz_hooks",
        "API_FUZZ_URL": address,
        "API_FUZZ_KEY": key,
        "API_FUZZ_SEED": str(seed),
    }
    return subprocess.run(command, cwd=report, check=False, env=env).returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--examples", type=int, default=20)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31))
    parser.add_argument("--no-stateful", action="store_true")
    parser.add_argument("--url")
    parser.add_argument("--key", action="append", default=[])
    asked = parser.parse_args()
    prepare()
    options = {"examples": asked.examples, "stateful": not asked.no_stateful, "seed": asked.seed}
    with tempfile.TemporaryDirectory(prefix="branchyear-fuzz-") as folder:
        if asked.url:
            found = [run(asked.url, key, report=folder, **options) for key in asked.key]
        else:
            with portal(folder) as (address, keys):
                found = []
                for who, key in keys.items():
                    print(f"as {who}, seed {asked.seed}", flush=True)
                    found.append(run(address, key, report=folder, **options))
    return max(found, default=2)


if __name__ == "__main__":
    sys.exit(main())
