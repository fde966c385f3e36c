"""通报: drafted from numbers that are those of the lists, edited, published once and kept; and 述职评议."""

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from branchyear.audit.models import Entry
from branchyear.lib.dates import Month, local_day
from branchyear.lib.errors import Conflict, Refused
from branchyear.notifications.models import Notice
from members.tests.test_api import on_version, post
from reports.models import Bulletin, DutyReport, GoodPractice
from reports.services import bulletins, duty, periods
from reports.tests import make
from tasks.models import BranchItem
from tasks.tests.make import make_problem, make_running_campaign

TODAY = local_day()
NOW = timezone.now()


@pytest.fixture
def campaign(people):
    campaign = make_running_campaign()
    periods.open_periods(today=campaign.starts_on)
    return campaign


@pytest.fixture
def row(campaign, org, people):
    month = Month.of(campaign.starts_on)
    return bulletins.draft(org.committee, month, by=people.committee, now=NOW)


def save(row, people, **changes):
    values = {
        "title": row.title, "audience": "all", "texts": {}, "revision": row.revision,
        "by": people.committee, "now": NOW,
    }  # fmt: skip
    return bulletins.save(row, **(values | changes))


def test_every_number_is_that_of_its_list_and_stands_in_a_sentence(campaign, org, people, sign_in):
    BranchItem.objects.filter(branch=org.north).update(state="accepted")
    make_problem(org.south, people.south_secretary, now=NOW)
    row = bulletins.draft(org.committee, Month.of(campaign.starts_on), by=people.committee, now=NOW)

    figures = {one["key"]: one for one in row.figures}
    accepted = BranchItem.objects.filter(state="accepted").count()
    assert (figures["accepted"]["value"], figures["accepted"]["of"]) == (
        accepted, BranchItem.objects.count(),
    )  # fmt: skip
    assert figures["received"]["of"] == 3  # three directly affiliated organisations
    assert figures["closed"]["of"] == 1
    assert all(one["url"] for one in row.figures)
    texts = {part["key"]: part["text"] for part in row.parts}
    assert f"审核通过{accepted}条" in texts["items"]
    assert "市档案馆直属党支部" in texts["reports"]
    client = sign_in(people.committee)
    for one in row.figures:
        assert client.get(one["url"]).status_code == 200


def test_it_is_published_once_to_those_it_goes_to_and_stays_as_it_was(row, org, people, sign_in):
    assert sign_in(people.secretary).get(row.get_absolute_url()).status_code == 404
    save(row, people, texts={"demands": "请抓紧落实。"})
    bulletins.publish(row, revision=row.revision, by=people.committee, now=NOW)

    told = Notice.objects.filter(kind="bulletin.published")
    names = set(told.values_list("recipient__username", flat=True))
    assert {"shuji", "shenhe", "shujidang", "shujinan"} <= names
    assert "gongwei" not in names
    page = sign_in(people.secretary).get(row.get_absolute_url()).content.decode()
    assert "请抓紧落实。" in page
    stored = Bulletin.objects.get()
    assert stored.seal == bulletins.seal_of(stored)
    with pytest.raises(Refused, match="已经发布"):
        save(stored, people)
    with pytest.raises(Refused, match="已经发布"):
        bulletins.publish(stored, revision=stored.revision, by=people.committee, now=NOW)
    assert Entry.objects.filter(verb="bulletin.published").count() == 1


def test_one_for_the_direct_organisations_is_not_the_branches(row, org, people, sign_in):
    save(row, people, audience="direct")
    bulletins.publish(row, revision=row.revision, by=people.committee, now=NOW)

    for person, status in (
        (people.reviewer, 200), (people.archive_secretary, 200), (people.department, 200),
        (people.secretary, 404), (people.general_reviewer, 404),
    ):  # fmt: skip
        assert sign_in(person).get(row.get_absolute_url()).status_code == status


def test_only_the_committee_writes_and_the_slower_of_two_is_told(row, org, people, campaign):
    with pytest.raises(PermissionDenied):
        bulletins.draft(org.committee, Month.of(TODAY), by=people.leader, now=NOW)
    with pytest.raises(Refused, match="还有一期草稿"):
        bulletins.draft(org.committee, Month.of(campaign.starts_on), by=people.committee, now=NOW)
    mine = Bulletin.objects.get()
    save(row, people)
    with pytest.raises(Conflict):
        save(mine, people)


def test_a_practice_that_was_chosen_is_printed_and_adopted(row, org, people):
    report = make.report_of(org.north, row.month)
    practice = GoodPractice.objects.create(
        report=report, organization=org.north, text="主题党日与业务攻关结合。", state="committee",
        recommended_by=people.reviewer, recommended_at=NOW,
    )  # fmt: skip
    save(row, people, chosen=[practice.pk])
    assert "主题党日与业务攻关结合" in str(row.parts)

    bulletins.publish(row, revision=row.revision, by=people.committee, now=NOW)

    practice.refresh_from_db()
    assert (practice.state, practice.bulletin) == ("adopted", str(row))


