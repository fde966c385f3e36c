"""A roster goes out as a workbook and comes back: services and pages, as people use them."""

import datetime as dt
import io

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from openpyxl import load_workbook

from branchyear.audit.models import Entry
from branchyear.lib.errors import Refused
from branchyear.notifications.models import Notice
from branchyear.outbox.models import Job
from branchyear.outbox.services import perform
from members.models import Member, MemberEvent, RosterProfile, RosterUpload
from members.services import imports, roster, rosters_out
from members.tests.make import make_member
from members.tests.rosters import book, number_of, person, saved

TODAY = dt.date(2022, 5, 10)
State = RosterUpload.State


def upload(file, organization, by):
    return imports.upload_roster(file, organization=organization, by=by, today=TODAY)


def confirm(found, by, **options):
    return imports.confirm(found, by=by, today=TODAY, **options)


def sent(file):
    return SimpleUploadedFile(getattr(file, "name", "名册.xlsx"), file.read())


@pytest.fixture
def known(org):
    """A member of the north branch with everything the workbook shows."""
    return make_member(
        org.north, "张三", id_number=number_of(1), birth_date=dt.date(1985, 3, 2), phone="13900000001",
        unit="办公室", post="科员", remarks="一行\n两行",
    )  # fmt: skip


@pytest.fixture
def workbook(sign_in, people, known):
    """The workbook as the secretary downloads it, opened."""
    answer = sign_in(people.secretary).get(reverse("members:roster_workbook"))
    assert answer.status_code == 200
    return load_workbook(io.BytesIO(answer.content))


def column_of(made, title):
    return next(c.column for c in made.active[2] if str(c.value).lstrip("*") == title)


def put(made, title, value, row=3):
    made.active.cell(row, column_of(made, title)).value = value


# --- The workbook that goes out -------------------------------------------------------------------


def test_the_workbook_is_filled_in_protected_and_masked(workbook, known):
    sheet = workbook.active
    key = sheet.cell(3, column_of(workbook, "标识(请勿改动)"))
    texts = [str(c.value) for row in sheet.iter_rows() for c in row if c.value]

    assert sheet.protection.sheet
    assert sheet.cell(2, 1).protection.locked
    assert key.protection.locked
    assert sheet.column_dimensions[key.column_letter].hidden
    assert not sheet.cell(3, column_of(workbook, "姓名")).protection.locked
    assert sheet.data_validations.count >= 5
    assert "填写说明" in workbook.sheetnames
    assert known.masked_id_number in texts
    assert number_of(1) not in str(texts)
    assert "13900000001" not in str(texts)


def test_the_workbook_as_it_was_changes_nothing(workbook, org, people):
    found = upload(saved(workbook), org.north, people.secretary)

    assert (found.state, found.to_save, found.blocking) == (State.READY, 0, 0)
    assert found.counts["same"] == 1


def test_edited_cells_are_shown_old_and_new_and_saved(workbook, org, people, known):
    put(workbook, "行政职务", "副主任")
    put(workbook, "联系电话", "13900000002")
    put(workbook, "所在处(科)室", None)
    put(workbook, "姓名", "李四", row=4)
    put(workbook, "党员类别", "预备党员", row=4)
    put(workbook, "公民身份号码", number_of(2), row=4)

    found = upload(saved(workbook), org.north, people.secretary)

    changed, new = found.rows.all()
    assert {(label, old, now) for label, old, now in changed.told} == {
        ("行政职务", "科员", "副主任"),
        ("联系电话", "139******01", "139******02"),
        ("所在处(科)室", "办公室", "（空）"),
    }
    assert (new.verdict, new.name) == ("new", "李四")
    assert Member.objects.count() == 1

    confirm(found, people.secretary)

    known.refresh_from_db()
    assert (known.post, known.phone, known.unit, known.revision) == ("副主任", "13900000002", "", 2)
    other = Member.objects.get(name="李四")
    assert (other.id_number, other.sex, other.birth_date) == (
        number_of(2), "male", dt.date(1985, 3, 2),
    )  # fmt: skip
    assert other.name_key == "lisi ls"
    assert Member.objects.get(id_number_index=other.id_number_index) == other
    event = MemberEvent.objects.get(member=known)
    assert event.after["post"] == "副主任"
    assert "13900000002" not in str(event.after)
    verbs = set(Entry.objects.values_list("verb", flat=True))
    assert {
        "roster.downloaded",
        "roster.uploaded",
        "roster.imported",
        "member.added",
        "member.changed",
    } <= verbs
    assert "13900000002" not in str(list(Entry.objects.values()))


