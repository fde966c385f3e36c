"""Starting and stopping other programs so that none is left behind.

Standard library only. A program is started in a session of its own, asked to stop by a signal to
its main process alone (a worker finishes its job; a signal to the whole group would kill the
children that do the work), and only when it does not answer is its group killed.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1
LAST = 19  # the lowest rank there is
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def start(argv, *, yields=False, **options):
    """``Popen`` in a session of its own, with no keyboard, bound to our life: should we be killed outright, it is
    asked to stop as well. ``yields``: it has the processor when nobody else wants it, and next to nothing otherwise."""
    options.setdefault("stdin", subprocess.DEVNULL)

    def in_the_new_process():
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if yields:
            os.nice(LAST)
            # Linux shares the processor among sessions first, and niceness counts only within one; where a session
            # has a rank of its own, this is it (sched(7), "The autogroup feature").
            with contextlib.suppress(OSError):
                Path("/proc/self/autogroup").write_text(str(LAST))
            # A core that does only such work counts as free for who wakes up.
            if hasattr(os, "SCHED_IDLE"):
                os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))

    return subprocess.Popen(
        [str(part) for part in argv],
        start_new_session=True,
        preexec_fn=in_the_new_process,  # noqa: PLW1509 - we have one thread
        **options,
    )


def ask_to_stop(process, sign=signal.SIGTERM):
    """Send the signal to the main process only."""
    if process.poll() is None:
        process.send_signal(sign)


def kill_group(process):
    """What is left of the program's session, whether or not its main process is gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def stop(processes, *, grace, sign=signal.SIGTERM):
    """Ask all to stop, wait at most ``grace`` seconds together, then kill what remains."""
    processes = list(processes)
    for process in processes:
        ask_to_stop(process, sign)
    give_up = time.monotonic() + grace
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=max(0.0, give_up - time.monotonic()))
    for process in processes:
        kill_group(process)
