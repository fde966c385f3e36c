"""What this process has done, in figures for Prometheus. No label ever tells one person from another (减负).

Every host's processes keep their figures in the files of one folder (``PROMETHEUS_MULTIPROC_DIR``, set by the
services in ``deploy/``), and whichever is asked answers for all; without the folder each counts for itself.
"""

import os
import sys

from prometheus_client import values

if "PROMETHEUS_MULTIPROC_DIR" in os.environ:

    def _owner():
        """Whose file it is. Celery replaces its children all the time: the next in the same place goes on with
        the file, or there would be thousands."""
        billiard = sys.modules.get("billiard")
        place = getattr(billiard.current_process(), "index", None) if billiard else None
        return os.getpid() if place is None else f"{os.getppid()}-{place}"

    os.makedirs(os.environ["PROMETHEUS_MULTIPROC_DIR"], exist_ok=True)
    values.ValueClass = values.MultiProcessValue(_owner)

from prometheus_client import Counter, Histogram  # noqa: E402  they keep the class they find

REQUESTS = Histogram(
    "branchyear_request_seconds",
    "Requests by route, method and class of status",
    ["route", "method", "status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
# ``outcome``: done, failed (tried again), dead (given up).
JOBS = Counter("branchyear_jobs", "Background jobs by kind", ["queue", "kind", "outcome"])
JOB_SECONDS = Counter("branchyear_job_seconds", "Time spent on background jobs", ["queue", "kind"])
# ``outcome``: sent, failed.
LETTERS = Counter("branchyear_deliveries", "Letters and calls of hooks", ["channel", "outcome"])
# All people together: what guessing passwords looks like. ``by`` is the way in.
REFUSED_LOGINS = Counter("branchyear_refused_logins", "Wrong passwords, locked accounts", ["by"])
