"""The checklist away as a workbook and back: row by row before saving, all or nothing, nothing old over new."""

import io
from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from branchyear.audit.models import Entry
from branchyear.lib.errors import BadFile, Refused
from tasks.models import BranchItem, ChecklistItem, ChecklistUpload
from tasks.services import items, offline
from tasks.services.campaign import revise_item
from tasks.tests import make

NOW = make.NOW
HEAD = 2


@pytest.fixture(autouse=True)
def campaign(people):
    return make.make_campaign()


class Book:
    """The workbook in the hands of somebody without a network."""

    def __init__(self, branch, by):
        target = io.BytesIO()
        offline.write_workbook(target, branch, by=by, now=NOW)
        self.book = load_workbook(io.BytesIO(target.getvalue()))
        self.sheet = self.book.worksheets[0]
        self.columns = {cell.value: cell.column for cell in self.sheet[HEAD]}
        self.lines = {
            self.sheet.cell(row, 1).value: row for row in range(HEAD + 1, self.sheet.max_row + 1)
        }

    def cell(self, code, title):
        return self.sheet.cell(self.lines[code], self.columns[title])

    def fill(self, code, **answer):
        for title, value in answer.items():
            self.cell(code, title).value = value
        return self

    def file(self, name="清单.xlsx"):
        target = io.BytesIO()
        self.book.save(target)
        return SimpleUploadedFile(name, target.getvalue())


DONE = {
    "落实情况": "已落实",
    "完成日期": date(2026, 4, 20),
    "情况说明": "已逐人核对。\n名册共12人。",
}


def take(book, branch, by):
    return offline.take(book.file(), branch=branch, by=by, now=NOW)


def verdicts(upload):
    return {row["code"]: row["verdict"] for row in upload.rows if row["verdict"] != "same"}


def told(upload, code):
    (row,) = [row for row in upload.rows if row["code"] == code]
    return row["told"], row["problems"]


def test_it_is_filled_in_beforehand_and_only_what_may_be_answered_is_open(org, people):
    make.make_draft(make.item_of(org.north), people.secretary)
    make.make_submitted(make.item_of(org.north, "T1-05"), people.secretary)

    book = Book(org.north, people.secretary)

    assert len(book.lines) == BranchItem.objects.filter(branch=org.north).count()
    assert book.cell("T1-01", "落实情况").value == "已落实"
    assert book.cell("T1-01", "完成日期").value.date() == date(2026, 4, 20)
    assert book.sheet.protection.sheet
    open_cells = {
        code
        for code in ("T1-01", "T1-05", "T3-06")
        if not book.cell(code, "情况说明").protection.locked
    }
    assert open_cells == {"T1-01"}  # the others are handed in, or not yet to be filled in
    assert book.cell("T1-01", "检查条目").protection.locked
    assert book.cell("T1-01", "数字1").protection.locked
    assert not book.cell("T7-01", "数字1").protection.locked
    assert "设立示范岗" in book.cell("T7-01", "要填的数字").value
    assert book.sheet.column_dimensions["N"].hidden or any(
        d.hidden for d in book.sheet.column_dimensions.values()
    )
    assert Entry.objects.filter(verb="checklist.downloaded").count() == 1


def test_a_row_nobody_touched_changes_nothing(org, people):
    make.make_draft(make.item_of(org.north), people.secretary, note="第一行\n\u3000\u3000第二行")

    upload = take(Book(org.north, people.secretary), org.north, people.secretary)

    assert verdicts(upload) == {}
    assert upload.to_save == 0
    with pytest.raises(Refused, match="没有需要保存的内容"):
        offline.confirm(upload, by=people.secretary, now=NOW)


