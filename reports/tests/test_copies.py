"""A report taken away: 报送件, Word, Excel; and the months × organisations with their trend."""

import io
from datetime import date

import docx
import openpyxl
import pytest
from django.urls import reverse

from branchyear.audit.models import Entry
from reports.models import MonthlyReport, Period
from reports.services import copies, matrix, monthly
from reports.tests import make
from reports.tests.make import WORDS, at

APRIL = at("2022-04-20 09:00")


@pytest.fixture(autouse=True)
def _twentieth_of_april(time_machine):
    time_machine.move_to(APRIL, tick=False)


def fetched(client, report, form):
    answer = client.get(reverse("reports:report_copy", args=[report.pk]), {"format": form})
    assert answer.status_code == 200
    return answer.content


def words_in(content):
    return [line.text for line in docx.Document(io.BytesIO(content)).paragraphs if line.text]


def test_the_word_file_is_the_sealed_report_with_its_signers(org, people, campaign, sign_in):
    report = make.hand_in(make.report_of(org.north), by=people.secretary, now=APRIL)
    MonthlyReport.objects.filter(pk=report.pk).update(texts={"progress": "后来改的"})

    content = fetched(sign_in(people.reviewer), report, "docx")

    told = words_in(content)
    assert told[:3] == [
        "党支部基本建设年2022年4月工作情况报告",
        "市北区局机关党委：",
        "一、基本数据",
    ]
    assert told[told.index("二、工作开展情况") + 1] == WORDS["progress"]
    assert told[-3:-1] == ["北一支部（盖章）", "2022年4月20日"]
    assert told[-1].split() == ["填报人：赵书记", "审核人：", "签发人："]
    file = docx.Document(io.BytesIO(content))
    assert len(file.tables[0].rows) == 1 + len(report.figures["rows"])
    assert not file.sections[0].header.paragraphs[0].text
    assert Entry.objects.get(verb="report.copied").detail["format"] == "docx"


def test_what_is_still_written_is_marked_as_a_draft_and_stays_with_its_writers(
    org, people, campaign, sign_in
):
    report = make.report_of(org.north)
    monthly.save(report, {"progress": "还在斟酌的话"}, revision=1, by=people.clerk, now=APRIL)

    content = fetched(sign_in(people.secretary), report, "docx")
    above = sign_in(people.reviewer).get(reverse("reports:report_copy", args=[report.pk]))

    assert "还在斟酌的话" in words_in(content)
    header = docx.Document(io.BytesIO(content)).sections[0].header
    assert header.paragraphs[0].text == "草稿（未报送）"
    assert above.status_code == 409
    assert "报送后才能打印" in above.content.decode()


def test_the_paper_is_a_pdf_of_the_same_words(org, people, campaign, sign_in):
    report = make.hand_in(make.report_of(org.north), by=people.secretary, now=APRIL)
    step = report.steps.get()

    content = fetched(sign_in(people.secretary), report, "pdf")

    assert content.startswith(b"%PDF")
    copy = copies.copy_of_step(report, step, APRIL.date())
    assert [heading for _, heading, _ in copy.parts][:2] == ["基本数据", "工作开展情况"]
    assert (copy.is_draft, copy.seal) == (False, step.seal)


def test_an_upper_workbook_holds_the_figures_and_who_reported(org, people, campaign, sign_in):
    make.hand_in(make.report_of(org.north_office), by=people.reviewer, now=APRIL)

    content = fetched(sign_in(people.committee), make.report_of(org.committee), "xlsx")

    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["基本数据", "报送情况"]
    lines = {row[1]: row[2] for row in book["报送情况"].iter_rows(values_only=True) if row[1]}
    assert lines["市北区局机关党委"] == "按期"
    assert lines["市南区局机关党委"] == "未到期"
    assert (lines["合计：应报"], lines["合计：按期"]) == ("3", "1")


def test_the_trend_is_the_share_in_time_of_the_months_that_are_over(
    org, people, campaign, sign_in, time_machine
):
    make.hand_in(make.report_of(org.north), by=people.secretary, now=APRIL)
    make.open_months(campaign, date(2022, 6, 1))
    for one, by in ((org.north, people.secretary), (org.north_two, people.second_secretary)):
        make.hand_in(make.report_of(one, "2022-05"), by=by, now=at("2022-05-20 09:00"))
    time_machine.move_to(at("2022-06-02 09:00"))
    client = sign_in(people.reviewer)

    board = matrix.board_of(
        org.north_office,
        "branch",
        campaign=campaign,
        by=people.reviewer,
        now=at("2022-06-02 09:00"),
    )
    page = client.get(reverse("reports:matrix"))
    file = client.get(reverse("reports:matrix"), {"format": "xlsx"})

    april, may, june = Period.objects.filter(tier="branch").order_by("month")
    assert board.trend(board.totals()) == [(april, 33, None), (may, 67, 34), (june, None, None)]
    assert "+34" in page.content.decode()
    lines = openpyxl.load_workbook(io.BytesIO(file.content)).active.iter_rows(values_only=True)
    assert ("按期率", "33%", "67%", None) in [row[1:5] for row in lines]
