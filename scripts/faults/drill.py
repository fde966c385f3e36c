"""R10: a city is backed up, lost, restored on an empty machine, and everything is compared.

The demo's city, by the same commands an operator types: ``backup``, then with another data folder and another
database ``restore``, ``verify_audit``, and the digest of every table and every private file on both sides.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from scripts import servers
from scripts.faults.fleet import ROOT

NOTED_AFTER = "monitoring_pulse"  # that a back-up was made stands there once it is made
WITHIN = 30 * 60  # seconds: backed up and restored


def run(scale="city", engine="postgres"):
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="branchyear-faults-")))
        secrets = {"SECRET_KEY": "s" * 50, "FIELD_KEY": "f" * 50}
        # The server's own pg_dump before an older one that may be installed.
        path = f"{servers.programs()}{os.pathsep}{os.environ['PATH']}"
        places = []
        for name in ("lost", "new"):
            address = stack.enter_context(servers.postgres()) if engine == "postgres" else ""
            places.append(
                {
                    **os.environ, **secrets, "PATH": path, "BRANCHYEAR_VAR": str(folder / name),
                    "DATABASE_URL": address, "REDIS_URL": "", "LOG_LEVEL": "ERROR",
                    "DJANGO_SETTINGS_MODULE": "branchyear.settings",
                }
            )  # fmt: skip
        old, new = places
        manage(old, "migrate", "-v0")
        manage(old, "demo", "--scale", scale)
        file = folder / "portal.tar"
        backup, said = timed(manage, old, "backup", str(file))
        before = digests(old)
        restore, told = timed(manage, new, "restore", str(file))
        after = digests(new)
        manage(new, "verify_audit")
        size = file.stat().st_size
    rows = sum(count for count, _ in before["tables"].values())
    differing = [
        name for name in before["tables"] if before["tables"][name] != after["tables"].get(name)
    ]
    figures = {
        "scale": scale, "database": engine, "rows": rows, "tables": len(before["tables"]),
        "files": len(before["files"]), "back-up, MB": round(size / 1e6, 1),
        "backup, s": round(backup, 1), "restore, s": round(restore, 1),
        "tables that differ": differing, "files that differ": before["files"] != after["files"],
    }  # fmt: skip
    wrong = [f"tables differ: {differing}"] if differing else []
    if before["files"] != after["files"]:
        wrong.append("files differ")
    if backup + restore > WITHIN:
        wrong.append(f"{backup + restore:.0f} s")
    return figures, wrong


def manage(environment, *words):
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{words[0]}: {done.stdout}{done.stderr}")
    return done.stdout


def timed(act, *words):
    began = time.monotonic()
    result = act(*words)
    return time.monotonic() - began, result


def digests(environment):
    done = subprocess.run(
        [sys.executable, "-m", "scripts.faults.drill"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def told():
    """Rows and digest of every table, digest of every private file, of the portal of this environment."""
    import django

    django.setup()
    from django.apps import apps
    from django.conf import settings

    tables = {}
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.managed or model._meta.proxy or model._meta.db_table == NOTED_AFTER:
            continue
        digest, count = hashlib.sha256(), 0
        for row in model._base_manager.order_by("pk").values_list().iterator(chunk_size=2000):
            digest.update(repr(row).encode())
            count += 1
        tables[model._meta.db_table] = [count, digest.hexdigest()]
    root = settings.MEDIA_ROOT
    files = {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }
    print(json.dumps({"tables": tables, "files": files}))


if __name__ == "__main__":
    told()
