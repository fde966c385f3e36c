"""Which tests may go to different processes.

xdist 3.8 writes a test's ``xdist_group`` into an attribute that pytest 9.2 no longer reads: its own
``loadgroup`` tears every group apart, quietly. So the files are asked for their groups.
"""

from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parents[2]


def unit_of(nodeid):
    """What is done by one process in its order: a file with an ``xdist_group``, else the test alone."""
    file = nodeid.partition("::")[0]
    return file if _has_group(file) else nodeid


@cache
def _has_group(file):
    return "mark.xdist_group(" in (ROOT / file).read_text()


class Scheduling(LoadScopeScheduling):
    def _split_scope(self, nodeid):
        return unit_of(nodeid)
