"""Known weaknesses in the locked packages: ``pip-audit`` over ``requirements.txt`` (part of ``make lint``).

It asks PyPI about each locked version. Where that cannot be reached (an office network, a closed build machine)
this says so and fails nothing: what was not looked at is called not looked at, never clean. Ends with 1 only when
something was found, or when PyPI answered and pip-audit went wrong for another reason. ``AUDIT_REQUIRED=1`` makes
"not reached" a failure, for the one place that must look.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.txt"
# Words of the libraries below pip-audit for "there was no answer".
UNREACHED = (
    "connectionerror", "max retries", "failed to resolve", "name or service not known", "timed out", "timeout",
    "network is unreachable", "connection refused", "proxyerror", "sslerror", "temporary failure", "connection reset",
    "502", "503", "504",
)  # fmt: skip


def ask(lock=LOCK, *, timeout=15):
    """What pip-audit says: ``(report or None, its complaint)``."""
    command = [
        sys.executable, "-m", "pip_audit", "--requirement", str(lock), "--require-hashes", "--disable-pip",
        "--format", "json", "--progress-spinner", "off", "--timeout", str(timeout),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        return json.loads(done.stdout), done.stderr
    except ValueError:
        return None, done.stderr


def verdict(report, complaint):
    """``(exit code, sentences)``."""
    if report is None:
        if any(word in complaint.lower() for word in UNREACHED):
            required = os.environ.get("AUDIT_REQUIRED") == "1"
            return int(required), [
                "dependencies: PyPI's list of weaknesses could not be reached, nothing was checked."
            ]
        return 1, [f"dependencies: pip-audit failed.\n{complaint.strip()[-2000:]}"]
    packages = report["dependencies"]
    skipped = [p["name"] for p in packages if "skip_reason" in p]
    if len(skipped) == len(packages):  # a mirror that has the files and not what is known of them
        return verdict(None, "timeout: the index tells nothing of weaknesses")
    found = [
        f"{p['name']} {p['version']}: {weakness['id']} ({', '.join(weakness['aliases']) or '-'}), "
        f"fixed in {', '.join(weakness['fix_versions']) or 'no version yet'}"
        for p in packages
        for weakness in p.get("vulns", ())
    ]
    told = [f"dependencies: {len(packages)} locked packages, {len(found)} known weaknesses."]
    if skipped:
        told.append(f"not known to PyPI, NOT checked: {', '.join(skipped)}")
    return int(bool(found)), [*found, *told]


def main():
    code, sentences = verdict(*ask())
    print("\n".join(sentences))
    return code


if __name__ == "__main__":
    sys.exit(main())
