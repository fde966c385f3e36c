"""The component tags say the right words, keep the address and never crash on odd input."""

from datetime import UTC, date, datetime

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory

from branchyear import styleguide
from branchyear.templatetags import ui

TODAY = date(2022, 6, 20)


def render(source, **context):
    return Template("{% load ui %}" + source).render(Context(context)).strip()


def at(address):
    return RequestFactory().get(address)


@pytest.mark.parametrize("code", list(ui.STATUSES))
def test_every_state_is_a_word_a_shape_and_a_colour(code):
    html = render("{% status code %}", code=code)

    look = ui.STATUSES[code]
    assert look.word in html
    assert look.shape in html
    assert f"status--{look.tone}" in html


@pytest.mark.parametrize("code", [None, "", "nobody-told-us", 7, "<b>x</b>"])
def test_an_unknown_state_is_shown_as_it_is(code):
    html = render("{% status code %}", code=code)

    assert "status--unknown" in html
    assert "<b>" not in html


def test_a_state_may_be_given_other_words():
    html = render('{% status "accepted" words %}', words="工委 <审核通过>")

    assert "工委 &lt;审核通过&gt;" in html
    assert "status--accepted" in html


@pytest.mark.parametrize(
    ("when", "words", "tone"),
    [
        (date(2022, 6, 17), "逾期3天", "late"),
        (date(2022, 6, 19), "逾期1天", "late"),
        (date(2022, 6, 20), "今天到期", "near"),
        (date(2022, 6, 21), "剩1天", "near"),
        (date(2022, 6, 25), "剩5天", "near"),
        (date(2022, 6, 26), "剩6天", "plain"),
    ],
)
def test_a_deadline_says_how_far_it_is(when, words, tone):
    html = render("{% due when today %}", when=when, today=TODAY)

    assert words in html
    assert f"due--{tone}" in html
    assert f"6月{when.day}日" in html


def test_a_deadline_that_was_met_is_not_called_late():
    html = render("{% due when today True %}", when=date(2022, 6, 1), today=TODAY)

    assert "6月1日" in html
    assert "逾期" not in html


def test_a_deadline_of_another_year_names_the_year():
    assert "2023年1月31日" in render("{% due when today %}", when=date(2023, 1, 31), today=TODAY)


def test_a_moment_counts_by_the_day_in_beijing():
    late_evening_utc = datetime(2022, 6, 19, 16, 30, tzinfo=UTC)  # 00:30 on the 20th in Beijing

    assert "今天到期" in render("{% due when today %}", when=late_evening_utc, today=TODAY)


@pytest.mark.parametrize("when", [None, "", "soon"])
def test_no_deadline_is_said_in_words(when):
    assert "未定期限" in render("{% due when today %}", when=when, today=TODAY)


@pytest.mark.parametrize(
    ("done", "total", "share"),
    [(0, 60, "0%"), (1, 300, "1%"), (41, 60, "68%"), (299, 300, "99%"), (60, 60, "100%")],
)
def test_a_bar_never_rounds_to_all_or_nothing(done, total, share):
    html = render("{% progress done total %}", done=done, total=total)

    assert f"<b>{done}</b>/{total}" in html
    assert share in html
    assert ("progress--complete" in html) == (done == total)


def test_nothing_to_do_has_no_percentage():
    html = render("{% progress None 0 %}")

    assert "<b>0</b>/0" in html
    assert "%" not in html.replace("progress__percent", "")


