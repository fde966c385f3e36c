"""Statements of every page of the access table at 10, 100 and 1,000 of everything (B2): none may take more.

Quick: 10 and 100. ``BENCH_FULL=1``: 10, 100 and 1,000. The measuring is in ``branchyear/tests/slopes.py``, because it asks
in the world of the access table.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FULL = os.environ.get("BENCH_FULL", "") not in {"", "0"}


def main():
    sizes = "10,100,1000" if FULL else "10,100"
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", "--no-header",
         "branchyear/tests/slopes.py"],
        cwd=ROOT,
        env={**os.environ, "SLOPE_SIZES": sizes},
        check=False,
    ).returncode  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
