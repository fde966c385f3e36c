"""axe-core over every page of the access table, in a real browser (``make axe``; not part of ``make test``).

Fails for what axe calls serious or critical among the rules of WCAG 2.1 A and AA. axe-core (MPL-2.0) is fetched from
npm when it is not there yet, and used here alone: nothing of it is shipped.
"""

import shutil
import tempfile
from collections import defaultdict
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import sync_playwright

from branchyear.outbox import services
from branchyear.tests.access import address, all_rows
from scripts.vendor import fetch

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


@pytest.mark.parametrize("person", ["committee", "secretary", "inspector"])
def test_no_page_has_a_grave_fault(person, browser, world, live_server):
    client = Client()
    client.force_login(
        getattr(world.people, person), backend="branches.backends.AppointmentBackend"
    )
    context = browser.new_context(
        locale="zh-CN", viewport={"width": 1366, "height": 768}, bypass_csp=True
    )
    cookie = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    page, source, found = context.new_page(), axe_core(), defaultdict(dict)

    pages = 0
    for url in sorted(pages_of(person, world, client)):
        page.goto(live_server.url + url, wait_until="load")
        page.evaluate(source)
        told = page.evaluate(
            "tags => axe.run({runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})",
            TAGS,
        )
        pages += 1
        for fault in told["violations"]:
            if fault["impact"] in GRAVE:
                nodes = [node["html"][:160] for node in fault["nodes"][:3]]
                print(
                    f"{person} {url} {fault['id']} ({fault['help']}):",
                    *nodes,
                    sep="\n    ",
                    flush=True,
                )
                found[fault["id"]][url] = nodes

    print(f"{person}: {pages} pages looked at, {len(found)} kinds of fault", flush=True)
    assert pages > 10
    assert not found


def pages_of(person, world, client):
    """The addresses of the table that answer this person with a page."""
    for name, row in all_rows().items():
        if row.method != "get" or person not in row.expect.get(200, ()) or name in ELSEWHERE:
            continue
        url = address(name, row, world)
        query = "&".join(f"{key}={value}" for key, value in row.data.items())
        answer = client.get(url, row.data)
        if (
            answer.headers.get("Content-Type", "").startswith("text/html")
            and b"<html" in answer.content
        ):
            yield f"{url}?{query}" if query else url
