"""The committee freezes the scores, a branch appeals, the committee answers: in a real browser."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from branchyear.lib.dates import local_day
from tasks.models import BranchItem, Campaign, Score
from tasks.scoring import frozen
from tasks.services import scores
from tasks.tests.make import make_running_campaign


@pytest.fixture
def round_(transactional_db, org, people):
    """A month that is over: of the north branch's items due one in three is not accepted."""
    today = local_day()
    campaign = make_running_campaign()
    span = {"starts_on": today - timedelta(days=30), "ends_on": today + timedelta(days=30)}
    Campaign.objects.filter(pk=campaign.pk).update(**span)
    campaign.refresh_from_db()
    due = today - timedelta(days=3)
    BranchItem.objects.update(
        opens_on=span["starts_on"], due_on=due, state="accepted", on_time=True
    )
    rest = list(BranchItem.objects.filter(branch=org.north).values_list("pk", flat=True))[::3]
    BranchItem.objects.filter(pk__in=rest).update(state="returned")
    return scores.open_round(
        campaign, name="上月", starts_on=span["starts_on"], ends_on=today - timedelta(days=1),
        self_until=today, by=people.committee, now=timezone.now(),
    )  # fmt: skip


@pytest.mark.usefixtures("round_")
def test_scores_are_frozen_appealed_and_answered(enter, people, org):
    committee = enter(people.committee)
    committee.get_by_role("link", name="考核评分", exact=True).click()
    committee.get_by_role("button", name="定格", exact=True).click()
    committee.get_by_role("button", name="确定", exact=True).click()
    expect(committee.locator("main")).to_contain_text("申诉截止")
    before = Score.objects.get(organization=org.north)

    branch = enter(people.secretary)
    branch.get_by_role("link", name="考核评分", exact=True).click()
    branch.get_by_role("link", name="上月考核").click()
    branch.locator("#appeal summary").click()
    branch.get_by_label("评分项").select_option(index=1)
    branch.get_by_label("申诉理由").fill("该条目已于上月审核通过，请核对后复核。")
    branch.get_by_role("button", name="提交申诉").click()
    expect(branch.locator("main")).to_contain_text("待复核")

    committee.goto(branch.url.split("#")[0])
    committee.get_by_label("调整分").fill("0.5")
    committee.get_by_label("复核意见").fill("经核对情况属实，予以调整。")
    committee.get_by_role("button", name="予以调整").click()
    expect(committee.locator("main")).to_contain_text("已复核")

    branch.reload()
    expect(branch.locator("main")).to_contain_text("经核对情况属实")
    after = Score.objects.select_related("round__rubric", "organization").get(pk=before.pk)
    assert after.frozen_total == before.frozen_total
    assert after.total == frozen.recomputed(after).total.total > before.total
