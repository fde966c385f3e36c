"""Python runs this by itself when this folder is in PYTHONPATH: the processes of a portal live on another day.

``PORTAL_CLOCK`` is ``began:moment``, both in seconds: at ``began`` of the real clock it was ``moment``, and time
goes on from there, the same in every process. The secret seeds
of the demo's random draws are pinned with it.
"""

import hashlib
import itertools
import os
import secrets
import time
from datetime import UTC, datetime

import time_machine

_began, _moment = map(float, os.environ["PORTAL_CLOCK"].split(":"))
_now = datetime.fromtimestamp(_moment + time.time() - _began, UTC)
time_machine.travel(_now, tick=True).start()

_turn, _free = itertools.count(), secrets.token_hex


def _token_hex(nbytes=None):
    """A draw asks for 32 bytes (``tasks.drawing``); whoever asks for another length has a random one."""
    return hashlib.sha256(str(next(_turn)).encode()).hexdigest() if nbytes == 32 else _free(nbytes)


secrets.token_hex = _token_hex
