"""The committee and the organisation department at the overview, in a real browser: from a figure to its list, to Excel,
to the projector."""

import io
import re

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from branchyear.lib.dates import local_day
from reports.services import periods
from tasks.models import BranchItem
from tasks.tests.make import make_running_campaign

pytestmark = pytest.mark.journey


@pytest.fixture
def city(transactional_db, org, people):
    """The month's reports are open, half of the north branch's items are accepted."""
    campaign = make_running_campaign()
    periods.open_periods(today=local_day())
    done = BranchItem.objects.filter(branch=org.north, item__task__campaign=campaign)
    BranchItem.objects.filter(pk__in=list(done.values_list("pk", flat=True))[:10]).update(
        state="accepted"
    )


@pytest.fixture
def overview(city, enter):
    """``overview(person)``: the overview in a browser of this person."""

    def opened(person):
        page = enter(person)
        page.get_by_role("link", name="总览", exact=True).first.click()
        return page

    return opened


def test_from_the_overview_to_a_list_to_excel_and_to_the_projector(overview, people, org):
    page = overview(people.committee)

    page.locator("select[name=task]").select_option("T1")
    page.get_by_role("button", name="查询").click()
    cell = page.locator("tr", has_text="市北区局").locator("td.heat a").first
    total = int(re.search(r"/(\d+)", cell.inner_text())[1])
    with page.expect_download() as waiting:
        page.get_by_role("link", name="导出 Excel").click()
    book = load_workbook(io.BytesIO(waiting.value.path().read_bytes()))
    cell.click()

    expect(page.locator("main")).to_contain_text(f"共 {total} 条")
    lines = {line[1]: line for line in book.worksheets[0].values}
    assert lines[org.north_office.name][3] == total

    page.go_back()
    page.get_by_role("link", name="工作推进会").click()
    expect(page.locator("[data-slides-place]")).to_have_text(re.compile(r"^1 / \d"))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="总体进度")).to_be_visible()
    expect(page.get_by_role("heading", name=org.committee.name)).to_be_hidden()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("heading", name=org.committee.name)).to_be_visible()


def test_the_department_sees_the_committee_s_figures_under_its_own_name(overview, people, org):
    page = overview(people.department)

    expect(page.get_by_role("heading", name=org.city.name, exact=True)).to_be_visible()
    page.get_by_role("link", name="问题整改", exact=True).last.click()
    expect(page.locator("main")).to_contain_text("列入清单")
    page.get_by_role("link", name="逐月趋势").click()

    expect(page.locator("main")).to_contain_text("月末数据在次月初")
