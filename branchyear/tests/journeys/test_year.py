"""The whole path, walked in a real browser against the real web server, worker and beat.

Secretary fills and uploads → reviewer returns → secretary mends → reviewer accepts → the committee sees
the number change → report handed in → a reminder reaches another branch only → ledger downloaded and
opened. One story, so its steps are one test each, in order.

The portal lives on the day of the manual's pictures (``pictures.DAY``); first every role's pages are looked at
as the manual shows them.
"""

import re
import zipfile
from datetime import datetime
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from playwright.sync_api import expect, sync_playwright
from pypdf import PdfReader

from branchyear.demo.paper import pdf
from branchyear.tests.journeys.pictures import DAY, picture
from branchyear.tests.portal import Portal, wait_until

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("year")]

CHINA = ZoneInfo("Asia/Shanghai")
PASSWORD = "jcjs-demo-2022"
BROWSER = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
ITEM = "T7-01"
FOREIGN = "SELECT count(*) FROM notifications_notice n JOIN accounts_user u ON u.id = n.recipient_id WHERE u.username = '{}' AND n.kind = 'report.due'"


@pytest.fixture(scope="module")
def portal(tmp_path_factory, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        portal = Portal(tmp_path_factory.mktemp("journey"), "branchyear_journey", DAY)
    portal.environment["DEMO_PASSWORD"] = PASSWORD
    portal.run("collectstatic", "--noinput", "-v0")
    portal.run("demo", "--scale", "small")
    portal.start("web", "worker", "beat")
    yield portal
    portal.stop()


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=BROWSER)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def desks(portal, browser):
    """``desks(username)`` is that person's own browser window, logged in once."""
    windows, complaints = {}, []

    def desk(username):
        if username not in windows:
            context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
            page = context.new_page()
            page.set_default_timeout(60_000)
            page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
            page.on("pageerror", lambda e: complaints.append(str(e)))
            page.goto(portal.url + "/login/")
            if not windows:
                picture(page, "login")
            page.get_by_label("账号").fill(username)
            page.get_by_label("密码", exact=True).fill(PASSWORD)
            page.get_by_role("button", name="登录").click()
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            windows[username] = page
        return windows[username]

    yield desk
    # The policy of the portal forbids inline style and script; a violation would be in the console.
    assert [text for text in complaints if "Content Security Policy" in text] == []


@pytest.fixture(scope="module")
def story():
    """What one step leaves for the next."""
    return {}


def open_item(page, portal):
    page.goto(portal.url + "/")
    page.get_by_role("link", name="八项任务清单").first.click()
    page.get_by_role("link", name=re.compile("^未填报")).first.click()
    page.goto(page.url)  # the filter lives in the address
    link = page.locator("a", has_text="设立党员示范岗").first
    page.goto(portal.url + link.get_attribute("href"))


def accepted_on_overview(page, portal):
    """The number of accepted items the committee sees, from its overview."""
    page.goto(portal.url + "/")
    page.get_by_role("link", name="总览").first.click()
    figure = page.locator("a", has_text=re.compile("审核通过$")).first
    block = figure.locator("xpath=ancestor-or-self::*[contains(@class, 'figure')][1]")
    return int(re.search(r"\d+", block.inner_text())[0])


# Picture → the page it is of, by whose it is.
PAGES = {
    "shuji001": {
        "home": "/",
        "checklist": "/checklist/",
        "library": "/evidence/",
        "checkup": "/checkup/",
        "problem": "/problems/4/",
        "roster": "/members/",
        "dues": "/dues/",
        "life": "/life/",
        "term": "/committee/",
        "score": "/scores/18/",
        "account": "/account/",
    },
    "weiyuan001": {"delegated": "/"},
    "zhishu01": {"desk": "/", "review": "/review/", "terms": "/terms/"},
    "gongwei": {
        "overview": "/overview/",
        "meeting": "/overview/meeting/",
        "urge": "/reports/urge/",
        "inspection": "/inspections/2/",
        "supervision": "/supervision/",
    },
    "zzb": {"department": "/", "matrix": "/reports/matrix/", "exports": "/exports/"},
    "ducha": {"inspector": "/"},
    "admin": {"admin": "/admin/", "organization": "/admin/branches/organization/7/change/"},
    "anquan": {"security": "/admin/accounts/user/"},
    "shenji": {"audit": "/admin/audit/entry/"},
}
UNDONE = "SELECT count(*) FROM outbox_job WHERE status IN ('queued', 'running') AND queue <> 'heavy' AND run_after < '2022-06-22 02:30'"


