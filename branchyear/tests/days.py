"""The day a file of tests takes for today.

Many files say ``TODAY = local_day()`` once, when they are read. A run takes a quarter of an hour, and
at some hour of the day midnight in China (16:00 UTC) falls into it.
"""

from contextlib import contextmanager
from datetime import timedelta

import time_machine

from branchyear.lib.dates import day_end, local_day

OF_THE_RUN = local_day()


@contextmanager
def kept(today, *, of_the_run=OF_THE_RUN):
    """For what is inside it is still ``today``, if that was the day when the run began and it is over.

    The clock is then set back to the last hour of that day and goes on from there; for any other
    ``today`` (none at all, or a day of the file's own story) nothing is changed.
    """
    if today != of_the_run or local_day() == today:
        yield
        return
    with time_machine.travel(day_end(today) - timedelta(hours=1), tick=True):
        yield
