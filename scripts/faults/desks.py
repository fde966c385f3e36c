"""Secretaries and reviewers at work while everything around them is killed.

A program of its own (``python -m scripts.faults.desks SAVES``). Each thread is one secretary and the reviewer
above him. Whatever is not answered, or answered with 5xx, is sent again as the portal's pages send it: the
same form with the same key, the same save with the same version. What is acknowledged is on the disk (fsync)
before it counts.
"""

import http.client
import io
import json
import os
import secrets
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode

PATIENCE = 300  # seconds after which a save that nobody answers is a fault
PAUSE = float(os.environ.get("DESKS_PAUSE", "0"))  # seconds between two acts of one person
TOKEN = "a" * 32
# Of a hundred turns: so many saves, problems, files, rounds of handing in and giving back.
TURNS = ("save",) * 14 + ("problem",) * 2 + ("file",) * 2 + ("round",) * 2


class Journal:
    """Lines that are on the disk before the next thing happens."""

    def __init__(self, path):
        self.file, self.lock = (
            os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600),
            threading.Lock(),
        )
        self.acknowledged = 0

    def keep(self, **line):
        with self.lock:
            os.write(self.file, (json.dumps(line, ensure_ascii=False) + "\n").encode())
        os.fsync(self.file)  # one fsync covers all lines written before it
        if line["what"] == "ack":
            with self.lock:
                self.acknowledged += 1


class Line:
    """One person's browser: a connection for each request, sent again until it is answered."""

    def __init__(self, port, session, journal):
        self.port, self.journal = port, journal
        self.cookies = f"sessionid={session}; csrftoken={TOKEN}"

    def ask(self, method, path, body=None, headers=(), timeout=60):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, {"Cookie": self.cookies, **dict(headers)})
            answer = connection.getresponse()
            return SimpleNamespace(
                status=answer.status, location=answer.getheader("Location"), body=answer.read()
            )
        finally:
            connection.close()

    def until_answered(self, path, body, headers):
        """``(answer, tries)``; every failure is noted with its moment."""
        began, tries = time.time(), 0
        while True:
            tries += 1
            try:
                answer = self.ask("POST", path, body, headers)
            except (OSError, http.client.HTTPException) as error:
                trouble = type(error).__name__
            else:
                if answer.status < 500:
                    return answer, tries
                trouble = answer.status
            self.journal.keep(what="trouble", at=time.time(), trouble=trouble, path=path)
            if time.time() - began > PATIENCE:
                raise TimeoutError(path)
            time.sleep(0.3)