def test_a_row_older_than_the_database_is_a_conflict_and_never_overwrites(
    workbook, org, people, known
):
    put(workbook, "行政职务", "副主任")
    roster.revise_member(known, revision=1, by=None, today=TODAY, post="主任")

    found = upload(saved(workbook), org.north, people.secretary)

    (row,) = found.rows.all()
    assert (row.verdict, row.told) == ("conflict", [["行政职务", "主任", "副主任"]])
    with pytest.raises(Refused, match="冲突"):
        confirm(found, people.secretary)
    with pytest.raises(Refused, match="没有需要保存的内容"):
        confirm(found, people.secretary, skip_conflicts=True)
    known.refresh_from_db()
    assert known.post == "主任"


def test_an_old_row_nobody_touched_is_no_conflict(workbook, org, people, known):
    roster.revise_member(known, revision=1, by=None, today=TODAY, post="主任")

    found = upload(saved(workbook), org.north, people.secretary)

    (row,) = found.rows.all()
    assert row.verdict == "same"
    assert "以系统中的为准" in row.warnings[0][1]


def test_conflicts_can_be_left_out_and_the_rest_saved(workbook, org, people, known):
    put(workbook, "行政职务", "副主任")
    put(workbook, "姓名", "李四", row=4)
    put(workbook, "党员类别", "正式党员", row=4)
    roster.revise_member(known, revision=1, by=None, today=TODAY, post="主任")
    found = upload(saved(workbook), org.north, people.secretary)

    confirm(found, people.secretary, skip_conflicts=True)

    known.refresh_from_db()
    assert known.post == "主任"
    assert Member.objects.filter(name="李四").exists()


def test_a_key_changed_by_hand_is_not_allowed(workbook, org, people, known):
    at = column_of(workbook, "标识(请勿改动)")
    key = workbook.active.cell(3, at).value
    workbook.active.cell(3, at).value = key.replace(f"{known.pk}-", f"{known.pk + 1}-", 1)

    found = upload(saved(workbook), org.north, people.secretary)

    (row,) = found.rows.all()
    assert row.verdict == "denied"
    assert "标识被改动" in row.problems[0][1]


def test_a_key_of_another_branch_is_not_allowed(workbook, org, people):
    found = upload(saved(workbook), org.south, people.south_secretary)

    (row,) = found.rows.all()
    assert (row.verdict, row.told) == ("denied", [])
    assert "不在南一支部的名册中" in row.problems[0][1]


def test_a_row_copied_is_the_same_person_twice(workbook, org, people):
    for cell in workbook.active[3]:
        workbook.active.cell(4, cell.column).value = cell.value

    found = upload(saved(workbook), org.north, people.secretary)

    assert [r.verdict for r in found.rows.all()] == ["same", "error"]


# --- Saving ---------------------------------------------------------------------------------------


def test_with_one_wrong_row_nothing_is_saved(org, people):
    found = upload(book(person(1), person(2, 性别="?")), org.north, people.secretary)

    with pytest.raises(Refused, match="还有1行"):
        confirm(found, people.secretary)

    assert not Member.objects.exists()


def test_the_file_is_kept_encrypted_and_goes_when_saved(org, people):
    found = upload(book(person(1)), org.north, people.secretary)
    with default_storage.open(found.file.name) as kept:
        assert not kept.read().startswith(b"PK")
    name = found.file.name

    # The file is deleted after the commit, which a test never sees; the row no longer leads to it.
    confirm(found, people.secretary)

    found.refresh_from_db()
    assert (found.state, found.file.name) == (State.SAVED, "")
    assert name


def test_what_changed_between_looking_and_confirming_is_shown_again(org, people, known):
    found = upload(book(person(1, 民族="回", 入党时间=None)), org.north, people.secretary)
    roster.revise_member(known, revision=1, by=None, today=TODAY, ethnicity="满族")

    confirm(found, people.secretary)

    found.refresh_from_db()
    assert (found.state, found.notice) == (State.READY, imports.CHANGED_MEANWHILE)
    assert [r.told for r in found.rows.all()] == [[["民族", "满族", "回族"]]]
    known.refresh_from_db()
    assert known.ethnicity == "满族"


