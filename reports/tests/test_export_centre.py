"""The export centre: in line, in parts, given up, at hand at once, and under a code."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from branches.models import Appointment
from branches.roles import Role
from branchyear.audit.models import Entry
from branchyear.lib import spool
from branchyear.lib.errors import Refused
from branchyear.notifications.models import Notice
from branchyear.outbox import services as outbox
from branchyear.outbox.models import Job
from conftest import make_office, make_user
from reports.models import Export, Paper
from reports.services import exports, making, papers
from reports.tests.test_exports import ask, content_of, do, sheet_of, text_of
from reports.tests.test_overview import scatter
from tasks.models import BranchItem

pytestmark = pytest.mark.engines

Status = Export.Status


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def answers(campaign, org):
    return scatter(org)


@pytest.fixture
def small_parts(settings):
    settings.EXPORT_SPLIT_ROWS = 5


def jobs(kind):
    return list(Job.objects.filter(kind=kind, status=Job.Status.QUEUED).order_by("pk"))


def perform(kind, *, now=None):
    for job in jobs(kind):
        outbox.perform(job.pk, now=now or timezone.now())


def parts_left():
    try:
        return default_storage.listdir(exports.PARTS)[0]
    except FileNotFoundError:
        return []


# --- In parts ---------------------------------------------------------------------------------------


def test_a_large_ledger_is_printed_in_parts_and_reads_like_the_whole(
    answers, org, people, settings, small_parts
):
    export = do(ask(people.department, org.city, format="pdf"))
    names = list(export.parts.values_list("name", "rows"))
    perform("reports.part")
    export.refresh_from_db()
    counted = (export.status, export.done_units, export.total_units)
    perform("reports.join")
    export.refresh_from_db()

    assert names == [
        (org.north_office.label, 12),
        (org.south_office.label, 4),
        (org.archive.label, 4),
    ]
    assert counted == (Status.RUNNING, 20, 20)
    assert (export.status, export.rows) == (Status.READY, 20)
    assert export.pages >= 1
    assert parts_left() == []
    assert not export.parts.exists()
    assert Notice.objects.filter(kind="export.ready").count() == 1
    settings.EXPORT_SPLIT_ROWS = 2000
    asked = making.wanted(export)[1]
    whole = default_storage.path("whole.pdf")
    making.write(making.kind_of("checklist"), asked, "pdf", whole, paper=export.paper)
    export.file.name = "whole.pdf"
    assert text_of(Export.objects.get()) == text_of(export)


def test_a_killed_worker_s_parts_are_kept_and_only_the_missing_one_is_made(
    answers, org, people, small_parts
):
    export = do(ask(people.department, org.city, format="pdf"))
    first, second, third = jobs("reports.part")
    outbox.perform(first.pk, now=timezone.now())
    outbox._claim(second.pk, timezone.now())  # and then the power fails
    outbox.perform(third.pk, now=timezone.now())
    made = dict(export.parts.exclude(file="").values_list("number", "file"))
    later = timezone.now() + timedelta(minutes=7)

    making.render(export.pk, now=later)  # the first job comes once more as well
    outbox.perform(second.pk, now=later)
    kept = dict(export.parts.values_list("number", "file"))
    perform("reports.join", now=later)
    export.refresh_from_db()

    assert sorted(made) == [1, 3]
    assert {number: kept[number] for number in made} == made
    assert Job.objects.filter(kind="reports.part").count() == 3
    assert Job.objects.filter(kind="reports.join").count() == 1
    assert export.status == Status.READY
    assert Entry.objects.filter(verb="export.finished").count() == 1
    assert parts_left() == []


def test_a_part_delivered_twice_or_gone_does_nothing(answers, org, people, small_parts):
    export = do(ask(people.department, org.city, format="pdf"))
    part = export.parts.first()
    making.part(part.pk, now=timezone.now())
    before = sorted(default_storage.listdir(f"{exports.PARTS}/{export.pk}")[1])

    making.part(part.pk, now=timezone.now())
    making.part(4711, now=timezone.now())
    making.join(4711, now=timezone.now())

    assert sorted(default_storage.listdir(f"{exports.PARTS}/{export.pk}")[1]) == before


def test_rows_put_aside_come_back_as_they_were_and_a_file_cut_off_is_noticed(tmp_path):
    from datetime import datetime
    from decimal import Decimal

    rows = [["甲\n=1+1", 3, None, Decimal("8.50"), date(2022, 5, 1)], [datetime(2022, 5, 1, 9)] * 5]
    path = tmp_path / "rows"

    assert spool.put_aside(path, rows) == 2
    assert list(spool.take_up(path)) == rows
    import gzip

    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).removesuffix(b"null\n")))
    with pytest.raises(ValueError, match="too early"):
        list(spool.take_up(path))


# --- Given up -----------------------------------------------------------------------------------------


def test_who_waits_may_give_up_and_the_worker_makes_nothing(answers, org, people):
    export = ask(people.secretary, org.north)

    exports.cancel_export(export, by=people.secretary)
    do(export)

    assert export.status == Status.CANCELLED
    assert not default_storage.exists("exports")
    assert Entry.objects.get(verb="export.cancelled").actor_id == people.secretary.pk
    with pytest.raises(Refused, match="不需要取消"):
        exports.cancel_export(export, by=people.secretary)
    exports.retry_export(export, by=people.secretary)
    assert do(export).status == Status.READY


def test_a_running_one_is_stopped_at_the_next_sign_of_life_and_leaves_nothing(
    answers, org, people, small_parts, django_capture_on_commit_callbacks
):
    export = do(ask(people.department, org.city, format="pdf"))
    outbox.perform(jobs("reports.part")[0].pk, now=timezone.now())

    with django_capture_on_commit_callbacks(execute=True):
        exports.cancel_export(export, by=people.department)
    progress = making.Progress(export, lambda: None)
    with pytest.raises(making.Stopped):
        progress(1, 2)
    perform("reports.part")

    export.refresh_from_db()
    assert (export.status, export.parts.count(), parts_left()) == (Status.CANCELLED, 0, [])
    assert jobs("reports.part") == []
    assert not Notice.objects.filter(kind="export.ready").exists()


def test_given_up_while_the_file_is_being_stored_there_is_no_file_and_no_paper(
    answers, org, people, monkeypatch
):
    export = ask(people.secretary, org.north)
    claim = making._claim

    def claimed_and_cancelled(one):
        name = claim(one)
        exports.cancel_export(export, by=people.secretary)
        return name

    monkeypatch.setattr(making, "_claim", claimed_and_cancelled)
    do(export)

    assert export.status == Status.CANCELLED
    assert default_storage.listdir("exports")[1] == []
    assert not Paper.objects.exists()


def test_only_one_s_own_request_is_given_up(answers, org, people):
    export = ask(people.secretary, org.north)

    with pytest.raises(PermissionDenied):
        exports.cancel_export(export, by=people.clerk)


# --- At hand at once ----------------------------------------------------------------------------------


def test_while_nothing_changed_the_file_of_before_is_at_hand(answers, org, people, sign_in):
    export = do(ask(people.secretary, org.north))

    again = ask(people.secretary, org.north)
    page = sign_in(people.secretary).post(
        reverse("reports:request_export"),
        {"kind": "checklist", "org": org.north.pk, "format": "xlsx"},
        follow=True,
    )

    assert again == export
    assert Job.objects.filter(kind="reports.render").count() == 1
    assert "没有变化" in page.content.decode()


def test_another_with_the_same_offices_gets_the_same_workbook_but_a_pdf_of_his_own(
    answers, org, people
):
    twin = make_office(make_user("ganshi2", "秦干事"), Role.CLERK, org.north)
    book = do(ask(people.clerk, org.north))
    paper = do(ask(people.clerk, org.north, format="pdf"))

    mine = ask(twin, org.north)
    pdf = ask(twin, org.north, format="pdf")
    others = ask(people.secretary, org.north)

    assert (mine.status, mine.source, mine.file.name) == (Status.READY, book, book.file.name)
    assert mine.paper == book.paper
    assert pdf.status == Status.QUEUED
    assert paper.status == Status.READY
    assert others.status == Status.QUEUED  # another office may see something else
    assert exports.download(mine, by=twin).read() == content_of(book)
    assert exports.expire(today=book.expires_on + timedelta(days=1)) == 3
    assert not default_storage.exists(book.file.name)


def test_after_any_change_the_file_is_made_anew(answers, org, people):
    export = do(ask(people.secretary, org.north))
    item = BranchItem.objects.filter(branch=org.north).first()
    BranchItem.objects.filter(pk=item.pk).update(note="改了")
    from branchyear.audit.services import record

    record("item.saved", item, by=people.secretary, organization=org.north)

    again = ask(people.secretary, org.north)

    assert again != export
    assert again.status == Status.QUEUED


def test_a_file_that_is_gone_from_the_disk_is_made_anew(answers, org, people):
    export = do(ask(people.secretary, org.north))
    default_storage.delete(export.file.name)

    assert ask(people.secretary, org.north) != export


def test_two_with_the_same_offices_who_ask_at_once_share_the_file_of_the_first(
    answers, org, people
):
    twin = make_office(make_user("ganshi2", "秦干事"), Role.CLERK, org.north)
    first, second = ask(people.clerk, org.north), ask(twin, org.north)

    do(first)
    do(second)

    assert (second.status, second.source) == (Status.READY, first)
    assert Notice.objects.filter(kind="export.ready", recipient=twin).count() == 1


# --- Fetched under the offices of now -----------------------------------------------------------------


def test_an_office_that_ended_meanwhile_keeps_the_file_here(answers, org, people, sign_in):
    make_office(people.secretary, Role.ORG_REVIEWER, org.north_office)
    export = do(ask(people.secretary, org.north))
    Appointment.objects.filter(user=people.secretary, role=Role.ORG_REVIEWER).update(
        ends_on=date(2022, 1, 1)
    )

    answer = sign_in(people.secretary).get(reverse("reports:download_export", args=[export.pk]))

    assert (answer.status_code, "职责" in answer.content.decode()) == (409, True)


# --- Under a code ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["xlsx", "pdf"])
def test_every_file_is_given_out_under_a_code_that_confirms_it(
    format, answers, org, people, sign_in
):
    export = do(ask(people.secretary, org.north, format=format))
    paper = export.paper

    page = sign_in(people.south_secretary).get(
        reverse("reports:verify_paper", args=[paper.shown_code]), {"sha256": export.sha256}
    )

    shown = text_of(export) if format == "pdf" else sheet_of(export)["A2"].value
    assert paper.shown_code in shown
    assert [match.file.path for match in papers.compare(paper, export.sha256)] == [export.filename]
    assert papers.compare(paper, "0" * 64) == []
    assert all(
        word in page.content.decode()
        for word in ("一致", "八项任务完成情况台账", "赵书记", export.sha256[:8])
    )


# --- In line -------------------------------------------------------------------------------------------


def test_the_line_says_how_many_stand_before(answers, org, people, sign_in):
    ask(people.committee, org.committee)
    running = ask(people.department, org.city)
    Export.objects.filter(pk=running.pk).update(status="running")
    mine = ask(people.secretary, org.north)

    page = sign_in(people.secretary).get(reverse("reports:exports"))

    assert exports.places_in_line()[mine.pk] == 2
    assert "前面还有 2 个" in page.content.decode()
    assert "市直机关工委" not in page.content.decode().split('id="mine"')[1].split("</section>")[0]
