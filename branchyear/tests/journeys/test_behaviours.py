"""The small scripts in a real browser, under the real content policy.

The pages are rendered here and handed to the browser by ``route``; the answers of the server are
set by each test, because it is the browser's side that is looked at.
"""

import hashlib
import json
import mimetypes
import shutil
from dataclasses import dataclass, field

import pytest
from csp.constants import NONE, SELF
from django.conf import settings
from django.template import engines
from django.template.loader import render_to_string
from playwright.sync_api import expect, sync_playwright

from branchyear import styleguide
from branchyear.accounts.passwords import profile

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("behaviours")]

SITE = "http://portal.test"
WORDS = {SELF: "'self'", NONE: "'none'"}
PAGE = """{% extends "base.html" %}{% load ui %}{% block content %}
<form id="draft" method="post" action="/sent/" data-autosave="/save/">
  {% once %}<input type="hidden" name="version" value="1"><label for="id_text">内容</label>
  <textarea name="text" id="id_text">初稿</textarea>
  <input type="checkbox" name="kinds" value="a" id="kind"><span data-autosave-state></span>
  <button id="send" name="action" value="submit">提交</button></form>
<form id="files" method="post" action="/upload/" enctype="multipart/form-data" data-upload-progress>
  <div class="upload"><input type="file" name="file" data-upload data-max-bytes="1000"
    data-accept=".pdf"></div><button>上传</button></form>
<form method="post" action="/sent/" data-confirm="确定吗？"><button id="chase" name="to" value="7">催办</button></form>
<a id="person" href="/person/" hx-get="/person/" hx-target="#panel">详情</a>
<button id="ask" hx-post="/ask/">办理</button>
<form id="row" hx-post="/row/" hx-swap="outerHTML"><input name="a"><button>保存</button></form>
{% endblock %}"""

CHECKSUM = """{% extends "base.html" %}{% load static %}{% block content %}
<form method="post" action="/sent/" enctype="multipart/form-data" data-checksum="#sum">
  <input type="file" name="file" id="file"><span data-checksum-state></span></form>
<form method="get" action="/compare/"><input name="sha256" id="sum"></form>{% endblock %}
{% block scripts %}<script src="{% static 'js/checksum.js' %}" defer></script>{% endblock %}"""


@dataclass
class Stage:
    """A browser page, what it posted, and what the server answers next."""

    page: object
    answers: dict = field(default_factory=dict)
    posts: list = field(default_factory=list)
    faults: list = field(default_factory=list)

    def open(self, path):
        self.page.goto(SITE + path)

    def posted(self, path):
        return [body for where, body in self.posts if where == path]

    def drafts(self):
        return self.page.evaluate(
            "Object.keys(localStorage).filter(key => key.startsWith('draft:')).length"
        )


def _policy():
    return "; ".join(
        f"{name} {' '.join(WORDS.get(part, part) for part in parts)}"
        for name, parts in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].items()
    )


def _handle(stage, pages, route):
    request = route.request
    path = request.url.removeprefix(SITE).split("?")[0].split("#")[0]
    if path.startswith("/static/"):
        file = settings.BASE_DIR / path.lstrip("/")
        kind = mimetypes.guess_type(file)[0] or "text/plain"
        route.fulfill(body=file.read_bytes(), content_type=kind)
        return
    if request.method == "POST":
        stage.posts.append((path, request.post_data or ""))
    if path in pages:
        headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": _policy(),
        }
        route.fulfill(body=pages[path], headers=headers)
        return
    status, body = stage.answers.get(path, (200, "好"))
    is_json = isinstance(body, dict)
    route.fulfill(
        status=status,
        body=json.dumps(body) if is_json else body,
        content_type="application/json" if is_json else "text/html; charset=utf-8",
    )


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or "/usr/bin/chromium",
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def pages():
    return {
        "/page/": engines["django"].from_string(PAGE).render({}),
        "/styleguide/": render_to_string("styleguide.html", styleguide.example()),
        "/password/": render_to_string(
            "accounts/password.html", {"form": _password_form(), "profile": profile()}
        ),
    }


