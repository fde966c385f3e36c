"""Hostile values for every field of every form: what to type, where, and how to see that it did harm.

Every page of the access table is opened by somebody who may; every form on it is posted with payloads in its
fields, as a browser without good manners does. Nothing may answer 5xx, and nothing typed may come back as an
element or an attribute of the page. Promise R9.
"""

import traceback
from collections import namedtuple
from html.parser import HTMLParser
from urllib.parse import quote, urlsplit

from django.core.signals import got_request_exception

from branchyear.tests.access import address, undone

TAG, ATTRIBUTE = "hx9z", "hx9zattr"  # nothing of ours is called so

PAYLOADS = {
    "element": f"<{TAG} onerror=1>甲</{TAG}>",
    "out of an attribute": f'"><{TAG}>',
    "attribute": f'" {ATTRIBUTE}="1',
    "attribute, single": f"' {ATTRIBUTE}='1",
    "out of a script": f"</script><{TAG}>",
    "out of a textarea": f"</textarea></title><{TAG}>",
    "template": "{{ 7|add:7 }}{% load x %}${7*7}#{7*7}",
    "sql": "1' OR '1'='1'; DROP TABLE members_member;--",
    "like": "%_\\%[a-z]*?",
    "lines": "甲\r\nSet-Cookie: x=1\r\n\r\n<p>",
    "control": "甲\x0b\x0c\x1b[31m\x7f\x85\u2028乙",
    "nul": "甲\x00乙",
    "lone surrogate": "甲\ud800乙",
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈𠮷",
    "right to left": "\u202egnp.exe\u200f\u2066甲",
    "formula": '=HYPERLINK("http://x","y")',
    "path": "../../../../etc/passwd",
    "number": "1e309",
    "negative": "-9223372036854775809",
    "date": "0000-00-00",
    "far date": "99999-12-31",
    "blank": " \u3000\u200b",
    "long": "长" * 100_000,
}
LONG_AT_MOST = (
    8  # fields of one post that get the long one: the rest of the request's five megabytes
)

# Their forms end the session or need a file; the door's own are posted in branchyear/accounts/tests.
NOT_POSTED = {"logout", "login"}
OURS = {"csrfmiddlewaretoken", "once"}
TYPED = {"text", "search", "tel", "email", "url", "password", "textarea"}

Field = namedtuple("Field", "name kind value")


class Form:
    def __init__(self, action, method):
        self.action, self.method, self.fields = action, method, []


