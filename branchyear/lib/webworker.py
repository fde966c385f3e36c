"""The web server's worker: gunicorn's ``gthread``, where the thread that takes a connection also answers it.

gunicorn's own takes every connection it is offered and has it wait for a thread of its pool, while other processes may
have nothing to do; the way there and back costs 0.4 ms of a page's six; and a connection that a browser opens ahead of
its need holds a thread for five seconds. Here a request that has come whole and is small is answered at once, and what
comes meanwhile stays in the system's line, from which all processes take. A thread of the pool is for what takes long
without needing the processor: an upload or a request that comes slowly, and the addresses that the application names
in ``aside`` (a file for a slow line, a password that waits to be checked).

A connection that has not said anything costs nothing but its place, and is closed after ``FIRST_BYTE``.
"""

import errno
import re
import selectors
import socket
import struct
import time
from concurrent.futures import Future
from functools import partial

from gunicorn.workers.gthread import TConn, ThreadWorker

SMALL = 1 << 16  # bytes of a request, head and body
FIRST_BYTE = 30  # seconds
NO_PROGRESS = 20  # seconds in which a visitor takes nothing of his answer
TIMEVAL = struct.Struct("@ll")
NOTHING_THERE = (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK)
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)


class Worker(ThreadWorker):
    def accept(self, listener):
        try:
            client, address = listener.accept()
        except OSError as problem:
            if problem.errno not in NOTHING_THERE:
                raise
            return
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, TIMEVAL.pack(NO_PROGRESS, 0))
        self.nr_conns += 1
        conn = TConn(self.cfg, client, address, listener.getsockname())
        if _there(client) is not None:
            conn.data_ready = True
            self.enqueue_req(conn)
            return
        conn.timeout = time.monotonic() + FIRST_BYTE
        self.pending_conns.append(conn)
        self.poller.register(
            client, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn)
        )

    def enqueue_req(self, conn):
        address = address_of(_there(conn.sock))
        if address is None or address.startswith(getattr(self.wsgi, "aside", ())):
            super().enqueue_req(conn)
        else:
            done = Future()
            done.set_result(self.handle(conn))
            self.finish_request(conn, done)

    def _cap_keepalive(self, deadline):
        """At the end, who has not asked yet is not waited for either."""
        super()._cap_keepalive(deadline)
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, deadline)


def _there(client):
    """What has come over the connection and was not read yet; empty after its end, ``None`` when nothing has."""
    try:
        return client.recv(SMALL, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return None
    except OSError:
        return b""


def address_of(asked):
    """The address that a small request which has come whole asks for; ``None`` of any other."""
    head, end, body = (asked or b"").partition(b"\r\n\r\n")
    if not end or _CHUNKED.search(head):
        return None
    length = _LENGTH.search(head)
    if length and len(body) < int(length[1]):
        return None
    words = head.split(b" ", 2)
    return words[1].decode("latin-1") if len(words) > 1 else None
