"""Ledgers: the same numbers everywhere, made once, for the one who asked."""

import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader

from branches.models import Appointment
from branchyear.audit.models import Entry
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused
from branchyear.notifications.models import Notice
from branchyear.outbox import services as outbox
from branchyear.outbox.models import Job
from reports.kinds import KINDS
from reports.models import Export, PaperFile
from reports.selection import read
from reports.services import exports, making, overview
from reports.tests.test_overview import scatter
from tasks.models import BranchItem

pytestmark = pytest.mark.engines

HOSTILE = '=HYPERLINK("http://evil","点我")\x01\x0b <script>alert(1)</script> _x0041_'


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def answers(campaign, org):
    return scatter(org)


def ask(by, organization, kind="checklist", format="xlsx", **parameters):
    return exports.request_export(
        kind, organization=organization, format=format, parameters=parameters, by=by
    )


def do(export, *, now=None):
    """The worker comes round."""
    job = Job.objects.filter(key__startswith=f"export:{export.pk}:").latest("pk")
    outbox.perform(job.pk, now=now or timezone.now())
    export.refresh_from_db()
    return export


def content_of(export):
    with default_storage.open(export.file.name) as file:
        return file.read()


def sheet_of(export):
    return load_workbook(io.BytesIO(content_of(export))).active


def table(sheet):
    """Header titles and data rows of a ledger with a header of one row."""
    head = [cell.value for cell in sheet[3]]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    return head, [dict(zip(head, row, strict=True)) for row in rows if isinstance(row[0], int)]


def text_of(export):
    pages = PdfReader(io.BytesIO(content_of(export))).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


# --- The same numbers everywhere --------------------------------------------------------------------


@pytest.mark.parametrize("place", ["committee", "north_office"])
def test_screen_list_excel_pdf_and_api_agree(place, answers, org, people, sign_in):
    organization, client = getattr(org, place), sign_in(people.committee)
    query = {"org": organization.pk}

    page = client.get(reverse("reports:overview"), query)
    listed = client.get(reverse("reports:items"), query).context["page_obj"].paginator.count
    overdue = client.get(reverse("reports:items"), {**query, "overdue": 1})
    _, lines = table(sheet_of(do(ask(people.committee, organization))))
    summary = sheet_of(do(ask(people.committee, organization, "summary")))
    paper = text_of(do(ask(people.committee, organization, "summary", "pdf")))
    long_paper = text_of(do(ask(people.committee, organization, "checklist", "pdf")))

    numbers = page.context["board"].total
    assert listed == numbers.total == len(lines)
    assert sum(line["状态"] == "审核通过" for line in lines) == numbers.accepted
    assert sum(line["是否逾期"] == "是" for line in lines) == numbers.overdue
    assert overdue.context["page_obj"].paginator.count == numbers.overdue
    assert sum(line["分值"] for line in lines) == numbers.weight
    assert long_paper.count("审核通过") == numbers.accepted
    last = [[cell.value for cell in row] for row in summary.iter_rows(min_row=5)]
    rows = [row for row in last if isinstance(row[0], int)]
    assert [row[1] for row in rows] == [r.organization.name for r in page.context["board"].rows]
    assert [row[-4:] for row in rows] == [
        [r.total.total, r.total.accepted, pytest.approx(float(r.total.share())), r.total.overdue]
        for r in page.context["board"].rows
    ]
    total = next(row for row in last if row[0] == "合计")
    assert total[-2] == pytest.approx(float(numbers.share()))
    assert (
        f"{numbers.total}{numbers.accepted}{float(numbers.share()):.1%}{numbers.overdue}" in paper
    )
    for number, more in ((numbers.total, {}), (numbers.accepted, {"state": "accepted"})):
        query = {"under": organization.pk, **more}
        assert client.get("/api/v1/items/", query).json()["count"] == number


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_preview_is_the_first_lines_of_the_file(kind, answers, org, people):
    asked = KINDS[kind].asked(org.committee, {}, by=people.committee, at=timezone.now())

    assert KINDS[kind].preview(asked, 3) == list(KINDS[kind].rows(asked))[:3]
    assert KINDS[kind].count(asked) == len(list(KINDS[kind].rows(asked)))


def test_rows_come_in_the_order_of_the_paper_however_many_statements_it_takes(
    answers, org, people, monkeypatch
):
    monkeypatch.setattr("reports.kinds.checklist.BRANCHES_PER_STATEMENT", 2)
    asked = KINDS["checklist"].asked(org.city, {}, by=None, at=timezone.now())

    lines = list(KINDS["checklist"].rows(asked))

    assert [line["number"] for line in lines] == list(range(1, 21))
    assert [(line["branch"], line["code"]) for line in lines] == [
        (row.branch.name, row.item.code)
        for row in BranchItem.objects.select_related("branch", "item__task")
    ]


