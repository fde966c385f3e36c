"""The web server's worker, in a gunicorn of its own: who is slow holds nobody else up."""

import contextlib
import http.client
import os
import socket
import sys
import threading
import time
from pathlib import Path

import pytest

from branchyear.lib.webworker import SMALL, address_of
from scripts import processes, servers

ROOT = Path(__file__).resolve().parents[3]
APPLICATION = """
import time

def application(environ, start_response):
    body = environ["wsgi.input"].read()
    path = environ["PATH_INFO"]
    if path in ("/slow", "/aside/slow"):
        time.sleep(1.5)
    if path == "/die":
        raise RuntimeError("on purpose")
    said = f"{path} {len(body)}".encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(said)))])
    return [said]

application.aside = ("/aside/",)
"""


@contextlib.contextmanager
def served(folder, *, workers):
    (folder / "served.py").write_text(APPLICATION)
    port, log = servers.free_port(), folder / "log"
    with log.open("wb") as file:
        web = processes.start(
            [sys.executable, "-m", "gunicorn", "served", "--chdir", folder, "--bind", f"127.0.0.1:{port}",
             "--worker-class", "branchyear.lib.webworker.Worker", "--workers", str(workers),
             "--threads", "2", "--no-control-socket", "--graceful-timeout", "20"],
            stdout=file, stderr=file, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    try:
        servers.wait_for(lambda: is_answering(port), web, log, seconds=60)
        yield port, web
    finally:
        processes.stop([web], grace=10)


def is_answering(port):
    with contextlib.suppress(OSError, http.client.HTTPException):
        return ask(port, "/")[0] == 200
    return False


def ask(port, path, body=b""):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.closing(connection):
        began = time.monotonic()
        connection.request("POST" if body else "GET", path, body)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), time.monotonic() - began


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    with served(tmp_path_factory.mktemp("web"), workers=1) as (port, _):
        yield port


def test_a_connection_opened_ahead_of_its_need_holds_nobody_up(alone):
    with contextlib.ExitStack() as open_ones:
        for _ in range(6):
            open_ones.enter_context(socket.create_connection(("127.0.0.1", alone)))
        assert ask(alone, "/page")[:2] == (200, "/page 0")
        late = open_ones.enter_context(socket.create_connection(("127.0.0.1", alone)))
        assert ask(alone, "/page")[2] < 3
        late.sendall(b"GET /late HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert b"/late 0" in everything(late)


def everything(line):
    parts = []
    while part := line.recv(1 << 16):
        parts.append(part)
    return b"".join(parts)


def test_a_request_that_comes_slowly_holds_nobody_up(alone):
    with contextlib.closing(socket.create_connection(("127.0.0.1", alone))) as slow:
        slow.sendall(b"POST /form HTTP/1.1\r\nHost: a\r\nConnection: close\r\n")
        assert ask(alone, "/page")[:2] == (200, "/page 0")
        slow.sendall(b"Content-Length: 6\r\n\r\nabc")
        assert ask(alone, "/page")[:2] == (200, "/page 0")
        slow.sendall(b"def")
        assert b"/form 6" in everything(slow)


def test_what_is_set_aside_holds_nobody_up(alone):
    done = []
    waiting = threading.Thread(target=lambda: done.append(ask(alone, "/aside/slow")))
    waiting.start()
    time.sleep(0.3)
    status, _, took = ask(alone, "/page")
    assert status == 200
    assert not done, "the page waited for what was set aside"
    assert took < 1
    waiting.join()
    assert done[0][:2] == (200, "/aside/slow 0")


def test_a_large_body_arrives_whole(alone):
    assert ask(alone, "/upload", b"x" * 3_000_000)[:2] == (200, "/upload 3000000")


def test_one_connection_carries_several_requests(alone):
    connection = http.client.HTTPConnection("127.0.0.1", alone, timeout=30)
    with contextlib.closing(connection):
        for number, path in enumerate(("/one", "/two", "/three")):
            connection.request("POST", path, b"y" * number)
            answer = connection.getresponse()
            assert (answer.status, answer.read().decode()) == (200, f"{path} {number}")


def test_a_fault_in_one_request_leaves_the_process_alive(alone):
    assert ask(alone, "/die")[0] == 500
    assert ask(alone, "/page")[:2] == (200, "/page 0")


def test_who_comes_while_one_process_works_is_answered_by_another(tmp_path):
    with served(tmp_path, workers=2) as (port, _):
        working = threading.Thread(target=ask, args=(port, "/slow"))
        working.start()
        time.sleep(0.3)
        waits = [ask(port, "/page")[2] for _ in range(20)]
        working.join()
    assert max(waits) < 1


def test_the_end_waits_for_work_but_not_for_idle_connections(tmp_path):
    with served(tmp_path, workers=1) as (port, web), contextlib.ExitStack() as lines:
        lines.enter_context(socket.create_connection(("127.0.0.1", port)))
        done = []
        working = threading.Thread(target=lambda: done.append(ask(port, "/slow")))
        working.start()
        time.sleep(0.3)
        began = time.monotonic()
        processes.ask_to_stop(web)
        assert web.wait(30) == 0
        working.join()
        assert done[0][0] == 200
        assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("asked", "address"),
    [
        (b"GET /a?b=1 HTTP/1.1\r\nHost: a\r\n\r\n", "/a?b=1"),
        (b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", "/a"),
        (b"POST /a HTTP/1.1\r\ncontent-length:3\r\n\r\nabc", "/a"),
        (b"POST /a HTTP/1.1\r\nContent-Length: 4\r\n\r\nabc", None),
        (b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", None),
        (b"GET /a HTTP/1.1\r\nHost: a\r\n", None),
        (b"nonsense\r\n\r\n", None),
        (b"", None),
        (None, None),
        (b"POST /a HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n" + b"x" * SMALL, None),
    ],
)
def test_only_what_has_come_whole_has_an_address(asked, address):
    assert address_of(asked) == address
