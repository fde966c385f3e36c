"""A password is checked beside the pages, not instead of them.

One check takes a fifth of a second of the processor and 100 MB, on purpose. In the morning, when everybody logs in, as
many at once as there are web processes left nothing for those who work. So a thread of a lower rank does it, and only
half as many at once as the host has cores (a check uses more than one): a page goes before, who logs in waits a little.
"""

import fcntl
import os
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher

RANK = 10  # below a page
_thread = None


class Hasher(Argon2PasswordHasher):
    """Django's own, in its turn."""

    def verify(self, password, encoded):
        return _beside(super().verify, password, encoded)

    def encode(self, password, salt):
        return _beside(super().encode, password, salt)


def _beside(function, *args):
    global _thread  # noqa: PLW0603 one of each process, made after it was forked
    if _thread is None:
        _thread = ThreadPoolExecutor(1, "password", initializer=_step_back)
    return _thread.submit(_in_turn, function, *args).result()


def _step_back():
    # On Linux each thread has a rank, and those it begins (argon2 begins eight) have the same.
    os.setpriority(
        os.PRIO_PROCESS, threading.get_native_id(), os.getpriority(os.PRIO_PROCESS, 0) + RANK
    )


def _in_turn(function, *args):
    with turn():
        return function(*args)


def _forget():
    global _thread  # noqa: PLW0603 a forked process has the object, not the thread
    _thread = None


os.register_at_fork(after_in_child=_forget)


@contextmanager
def turn():
    """One of the host's turns, whichever process asks; a killed one gives its turn back."""
    turns = range(max(1, len(os.sched_getaffinity(0)) // 2))
    files = [(settings.VAR_DIR / f"password-{number}.lock").open("a") for number in turns]
    try:
        for file in files:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                continue
        else:
            fcntl.flock(random.choice(files), fcntl.LOCK_EX)  # noqa: S311 chance, not a secret
        yield
    finally:
        for file in files:
            file.close()