def test_the_conditions_of_the_screen_are_those_of_the_file(answers, org, people):
    selection = read({"state": "accepted", "task": "T1"}, organization=org.city, today=local_day())

    export = do(ask(people.department, org.city, **selection.parameters))

    _, lines = table(sheet_of(export))
    assert len(lines) == export.rows == selection.items(by=None, today=local_day()).count()
    assert {(line["状态"], line["任务"]) for line in lines} == {("审核通过", "任务1")}
    assert "范围：T1 任务1、审核通过" in sheet_of(export)["A2"].value


def test_a_ledger_holds_only_what_its_requester_may_see(answers, org, people):
    export = do(ask(people.reviewer, org.north_office))

    words = str([[cell.value for cell in row] for row in sheet_of(export).iter_rows()])
    assert "北四支部" in words
    assert "南一支部" not in words


def test_hostile_text_is_harmless_on_paper(answers, org, people):
    BranchItem.objects.filter(branch=org.north).update(note=HOSTILE)

    book = sheet_of(do(ask(people.secretary, org.north)))
    paper = text_of(do(ask(people.secretary, org.north, format="pdf")))

    notes = [
        cell for row in book.iter_rows(min_row=4) for cell in row if "HYPERLINK" in str(cell.value)
    ]
    assert len(notes) == 4
    assert {cell.data_type for cell in notes} == {"s"}
    assert all(cell.value.startswith('=HYPERLINK("http://evil"') for cell in notes)
    assert "<script>alert(1)</script>" in paper


def test_a_condition_that_makes_no_sense_for_a_ledger_is_left_out(answers, org, people):
    export = ask(people.committee, org.committee, "summary", state="accepted", month="2022-05")

    assert export.parameters == {"month": "2022-05"}


# --- Made once --------------------------------------------------------------------------------------


def test_asking_queues_a_job_and_leaves_a_trace(answers, org, people):
    export = ask(people.secretary, org.north)

    job = Job.objects.get(kind="reports.render")
    assert (job.payload, job.queue) == ({"export": export.pk}, "heavy")
    assert export.status == Export.Status.QUEUED
    assert Entry.objects.get(verb="export.requested").actor_id == people.secretary.pk


def test_the_file_is_kept_with_its_checksum_and_the_person_is_told(answers, org, people):
    export = do(ask(people.secretary, org.north))

    day = local_day()
    assert export.status == Export.Status.READY
    assert export.filename == (
        f"北一支部_八项任务完成情况台账_{day.year}年{day.month}月_{day:%Y%m%d}.xlsx"
    )
    assert (export.rows, export.done_units, export.total_units) == (4, 4, 4)
    assert export.size == default_storage.size(export.file.name)
    assert len(export.sha256) == 64
    assert export.expires_on == day + timedelta(days=90)
    notice = Notice.objects.get(kind="export.ready")
    assert (notice.recipient, notice.url) == (people.secretary, reverse("reports:exports"))
    assert Entry.objects.get(verb="export.finished").detail["sha256"] == export.sha256


def test_asking_twice_before_it_is_made_is_one_request(answers, org, people):
    first = ask(people.secretary, org.north)

    assert ask(people.secretary, org.north) == first
    assert ask(people.secretary, org.north, format="pdf") != first
    assert ask(people.clerk, org.north) != first
    assert Job.objects.filter(kind="reports.render").count() == 3


def test_nobody_can_fill_the_queue_alone(answers, org, people):
    for number in range(exports.MAX_OPEN):
        ask(people.secretary, org.north, month=f"2022-0{number + 1}")

    with pytest.raises(Refused, match="正在生成"):
        ask(people.secretary, org.north)


def test_a_job_delivered_twice_makes_one_file(answers, org, people):
    export = do(ask(people.secretary, org.north))
    first = (export.file.name, export.sha256, export.finished_at)

    making.render(export.pk, now=timezone.now())
    do(export)

    assert (export.file.name, export.sha256, export.finished_at) == first
    assert ["exports/" + name for name in default_storage.listdir("exports")[1]] == [first[0]]
    assert Notice.objects.filter(kind="export.ready").count() == 1
    assert Entry.objects.filter(verb="export.finished").count() == 1


def test_a_job_whose_row_is_gone_does_nothing(db):
    making.render(4711, now=timezone.now())

    assert not Export.objects.exists()


