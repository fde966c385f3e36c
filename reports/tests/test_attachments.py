"""Files of the library and recorded meetings go with a monthly report, and are sealed with it."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from branchyear.audit.models import Entry
from branchyear.lib.errors import Refused
from members.services import meetings
from members.tests.make import make_member
from reports.models import ReportStep
from reports.services import attachments, copies, monthly, sealing
from reports.tests import make
from reports.tests.make import WORDS, at
from tasks.models import Evidence
from tasks.services import library
from tasks.tests.make import make_pdf

DAY = at("2022-04-20 09:00")

pytestmark = pytest.mark.engines


@pytest.fixture(autouse=True)
def _twentieth_of_april(time_machine):
    time_machine.move_to(DAY, tick=False)


@pytest.fixture
def report(org, campaign):
    return make.report_of(org.north)


@pytest.fixture
def file(report, people):
    kept, _ = library.store(
        report.organization,
        make_pdf("主题党日照片.pdf"),
        by=people.clerk,
        fact_on=date(2022, 4, 12),
    )
    return kept


@pytest.fixture
def meeting(report, people):
    make_member(report.organization)
    facts = {"kind": "theme_day", "on": date(2022, 4, 12), "topic": "学习党章"}
    return meetings.record_meeting(report.organization, facts=facts, by=people.secretary, now=DAY)


def handed_in(report, by):
    return make.hand_in(monthly._fresh(report), by=by, now=DAY)


def test_what_is_chosen_is_sealed_with_name_day_and_checksum(report, people, file, meeting):
    attachments.attach(report, files=[file], meetings=[meeting], by=people.secretary, now=DAY)

    handed_in(report, people.secretary)

    step = ReportStep.objects.get(report=report, kind="submitted")
    assert step.sealed["attachments"] == [
        {
            "kind": "file",
            "id": file.pk,
            "name": "主题党日照片.pdf",
            "on": "2022-04-12",
            "size": file.size,
            "sha256": file.sha256,
        },
        {
            "kind": "meeting",
            "id": meeting.pk,
            "name": "主题党日：学习党章",
            "on": "2022-04-12",
            "present": meeting.present,
            "due": meeting.due,
        },
    ]
    assert sealing.is_intact(step)
    assert copies.copy_of_step(report, step, DAY.date()).attached == [
        ("1", "主题党日照片.pdf", "2022-04-12", file.sha256),
        ("2", "主题党日：学习党章", "2022-04-12", "平台记录"),
    ]
    assert Entry.objects.get(verb="report.attached").detail["files"] == [file.sha256]


def test_a_copy_that_was_handed_in_keeps_what_is_taken_off_or_replaced_later(report, people, file):
    attachments.attach(report, files=[file], by=people.secretary, now=DAY)
    handed_in(report, people.secretary)
    library.replace(file, make_pdf("更正.pdf", "2"), by=people.clerk, now=DAY)
    with pytest.raises(Refused, match="附件不能再改"):
        attachments.detach(report, report.attachments.get(), by=people.secretary, now=DAY)
    assert report.attachments.get().evidence == file
    monthly.send_back(monthly._fresh(report), reason="请补充。", by=people.reviewer, now=DAY)

    attachments.detach(report, report.attachments.get(), by=people.secretary, now=DAY)

    step = ReportStep.objects.get(report=report, kind="submitted")
    assert (step.sealed["attachments"][0]["sha256"], sealing.is_intact(step)) == (file.sha256, True)
    assert Entry.objects.filter(verb="report.detached").count() == 1


def test_a_newer_revision_goes_with_the_report_that_is_still_being_written(report, people, file):
    attachments.attach(report, files=[file], by=people.secretary, now=DAY)

    new, _ = library.replace(file, make_pdf("更正.pdf", "2"), by=people.clerk, now=DAY)

    assert report.attachments.get().evidence == new


def test_only_what_is_the_organisations_own_and_stands_may_go_with_its_report(
    org, report, people, meeting
):
    foreign, _ = library.store(org.south, make_pdf("南.pdf", "3"), by=people.south_secretary)
    with pytest.raises(Refused, match="本单位材料库"):
        attachments.attach(report, files=[foreign], by=people.secretary, now=DAY)
    with pytest.raises(PermissionDenied):
        attachments.attach(report, meetings=[meeting], by=people.reviewer, now=DAY)
    attachments.attach(report, meetings=[meeting], by=people.secretary, now=DAY)
    meetings.void_meeting(meeting, reason="登记错了。", by=people.secretary, now=DAY)

    with pytest.raises(Refused, match="“学习党章”记录已作废，请移除后再报送"):
        handed_in(report, people.secretary)


def test_ticking_on_the_page_keeps_what_is_typed_and_the_reader_finds_the_list(
    report, people, file, meeting, sign_in
):
    client = sign_in(people.secretary)
    typed = {"version": report.revision, **WORDS, "attach": file.pk, "meeting": meeting.pk}
    client.post(reverse("reports:attach_to_report", args=[report.pk]), typed)
    page = client.get(report.get_absolute_url()).content.decode()
    assert WORDS["progress"] in page
    assert page.count(f'formaction="/reports/{report.pk}/attachments/') == 2
    assert (
        "主题党日照片.pdf"
        not in sign_in(people.reviewer).get(report.get_absolute_url()).content.decode()
    )
    handed_in(report, people.secretary)

    page = sign_in(people.reviewer).get(report.get_absolute_url()).content.decode()
    kept = sign_in(people.secretary).get(f"{reverse('tasks:library')}?org={report.organization_id}")

    assert file.sha256 in page
    assert "主题党日：学习党章" in page
    assert "2022年4月月报" in kept.content.decode()
    assert Evidence.objects.with_use().get().is_used


def test_what_is_ticked_is_sealed_without_a_button_of_its_own(
    report, people, file, meeting, sign_in
):
    client = sign_in(people.secretary)
    address = reverse("reports:submit_report", args=[report.pk])
    typed = {"version": report.revision, **WORDS, "attach": file.pk, "meeting": meeting.pk}
    back = client.post(address, {**typed, "progress": ""})
    assert back.status_code == 422
    assert f'name="attach" value="{file.pk}" checked' in back.content.decode()
    assert f'name="meeting" value="{meeting.pk}" checked' in back.content.decode()
    assert not report.attachments.exists()

    answer = client.post(address, typed)
    report.refresh_from_db()

    assert answer.status_code == 302
    assert report.state == "submitted"
    assert report.attachments.count() == 2
    assert len(report.steps.get(kind="submitted").sealed["attachments"]) == 2


def test_a_foreign_file_ticked_by_hand_is_left_out(report, people, org, meeting, sign_in):
    foreign, _ = library.store(org.south, make_pdf("南支部.pdf"), by=people.south_secretary)
    typed = {"version": report.revision, **WORDS, "attach": foreign.pk}
    sign_in(people.secretary).post(reverse("reports:submit_report", args=[report.pk]), typed)
    report.refresh_from_db()

    assert report.state == "submitted"
    assert not report.attachments.exists()
