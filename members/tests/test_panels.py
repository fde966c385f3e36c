"""A branch at a glance, on its page."""

import pytest

from branches.models import Kind
from branches.services import organizations
from conftest import FOUNDED
from members.models import PostHeld
from members.tests.make import make_member
from members.tests.test_member_pages import live


def page(client, organization):
    answer = client.get(organization.get_absolute_url())
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_branch_shows_people_groups_committee_meetings_and_dues(org, people, sign_in):
    group = organizations.establish(
        parent=org.north, kind=Kind.GROUP, code="g", name="一组", on=FOUNDED, by=None
    )
    leader = make_member(org.north, "李组长", group=group)
    secretary = make_member(org.north, "王书记")
    PostHeld.objects.create(
        member=leader, organization=group, post="group_leader", starts_on=FOUNDED
    )
    PostHeld.objects.create(
        member=secretary, organization=org.north, post="secretary", starts_on=FOUNDED
    )
    live(secretary)

    shown = page(sign_in(people.reviewer), org.north)

    for words in ("李组长", "王书记", "学习0", "未编入党小组", "1月账", "名册要素"):
        assert words in shown
    assert f"/members/?org={org.north.pk}&amp;group={group.pk}" in shown


def test_nothing_of_it_is_shown_above_a_branch(org, people, sign_in):
    make_member(org.north, "张三")

    assert "最近的组织生活" not in page(sign_in(people.reviewer), org.north_office)


def test_a_sister_s_people_and_meetings_are_not_shown(org, people, sign_in):
    live(make_member(org.north_two, "姊妹党员"))

    shown = page(sign_in(people.secretary), org.north)

    assert "姊妹党员" not in shown
    assert "学习0" not in shown


@pytest.mark.parametrize("count", [1, 4])
def test_the_page_asks_the_same_number_of_questions(
    count, org, people, sign_in, django_assert_num_queries
):
    live(make_member(org.north, "张三"), n=count)
    client = sign_in(people.secretary)
    page(client, org.north)

    with django_assert_num_queries(22):
        page(client, org.north)