class Desk:
    """One branch: its secretary, its reviewer, its items."""

    def __init__(self, number, secretary, reviewer, items, journal):
        self.number, self.secretary, self.reviewer = number, secretary, reviewer
        self.items, self.journal = items, journal
        self.turn = number  # everybody begins elsewhere
        self.made = 0

    def work(self, enough):
        while not enough():
            time.sleep(PAUSE)
            self.turn += 1
            kind = TURNS[(self.turn * 7) % len(TURNS)]
            item = self.items[self.turn % len(self.items)]
            try:
                getattr(self, kind)(item)
            except Fault as fault:
                self.journal.keep(
                    what="fault", at=time.time(), kind=kind, item=item["pk"], why=str(fault)
                )
                return

    # --- What they do -----------------------------------------------------------------------------

    def save(self, item):
        """As the page does every few seconds; the answer says the next version."""
        marker = self._marker()
        words = {
            "version": item["version"],
            "result": "done",
            "fact_on": item["day"],
            "note": marker,
        }
        answer = self._post(
            self.secretary, "save", item, f"/items/{item['pk']}/save/", words,
            {"Accept": "application/json", "X-Requested-With": "fetch"}, 200, marker=marker,
        )  # fmt: skip
        version = json.loads(answer.body)["version"]
        if version != item["version"] + 1:
            raise Fault(f"version {version} after {item['version']}")
        item["version"] = version

    def problem(self, item):
        marker = self._marker()
        self._post(
            self.secretary, "problem", item, f"/problems/new/?org={item['branch']}",
            {"once": secrets.token_urlsafe(16), "title": marker, "found_on": item["day"]}, {}, 302,
            marker=marker,
        )  # fmt: skip

    def file(self, item):
        if item["files"] >= 28:  # an item takes thirty
            return self.save(item)
        marker = self._marker()
        body, kind = picture_form(marker)
        self._post(
            self.secretary, "file", item, f"/items/{item['pk']}/evidence/", body,
            {"Content-Type": kind}, 302, marker=marker,
        )  # fmt: skip
        item["files"] += 1
        return None

    def round(self, item):
        """Handed in by the one, given back by the other."""
        if not item["plain"]:
            return self.save(item)
        self.save(item)  # complete, and other words than last time
        self._post(
            self.secretary, "submit", item, f"/items/{item['pk']}/submit/",
            {"once": secrets.token_urlsafe(16)}, {}, 302,
        )  # fmt: skip
        item["version"] += 1
        self._post(
            self.reviewer, "return", item, f"/items/{item['pk']}/return/",
            {"once": secrets.token_urlsafe(16), "seen": item["version"], "reason": "请补充会议记录。"},
            {}, 302,
        )  # fmt: skip
        item["version"] += 1
        return None

    def _post(self, line, kind, item, path, words, headers, status, marker=""):
        if isinstance(words, dict):
            words = urlencode({"csrfmiddlewaretoken": TOKEN, **words}).encode()
            headers = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        began = time.time()
        answer, tries = line.until_answered(path, words, headers)
        if answer.status != status or "/login/" in (answer.location or ""):
            raise Fault(f"{answer.status} {answer.location} {answer.body[:300]!r}")
        self.journal.keep(
            what="ack", kind=kind, item=item["pk"], branch=item["branch"], marker=marker, began=began,
            at=time.time(), tries=tries,
        )  # fmt: skip
        return answer

    def _marker(self):
        self.made += 1
        return f"记号{self.number}-{self.made}-{secrets.token_hex(4)}"


class Fault(Exception):
    """An answer that should not have been; this desk closes."""


def picture_form(marker):
    """A small picture nobody else has, as a browser sends it; the key makes it arrive once."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.frombytes("RGB", (8, 8), secrets.token_bytes(192)).save(buffer, "PNG")
    line = secrets.token_hex(12)
    parts = [
        ("csrfmiddlewaretoken", TOKEN),
        ("once", secrets.token_urlsafe(16)),
        ("material_on", ""),
    ]
    body = b"".join(
        f'--{line}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in parts
    )
    body += (
        f'--{line}\r\nContent-Disposition: form-data; name="files"; filename="{marker}.png"\r\n'
        "Content-Type: image/png\r\n\r\n"
    ).encode() + buffer.getvalue()
    return body + f"\r\n--{line}--\r\n".encode(), f"multipart/form-data; boundary={line}"


def desks(journal, port):
    """Everybody at work, logged in."""
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from branches.models import Organization
    from branchyear.accounts.models import User
    from tasks.models import BranchItem

    def line(username):
        client = Client()
        user = User.objects.get(username=username)
        client.force_login(user, backend="branches.backends.AppointmentBackend")
        return Line(port, client.cookies[settings.SESSION_COOKIE_NAME].value, journal)

    day = timezone.localdate().isoformat()
    for branch in Organization.objects.branches().order_by("code"):
        number = int(branch.code[:2])
        rows = BranchItem.objects.filter(branch=branch).select_related("version").order_by("pk")
        items = [
            {
                "pk": row.pk, "branch": branch.pk, "version": row.revision, "day": day, "files": 0,
                "plain": not row.version.asks and not row.version.asks_for_evidence,
            }
            for row in rows
        ]  # fmt: skip
        plain = [item for item in items if item["plain"]][:8]
        others = [item for item in items if not item["plain"]][:4]
        yield Desk(number, line(f"s{number}"), line(f"r{number}"), plain + others, journal)


def main(saves):
    import django

    django.setup()
    from django.db import connection

    journal = Journal(Path(os.environ["BRANCHYEAR_VAR"]) / "journal")
    stop = Path(os.environ["BRANCHYEAR_VAR"]) / "stop"
    people = list(desks(journal, int(os.environ["PORT"])))
    connection.close()

    def enough():
        return journal.acknowledged >= saves or stop.exists()

    threads = [threading.Thread(target=desk.work, args=[enough]) for desk in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