def _password_form():
    from django import forms

    names = ("old_password", "new_password1", "new_password2")
    fields = {n: forms.CharField(label=n, widget=forms.PasswordInput) for n in names}
    return type("PasswordForm", (forms.Form,), fields)()


def _stage(browser, pages, **options):
    context = browser.new_context(
        viewport={"width": options.pop("width", 1366), "height": 768},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        **options,
    )
    stage = Stage(context.new_page())
    stage.page.set_default_timeout(60_000)
    stage.page.on("pageerror", lambda error: stage.faults.append(str(error)))
    stage.page.on(
        "console",
        lambda line: "Content Security" in line.text and stage.faults.append(line.text),
    )
    stage.page.route("**/*", lambda route: _handle(stage, pages, route))
    return context, stage


@pytest.fixture
def stage(chromium, pages):
    context, stage = _stage(chromium, pages)
    yield stage
    context.close()
    assert stage.faults == []


def test_what_is_typed_is_saved_five_seconds_later(stage):
    stage.answers["/save/"] = (200, {"version": 2, "saved_at": "2022-06-20T14:03:00+08:00"})
    stage.page.clock.install()
    stage.open("/page/")

    stage.page.fill("#id_text", "改过")
    stage.page.clock.fast_forward(5_100)

    expect(stage.page.locator("[data-autosave-state]")).to_have_text("已保存 14:03")
    expect(stage.page.locator("[name=version]")).to_have_value("2")
    assert "改过" in stage.posted("/save/")[0]


def test_a_conflict_keeps_what_was_typed_and_shows_the_other_text(stage):
    stage.answers["/save/"] = (409, {"error": "李秀英已修改", "theirs": {"text": "别人的字"}})
    stage.open("/page/")

    stage.page.fill("#id_text", "我的字")
    stage.page.locator("#id_text").blur()

    told = stage.page.locator("[data-autosave-conflict]")
    expect(told).to_contain_text("李秀英已修改")
    assert "内容：别人的字" in told.text_content()
    expect(stage.page.locator("#id_text")).to_have_value("我的字")


def test_what_could_not_be_saved_is_offered_at_the_next_visit(stage):
    stage.answers["/save/"] = (500, "坏了")
    stage.open("/page/")
    stage.page.fill("#id_text", "没存上")
    stage.page.check("#kind")
    stage.page.locator("#kind").blur()
    expect(stage.page.locator("[data-autosave-state]")).to_contain_text("暂存在本机")

    stage.answers["/save/"] = (200, {"version": 2, "saved_at": ""})
    stage.page.reload()
    stage.page.get_by_role("button", name="恢复").click()

    expect(stage.page.locator("[data-autosave-state]")).to_contain_text("已保存")
    expect(stage.page.locator("#id_text")).to_have_value("没存上")
    expect(stage.page.locator("#kind")).to_be_checked()
    assert stage.drafts() == 0


def test_a_submitted_draft_is_not_offered_once_the_row_moved_on(stage, pages):
    stage.page.clock.install()
    stage.open("/page/")
    stage.page.fill("#id_text", "已提交")
    stage.page.click("#send")
    stage.page.wait_for_url("**/sent/")

    pages["/page/"] = pages["/page/"].replace(
        'name="version" value="1"', 'name="version" value="2"'
    )
    stage.open("/page/")

    expect(stage.page.locator("#draft .message")).to_have_count(0)
    assert stage.drafts() == 0


def test_a_form_is_sent_once_with_its_button(stage):
    stage.open("/page/")

    stage.page.evaluate(
        "() => { const b = document.querySelector('#send'); b.click(); b.click(); }"
    )
    stage.page.wait_for_url("**/sent/")

    assert len(stage.posted("/sent/")) == 1
    assert "action=submit" in stage.posted("/sent/")[0]


def test_a_page_come_back_to_keeps_the_keys_of_its_forms(stage, pages):
    def key_after(go):
        pages["/page/"] = engines["django"].from_string(PAGE).render({})
        go()
        return stage.page.locator("#draft input[name=once]").input_value()

    first = key_after(lambda: stage.open("/page/"))
    stage.page.click("#send")
    stage.page.wait_for_url("**/sent/")

    assert key_after(stage.page.go_back) == first
    stage.open("/styleguide/")
    assert key_after(lambda: stage.open("/page/")) != first


