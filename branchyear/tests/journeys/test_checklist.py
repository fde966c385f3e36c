"""The checklist in a real browser: every button of the unfolded item reaches its own address."""

import shutil
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect, sync_playwright

from branchyear.lib.dates import local_day
from tasks.models import BranchItem
from tasks.tests.access import furnish


@pytest.fixture
def world(transactional_db, org, people):
    world = SimpleNamespace(**vars(org), people=people)
    furnish(world)
    return world


@pytest.fixture
def page(world, client, live_server, monkeypatch):
    """The secretary's browser, signed in."""
    client.force_login(world.people.secretary, backend="branches.backends.AppointmentBackend")
    cookie = client.cookies["sessionid"].value
    with sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread; the test itself asks the database here.
        monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or "/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
        )
        context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.goto(f"{live_server.url}/checklist/?task=T1")
        yield page
        browser.close()


def test_an_item_is_filled_in_its_file_removed_and_handed_in_without_leaving_the_list(world, page):
    row = world.branch_item
    place = page.locator(f"#item-{row.pk}")
    place.locator(".unfold-button").click()
    place.get_by_label("已落实").check()
    place.locator("[name=fact_on]").fill(local_day().isoformat())
    place.locator("textarea").fill("已按程序报批并备案。")
    place.locator("[name=files]").set_input_files(
        {"name": "备案表.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\nform"}
    )

    place.get_by_role("button", name="上传", exact=True).click()
    expect(place.locator(".files")).to_contain_text("备案表.pdf")
    place.locator(".files__file", has_text="备案表.pdf").get_by_role("button").click()
    page.locator("dialog").get_by_role("button", name="确定").click()
    expect(place.locator(".files")).not_to_contain_text("备案表.pdf")
    expect(place.locator("textarea")).to_have_value("已按程序报批并备案。")
    place.get_by_role("button", name="提交", exact=True).click()

    expect(place.locator("[data-message]")).to_contain_text("已提交")
    expect(page.locator("#head-T1 .task__open")).to_contain_text("4")
    assert BranchItem.objects.get(pk=row.pk).state == "submitted"


def test_a_broken_upload_of_an_unfolded_item_is_begun_again_by_itself(world, page):
    row, asked = world.branch_item, []

    def broken(route):
        asked.append(route.request.url)
        if len(asked) < 2:
            route.abort("internetdisconnected")
        else:
            route.continue_()

    place = page.locator(f"#item-{row.pk}")
    place.locator(".unfold-button").click()
    place.locator("[name=files]").set_input_files(
        {"name": "备案表.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\nform"}
    )
    page.route("**/evidence/", broken)
    place.get_by_role("button", name="上传", exact=True).click()
    expect(place.locator("[data-upload-state]")).to_contain_text("3 秒后自动重新上传")

    expect(place.locator(".files")).to_contain_text("备案表.pdf", timeout=15_000)
    assert len(asked) == 2
