"""axe-core over every page of the access table, of 系统管理 and at the door, in a real browser (``make axe``; not part of ``make test``).

Fails for what axe calls serious or critical among the rules of WCAG 2.1 A and AA. axe-core (MPL-2.0) is fetched from
npm when it is not there yet, and used here alone: nothing of it is shipped.
"""

import shutil
import tempfile
from collections import defaultdict
from pathlib import Path

import pyotp
import pytest
from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from playwright.sync_api import sync_playwright

from branchyear.accounts import second_factor as factor
from branchyear.accounts.models import SecondFactor
from branchyear.outbox import services
from branchyear.tests.access import ADMINS, address, all_rows
from scripts.vendor import fetch

PASSWORD = "Passw0rd-2022"  # of the cast
VERSION = "4.10.3"
GRAVE = {"serious", "critical"}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
ELSEWHERE = ("schema", "api_docs", "healthz", "healthz_deep", "metrics")  # no pages of ours


def axe_core():
    """The library's text, kept beside the data."""
    kept = Path(settings.VAR_DIR) / f"axe-{VERSION}.min.js"
    if not kept.exists():
        with tempfile.TemporaryDirectory() as folder:
            root, _ = fetch("axe-core", VERSION, folder)
            kept.write_text((root / "axe.min.js").read_text("utf-8"), "utf-8")
    return kept.read_text("utf-8")


@pytest.fixture
def browser(transactional_db, monkeypatch):
    monkeypatch.setattr(
        services, "wake", lambda jobs: None
    )  # nobody waits for the jobs of the world
    with sync_playwright() as playwright:
        monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or "/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
        )
        yield browser
        browser.close()


PERSONS = (
    "secretary", "reviewer", "committee", "department", "inspector", "admin", "security", "auditor",
)  # fmt: skip


class Looker:
    """A page that axe-core looks at, address after address."""

    def __init__(self, browser, site):
        self.site, self.source, self.seen, self.found = site, axe_core(), 0, defaultdict(dict)
        self.context = browser.new_context(
            locale="zh-CN", viewport={"width": 1366, "height": 768}, bypass_csp=True
        )
        self.page = self.context.new_page()

    def be(self, person):
        client = Client()
        client.force_login(person, backend="branches.backends.AppointmentBackend")
        cookie = client.cookies["sessionid"].value
        self.context.add_cookies([{"name": "sessionid", "value": cookie, "url": self.site}])
        return client

    def go(self, url):
        self.page.goto(self.site + url, wait_until="load")
        self.look(url)

    def look(self, where):
        """What stands in the window now."""
        self.page.evaluate(self.source)
        told = self.page.evaluate(
            "tags => axe.run({runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})",
            TAGS,
        )
        self.seen += 1
        for fault in told["violations"]:
            if fault["impact"] in GRAVE:
                nodes = [node["html"][:160] for node in fault["nodes"][:3]]
                head = f"{where} {fault['id']} ({fault['help']}):"
                print(head, *nodes, sep="\n    ", flush=True)
                self.found[fault["id"]][where] = nodes

    def judge(self, who, least):
        print(f"{who}: {self.seen} pages looked at, {len(self.found)} kinds of fault", flush=True)
        assert self.seen > least
        assert not self.found


@pytest.fixture
def looker(browser, live_server):
    return Looker(browser, live_server.url)


@pytest.mark.parametrize("person", PERSONS)
def test_no_page_has_a_grave_fault(person, looker, world):
    client = looker.be(getattr(world.people, person))

    for url in sorted({*pages_of(person, world, client), *admin_pages(person, client)}):
        looker.go(url)

    looker.judge(person, least=10)


def pages_of(person, world, client):
    """The addresses of the table that answer this person with a page."""
    for name, row in all_rows().items():
        if row.method != "get" or person not in row.expect.get(200, ()) or name in ELSEWHERE:
            continue
        url = address(name, row, world)
        query = "&".join(f"{key}={value}" for key, value in row.data.items())
        if is_page(client.get(url, row.data)):
            yield f"{url}?{query}" if query else url


def admin_pages(person, client):
    """系统管理: the front, and of every model that this administrator keeps the list, the form and one row."""
    if person not in ADMINS:
        return
    yield reverse("admin:index")
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        first = model._default_manager.first()
        urls = [reverse(f"{name}_changelist"), reverse(f"{name}_add")]
        if first is not None:
            urls.append(reverse(f"{name}_change", args=[first.pk]))
        yield from (url for url in urls if is_page(client.get(url)))


def is_page(answer):
    return (
        answer.status_code == 200
        and answer.headers.get("Content-Type", "").startswith("text/html")
        and b"<html" in answer.content
    )


def test_nor_has_any_page_at_the_door(looker, people):
    """Log-in with its errors, the code from the telephone, a password that must be changed, a session that ended."""
    page = looker.page
    looker.go("/login/")
    for _ in range(settings.CAPTCHA_AFTER):
        enter(page, "shuji001", "wrong")
    looker.look("login, with a sum")

    secret = factor.new_secret()
    SecondFactor.objects.create(user=people.committee, secret=secret)
    page.goto(looker.site + "/login/")
    enter(page, "gongwei", PASSWORD)
    looker.look("the code")
    page.fill("[name=code]", "000000")
    page.click(".button--primary")
    looker.look("the code, wrong")

    looker.be(people.department)
    looker.go("/account/code/")
    page.click("summary >> nth=0")
    key = page.text_content(".code-setup__secret").replace(" ", "")
    page.fill("[name=code]", pyotp.TOTP(key).now())
    page.click(".button--primary")
    looker.look("recovery codes")
    looker.go("/account/code/off/")

    people.reviewer.must_change_password = True
    people.reviewer.save()
    looker.be(people.reviewer)
    looker.go("/")

    client = looker.be(people.secretary)
    looker.go("/nowhere/")
    page.goto(looker.site + "/account/tokens/")
    page.fill("[name=name]", "机关OA")
    client.logout()
    page.fill("[name=password]", "x")
    page.click("main .button--primary")
    looker.look("a session that ended")

    looker.judge("the door", least=8)


def enter(page, username, password):
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.click(".login__form .button--primary")
    page.wait_for_load_state()
