"""A secretary's desk in a real browser: a meeting, a month of dues, the roster away to Excel and back."""

import shutil
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect, sync_playwright

from branchyear.lib.dates import Month, local_day
from members.models import DuesKind, DuesMonth, Meeting, Member
from members.services import dues
from members.tests.make import make_member

NAMES = ["陈一鸣", "林静", "黄国强", "吴芳", "郑海"]


@pytest.fixture
def page(transactional_db, org, people, client, live_server, monkeypatch):
    """The secretary's browser, signed in; five members on the roll, their dues approved."""
    today = local_day()
    for name in NAMES:
        member = make_member(org.north, name)
        dues.approve_base(
            member, kind=DuesKind.WAGE, base=Decimal(6200), from_month=Month.of(today),
            by=people.secretary, today=today,
        )  # fmt: skip
    dues.open_month(Month.of(today), today=today)
    client.force_login(people.secretary, backend="branches.backends.AppointmentBackend")
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
        page.goto(live_server.url)
        page.get_by_role("link", name="支部台账").click()
        yield page
        browser.close()


def test_a_meeting_is_recorded_by_tapping_who_was_absent(page):
    page.get_by_role("link", name="组织生活", exact=True).click()
    page.get_by_role("link", name="登记组织生活").click()
    page.get_by_label("主题", exact=False).first.fill("传达学习上级文件精神")
    absent = page.locator("[data-attend]", has_text="吴芳")
    absent.locator("button, select").first.click()
    if absent.locator("select").is_visible():
        absent.locator("select").select_option("sick")

    page.get_by_role("button", name="保存", exact=True).click()

    expect(page.locator("main")).to_contain_text("应到 5 人，实到 4 人")
    meeting = Meeting.objects.get()
    assert (meeting.due, meeting.present) == (5, 4)


def test_a_month_of_dues_is_registered_with_one_click(page):
    page.get_by_role("link", name="党费", exact=True).click()

    page.get_by_role("button", name="全部按应交登记").click()
    page.get_by_role("button", name="保存登记").click()

    expect(page.locator("main")).to_contain_text("足额 5 人")
    rows = DuesMonth.objects.all()
    assert {(row.due, row.paid) for row in rows} == {(Decimal("93.00"), Decimal("93.00"))}


def header_of(sheet):
    """``(sheet, number of the header row, {title: column})`` of the sheet that has names, else None."""
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        titles = {str(value or "").strip("* "): at for at, value in enumerate(row)}
        if {"姓名", "学历"} <= set(titles):
            return sheet, number, titles
    return None


def test_the_roster_goes_to_excel_and_comes_back_row_by_row(page, tmp_path):
    page.get_by_role("link", name="Excel 下载/上传").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="下载名册(Excel)").click()
    path = tmp_path / "roster.xlsx"
    waiting.value.save_as(path)
    book = load_workbook(path)
    sheet, head, column = next(found for sheet in book if (found := header_of(sheet)))
    for row in sheet.iter_rows(min_row=head + 1):
        if row[column["姓名"]].value == "林静":
            row[column["学历"]].value = "研究生"
    book.save(path)

    page.locator("[name=file]").set_input_files(path)
    page.get_by_role("button", name="上传并核对").click()

    expect(page.locator("main")).to_contain_text("研究生")
    assert Member.objects.get(name="林静").education == ""  # nothing is saved yet
    page.get_by_role("button", name="确认").click()
    expect(page.locator("main")).to_contain_text("已保存")
    assert Member.objects.get(name="林静").education == "研究生"
