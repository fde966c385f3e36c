"""As a new secretary would: from a failing 支部体检 to a closed problem, in a real browser."""

from datetime import date

import pytest
from playwright.sync_api import expect

from branchyear.lib.dates import local_day
from members.tests.make import id_number, make_member
from tasks.models import Finding, Problem
from tasks.services import findings
from tasks.tests.make import make_running_campaign

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
    make_running_campaign()
    for name in ("张三", "李四"):
        make_member(org.north, name, id_number=id_number(), **COMPLETE)
    make_member(org.north, "王五", id_number=id_number(), **(COMPLETE | {"education": ""}))
    findings.evaluate(day=local_day(), organization=org.north, numbers=["R09"])
    assert Finding.objects.open().filter(organization=org.north, rule__number="R09").exists()
    return org.north


@pytest.mark.usefixtures("branch")
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
