"""An open loop: requests begin when they are due, whether or not those before have been answered.

What a request took is counted from the moment it was due, so that a server that stalls is not spared the waiting of
those who would have come meanwhile (coordinated omission).
"""

import asyncio
import json
import os
import random
import socket
import time
from urllib.parse import urlencode

TOKEN = "a" * 32
AT_ONCE = 200  # connections open at a time; who finds none waits, and the waiting counts
PATIENCE = 60
MIX = ("page",) * 70 + ("save",) * 27 + ("file",) * 3


class Visitor:
    """A secretary at his browser. His saves follow each other; all else goes at once. Everybody is somewhere else in his
    round of pages: in step, all would ask for the dearest page in the same four seconds, and then none for it."""

    def __init__(self, facts, cookie, port):
        self.port, self.branch, self.username = port, facts["branch"], facts["username"]
        self.cookies = f"{cookie}={facts['session']}; csrftoken={TOKEN}"
        self.items = [{"pk": pk, "version": revision} for pk, revision in facts["items"]]
        self.lock, self.turn, self.saved = asyncio.Lock(), facts["branch"], 0

    def pages(self):
        item = self.items[self.turn % len(self.items)]["pk"]
        return (
            "/",
            f"/checklist/{self.branch}/",
            f"/items/{item}/",
            "/problems/",
            "/notices/",
            "/reports/",
        )

    async def page(self):
        self.turn += 1
        pages = self.pages()
        status, _ = await self.ask("GET", pages[self.turn % len(pages)])
        return status == 200

    async def save(self):
        async with self.lock:
            self.turn += 1
            item = self.items[self.turn % len(self.items)]
            words = {
                "csrfmiddlewaretoken": TOKEN, "version": item["version"], "result": "ongoing",
                "fact_on": "", "note": f"第{self.turn}稿：已逐人核对党员档案，名册共12人。",
            }  # fmt: skip
            status, body = await self.ask(
                "POST", f"/items/{item['pk']}/save/", urlencode(words).encode(),
                {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json",
                 "X-Requested-With": "fetch"},
            )  # fmt: skip
            if status != 200:
                return False
            version = json.loads(body)["version"]
            self.saved += version != item["version"]
            item["version"] = version
            return True

    async def file(self):
        self.turn += 1
        item, line = self.items[self.turn % len(self.items)], "rush" + os.urandom(8).hex()
        content = b"%PDF-1.4\n%" + os.urandom(1_000_000) + b"\n%%EOF\n"
        fields = {"csrfmiddlewaretoken": TOKEN, "once": os.urandom(12).hex(), "material_on": ""}
        body = b"".join(
            f'--{line}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        )
        body += (
            f'--{line}\r\nContent-Disposition: form-data; name="files"; filename="{line}.pdf"\r\n'
            "Content-Type: application/pdf\r\n\r\n"
        ).encode() + content
        status, _ = await self.ask(
            "POST", f"/items/{item['pk']}/evidence/", body + f"\r\n--{line}--\r\n".encode(),
            {"Content-Type": f"multipart/form-data; boundary={line}"},
        )  # fmt: skip
        return status == 302

    async def log_in(self, password):
        words = {"csrfmiddlewaretoken": TOKEN, "username": self.username, "password": password}
        status, _ = await self.ask(
            "POST", "/login/", urlencode(words).encode(),
            {"Content-Type": "application/x-www-form-urlencoded", "Cookie": f"csrftoken={TOKEN}"},
        )  # fmt: skip
        return status == 302

    async def ask(self, method, path, body=b"", headers=None):
        """``(status, body)`` over a connection of its own."""
        head = {
            "Host": "127.0.0.1", "Connection": "close", "Cookie": self.cookies,
            "Content-Length": len(body), **(headers or {}),
        }  # fmt: skip
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        loop, parts = asyncio.get_running_loop(), []
        # Plain sockets: streams would take a tenth of what the portal takes, of the same processors.
        with socket.socket() as line:
            line.setblocking(False)
            await loop.sock_connect(line, ("127.0.0.1", self.port))
            await loop.sock_sendall(
                line, f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body
            )
            while part := await loop.sock_recv(line, 1 << 18):
                parts.append(part)
        head, _, content = b"".join(parts).partition(b"\r\n\r\n")
        return int(head.split(b" ", 2)[1]), content


class Loop:
    """Requests of one level: what each took, and which failed."""

    def __init__(self, visitors, mix=MIX, seed=2026):
        self.visitors, self.rng = visitors, random.Random(seed)  # noqa: S311 chance, not a secret
        self.order, self.mix = [], mix
        self.took, self.failed = {}, {}
        self.gate = asyncio.Semaphore(AT_ONCE)

    async def run(self, rate, seconds, act=None):
        """Begin ``rate`` a second for so long; ``act(visitor)`` instead of the mix."""
        started, going = time.monotonic(), set()
        for number in range(int(rate * seconds)):
            due = started + number / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            visitor = self.visitors[number % len(self.visitors)]
            kind = "login" if act else self._next()
            task = asyncio.create_task(
                self._one(kind, due, act or getattr(type(visitor), kind), visitor)
            )
            going.add(task)
            task.add_done_callback(going.discard)
        if going:
            await asyncio.wait(going, timeout=PATIENCE)
        for task in going:
            task.cancel()
        return time.monotonic() - started

    def _next(self):
        if not self.order:
            self.order = list(self.mix)
            self.rng.shuffle(self.order)
        return self.order.pop()

    async def _one(self, kind, due, act, visitor):
        good = False
        try:
            async with self.gate:
                good = await asyncio.wait_for(act(visitor), PATIENCE)
        except (OSError, ValueError, IndexError, TimeoutError):
            pass
        finally:
            self.took.setdefault(kind, []).append(time.monotonic() - due)
            if not good:
                self.failed[kind] = self.failed.get(kind, 0) + 1

    @property
    def all(self):
        return sorted(each for times in self.took.values() for each in times)

    def quantile(self, share, kind=None):
        times = sorted(self.took.get(kind, [])) if kind else self.all
        return times[min(len(times) - 1, int(len(times) * share))] if times else float("nan")

    @property
    def errors(self):
        return sum(self.failed.values())
