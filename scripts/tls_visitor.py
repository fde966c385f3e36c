"""A browser over TLS that knows one certificate, for the trial of the deployment."""

import html
import http.client
import re
import socket
import ssl
import threading
import time
from types import SimpleNamespace
from urllib.parse import urlencode

from scripts.deployment import NAME

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
ONCE = re.compile(r'name="once" value="([A-Za-z0-9_-]+)"')


class LoggedOut(Exception):
    """Instead of the page the door was shown."""


class Visitor:
    """Keeps cookies. A new connection for each request, as impatience does."""

    def __init__(self, port, certificate, name=NAME):
        self.port, self.name, self.cookies = port, name, {}
        self.context = ssl.create_default_context(cafile=certificate)

    def ask(self, method, path, form=None, headers=None):
        connection = http.client.HTTPSConnection(self.name, timeout=90, context=self.context)
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=90)
        try:
            connection.sock = self.context.wrap_socket(raw, server_hostname=NAME)
            body = urlencode(form, doseq=True) if form is not None else None
            sent = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
            if body is not None:
                sent |= {
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Referer": f"https://{NAME}{path}",
                }
            connection.request(method, path, body, {**sent, **(headers or {})})
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
            raw.close()
        set_cookies = answer.headers.get_all("Set-Cookie") or []
        for line in set_cookies:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return SimpleNamespace(
            status=answer.status, headers=answer.headers, content=content, cookies=set_cookies
        )

    def get(self, path, **headers):
        return self.ask("GET", path, headers=headers)

    def page(self, path):
        return html.unescape(self.get(path).content.decode("utf-8", "replace"))

    def post(self, path, form, *, on=None):
        """A form as its page (``on``) gives it: its keys are read there."""
        shown = self.get(on or path)
        text = html.unescape(shown.content.decode("utf-8", "replace"))
        if (token := TOKEN.search(text)) is None:
            raise LoggedOut(
                f"{on or path}: {shown.status} {shown.headers.get('Location')} {text[:300]}"
            )
        keys = {"csrfmiddlewaretoken": token[1]}
        if once := ONCE.search(text):
            keys["once"] = once[1]
        return self.ask("POST", path, {**keys, **form})

    def log_in(self, username, password):
        self.again = (username, password)
        return self.post("/login/", {"username": username, "password": password})


class Load:
    """So many requests a second from several people at once until it is told to stop: pages, and every tenth a
    form that makes a row. What was acknowledged is kept."""

    def __init__(self, visitors, *, rate, form):
        self.visitors, self.rate, self.form = visitors, rate, form
        self.over, self.lock = threading.Event(), threading.Lock()
        self.statuses, self.seconds, self.saved, self.broken = {}, [], [], []
        self.number = 0

    def __enter__(self):
        self.began = time.monotonic()
        self.threads = [threading.Thread(target=self.run, args=(v,)) for v in self.visitors]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *failure):
        self.over.set()
        for thread in self.threads:
            thread.join()
        self.took = time.monotonic() - self.began

    def run(self, visitor):
        while not self.over.is_set():
            with self.lock:
                self.number += 1
                number = self.number
            wait = self.began + number / self.rate - time.monotonic()
            if wait > 0:
                self.over.wait(wait)
            began = time.monotonic()
            try:
                status = self.one(visitor, number)
            except LoggedOut:
                status = "logged out"
                visitor.log_in(*visitor.again)
            except (OSError, http.client.HTTPException, TypeError) as error:
                status = repr(error)[:80]
            with self.lock:
                self.statuses[status] = self.statuses.get(status, 0) + 1
                self.seconds.append(time.monotonic() - began)

    def one(self, visitor, number):
        if number % 10:
            answer = visitor.get(("/notices/", "/healthz", "/help/")[number % 3])
            if answer.status == 302:
                raise LoggedOut
            return answer.status
        title = f"第{number}个问题没有整改"
        path, typed = self.form
        answer = visitor.post(path, {"title": title, **typed})
        if answer.status == 302:
            with self.lock:
                self.saved.append(title)
        return answer.status

    def faults(self):
        good = (200, 302, "logged out")
        return {status: n for status, n in self.statuses.items() if status not in good}