class Meeting(forms.Form):
    topic = forms.CharField(label="会议议题", help_text="一句话写明")
    held_on = forms.DateField(
        label="召开日期", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    present = forms.IntegerField(
        label="实到", required=False, widget=forms.NumberInput(attrs={"data-unit": "人"})
    )
    sure = forms.BooleanField(label="已经审核", required=False)
    version = forms.CharField(widget=forms.HiddenInput, required=False)


def test_a_field_has_label_star_help_and_errors_beside_it():
    form = Meeting({"topic": ""})

    html = render("{% field form.topic %}", form=form)

    assert '<label class="field__label" for="id_topic">' in html
    assert "会议议题：" in html
    assert "field__must" in html
    assert "一句话写明" in html
    assert 'id="id_topic_error"' in html
    assert "field--wrong" in html


def test_errors_say_what_to_do_in_plain_words():
    form = Meeting({"topic": "", "held_on": "2022-13-40", "present": "十七"})

    assert form.errors.get_json_data() == {
        "topic": [{"message": "此项必填。", "code": "required"}],
        "held_on": [{"message": "日期不正确，请按 2022-04-25 的写法填写。", "code": "invalid"}],
        "present": [{"message": "请填写整数，如 17。", "code": "invalid"}],
    }


def test_what_was_typed_stays_and_is_escaped():
    form = Meeting({"topic": '"><script>alert(1)</script>', "present": "十七"})

    html = render("{% field form.topic %}{% field form.present %}", form=form)

    assert "<script>" not in html
    assert 'value="十七"' in html


def test_a_field_shows_its_unit_and_no_star_when_it_may_be_empty():
    html = render("{% field form.present %}", form=Meeting())

    assert "人</span>" in html
    assert "field__must" not in html


def test_a_single_tick_has_its_label_behind_it():
    html = render("{% field form.sure %}", form=Meeting())

    assert "<span>已经审核</span></label>" in html


def test_a_hidden_field_is_only_itself():
    html = render("{% field form.version %}", form=Meeting({"topic": "x", "version": "4"}))

    assert html == '<input type="hidden" name="version" value="4" id="id_version">'


def test_a_date_box_is_filled_in_the_form_browsers_read():
    html = render("{% field form.held_on %}", form=Meeting(initial={"held_on": TODAY}))

    assert 'value="2022-06-20"' in html


@pytest.mark.parametrize("typed", ["2022-06-20", "2022/6/20", "2022.6.20", "2022年6月20日"])
def test_dates_are_read_as_people_write_them(typed):
    form = Meeting({"topic": "x", "held_on": typed})

    assert form.is_valid()
    assert form.cleaned_data["held_on"] == TODAY


def test_the_address_keeps_its_other_parameters():
    request = at("/items/?state=todo&state=draft&page=3&q=%E6%94%AF%E9%83%A8")

    html = render("{% query_string page=4 %}", request=request)

    assert html == "?state=todo&amp;state=draft&amp;page=4&amp;q=%E6%94%AF%E9%83%A8"


def test_a_parameter_is_taken_away_by_none_and_by_nothing():
    request = at("/items/?state=todo&page=3")

    assert render('{% query_string page=None state="" %}', request=request) == "?"


def test_the_address_cannot_carry_markup():
    request = at("/items/?q=%22%3E%3Cscript%3E")

    assert "<" not in render("{% query_string page=2 %}", request=request)


def test_without_a_request_the_address_is_only_the_change():
    assert render("{% query_string page=2 %}") == "?page=2"


def test_the_pager_counts_and_keeps_the_query():
    page = Paginator(range(427), 20).page(2)

    html = render("{% pager page %}", page=page, request=at("/items/?state=todo&page=2"))

    assert "共 427 条 · 第 2/22 页" in html
    assert 'href="?state=todo&amp;page=1"' in html
    assert 'href="?state=todo&amp;page=3"' in html
    assert '<input type="hidden" name="state" value="todo">' in html
    assert 'href="?state=todo&amp;size=50"' in html


@pytest.mark.parametrize("size", ["abc", "-1", ""])
def test_a_senseless_page_size_does_no_harm(size):
    page = Paginator(range(30), 20).page(1)

    assert "共 30 条" in render("{% pager page %}", page=page, request=at(f"/?size={size}"))


def test_one_page_has_no_steps():
    page = Paginator(range(3), 20).page(1)

    html = render("{% pager page %}", page=page, request=at("/"))

    assert "共 3 条" in html
    assert "下一页" not in html


def test_an_empty_list_says_why_and_what_to_do():
    html = render('{% empty "本月还没有记录" "请先登记" "/meetings/new/" "登记" %}')

    assert "本月还没有记录" in html
    assert '<a class="button button--quiet" href="/meetings/new/">登记</a>' in html


@pytest.mark.parametrize(("code", "word"), [("seed", "原文"), ("inferred", "推断")])
def test_a_source_mark_explains_itself(code, word):
    html = render("{% source code %}", code=code)

    assert f">{word}</span>" in html
    assert "title=" in html


def test_a_missing_source_shows_no_mark():
    assert render("{% source None %}") == ""


def test_files_come_with_size_uploader_time_and_checksum():
    files = [
        {
            "name": "批复<1>.pdf",
            "size": 1_284_310,
            "by": "王建国",
            "at": datetime(2022, 6, 16, 3, 21, tzinfo=UTC),
            "sha256": "3f5a9c1be07d42aa",
            "url": "/files/1/",
            "preview_url": "",
            "remove_url": "/files/1/remove/",
        }
    ]

    html = render("{% files files %}", files=files)

    assert "批复&lt;1&gt;.pdf" in html
    assert "1.2 MB · 王建国 · 2022-06-16 11:21" in html
    assert "校验码 3f5a9c1b" in html
    assert "预览" not in html
    assert 'action="/files/1/remove/"' in html


def test_no_files_is_said():
    assert "还没有上传附件" in render("{% files none %}", none=None)


def test_a_timeline_keeps_the_remarks_lines_and_escapes_them():
    steps = [{"at": None, "who": "李秀英", "what": "退回修改", "detail": "一\n<b>二</b>"}]

    html = render("{% timeline steps %}", steps=steps)

    assert "一<br>&lt;b&gt;二&lt;/b&gt;" in html


def test_a_figure_shows_its_denominator_and_opens_its_list():
    html = render('{% figure 43 50 "本月已报" "/reports/" %}')

    assert '<a class="figure" href="/reports/">' in html
    assert "<b>43</b>" in html
    assert "/50" in html


def test_tabs_mark_the_chosen_one_and_show_zero():
    items = [
        {"label": "全部", "url": "?", "count": 0, "active": True},
        {"label": "草稿", "url": "?s=1", "count": None, "active": False},
    ]

    html = render("{% tabs items %}", items=items)

    assert html.count('aria-current="page"') == 1
    assert '<span class="tabs__count">0</span>' in html


def test_a_dialogue_is_a_fold_without_javascript():
    html = render(
        '{% dialog "send" title %}<p>{{ words }}</p>{% enddialog %}', title="提交？", words="<x>"
    )

    assert html.startswith('<details class="dialog-fold" id="send" data-dialog')
    assert "<p>&lt;x&gt;</p>" in html


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 字节"),
        (812, "812 字节"),
        (1024, "1 KB"),
        (1_284_310, "1.2 MB"),
        (20 * 1024**2, "20 MB"),
        (3 * 1024**4, "3072 GB"),
        (None, ""),
        ("x", ""),
    ],
)
def test_sizes_are_written_for_people(size, words):
    assert ui.filesize_cn(size) == words


def test_days_and_moments_are_beijings():
    moment = datetime(2022, 4, 24, 16, 3, tzinfo=UTC)

    assert ui.day(moment) == "2022年4月25日"
    assert ui.day_short(moment) == "4月25日"
    assert ui.moment(moment) == "2022-04-25 00:03"
    assert ui.day(None) == ui.moment(None) == ""


@pytest.mark.parametrize(
    ("number", "total", "share"),
    [(0, 0, "—"), ("x", 3, "—"), (None, None, "—"), (1, 3, "33%"), (0, 3, "0%")],
)
def test_a_share_of_nothing_is_a_dash(number, total, share):
    assert ui.percent(number, total) == share


def test_the_style_guide_shows_everything():
    html = render_to_string("styleguide.html", styleguide.example())

    assert "延期(已批准)" in html
    assert "100 市财政局机关党委预算国库党支部" in html