def test_a_killed_worker_s_half_file_is_replaced(answers, org, people):
    export = ask(people.secretary, org.north)
    left = default_storage.save(f"exports/{export.pk}.abc.xlsx", ContentFile(b"half a work"))
    job = Job.objects.get(kind="reports.render")
    outbox._claim(job.pk, timezone.now())  # and then the power fails
    Export.objects.filter(pk=export.pk).update(
        status="running", done_units=2, total_units=4, file=left
    )

    do(export)
    assert export.status == Export.Status.RUNNING
    outbox.sweep(now=timezone.now() + timedelta(minutes=7))
    do(export, now=timezone.now() + timedelta(minutes=7))

    assert export.status == Export.Status.READY
    assert default_storage.listdir("exports")[1] == [Path(export.file.name).name]
    assert len(table(sheet_of(export))[1]) == 4


def test_a_worker_that_lost_its_lease_leaves_nothing(answers, org, people):
    export = ask(people.secretary, org.north)

    def lost():
        raise outbox.LostLease

    with pytest.raises(outbox.LostLease):
        making.render(export.pk, now=timezone.now(), alive=lost)

    export.refresh_from_db()
    assert (export.status, export.file.name) == (Export.Status.RUNNING, "")
    assert not default_storage.exists("exports")


def test_after_a_crash_it_is_tried_again_and_finishes(answers, org, people, settings):
    export = ask(people.secretary, org.north)
    in_the_way = settings.MEDIA_ROOT / "exports"
    in_the_way.parent.mkdir(parents=True)
    in_the_way.write_text("not a folder")

    do(export)
    assert (export.status, export.error) == (Export.Status.QUEUED, making.AGAIN)
    in_the_way.unlink()
    do(export, now=timezone.now() + timedelta(hours=1))

    assert (export.status, export.error) == (Export.Status.READY, "")


def test_when_every_attempt_crashed_the_person_is_told_and_can_try_again(
    answers, org, people, settings
):
    export = ask(people.secretary, org.north)
    in_the_way = settings.MEDIA_ROOT / "exports"
    in_the_way.parent.mkdir(parents=True)
    in_the_way.write_text("not a folder")

    for hour in range(settings.JOB_MAX_ATTEMPTS):
        do(export, now=timezone.now() + timedelta(hours=hour))

    assert (export.status, export.error) == (Export.Status.FAILED, exports.GIVEN_UP)
    assert Notice.objects.get(kind="export.failed").recipient == people.secretary
    in_the_way.unlink()
    exports.retry_export(export, by=people.secretary)
    assert do(export).status == Export.Status.READY


def test_what_did_not_fail_is_not_tried_again(answers, org, people):
    export = do(ask(people.secretary, org.north))

    with pytest.raises(Refused):
        exports.retry_export(export, by=people.secretary)
    with pytest.raises(PermissionDenied):
        exports.retry_export(export, by=people.clerk)


# --- For the one who asked --------------------------------------------------------------------------


@pytest.mark.parametrize("person", ["south_reviewer", "inspector", "admin", "nobody"])
def test_a_ledger_is_refused_to_who_does_not_answer_for_it(person, answers, org, people):
    with pytest.raises(PermissionDenied):
        ask(getattr(people, person), org.north)

    assert not Export.objects.exists()


@pytest.mark.parametrize(("kind", "format"), [("secrets", "xlsx"), ("checklist", "exe")])
def test_an_unknown_ledger_or_format_is_refused_in_words(kind, format, answers, org, people):
    with pytest.raises(Refused):
        ask(people.secretary, org.north, kind, format)


def test_an_office_lost_meanwhile_ends_the_request(answers, org, people):
    export = ask(people.secretary, org.north)
    Appointment.objects.filter(user=people.secretary).update(ends_on=date(2022, 1, 1))

    do(export)

    assert (export.status, export.error) == (Export.Status.FAILED, making.LOST_OFFICE)
    assert not default_storage.exists("exports")
    assert Notice.objects.get(kind="export.failed").recipient == people.secretary


def test_the_file_is_fetched_by_its_requester_and_noted(answers, org, people, sign_in):
    export = do(ask(people.secretary, org.north))

    answer = sign_in(people.secretary).get(reverse("reports:download_export", args=[export.pk]))

    assert b"".join(answer.streaming_content) == content_of(export)
    assert "attachment" in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert Entry.objects.get(verb="export.downloaded").thing_id == export.pk


def test_the_file_of_a_lost_office_stays_here(answers, org, people, sign_in):
    export = do(ask(people.secretary, org.north))
    Appointment.objects.filter(user=people.secretary).update(ends_on=date(2022, 1, 1))

    answer = sign_in(people.secretary).get(reverse("reports:download_export", args=[export.pk]))

    assert answer.status_code == 403