@pytest.mark.parametrize("form", ["docx"])
def test_it_is_taken_away_as_a_draft_and_as_what_was_published(row, people, form):
    assert bulletins.give_out(row, form, by=people.committee, now=NOW).startswith(b"PK")
    bulletins.publish(row, revision=row.revision, by=people.committee, now=NOW)
    assert bulletins.give_out(row, form, by=people.committee, now=NOW).startswith(b"PK")


# --- 述职评议 ---------------------------------------------------------------------------------------

SAID = {
    "done": "对照八项任务逐项落实，制度长期坚持。",
    "problems": "个别党员参加活动不够主动。",
    "next": "继续抓好学习教育和作用发挥。",
}


def hand_in(org, campaign, by):
    return duty.submit(org.north, campaign, SAID, revision=1, by=by, now=NOW)


def test_a_summary_is_handed_in_with_the_facts_of_the_day_and_commented_on_above(
    campaign, org, people
):
    row = hand_in(org, campaign, people.secretary)
    facts = row.facts
    BranchItem.objects.filter(branch=org.north).update(state="accepted")

    duty.comment(
        row, "措施具体，望坚持。", back=False, revision=row.revision, by=people.reviewer, now=NOW
    )

    stored = DutyReport.objects.get()
    assert (stored.state, stored.facts) == ("reviewed", facts)
    assert stored.facts[0]["value"] == 0
    assert duty.facts_of(org.north, campaign, now=NOW)[0]["value"] > 0
    assert Notice.objects.filter(kind="duty.reviewed", recipient=people.secretary).exists()
    assert duty.give_out(stored, "docx", by=people.reviewer, now=NOW).startswith(b"PK")


def test_nobody_writes_for_another_or_comments_on_his_own(campaign, org, people):
    with pytest.raises(PermissionDenied):
        hand_in(org, campaign, people.reviewer)
    with pytest.raises(Refused, match="写具体一些"):
        duty.submit(
            org.north, campaign, {**SAID, "next": "继续"}, revision=1, by=people.clerk, now=NOW
        )
    row = hand_in(org, campaign, people.secretary)
    for person in (people.secretary, people.leader, people.south_reviewer):
        with pytest.raises(PermissionDenied):
            duty.comment(row, "写得很好。", back=False, revision=row.revision, by=person, now=NOW)
    duty.comment(
        row, "请补充数据。", back=True, revision=row.revision, by=people.committee, now=NOW
    )
    assert row.state == "draft"


def test_its_words_are_the_organisations_until_they_are_handed_in(campaign, org, people, sign_in):
    duty.save(org.north, campaign, SAID, revision=1, by=people.secretary, now=NOW)
    address = f"/scores/duty/?org={org.north.pk}"

    assert SAID["done"] in sign_in(people.clerk).get(address).content.decode()
    above = sign_in(people.reviewer).get(address).content.decode()
    assert SAID["done"] not in above
    assert "还没有提交述职报告" in above


# --- For other systems ------------------------------------------------------------------------------


def test_a_program_drafts_edits_and_publishes_a_bulletin(campaign, org, people, sign_in):
    client, month = sign_in(people.committee), f"{campaign.starts_on:%Y-%m}"
    made = post(client, "bulletins/", organization=org.committee.pk, month=month)
    path = f"bulletins/{made.json()['id']}/"
    before = sign_in(people.secretary).get("/api/v1/bulletins/").json()["count"]
    client = sign_in(people.committee)

    unknown = on_version(client, path, method="patch", texts={"nothing": "无"})
    words = {"reports": "本月报送及时。"}
    edited = on_version(client, path, method="patch", audience="all", texts=words)
    published = on_version(client, path, "publish/")
    late = on_version(client, path, "redraft/")

    assert (made.status_code, unknown.status_code, edited.status_code) == (201, 400, 200)
    parts = {part["key"]: part["text"] for part in edited.json()["parts"]}
    assert parts["reports"] == "本月报送及时。"
    assert (published.json()["state"], late.status_code) == ("published", 409)
    after = sign_in(people.secretary).get("/api/v1/bulletins/").json()["count"]
    assert (before, after) == (0, 1)


def test_a_program_writes_hands_in_and_comments_on_a_years_summary(campaign, org, people, sign_in):
    client, words = sign_in(people.secretary), "对照八项任务逐项落实，长期坚持。"
    made = post(client, "duty-reports/", organization=org.north.pk, done=words, problems=words)
    path = f"duty-reports/{made.json()['id']}/"
    unseen = sign_in(people.reviewer).get(f"/api/v1/{path}").json()["texts"]
    client = sign_in(people.secretary)

    early = on_version(client, path, "submit/")
    handed_in = on_version(client, path, "submit/", next=words)
    told = on_version(sign_in(people.reviewer), path, "comment/", text="工作扎实，继续抓好落实。")

    assert (made.status_code, early.status_code, unseen) == (201, 409, {})
    assert handed_in.json()["texts"] == dict.fromkeys(("done", "problems", "next"), words)
    assert (told.json()["state"], told.json()["comment"]) == (
        "reviewed",
        "工作扎实，继续抓好落实。",
    )