def test_new_and_changed_answers_are_shown_first_and_saved_when_confirmed(org, people):
    make.make_draft(make.item_of(org.north, "T1-05"), people.clerk)
    book = Book(org.north, people.secretary).fill("T1-01", **DONE).fill("T1-05", 情况说明="")
    book.fill("T7-01", 落实情况="正在推进", 数字1=3)

    upload = take(book, org.north, people.secretary)

    assert verdicts(upload) == {"T1-01": "new", "T1-05": "changed", "T7-01": "new"}
    assert told(upload, "T7-01")[0] == [
        ["落实情况", "", "正在推进"],
        ["设立示范岗、责任区", "", "3"],
    ]
    assert make.item_of(org.north).state == "todo"
    offline.confirm(upload, by=people.secretary, now=NOW)
    first, second, third = (make.item_of(org.north, c) for c in ("T1-01", "T1-05", "T7-01"))
    assert (first.state, first.result, first.fact_on) == ("draft", "done", date(2026, 4, 20))
    assert first.note == DONE["情况说明"]
    assert (second.note, second.fact_on) == ("", date(2026, 4, 20))
    assert third.numbers == {"posts": 3}
    upload.refresh_from_db()
    assert (upload.state, upload.typed) == ("saved", [])
    assert Entry.objects.get(verb="checklist.imported").detail["rows"] == {
        "新增": 2, "修改": 1, "不变": len(book.lines) - 3,
    }  # fmt: skip
    with pytest.raises(Refused, match="已经保存过了"):
        offline.confirm(upload, by=people.secretary, now=NOW)


@pytest.mark.engines
def test_a_stale_row_is_a_conflict_and_never_written(org, people):
    book = Book(org.north, people.secretary)
    book.fill("T1-01", **DONE).fill("T1-02", **DONE).fill("T1-03", **DONE)
    make.make_draft(make.item_of(org.north), people.clerk, note="党务干部在网上填的内容")
    make.make_submitted(make.item_of(org.north, "T1-02"), people.clerk, note="已在网上提交。")

    upload = take(book, org.north, people.secretary)

    assert verdicts(upload) == {"T1-01": "conflict", "T1-02": "conflict", "T1-03": "new"}
    differences, problems = told(upload, "T1-01")
    assert differences == [["情况说明", "党务干部在网上填的内容", DONE["情况说明"]]]
    assert "下载之后钱干事又修改或办理过本条目" in problems[0][1]
    with pytest.raises(Refused, match="有冲突的行"):
        offline.confirm(upload, by=people.secretary, now=NOW)
    offline.confirm(upload, by=people.secretary, skip_conflicts=True, now=NOW)
    assert make.item_of(org.north).note == "党务干部在网上填的内容"
    assert make.item_of(org.north, "T1-02").state == "submitted"
    assert make.item_of(org.north, "T1-03").note == DONE["情况说明"]


def test_one_wrong_row_stops_the_whole_sheet_and_is_named_by_its_cell(org, people):
    book = Book(org.north, people.secretary)
    book.fill("T1-01", 落实情况="差不多").fill("T1-02", 完成日期="四月底").fill("T1-03", **DONE)
    book.fill("T7-01", 数字1=-1).fill("T1-04", 情况说明="长" * 2001).fill(
        "T1-06", 情况说明="=A1&B1"
    )
    book.cell("T1-06", "情况说明").data_type = "f"

    upload = take(book, org.north, people.secretary)

    assert verdicts(upload) == {
        "T1-01": "error", "T1-02": "error", "T1-03": "new", "T1-04": "error", "T1-06": "error",
        "T7-01": "error",
    }  # fmt: skip
    assert "看不懂" in told(upload, "T1-01")[1][0][1]
    assert told(upload, "T1-02")[1][0][0] == book.cell("T1-02", "完成日期").coordinate
    assert told(upload, "T7-01")[1][0][0] == book.cell("T7-01", "数字1").coordinate
    with pytest.raises(Refused, match="还有5行有错误或不允许"):
        offline.confirm(upload, by=people.secretary, now=NOW)
    assert make.item_of(org.north, "T1-03").state == "todo"


def test_what_is_not_open_or_not_the_branchs_own_is_not_allowed(org, people):
    own = Book(org.north, people.secretary).fill("T3-06", **DONE)  # opens in the third phase
    foreign = Book(org.north_two, people.second_secretary).fill("T1-01", **DONE)

    mine = take(own, org.north, people.secretary)
    theirs = take(foreign, org.north, people.secretary)

    assert verdicts(mine) == {"T3-06": "denied"}
    assert "未到填报时间" in told(mine, "T3-06")[1][0][1]
    assert set(verdicts(theirs).values()) == {"denied"}
    assert make.item_of(org.north_two).state == "todo"