def test_a_file_past_its_day_is_removed_and_can_be_asked_for_again(answers, org, people, sign_in):
    export = do(ask(people.secretary, org.north, state="accepted"))
    name = export.file.name

    assert exports.expire(today=export.expires_on) == 0
    assert exports.expire(today=export.expires_on + timedelta(days=1)) == 1
    assert exports.expire(today=export.expires_on + timedelta(days=1)) == 0

    export.refresh_from_db()
    assert (export.status, export.file.name) == (Export.Status.EXPIRED, "")
    assert not default_storage.exists(name)
    client = sign_in(people.secretary)
    page = client.get(reverse("reports:exports"))
    assert page.context["rows"][0].again_url.endswith(
        f"?kind=checklist&org={org.north.pk}&state=accepted"
    )
    answer = client.get(reverse("reports:download_export", args=[export.pk]))
    assert (answer.status_code, "重新申请" in answer.content.decode()) == (409, True)


# --- Pages ------------------------------------------------------------------------------------------


def test_the_page_previews_asks_and_shows_the_progress(answers, org, people, sign_in):
    client = sign_in(people.secretary)

    page = client.get(reverse("reports:exports"), {"kind": "checklist"})
    assert "北一支部" in page.content.decode()
    assert "共 4 行" in page.content.decode()
    data = {"kind": "checklist", "org": org.north.pk, "format": "pdf", "state": ""}
    answer = client.post(reverse("reports:request_export"), data)
    assert answer.url == reverse("reports:exports") + "#mine"
    export = Export.objects.get()
    waiting = client.get(
        reverse("reports:export", args=[export.pk]), headers={"HX-Request": "true"}
    )
    assert 'hx-trigger="every 2s"' in waiting.content.decode()
    assert "X-Background" in waiting.content.decode()
    do(export)
    ready = client.get(reverse("reports:export", args=[export.pk]), headers={"HX-Request": "true"})
    assert "hx-trigger" not in ready.content.decode()
    assert export.filename in ready.content.decode()


def test_an_unknown_kind_in_a_form_comes_back_as_a_sentence(answers, people, sign_in):
    answer = sign_in(people.secretary).post(
        reverse("reports:request_export"), {"kind": "x", "format": "xlsx"}
    )

    assert (answer.status_code, "没有“x”这种台账" in answer.content.decode()) == (409, True)


def test_an_export_from_above_may_be_of_any_organisation_below(answers, org, people, sign_in):
    page = sign_in(people.committee).get(
        reverse("reports:exports"), {"kind": "summary", "org": org.north_four.pk}
    )

    offered = dict(page.context["organizations"])
    assert set(offered) == {
        o.pk
        for o in (org.committee, org.north_office, org.south_office, org.archive, org.north_four)
    }


def test_the_api_lists_one_s_own_exports(answers, org, people, sign_in):
    export = do(ask(people.secretary, org.north))
    do(ask(people.clerk, org.north))

    found = sign_in(people.secretary).get("/api/v1/exports/").json()["results"]

    assert [(row["id"], row["sha256"], row["title"]) for row in found] == [
        (export.pk, export.sha256, "八项任务完成情况台账")
    ]


# --- The console --------------------------------------------------------------------------------------


def test_the_console_writes_the_same_ledger(answers, org, people, tmp_path):
    path = tmp_path / "台账.xlsx"

    call_command(
        "export_ledger", "checklist", org="01", month="2022-05", format="xlsx", output=str(path)
    )

    _, lines = table(load_workbook(path).active)
    assert (
        len(lines)
        == BranchItem.objects.under(org.north_office).filter(due_on=date(2022, 5, 31)).count()
    )
    assert Entry.objects.get(verb="export.finished").actor is None
    assert (
        PaperFile.objects.get(role="whole").paper.shown_code
        in load_workbook(path).active["A2"].value
    )


@pytest.mark.parametrize(
    "changes", [{"org": "99"}, {"month": "2022-13"}, {"output": "/nowhere/there/a.xlsx"}]
)
def test_the_console_says_what_is_wrong(changes, answers, org, tmp_path):
    given = {"org": "01", "format": "xlsx", "output": str(tmp_path / "a.xlsx"), **changes}

    with pytest.raises(CommandError):
        call_command("export_ledger", "checklist", **given)


def test_numbers_of_the_summary_are_those_of_the_board(answers, org, people):
    asked = KINDS["summary"].asked(org.committee, {}, by=people.committee, at=timezone.now())

    board = overview.board(asked.selection, by=people.committee, today=asked.today)
    lines = list(KINDS["summary"].rows(asked))

    assert [line["branches"] for line in lines] == [3, 1, 1]
    for row, line in zip(board.rows, lines, strict=True):
        assert [line[f"accepted_{t.pk}"] for t in board.tasks] == [
            row.cells[t.pk].accepted for t in board.tasks
        ]