@pytest.fixture(scope="module")
def quiet(portal):
    """What the demo left for the worker is done: nothing on a page changes by itself."""
    wait_until(lambda: not portal.number(UNDONE), seconds=300)


@pytest.mark.parametrize("username", PAGES)
def test_the_pages_of_a_role_look_as_the_manual_shows_them(username, desks, portal, quiet):
    page, stale = desks(username), []

    for name, path in PAGES[username].items():
        page.goto(portal.url + path)
        if name == "meeting":  # behind its title
            page.keyboard.press("ArrowRight")
        try:
            picture(page, name)
        except AssertionError as told:  # all of them are told, not the first alone
            stale.append(str(told))

    assert stale == []


def test_the_committee_notes_how_many_are_accepted(desks, portal, story):
    story["before"] = accepted_on_overview(desks("gongwei"), portal)

    assert story["before"] > 0


def test_the_secretary_fills_an_item_and_uploads(desks, portal, story, tmp_path):
    page = desks("shuji001")
    open_item(page, portal)
    story["item"] = page.url
    paper = tmp_path / "党员示范岗公示.pdf"
    paper.write_bytes(pdf(["党员示范岗公示"]))

    page.get_by_label("已落实").check()
    day = DAY.astimezone(CHINA).date()
    page.locator("#id_fact_on").fill(day.isoformat())
    for number in page.locator("input[type=number]").all():
        number.fill("3")
    page.locator("textarea").first.fill("窗口设党员示范岗3个，承诺事项已公示。")
    page.locator("input[type=file]").set_input_files(paper)
    page.get_by_role("button", name="上传", exact=True).click()
    expect(page.get_by_text("党员示范岗公示.pdf").first).to_be_visible()
    picture(page, "item")
    page.get_by_role("button", name="提交", exact=True).click()

    expect(page.get_by_text("待审核").first).to_be_visible()
    page.goto(story["item"])
    expect(page.get_by_text("内容不能修改")).to_be_visible()


def test_the_reviewer_returns_it_with_a_reason(desks, portal, story):
    page = desks("zhishu01")
    page.goto(portal.url + "/")
    page.get_by_role("link", name="审核").first.click()
    number = re.search(r"/items/(\d+)/", story["item"])[1]
    page.goto(f"{portal.url}/review/?item={number}")

    page.locator("[name=reason]").fill("请补充公示照片和承诺内容。")
    page.get_by_role("button", name=re.compile("退回修改")).click()

    expect(page.locator("[data-message]", has_text="退回").first).to_be_visible()


def test_the_secretary_finds_it_first_on_the_home_page_and_mends_it(desks, portal, story):
    page = desks("shuji001")
    page.goto(portal.url + "/")
    todo = page.locator(".todo", has_text=ITEM)
    expect(todo).to_contain_text("请补充公示照片和承诺内容。")
    todo.get_by_role("link", name="去修改").click()

    expect(page.get_by_text("请补充公示照片和承诺内容。").first).to_be_visible()
    picture(page, "returned")
    page.locator("textarea").first.fill("窗口设党员示范岗3个，承诺内容和公示照片已补充。")
    page.get_by_role("button", name="重新提交").click()

    expect(page.get_by_text("待审核").first).to_be_visible()


def test_the_reviewer_accepts_it(desks, portal, story):
    page = desks("zhishu01")
    number = re.search(r"/items/(\d+)/", story["item"])[1]
    page.goto(f"{portal.url}/review/?item={number}")
    page.get_by_role("button", name=re.compile("^通过")).click()

    expect(page.locator("[data-message]", has_text="通过").first).to_be_visible()
    page = desks("shuji001")
    page.goto(story["item"])
    expect(page.get_by_text("审核通过").first).to_be_visible()