class Forms(HTMLParser):
    """The forms of a page with their fields, and whether anything of ours came back as markup."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.forms, self.harm, self._form, self._select, self._area = [], [], None, None, None
        self._by_id = {}
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == TAG or ATTRIBUTE in given:
            self.harm.append(self.get_starttag_text())
        if tag == "form":
            self._form = Form(given.get("action") or "", (given.get("method") or "get").lower())
            self.forms.append(self._form)
            if given.get("id"):
                self._by_id[given["id"]] = self._form
        form = self._by_id.get(given.get("form")) or self._form
        name = given.get("name")
        if form is None or not name:
            return
        if tag == "input":
            kind = (given.get("type") or "text").lower()
            if kind in {"checkbox", "radio"} and "checked" not in given:
                kind = "off"
            form.fields.append(Field(name, kind, given.get("value") or "on"))
        elif tag == "select":
            self._select = (form, name, [])
        elif tag == "textarea":
            self._area = (form, name, [])
        elif tag == "button" and (given.get("type") or "submit") == "submit":
            form.fields.append(Field(name, "button", given.get("value") or ""))
        if tag == "option" and self._select:
            self._select[2].append(("selected" in given, given.get("value") or ""))

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)

    def handle_data(self, data):
        if self._area:
            self._area[2].append(data)

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "select" and self._select:
            form, name, options = self._select
            values = [value for chosen, value in options if chosen]
            values = values or [value for _, value in options if value] or [""]
            form.fields.append(Field(name, "select", values[0]))
            self._select = None
        elif tag == "textarea" and self._area:
            form, name, text = self._area
            form.fields.append(Field(name, "textarea", "".join(text)))
            self._area = None


def body_of(pairs):
    """As a browser would send it, surrogates and all."""
    return "&".join(
        f"{quote(name, safe='')}={quote(value.encode('utf-8', 'surrogatepass'), safe='')}"
        for name, value in pairs
    ).encode()


def filled(form, payloads, turn, *, everything):
    """The pairs to send and how many hostile values they hold: text fields alone, the rest as the page
    had it (so that the form passes and is stored), or everything."""
    pairs, hostile, long_ones = [], 0, 0
    names = list(payloads)
    for number, field in enumerate(form.fields):
        if field.kind in {"file", "off", "image", "reset"} or field.name in OURS:
            continue
        value = field.value
        if field.kind in TYPED or (everything and field.kind != "button"):
            name = names[(number + turn) % len(names)]
            if name == "long":
                long_ones += 1
                name = name if long_ones <= LONG_AT_MOST else names[0]
            value, hostile = payloads[name], hostile + 1
        pairs.append((field.name, value))
    return pairs, hostile


class Walk:
    """Post to every form of every page; what went wrong stands in ``faults``, how much was tried in ``values``."""

    def __init__(self, world, browser, rows, *, quick=False):
        self.quick = (
            quick  # each form once, in one of the two modes by turns, and no page asked again
        )
        self.world, self.browser, self.rows = world, browser, rows
        self.faults, self.values, self.forms, self._error = [], 0, 0, ""
        self._seen = set()  # the search stands on every page

    def _note(self, sender, **kwargs):
        self._error = "".join(traceback.format_exc().splitlines(keepends=True)[-4:])

    def run(self, turns, *, names=None):
        """``turns``: in which order fields and payloads meet; each is one post for each form and mode."""
        got_request_exception.connect(self._note)
        try:
            for name in sorted(names or self.rows):
                row = self.rows[name]
                people = row.expect.get(200) or row.expect.get(302) or ()
                if name not in NOT_POSTED and people:
                    self._page(name, row, people[0], turns)
        finally:
            got_request_exception.disconnect(self._note)

    def _page(self, name, row, person, turns):
        client = self.browser(person)
        client.raise_request_exception = False
        with undone():
            url = address(name, row, self.world)
        if row.method == "get":
            with undone():
                answer = client.get(url, row.data)
            forms = self._forms(answer)
        else:
            form = Form(url, "post")
            form.fields = [Field(key, "text", str(value)) for key, value in row.data.items()]
            forms = [form] if form.fields else []
        for form in forms:
            shape = (form.action, form.method, tuple(f.name for f in form.fields))
            if shape in self._seen or "/logout/" in form.action or "/login/" in form.action:
                continue
            self._seen.add(shape)
            self.forms += 1
            for turn in turns:
                modes = (bool(self.forms % 2),) if self.quick else (False, True)
                for everything in modes:
                    self._post(name, client, form, url, turn, everything)
            client = self.browser(person)

    def _forms(self, answer):
        if "html" not in answer.get("Content-Type", "") or answer.streaming:
            return []
        return Forms(answer.content.decode()).forms

    def _post(self, name, client, form, url, turn, everything):
        pairs, hostile = filled(form, PAYLOADS, turn, everything=everything)
        if not hostile:
            return
        self.values += hostile
        self._error = ""
        with undone():
            target = urlsplit(form.action or url).path or url
            if form.method == "post":
                answer = client.post(
                    target, body_of(pairs), content_type="application/x-www-form-urlencoded"
                )
            else:
                pairs = [(key, value[:2000]) for key, value in pairs]
                answer = client.get(f"{target}?{body_of(pairs).decode()}")
            self._judge(f"{name} {target} turn {turn} {everything}", answer)
            location = answer.get("Location", "")
            if not self.quick and answer.status_code in (301, 302) and location.startswith("/"):
                self._judge(f"{name} after {target}", client.get(location))
                if not location.startswith(url):
                    self._judge(f"{name} again {url}", client.get(url))

    def _judge(self, place, answer):
        if answer.status_code >= 500:
            self.faults.append(f"{place}: {answer.status_code}\n{self._error}")
        elif "html" in answer.get("Content-Type", "") and not answer.streaming:
            if harm := Forms(answer.content.decode("utf-8", "replace")).harm:
                self.faults.append(f"{place}: {harm[:3]}")
        for header, value in answer.items():
            if "\n" in value or "\r" in value or header.lower() == "set-cookie":
                self.faults.append(f"{place}: header {header}")
