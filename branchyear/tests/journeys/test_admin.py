"""The admin site in a real browser, under the real content policy."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect, sync_playwright

from branches.models import Organization
from branchyear.outbox.models import Job
from conftest import build_people, build_tree

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

BROWSER = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture
def cast(live_server):
    org = build_tree()
    people = build_people(org)
    Job.objects.create(kind="x", key="k", status=Job.Status.DEAD, error="Trouble")
    return org, people


def ticket(user):
    """A session of this person."""
    client = Client()
    client.force_login(user, backend="branches.backends.AppointmentBackend")
    return client.cookies[settings.SESSION_COOKIE_NAME].value


class Desk:
    """A window of one person; every complaint of the browser is kept."""

    def __init__(self, browser, base, session):
        context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": base}])
        self.base, self.page, self.complaints = base, context.new_page(), []
        self.page.on("console", lambda m: m.type == "error" and self.complaints.append(m.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, path):
        answer = self.page.goto(self.base + path, wait_until="load")
        assert answer.status == 200, path
        return self.page


def pages_of(org, people):
    """Every kind of page of the admin site, by who may open it."""
    office = people.secretary.appointments.get().pk
    one = people.secretary.pk

    def at(name, *args):
        return reverse(f"admin:{name}", args=args)

    return {
        "admin": [
            at("index"),
            at("branches_organization_changelist"),
            at("branches_organization_changelist") + "?q=支部",
            at("branches_organization_add"),
            at("branches_organization_change", org.north.pk),
            *[
                at("branches_organization_act", org.north.pk, verb)
                for verb in ("move", "merge", "split", "close")
            ],
            at("branches_organization_import"),
            at("branches_appointment_changelist"),
            at("branches_appointment_add"),
            at("branches_appointment_change", office),
            at("branches_appointment_end", office),
            at("accounts_user_changelist"),
            at("accounts_user_add"),
            at("accounts_user_change", one),
            at("accounts_user_act", one, "reset"),
            at("outbox_job_changelist"),
            at("notifications_delivery_changelist"),
            at("django_celery_beat_periodictask_changelist"),
            at("django_celery_beat_periodictask_add"),
        ],
        "security": [at("accounts_user_change", one), at("tokens_apitoken_changelist")],
        "auditor": [at("audit_entry_changelist"), at("audit_entry_change", 1)],
    }


def test_no_page_of_the_admin_site_breaks_the_policy(cast, live_server):
    org, people = cast
    pages = pages_of(org, people)
    sessions = {who: ticket(getattr(people, who)) for who in pages}
    complaints = {}

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=BROWSER)
        for who, paths in pages.items():
            desk = Desk(browser, live_server.url, sessions[who])
            for path in paths:
                desk.open(path)
                desk.page.wait_for_timeout(200)
                if desk.complaints:
                    complaints[path] = list(desk.complaints)
                    desk.complaints.clear()
        browser.close()

    assert complaints == {}


def test_the_tree_opens_and_a_merger_is_walked_by_clicking(cast, live_server):
    org, people = cast
    session = ticket(people.admin)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=BROWSER)
        desk = Desk(browser, live_server.url, session)
        page = desk.open(reverse("admin:branches_organization_changelist"))
        row = page.locator("tr", has_text="市北区局机关党委")
        expect(row).to_be_visible()
        row.locator("a.treebeard-collapse").click()
        page.get_by_role("link", name="北二支部").click()
        page.get_by_role("link", name="合并").click()
        page.locator("#id_into").select_option(str(org.north.pk))
        page.get_by_role("button", name="下一步").click()
        expect(page.get_by_text("“北二支部”撤销，并入“北一支部”")).to_be_visible()
        page.get_by_role("button", name="确认合并").click()
        expect(page.get_by_text("“北二支部”合并已办理。")).to_be_visible()
        browser.close()

    assert desk.complaints == []
    assert not Organization.objects.get(pk=org.north_two.pk).is_open
