"""一键催办: a preview, once in 24 hours, in one message per person; the ledger that says what came of it."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from branches.models import Organization
from branches.services import appointments
from branchyear.audit.models import Entry
from branchyear.lib.errors import Refused
from branchyear.notifications.models import Notice
from branchyear.outbox.models import Job
from reports.models import MonthlyReport, Reminder
from reports.services import reminders, urging
from reports.tests import make
from reports.tests.make import at
from tasks.models import BranchItem, Problem

NOON = at("2022-04-20 12:00")


def reports_of(*organizations):
    return MonthlyReport.objects.filter(pk__in=[make.report_of(o).pk for o in organizations])


@pytest.fixture
def noon(time_machine):
    time_machine.move_to(NOON, tick=False)


def test_each_person_gets_one_message_and_the_ledger_a_line_for_each_matter(org, people, campaign):
    problem = Problem.objects.create(
        organization=org.north_two,
        campaign=campaign,
        number=1,
        origin="hand",
        title="党小组未划分",
        found_on=date(2022, 4, 1),
        due_on=date(2022, 4, 18),
        created_at=NOON,
    )

    going, left = urging.urge(
        reports=reports_of(org.north_two),
        problems=Problem.objects.filter(pk=problem.pk),
        note="今天下班前请报",
        by=people.committee,
        now=NOON,
    )

    notice = Notice.objects.get(recipient=people.second_secretary)
    assert (len(going), left) == (2, [])
    assert notice.title == "催办：2件事项，北二支部2022年4月月报还有5天到期等"
    assert "北二支部第1号问题整改已逾期2天" in notice.text
    assert notice.text.endswith("附言：今天下班前请报")
    assert set(Reminder.objects.values_list("subject", "occasion", "by", "notice")) == {
        (f"report:{make.report_of(org.north_two).pk}", "M1", people.committee.pk, notice.pk),
        (f"problem:{problem.pk}", "M1", people.committee.pk, notice.pk),
    }
    assert (
        Entry.objects.filter(verb="reminder.urged", organization_id=org.north_two.pk).count() == 2
    )


def test_within_a_day_the_same_matter_is_urged_once_whoever_urges(org, people, campaign):
    both = reports_of(org.north, org.north_two)
    urging.urge(reports=reports_of(org.north), by=people.reviewer, now=NOON)

    going, left = urging.urge(reports=both, by=people.committee, now=NOON + timedelta(hours=23))

    assert [one.organization for one in going] == [org.north_two]
    assert [one.again_at for one in left] == [NOON + timedelta(hours=24)]
    with pytest.raises(Refused, match="没有发送"):
        urging.urge(reports=both, by=people.committee, now=NOON + timedelta(hours=23.5))
    urging.urge(reports=reports_of(org.north), by=people.reviewer, now=NOON + timedelta(days=1))
    assert Reminder.objects.filter(occasion="M2", organization=org.north).exists()


def test_only_those_above_urge_and_only_what_is_owed(org, people, campaign):
    make.hand_in(make.report_of(org.north), by=people.secretary, now=NOON)

    with pytest.raises(PermissionDenied):
        urging.urge(reports=reports_of(org.north_two), by=people.secretary, now=NOON)
    with pytest.raises(Refused, match="都已办结"):
        urging.urge(reports=reports_of(org.north, org.south), by=people.reviewer, now=NOON)
    assert not Reminder.objects.exists()


def test_who_has_nobody_to_tell_is_named_and_left_out(org, people, campaign):
    office = people.south_secretary.appointments.get()
    appointments.end_appointment(office, on=date(2022, 4, 19), by=None)

    going, left = urging.urge(
        reports=reports_of(org.south, org.north_two), by=people.committee, now=NOON
    )

    assert [one.organization for one in left] == [org.south]
    assert not left[0].people


def test_at_night_letters_wait_for_the_morning(org, people, campaign):
    urging.urge(reports=reports_of(org.north_two), by=people.committee, now=at("2022-04-20 21:30"))

    job = Job.objects.get(kind="notifications.send_many")
    assert job.run_after == at("2022-04-21 08:00")
    assert reminders.next_hours(at("2022-04-21 06:00")) == at("2022-04-21 08:00")


def test_the_preview_shows_whom_and_what_and_the_post_sends_it(
    org, people, campaign, sign_in, noon
):
    client = sign_in(people.reviewer)

    page = client.get("/reports/urge/?month=2022-04&tier=branch").content.decode()
    report = make.report_of(org.north_two)
    sent = client.post(
        "/reports/urge/send/", {"report": [report.pk], "note": "请抓紧"}, follow=True
    )

    assert "孙书记" in page
    assert "南一支部" not in page
    assert "北二支部2022年4月月报还有5天到期" in page or "北一支部2022年4月月报还有5天到期" in page
    assert "已催办1项，发给1人。" in sent.content.decode()
    assert "第1次催办" in sent.content.decode()
    again = client.get(f"/reports/urge/?report={report.pk}").content.decode()
    assert "后可再次催办" in again


def test_a_note_too_long_is_said_beside_its_field_and_kept(org, people, campaign, sign_in, noon):
    words = "抓紧" * 60
    report = make.report_of(org.north_two)

    answer = sign_in(people.reviewer).post(
        "/reports/urge/send/", {"report": [report.pk], "note": words}
    )

    assert answer.status_code == 422
    assert "附言请控制在100字以内" in answer.content.decode()
    assert words in answer.content.decode()
    assert not Reminder.objects.exists()


def test_the_pages_ask_the_same_number_of_questions(
    org, people, campaign, sign_in, noon, django_assert_num_queries
):
    client = sign_in(people.committee)
    counts = {}
    for some in (reports_of(org.north_two), reports_of(org.north, org.south, org.north_four)):
        urging.urge(reports=some, by=people.committee, now=NOON)
        for address in ("/reports/urge/?month=2022-04&tier=branch", "/reports/reminders/"):
            client.get(address)
            with django_assert_num_queries(counts.get(address, 99), exact=False) as asked:
                assert client.get(address).status_code == 200
            counts.setdefault(address, len(asked))


def test_the_ledger_shows_ones_own_area_alone(org, people, campaign, sign_in, noon):
    urging.urge(reports=reports_of(org.north_two, org.south), by=people.committee, now=NOON)

    page = sign_in(people.reviewer).get("/reports/reminders/").content.decode()

    assert "北二支部" in page
    assert "南一支部" not in page


# --- Ticked on the lists --------------------------------------------------------------------------


def let_items_be_late(branch, count=2):
    pks = list(BranchItem.objects.filter(branch=branch).values_list("pk", flat=True)[:count])
    BranchItem.objects.filter(pk__in=pks).update(due_on=date(2022, 4, 10))


def let_reviews_be_late(branch, place):
    pks = list(BranchItem.objects.filter(branch=branch).values_list("pk", flat=True)[:1])
    BranchItem.objects.filter(pk__in=pks).update(
        state="submitted", with_organization=place, submitted_at=at("2022-04-01 10:00")
    )


def test_overdue_items_and_late_reviews_are_urged_with_their_own_words(org, people, campaign):
    let_items_be_late(org.north_two)
    let_reviews_be_late(org.south, org.south_office)
    everything = Organization.objects.all()

    going, _ = urging.urge(items=everything, reviews=everything, by=people.committee, now=NOON)

    assert [(one.matter, one.organization, one.due_on) for one in going] == [
        ("items", org.north_two, date(2022, 4, 10)),
        ("review", org.south_office, date(2022, 4, 11)),
    ]
    titles = set(Notice.objects.values_list("recipient__name", "title"))
    assert titles == {
        ("孙书记", "催办：北二支部2项检查条目已逾期10天"),
        ("王审核", "催办：市南区局机关党委1项检查条目审核已逾期9天"),
    }
    with pytest.raises(Refused, match="没有发送"):
        urging.urge(items=everything, by=people.committee, now=NOON + timedelta(hours=1))
    assert urging.candidates(reviews=everything, by=people.south_reviewer, now=NOON) == []


def test_what_is_ticked_on_the_lists_leads_to_the_preview(org, people, campaign, noon, sign_in):
    """Four lists, each with its boxes, for those above; the preview has just what is ticked."""
    let_items_be_late(org.north)
    let_items_be_late(org.south)
    let_reviews_be_late(org.north_two, org.north_office)
    client = sign_in(people.committee)
    report = make.report_of(org.south)

    lists = {
        f'name="report" value="{report.pk}"': "/reports/?tab=all&tier=branch",
        f'name="items" value="{org.south.pk}"': "/overview/items/?overdue=1",
        f'name="review" value="{org.north_office.pk}"': reverse("tasks:review_clocks"),
        f'name="report" value="{make.report_of(org.north_office).pk}"': "/reports/matrix/",
    }
    for box, address in lists.items():
        page = client.get(address).content.decode()
        assert box in page, address
        assert "催办所选" in page

    page = client.get(f"/reports/urge/?ticked=1&items={org.south.pk}").content.decode()
    assert ("南一支部2项检查条目" in page, "北一支部" in page) == (True, False)
    assert "没有需要催办的事项" in client.get("/reports/urge/?ticked=1").content.decode()
    page = client.get(f"/reports/urge/?items_of={org.committee.pk}").content.decode()
    assert ("南一支部2项" in page, "北一支部2项" in page) == (True, True)
    client.post("/reports/urge/send/", {"items": org.south.pk})
    assert Reminder.objects.get().subject == f"items:{org.south.pk}"
