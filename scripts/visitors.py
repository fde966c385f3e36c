"""People at browsers, for the races: logged in, and able to click at the same moment."""

import html
import http.client
import re
import threading
from types import SimpleNamespace
from urllib.parse import urlencode, urlsplit

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


class Person:
    """Somebody logged in. Every request opens a connection of its own, as tabs and impatience do."""

    def __init__(self, user, base):
        from django.conf import settings
        from django.test import Client

        client = Client()
        client.force_login(user, backend="branches.backends.AppointmentBackend")
        self.user = user
        self.host, self.port = urlsplit(base).hostname, urlsplit(base).port
        name = settings.SESSION_COOKIE_NAME
        self.cookies = {name: client.cookies[name].value}
        self.token = TOKEN.search(self.get("/password/").text).group(1)

    def get(self, path):
        return self._ask("GET", path)

    def post(self, path, data):
        body = urlencode({"csrfmiddlewaretoken": self.token, **data}, doseq=True)
        return self._ask("POST", path, body)

    def _ask(self, method, path, body=None):
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        connection = http.client.HTTPConnection(self.host, self.port, timeout=120)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = html.unescape(answer.read().decode("utf-8", "replace"))
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            if name == "csrftoken":
                self.cookies[name] = value
        return SimpleNamespace(
            status=answer.status, location=answer.getheader("Location"), text=text
        )


def together(*acts):
    """What each act comes to, all begun at one signal."""
    barrier, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place, act):
        barrier.wait(timeout=60)
        try:
            results[place] = act()
        except OSError as error:  # the server dropped the line: that is a fault, told as one
            results[place] = SimpleNamespace(status=0, location=None, text=repr(error))

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