def test_a_grave_step_is_asked_for_first(stage):
    stage.open("/page/")

    stage.page.click("#chase")
    stage.page.keyboard.press("Escape")
    assert stage.posted("/sent/") == []
    stage.page.click("#chase")
    stage.page.get_by_role("button", name="确定").click()
    stage.page.wait_for_url("**/sent/")

    assert stage.posted("/sent/") == ["to=7"]


@pytest.mark.parametrize(
    ("status", "answer", "sentence"),
    [
        (409, "该事项已由吴审核办理。", "该事项已由吴审核办理。"),
        (403, "<main><p data-refusal>仅书记可以提交。</p></main>", "仅书记可以提交。"),
        (403, "<main><h1>Forbidden</h1></main>", "您没有办理这件事的权限"),
        (401, "x", "登录已超时"),
        (404, "<main>x</main>", "没有找到这项内容"),
        (500, "<h1>Traceback</h1>", "系统出了问题"),
    ],
)
def test_a_refusal_is_a_sentence_that_says_what_to_do(stage, status, answer, sentence):
    stage.answers["/ask/"] = (status, answer)
    stage.open("/page/")

    stage.page.click("#ask")

    expect(stage.page.locator("[data-toasts]")).to_contain_text(sentence)


def test_a_form_that_comes_back_with_errors_is_put_in_place(stage):
    stage.answers["/row/"] = (422, '<form id="row"><input name="a"><p id="wrong">必填</p></form>')
    stage.open("/page/")

    stage.page.click("#row button")

    expect(stage.page.locator("#wrong")).to_be_visible()


def test_the_side_panel_opens_and_gives_the_focus_back(stage):
    stage.answers["/person/"] = (200, "<h2>张卫东</h2>")
    stage.open("/page/")

    stage.page.click("#person")
    expect(stage.page.locator("#panel")).to_contain_text("张卫东")
    stage.page.keyboard.press("Escape")

    expect(stage.page.locator("#panel")).to_be_hidden()
    expect(stage.page.locator("#person")).to_be_focused()


@pytest.mark.parametrize(
    ("name", "size", "sentence"),
    [
        ("a.exe", 10, "格式不能上传"),
        ("a.pdf", 2_000, "的上限"),
        ("a.pdf", 0, "是空文件"),
    ],
)
def test_a_file_is_looked_at_before_it_is_sent(stage, name, size, sentence):
    stage.open("/page/")

    stage.page.set_input_files(
        "[name=file]", {"name": name, "mimeType": "x/y", "buffer": b"1" * size}
    )

    expect(stage.page.locator("[data-upload-state]")).to_contain_text(sentence)
    expect(stage.page.locator("[name=file]")).to_have_value("")


def test_the_servers_word_about_a_file_stands_beside_it(stage):
    stage.answers["/upload/"] = (422, {"error": "文件内容与扩展名不符。"})
    stage.open("/page/")
    stage.page.set_input_files("[name=file]", {"name": "a.pdf", "mimeType": "x/y", "buffer": b"1"})

    stage.page.click("#files button")

    expect(stage.page.locator("[data-upload-state]")).to_have_text("文件内容与扩展名不符。")
    expect(stage.page.locator("#files button")).not_to_have_class("is-sending")


def test_a_broken_upload_is_begun_again_and_loses_nothing(stage):
    """Twice by itself, then by a button; always the same form with the same key."""
    sent = []

    def broken(route):
        sent.append(route.request.post_data_buffer)
        if len(sent) <= 3:
            route.abort("internetdisconnected")
        else:
            route.fulfill(status=422, json={"error": "收到了。"})

    stage.page.clock.install()
    stage.open("/page/")
    stage.page.route("**/upload/", broken)
    state = stage.page.locator("[data-upload-state]")
    stage.page.set_input_files("[name=file]", {"name": "a.pdf", "mimeType": "x/y", "buffer": b"1"})
    stage.page.click("#files > button")
    expect(state).to_contain_text("3 秒后自动重新上传。填写的内容和选好的文件都在。")
    stage.page.clock.run_for(3100)
    expect(state).to_contain_text("10 秒后自动重新上传")
    stage.page.clock.run_for(10_100)
    expect(state).to_contain_text("文件没有上传成功")
    stage.page.click("text=重新上传")

    expect(state).to_have_text("收到了。")
    assert len(sent) == 4
    assert all(b"a.pdf" in (body or b"a.pdf") for body in sent)


