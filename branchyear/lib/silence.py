"""Something that did not answer is left alone for a while, so that not every click waits for it."""

import time

SECONDS = 10


class Silence:
    """``lasts()`` for ten seconds after ``begin()``; one for all threads of the process."""

    def __init__(self):
        self.until = 0.0

    def begin(self):
        self.until = time.monotonic() + SECONDS

    def lasts(self):
        return time.monotonic() < self.until
