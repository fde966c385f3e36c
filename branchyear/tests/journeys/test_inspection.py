"""督查抽查 from the published hash to the problem, with an inspector whose network comes and goes."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from branchyear.audit.models import Entry
from branchyear.tests.journeys.pictures import picture
from tasks.models import Problem, Visit
from tasks.tests.make import make_running_campaign
from tasks.tests.make_inspections import make_inspection, make_team

pytestmark = [pytest.mark.journey, pytest.mark.usefixtures("pinned")]

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def plan(transactional_db, org, people):
    """A draft over the north branch with its inspector."""
    make_running_campaign()
    now = timezone.now() - timedelta(minutes=5)
    plan = make_inspection(org.committee, people.committee, now=now, scope=org.north)
    make_team(plan, people.committee, people.inspector, now=now)
    return plan


def confirm(page, name):
    page.get_by_role("button", name=name, exact=True).click()
    page.get_by_role("button", name="确定", exact=True).click()


def test_the_draw_is_computed_again_and_a_record_made_without_a_network_arrives_once(
    enter, people, plan, org
):
    desk = enter(people.committee, plan.get_absolute_url())
    confirm(desk, "公布校验值")
    published = desk.locator(".hash").inner_text()
    confirm(desk, "抽取")
    desk.get_by_role("link", name="查看名单、复算核对").click()
    expect(desk.locator(".hash").first).to_have_text(published)
    desk.get_by_role("button", name="重新计算").click()
    expect(desk.locator("[data-draw-state]")).to_contain_text("与公布的完全一致")

    phone = enter(people.inspector, "/", **PHONE)
    phone.get_by_role("link", name="去检查").click()
    phone.get_by_role("button", name="开始检查").click()
    state = phone.locator("[data-record-state]")
    expect(state).to_be_attached()
    phone.wait_for_load_state("load")  # with its scripts: from here on the network may go
    phone.context.set_offline(True)
    first, second = phone.locator(".visit__item").all()
    first.get_by_role("radio", name="属实", exact=True).check()
    second.get_by_role("radio", name="不实", exact=True).check()
    second.locator("textarea").fill("现场没有看到会议记录")
    phone.get_by_role("button", name="暂存").click()
    expect(state).to_contain_text("没有网络")
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    picture(phone, "visit", size=None)

    # The network is back, the record arrives, but its answer is lost: it is sent again.
    lost = []

    def lose_the_answer(route):
        lost.append(route.fetch(max_redirects=0).status)
        route.abort()

    phone.route("**/save/", lose_the_answer)
    phone.context.set_offline(False)
    expect(state).to_contain_text("没有网络")
    while not lost:
        phone.wait_for_timeout(50)
    phone.unroute("**/save/")
    phone.get_by_label("支部陪同人员").fill("赵书记")
    phone.evaluate("window.dispatchEvent(new Event('online'))")
    expect(state).to_contain_text("已保存")
    assert lost == [302]
    assert Visit.objects.get().companion == "赵书记"
    # Twice: the words of the lost answer once, and what was typed since.
    assert Entry.objects.filter(verb="inspection.visit_saved").count() == 2

    confirm(phone, "签字")
    expect(phone.locator("main")).to_contain_text("与填报不符 1 处")

    desk.goto(desk.url.split("/inspections/")[0] + Visit.objects.get().get_absolute_url())
    desk.get_by_role("button", name="列入问题清单").click()
    expect(desk.locator("main")).to_contain_text("已列入问题清单：第 1 号")
    problem = Problem.objects.get()
    assert (problem.origin, problem.organization) == ("inspection", org.north)