def test_ticking_all_counts_and_wakes_the_batch_buttons(stage):
    stage.open("/styleguide/")
    batch = stage.page.locator("[data-select-needed]").first
    expect(batch).to_be_disabled()

    stage.page.check("[data-select-all]")

    expect(stage.page.locator("[data-select-count]")).to_have_text("100")
    expect(batch).to_be_enabled()


def test_a_row_a_dialogue_and_the_tree_unfold(stage):
    stage.open("/styleguide/")
    expect(stage.page.locator("#row-1")).to_be_hidden()

    stage.page.click("[data-unfold=row-1]")
    expect(stage.page.locator("#row-1")).to_be_visible()

    stage.page.click("#sample-submit summary")
    expect(stage.page.get_by_role("dialog")).to_contain_text("提交后内容将封存")
    stage.page.keyboard.press("Escape")

    stage.page.fill("[data-tree-search]", "审计")
    expect(stage.page.locator("[data-tree-node]:visible")).to_have_count(4)


def test_the_letters_are_remembered_and_the_page_still_fits(stage):
    stage.open("/styleguide/")

    stage.page.get_by_role("button", name="大", exact=True).click()
    stage.page.reload()

    width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert stage.page.evaluate("getComputedStyle(document.documentElement).fontSize") == "17px"
    assert stage.page.evaluate(width) == 0


def test_a_letter_presses_its_button_unless_one_is_typing(stage):
    stage.open("/styleguide/")
    stage.page.evaluate(
        "document.querySelector('[data-key=A]').addEventListener('click', () => { window.pressed = (window.pressed || 0) + 1 })"
    )

    stage.page.focus("#id_topic")
    stage.page.keyboard.press("a")
    stage.page.locator("#id_topic").blur()
    stage.page.keyboard.press("a")

    assert stage.page.evaluate("window.pressed") == 1


def test_a_chart_is_drawn_beside_its_table(stage):
    stage.open("/styleguide/")

    expect(stage.page.locator(".chart.is-drawn canvas")).to_be_visible()


def test_the_password_rules_are_ticked_while_typing(stage):
    stage.open("/password/")

    stage.page.fill("[name=old_password]", "Old-password-1")
    stage.page.fill("[name=new_password1]", "New-password-2")
    stage.page.fill("[name=new_password2]", "New-password-2")

    asked = stage.page.locator("[data-rule]").count()
    assert asked
    expect(stage.page.locator(".rules__rule.is-met")).to_have_count(asked)


def test_a_file_is_summed_here_and_only_the_sum_is_sent(stage, pages):
    pages["/verify/"] = engines["django"].from_string(CHECKSUM).render({})
    stage.open("/verify/")
    lengths = [0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 200_000, 4 * 1024 * 1024 + 61]

    sums = stage.page.evaluate(
        """lengths => Promise.all(lengths.map(length => window.sha256Of(
             new File([Uint8Array.from({length}, (_, at) => at % 251)], 'a'))))""",
        lengths,
    )
    stage.page.set_input_files("#file", {"name": "a", "mimeType": "", "buffer": b"abc"})
    stage.page.wait_for_url("**/compare/?sha256=*")

    for length, found in zip(lengths, sums, strict=True):
        content = bytes(at % 251 for at in range(length))
        assert found == hashlib.sha256(content).hexdigest(), length
    assert stage.page.url.endswith(hashlib.sha256(b"abc").hexdigest())
    assert stage.posts == []


@pytest.mark.parametrize("width", [390, 1366])
def test_without_scripts_everything_can_be_reached(chromium, pages, width):
    context, stage = _stage(chromium, pages, width=width, java_script_enabled=False)
    stage.open("/styleguide/")

    expect(stage.page.locator("#row-1")).to_be_visible()
    stage.page.click("#sample-submit summary")
    expect(stage.page.locator("#sample-submit .dialog-fold__body")).to_be_visible()
    context.close()