def test_the_second_click_on_confirm_is_told(org, people):
    found = upload(book(person(1)), org.north, people.secretary)
    same = RosterUpload.objects.get()
    confirm(found, people.secretary)

    with pytest.raises(Refused, match="已经保存过了"):
        confirm(same, people.secretary)

    assert Member.objects.count() == 1


def test_two_people_with_the_same_person_save_him_once(org, people):
    first = upload(book(person(1)), org.north, people.secretary)
    second = upload(book(person(1)), org.north, people.clerk)
    confirm(first, people.secretary)

    confirm(second, people.clerk)

    second.refresh_from_db()
    assert (second.state, second.counts["same"]) == (State.READY, 1)
    assert Member.objects.count() == 1


def test_another_persons_upload_is_not_confirmed(org, people, sign_in):
    found = upload(book(person(1)), org.north, people.secretary)

    answer = sign_in(people.clerk).post(reverse("members:roster_confirm", args=[found.pk]))

    assert answer.status_code == 404


def test_a_reviewer_fills_rosters_centrally_and_the_branches_are_told(org, people):
    head = ["所在党支部", "姓名", "身份证号", "党员类别"]
    file = book(
        ["北一支部", "甲一", number_of(1), "正式"],
        ["北二支部", "甲二", number_of(2), "正式"],
        head=head,
    )

    confirm(upload(file, org.north_office, people.reviewer), people.reviewer)

    told = Notice.objects.filter(kind="roster.filled").values_list("recipient__username", flat=True)
    assert sorted(told) == ["ganshi", "shuji", "shuji2"]
    assert Member.objects.count() == 2


def test_the_old_reports_are_cleared_away(org, people):
    found = upload(book(person(1)), org.north, people.secretary)

    assert imports.expire(today=found.expires_on) == 0
    assert imports.expire(today=found.expires_on + dt.timedelta(days=1)) == 1

    found.refresh_from_db()
    assert (found.state, found.file.name, found.rows.count()) == (State.EXPIRED, "", 0)


# --- By a job -------------------------------------------------------------------------------------


@pytest.fixture
def large(monkeypatch):
    """Every file counts as a large one."""
    monkeypatch.setattr(imports, "AT_ONCE_BYTES", 0)


def work(now=None):
    """Do every job that waits, each of them delivered twice."""
    from django.utils import timezone

    for job in Job.objects.filter(kind__startswith="members.", status="queued"):
        perform(job.pk, now=timezone.now())
        perform(job.pk, now=timezone.now())


def test_a_large_roster_is_looked_at_and_saved_by_jobs(org, people, large):
    found = upload(book(person(1), person(2, "李四")), org.north, people.secretary)
    assert found.state == State.CHECKING
    work()
    found.refresh_from_db()
    assert (found.state, found.counts["new"]) == (State.READY, 2)
    confirm(found, people.secretary)
    assert not Member.objects.exists()

    work()

    found.refresh_from_db()
    assert found.state == State.SAVED
    assert Member.objects.count() == 2
    kinds = Notice.objects.values_list("kind", flat=True)
    assert sorted(kinds) == ["roster.checked", "roster.saved"]


def test_a_job_whose_upload_is_gone_or_done_does_nothing(org, people, large):
    found = upload(book(person(1)), org.north, people.secretary)
    work()
    imports.check(found.pk, today=TODAY)
    imports.save(found.pk, today=TODAY)
    imports.save(found.pk + 1, today=TODAY)

    found.refresh_from_db()
    assert found.state == State.READY
    assert not Member.objects.exists()


def test_a_large_file_that_is_no_roster_fails_with_a_sentence(org, people, large):
    found = upload(book(["x"], head=["别的"]), org.north, people.secretary)

    work()

    found.refresh_from_db()
    assert found.state == State.FAILED
    assert found.error.startswith("表中没有找到")


# --- Pages ----------------------------------------------------------------------------------------


