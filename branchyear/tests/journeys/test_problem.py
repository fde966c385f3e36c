"""As a new secretary would: from a failing 支部体检 to a closed problem, in a real browser."""

import shutil
from datetime import date

import pytest
from django.test import Client
from playwright.sync_api import expect, sync_playwright

from branchyear.lib.dates import local_day
from members.tests.make import id_number, make_member
from tasks.models import Finding, Problem
from tasks.services import findings
from tasks.tests.make import make_campaign

COMPLETE = {
    "native_place": "福建厦门",
    "education": "大学",
    "worked_from": date(2003, 8, 1),
    "unit": "综合处",
    "post": "科员",
    "phone": "13800000000",
    "joined_branch_on": date(2018, 3, 1),
}


@pytest.fixture
def branch(transactional_db, org, people):
    """Three members on the roll, complete but for the schooling of one."""
    make_campaign(local_day().year)
    for name in ("张三", "李四"):
        make_member(org.north, name, id_number=id_number(), **COMPLETE)
    make_member(org.north, "王五", id_number=id_number(), **(COMPLETE | {"education": ""}))
    findings.evaluate(day=local_day(), organization=org.north, numbers=["R09"])
    assert Finding.objects.open().filter(organization=org.north, rule__number="R09").exists()
    return org.north


@pytest.fixture
def enter(branch, live_server, monkeypatch):
    """``enter(person)``: a browser of this person."""
    with sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread; the test itself asks the database here.
        monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or "/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
        )

        def signed_in(person):
            client = Client()  # one each: to sign in anew would end the other's session
            client.force_login(person, backend="branches.backends.AppointmentBackend")
            cookie = client.cookies["sessionid"].value
            context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
            context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
            page = context.new_page()
            page.goto(live_server.url)
            return page

        yield signed_in
        browser.close()


def test_a_new_secretary_goes_from_a_failing_check_up_to_a_closed_problem(enter, people):
    page = enter(people.secretary)
    menu = page.get_by_role("link", name="支部体检", exact=True)
    menu.click()

    page.locator(".ailment", has_text="党员名册要素完整").get_by_role(
        "button", name="列入问题清单"
    ).click()
    page.get_by_label("原因").first.fill("转入时没有登记学历")
    page.get_by_role("button", name="保存，开始整改").click()
    expect(page.locator("main")).to_contain_text("整改中")

    page.get_by_role("link", name="去处理").click()
    page.get_by_role("link", name="学历").first.click()
    page.get_by_role("link", name="王五").first.click()
    page.get_by_role("link", name="修改").first.click()
    page.locator("[name=education]").fill("大学")
    page.get_by_role("button", name="保存", exact=True).click()

    page.get_by_role("link", name="问题整改", exact=True).click()
    page.get_by_role("link", name="党员名册有1项信息缺失").click()
    expect(page.locator("main")).to_contain_text("已符合")
    page.get_by_label("整改结果").fill("已补登记学历，名册完整。")
    page.get_by_role("button", name="申请销号").click()
    expect(page.locator("main")).to_contain_text("等待上级党组织验收")

    reviewer = enter(people.reviewer)
    reviewer.get_by_role("link", name="去验收").click()
    reviewer.get_by_role("link", name="党员名册有1项信息缺失").click()
    reviewer.get_by_role("button", name="验收通过，销号").click()
    expect(reviewer.locator("main")).to_contain_text("已销号")

    page.reload()
    expect(page.locator("main")).to_contain_text("已销号")
    assert Problem.objects.get().state == "closed"
