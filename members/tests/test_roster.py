"""The roster page and its API."""

import pytest

from members.services.roster import add_members
from members.tests.make import id_number


def add(organization, *names, **facts):
    return add_members(
        [{"name": name, "organization": organization, **facts} for name in names], by=None
    )


def text(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_secretary_sees_the_own_branch(org, people, sign_in):
    add(org.north, "张三")
    add(org.south, "南李四")

    page = text(sign_in(people.secretary), "/members/")

    assert "张三" in page
    assert "南李四" not in page
    assert "在册党员 <b>1</b> 名" in page


def test_a_reviewer_sees_every_branch_below(org, people, sign_in):
    add(org.north, "张三")
    add(org.north_four, "王五")
    add(org.south, "南李四")

    page = text(sign_in(people.reviewer), "/members/")

    assert "张三" in page
    assert "王五" in page
    assert "南李四" not in page


@pytest.mark.parametrize("word", ["张", "zhangsan", "zs", "zhang"])
def test_a_name_is_found_by_characters_and_by_sound(word, org, people, sign_in):
    add(org.north, "张三", "李四")

    page = text(sign_in(people.secretary), f"/members/?q={word}")

    assert "张三" in page
    assert "李四" not in page


def test_a_foreign_branch_is_out_of_sight(org, people, sign_in):
    client = sign_in(people.secretary)

    assert client.get(f"/members/?org={org.south.pk}").status_code == 404
    assert client.get("/members/?org=abc").status_code == 404
    assert client.get("/members/?org=99999999999999999999").status_code == 404


def test_numbers_are_masked_on_the_page_and_in_the_api(org, people, sign_in):
    number = id_number(1)
    add(org.north, "张三", id_number=number, phone="10012345678")
    client = sign_in(people.secretary)

    everything = text(client, "/members/") + text(client, "/api/v1/members/")

    assert number not in everything
    assert "10012345678" not in everything
    assert f"990*************{number[-2:]}" in everything


@pytest.mark.parametrize("count", [1, 30])
def test_the_roster_asks_the_same_number_of_questions(
    count, org, people, sign_in, django_assert_num_queries
):
    add(org.north, *[f"党员{n}" for n in range(count)])
    client = sign_in(people.reviewer)
    client.get("/members/")

    with django_assert_num_queries(11):
        client.get("/members/")


@pytest.mark.parametrize("count", [1, 30])
def test_the_api_asks_the_same_number_of_questions(
    count, org, people, sign_in, django_assert_num_queries
):
    add(org.north, *[f"党员{n}" for n in range(count)])
    client = sign_in(people.reviewer)

    with django_assert_num_queries(8):
        assert client.get("/api/v1/members/").json()["count"] == count


def test_an_unusable_filter_is_left_out(org, people, sign_in):
    add(org.north, "张三")

    assert "张三" in text(sign_in(people.secretary), "/members/?category=nonsense&group=77&page=x")