def test_the_way_through_the_pages(org, people, sign_in):
    client = sign_in(people.secretary)
    page = reverse("members:roster_upload")

    answer = client.post(
        page, {"file": sent(book(person(1), person(2, "李四", 性别="?")))}, follow=True
    )
    text = answer.content.decode()
    assert "有 1 行要先改好" in text
    assert "性别“?”看不懂" in text
    assert number_of(1) not in text
    answer = client.post(page, {"file": sent(book(person(1), person(2, "李四")))}, follow=True)
    assert "新增 2 名" in answer.content.decode()
    found = RosterUpload.objects.first()
    answer = client.post(reverse("members:roster_confirm", args=[found.pk]), follow=True)

    assert "已全部保存" in answer.content.decode()
    assert Member.objects.count() == 2


def test_the_findings_come_back_behind_the_rows_of_the_file(org, people, sign_in):
    client = sign_in(people.secretary)
    found = upload(book(person(1), person(2, "=1+1", 性别="?")), org.north, people.secretary)

    answer = client.get(reverse("members:roster_findings", args=[found.pk]))

    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert [c.value for c in sheet[1]][-2:] == ["核对结论", "说明"]
    assert [c.value for c in sheet[3]][-2] == "错误"
    assert "性别“?”看不懂" in sheet[3][-1].value
    assert sheet.cell(3, 2).data_type == "s"


def test_of_a_long_file_only_what_is_to_be_mended_comes_back(org, people, sign_in, monkeypatch):
    monkeypatch.setattr(rosters_out, "REPORT_IN_FULL", 2)
    client = sign_in(people.secretary)
    found = upload(
        book(person(1), person(2), person(3, "李四", 性别="?")), org.north, people.secretary
    )

    page = client.get(reverse("members:roster_report", args=[found.pk])).content.decode()
    answer = client.get(reverse("members:roster_findings", args=[found.pk]))

    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert "下载要改的行" in page
    assert [rows[0][0], *rows[0][-2:]] == ["原表行号", "核对结论", "说明"]
    assert [row[0] for row in rows[1:]] == [4]
    assert rows[1][-2] == "错误"


def test_an_organisations_export_in_another_layout_is_masked(org, people, sign_in, known):
    client = sign_in(people.secretary)
    data = {"org": org.north.pk, "profile": RosterProfile.objects.get().pk, "in_full": "1"}
    page = reverse("members:roster_export")

    masked = load_workbook(io.BytesIO(client.post(page, data).content)).active
    foreign = client.post(page, data | {"org": org.south.pk})

    assert masked.cell(1, 3).value == "公民身份证号码"
    assert masked.cell(2, 3).value == known.masked_id_number
    assert masked.cell(2, 6).value == "19850302"
    assert foreign.status_code == 404


def test_the_report_asks_as_much_for_many_rows_as_for_one(
    org, people, sign_in, django_assert_num_queries
):
    client = sign_in(people.secretary)
    one = upload(book(person(1)), org.north, people.secretary)
    many = upload(book(*(person(n, f"张{n}") for n in range(1, 20))), org.north, people.secretary)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(reverse("members:roster_report", args=[one.pk]))
    with CaptureQueriesContext(connection) as asked:
        client.get(reverse("members:roster_report", args=[one.pk]))

    with django_assert_num_queries(len(asked)):
        client.get(reverse("members:roster_report", args=[many.pk]))


# --- The command ----------------------------------------------------------------------------------


def run(tmp_path, file, *options):
    path = tmp_path / "名册.xlsx"
    path.write_bytes(file.read())
    told = io.StringIO()
    try:
        call_command("import_roster", str(path), "--org", "01-01", *options, stdout=told)
    except CommandError as error:
        return told.getvalue(), error
    return told.getvalue(), None


def test_the_command_reports_row_by_row_and_saves(org, tmp_path):
    told, error = run(tmp_path, book(person(1)))

    assert error is None
    assert told.splitlines()[0].startswith("第2行 北一支部 张三 新增")
    assert Member.objects.get().organization == org.north
    assert run(tmp_path, book(person(1)))[0].endswith(
        "新增0行、修改0行、不变1行、冲突0行、不允许0行、错误0行。\n"
    )


def test_the_command_saves_nothing_on_error_or_when_only_asked(org, tmp_path):
    told, error = run(tmp_path, book(person(1), person(2, "李四", 性别="?")))
    assert "第3行 北一支部 李四 错误 C3：性别“?”看不懂" in told
    assert error.returncode == 1

    told, error = run(tmp_path, book(person(1)), "--dry-run")

    assert error is None
    assert "检查通过，没有导入" in told
    assert not Member.objects.exists()