def test_a_key_that_was_copied_changed_or_removed_is_found_out(org, people):
    book = Book(org.north, people.secretary).fill("T1-01", **DONE)
    key = "标识(请勿改动)"
    book.cell("T1-02", key).value = book.cell("T1-01", key).value
    book.cell("T1-03", key).value = book.cell("T1-03", key).value[:-1] + "_"
    book.cell("T1-04", key).value = None

    upload = take(book, org.north, people.secretary)

    problems = [row["problems"][0][1] for row in upload.rows if row["verdict"] == "error"]
    assert ["同一条目" in problems[0], "被改动过" in problems[1], "没有系统识别" in problems[2]] == [
        True, True, True,
    ]  # fmt: skip


def test_an_item_revised_meanwhile_is_a_conflict(org, people):
    book = Book(org.north, people.secretary).fill("T1-01", **DONE)
    item = ChecklistItem.objects.get(code="T1-01")
    revise_item(item, by=people.admin, text="全面盘点党员并建立名册")

    assert verdicts(take(book, org.north, people.secretary)) == {"T1-01": "conflict"}


@pytest.mark.engines
def test_what_changed_between_looking_and_confirming_is_shown_again(org, people):
    upload = take(
        Book(org.north, people.secretary).fill("T1-01", **DONE), org.north, people.secretary
    )
    row = make.item_of(org.north)
    items.save(
        row, make.make_answer(note="别人先存了"), revision=row.revision, by=people.clerk, now=NOW
    )

    again = offline.confirm(upload, by=people.secretary, now=NOW)

    assert (again.state, again.notice) == ("ready", offline.OVERTAKEN)
    assert verdicts(again) == {"T1-01": "conflict"}
    assert make.item_of(org.north).note == "别人先存了"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "空的"), (b"%PDF-1.4", "这是 PDF"), (None, "没有找到标题行|不是本系统下载")],
)
def test_another_file_is_answered_with_a_sentence_and_leaves_nothing(
    content, sentence, org, people
):
    if content is None:
        book, target = Workbook(), io.BytesIO()
        book.active.append(["姓名", "落实情况"])
        book.active.append(["张三", "已落实"])
        book.save(target)
        content = target.getvalue()

    file = SimpleUploadedFile("x.xlsx", content)
    with pytest.raises(BadFile, match=sentence):
        offline.take(file, branch=org.north, by=people.secretary, now=NOW)

    assert not ChecklistUpload.objects.exists()


@pytest.mark.parametrize("person", ["reviewer", "second_secretary", "inspector"])
def test_only_the_branch_itself_fills_its_checklist(person, org, people):
    file = Book(org.north, people.secretary).file()

    with pytest.raises(PermissionDenied):
        offline.take(file, branch=org.north, by=getattr(people, person), now=NOW)


def test_the_pages_lead_from_the_workbook_to_the_saved_answers(org, people, sign_in):
    with time_machine.travel(NOW):
        client = sign_in(people.secretary)
        here = reverse("tasks:checklist_excel", args=[org.north.pk])
        given = client.get(reverse("tasks:checklist_workbook", args=[org.north.pk]))
        wrong = client.post(here, {"file": SimpleUploadedFile("x.xlsx", b"hello")})
        book = Book(org.north, people.secretary).fill("T1-01", **DONE)
        report = client.post(here, {"file": book.file()}, follow=True)
        upload = ChecklistUpload.objects.get()
        saved = client.post(reverse("tasks:checklist_confirm", args=[upload.pk]), follow=True)
        listed = client.get(here)

    assert (
        "八项任务清单(填报)" in given["Content-Disposition"]
        or "filename*" in given["Content-Disposition"]
    )
    assert (wrong.status_code, "另存为" in wrong.content.decode()) == (422, True)
    assert "新增 1 项" in report.content.decode()
    assert "已保存1个条目" in saved.content.decode()
    assert "清单.xlsx" in listed.content.decode()
    assert make.item_of(org.north).state == "draft"


def test_uploads_go_when_their_day_is_over(org, people):
    upload = take(Book(org.north, people.secretary), org.north, people.secretary)

    assert offline.expire(today=upload.expires_on) == 0
    assert offline.expire(today=date(2099, 1, 1)) == 1