def test_the_committee_sees_the_number_change_and_finds_the_item_by_clicking(desks, portal, story):
    page = desks("gongwei")

    assert accepted_on_overview(page, portal) == story["before"] + 1


def test_the_secretary_hands_in_the_monthly_report_with_few_clicks_and_hardly_a_word_typed(
    desks, portal, story
):
    page, clicks, typed = desks("shuji001"), 0, 0
    page.goto(portal.url + "/")
    page.locator(".todo", has_text="月报").get_by_role("link").first.click()
    clicks += 1
    for key in ("progress", "problems", "next_steps"):
        expect(page.locator(f"textarea[name={key}]")).not_to_have_value("")
    picture(page, "report")
    for line in page.locator("input[name^=note_]").all():
        line.fill("书记外出学习，下周补开并登记。")
        clicks, typed = clicks + 1, typed + 1
    page.get_by_role("button", name="报送", exact=True).click()
    page.get_by_role("button", name=re.compile("确定")).first.click()
    clicks += 2

    expect(page.get_by_role("button", name="撤回")).to_be_visible()
    assert clicks <= 6
    assert typed <= 3
    story["report"] = page.url


def test_a_reminder_reaches_those_who_owe_and_nobody_else(desks, portal, story):
    due = portal.ask(
        "from reports.models import MonthlyReport as M, Period\n"
        "from django.utils import timezone\n"
        "r = M.objects.filter(organization__appointments__user__username='shuji001').order_by('-period__month').first()\n"
        "owes = M.objects.filter(period=r.period, first_submitted_at=None).first()\n"
        "who = owes.organization.appointments.filter(role='secretary').first() if owes else None\n"
        "answer = [str(r.period.due_on), who.user.username if who else None]"
    )
    assert due[1], "the demo leaves some branches owing"
    # The day itself: the demo has sent those of the day before and the day after.
    moment = datetime.fromisoformat(due[0]).replace(hour=10, tzinfo=CHINA)
    people = (due[1], "shuji001")
    before = {person: portal.number(FOREIGN.format(person)) for person in people}

    portal.run("send_due_reminders", "--now", moment.isoformat())
    portal.run("send_due_reminders", "--now", moment.isoformat())

    # The demo's past months have reminders of their own.
    new = {person: portal.number(FOREIGN.format(person)) - before[person] for person in people}
    assert new == {due[1]: 1, "shuji001": 0}
    letters = portal.var / "mail"
    wait_until(
        lambda: f"{due[1]}@demo.invalid" in "".join(p.read_text() for p in letters.glob("*"))
    )
    page = desks(due[1])
    page.goto(portal.url + "/notices/")
    expect(page.get_by_text(re.compile("月报")).first).to_be_visible()


@pytest.mark.parametrize("kind", ["Excel", "PDF"])
def test_the_department_downloads_a_ledger_and_opens_it(kind, desks, portal, story, tmp_path):
    page = desks("zzb")
    page.goto(portal.url + "/")
    page.get_by_role("link", name="台账导出").first.click()
    page.get_by_role("link", name=re.compile("八项任务完成情况")).first.click()
    page.get_by_role("button", name=f"生成 {kind}").click()
    row = page.locator("tr", has_text=kind).first
    expect(row.get_by_role("link", name="下载")).to_be_visible(timeout=120_000)

    with page.expect_download() as download:
        row.get_by_role("link", name="下载").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)

    if kind == "Excel":
        assert zipfile.is_zipfile(path)
        sheet = openpyxl.load_workbook(path).active
        texts = {str(cell.value) for line in sheet.iter_rows() for cell in line if cell.value}
        assert any("窗口设党员示范岗3个" in text for text in texts)
    else:
        reader = PdfReader(path)
        text = "".join(page.extract_text() for page in reader.pages)
        assert f"共 {len(reader.pages)} 页" in text or f"共{len(reader.pages)}页" in text
