"""Browsers of people of the cast, for journeys through pages served by this very process."""

import shutil

import pytest
import time_machine
from django.test import Client
from playwright.sync_api import expect, sync_playwright

from branchyear.tests import kept
from branchyear.tests.journeys.pictures import DAY

expect.set_options(timeout=30_000)  # two processors serve three browsers, a portal and other tests


@pytest.fixture
def pinned(monkeypatch):
    """The day on which pictures are taken; worlds made on it are not kept for other days, nor the other way."""
    monkeypatch.setattr(kept, "_kept", {})
    monkeypatch.setattr(kept, "_asked", set())
    with time_machine.travel(DAY, tick=True):
        yield


@pytest.fixture
def enter(transactional_db, live_server, monkeypatch):
    """``enter(person, path)``: a page of this person's own browser; ``width`` and ``height`` of its screen."""
    with sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread; the test itself asks the database here.
        monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or "/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
        )

        def signed_in(person, path="/", **screen):
            client = Client()  # one each: to sign in anew would end the other's session
            client.force_login(person, backend="branches.backends.AppointmentBackend")
            cookie = client.cookies["sessionid"].value
            context = browser.new_context(
                locale="zh-CN", timezone_id="Asia/Shanghai", viewport=screen or None
            )
            context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
            page = context.new_page()
            page.set_default_timeout(60_000)
            page.goto(live_server.url + path)
            return page

        yield signed_in
        browser.close()
