"""The roster page and its API."""

from datetime import date

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


@pytest.mark.parametrize(
    ("name", "word"),
    [
        *(("张三", word) for word in ("张", "zhangsan", "zs", "zhang")),
        *(("曾卫东", word) for word in ("zengweidong", "zwd", "zeng", "cwd")),
    ],
)
def test_a_name_is_found_by_characters_and_by_sound(name, word, org, people, sign_in):
    add(org.north, name, "李四")

    page = text(sign_in(people.secretary), f"/members/?q={word}")

    assert name in page
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

    with django_assert_num_queries(12):
        client.get("/members/")


@pytest.mark.parametrize("count", [1, 30])
def test_the_api_asks_the_same_number_of_questions(
    count, org, people, sign_in, django_assert_num_queries
):
    add(org.north, *[f"党员{n}" for n in range(count)])
    client = sign_in(people.reviewer)

    with django_assert_num_queries(4):
        assert client.get("/api/v1/members/").json()["count"] == count


def test_an_unusable_filter_is_left_out(org, people, sign_in):
    add(org.north, "张三")

    assert "张三" in text(sign_in(people.secretary), "/members/?category=nonsense&group=77&page=x")


def test_missing_facts_are_chips_that_filter(org, people, sign_in):
    add(org.north, "缺电话", ethnicity="汉族")
    add(org.north, "有电话", phone="10000000001")
    client = sign_in(people.secretary)

    page = text(client, "/members/")
    filtered = text(client, "/members/?lacking=phone")

    assert "要素完整 2/26项，缺 24 项" in page
    assert "缺联系电话 <b>1</b>" in page
    assert "缺电话" in filtered
    assert "有电话" not in filtered


def test_completeness_is_listed_branch_by_branch(org, people, sign_in):
    add(org.north, "张三")
    add(org.north_two, "李四")
    add(org.south, "王五")

    page = text(sign_in(people.reviewer), "/members/completeness/")

    assert "2 个党支部中有 2 个不完整" in page
    assert org.south.name not in page


@pytest.mark.parametrize("count", [1, 4])
def test_completeness_asks_the_same_number_of_questions(
    count, org, people, sign_in, django_assert_num_queries
):
    for branch in [org.north, org.north_two, org.north_four, org.south][:count]:
        add(branch, "张三")
    client = sign_in(people.committee)
    client.get("/members/completeness/")

    with django_assert_num_queries(12):
        client.get("/members/completeness/")


@pytest.mark.parametrize(
    ("sort", "first"), [("name", "阿一"), ("admitted", "张三"), ("missing", "李四"), ("x", "书记")]
)
def test_the_roster_is_sorted_as_asked(sort, first, org, people, sign_in):
    full = {"ethnicity": "汉族", "sex": "male"}
    add(org.north, "阿一", **full)
    add(org.north, "张三", **full, admitted_on=date(1990, 1, 1))
    add(org.north, "李四")
    add(org.north, "书记", **full, party_post="党支部书记")

    page = text(sign_in(people.secretary), f"/members/?sort={sort}")

    names = [name for name in ("阿一", "张三", "李四", "书记") if name in page]
    table = page[page.index("<tbody>") :]
    assert min(names, key=table.index) == first
