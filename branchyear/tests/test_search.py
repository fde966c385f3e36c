"""Search finds what is in sight, and nothing else."""

import pytest

from members.services.roster import add_members
from tasks.models import BranchItem
from tasks.services.campaign import open_campaign
from tasks.template import read


@pytest.fixture
def city(org, people):
    open_campaign(read("campaign_2022"), year=2026, by=None)
    add_members(
        [
            {"name": "张三", "organization": org.north},
            {"name": "张三丰", "organization": org.south},
        ],
        by=None,
    )
    return org


def text(client, words):
    return client.get("/search/", {"q": words}).content.decode()


def test_it_finds_organisations_members_and_items(city, people, sign_in):
    client = sign_in(people.secretary)

    assert "北一支部" in text(client, "北一")
    assert "张三" in text(client, "zhangsan")
    assert "T1-01" in text(client, "t1-01")


def test_a_foreign_branch_is_not_found(city, people, sign_in):
    client = sign_in(people.secretary)

    assert "没有找到" in text(client, "南一")
    assert "张三丰" not in text(client, "张三")


def test_those_above_find_each_item_once_with_its_list_of_answers(city, people, sign_in):
    found = text(sign_in(people.committee), "t1-01")

    assert found.count("T1-01 ") == 1
    assert 'href="/overview/items/?item=T1-01"' in found


@pytest.mark.parametrize("who", ["admin", "security", "auditor", "nobody"])
def test_who_sees_nothing_finds_nothing(who, city, people, sign_in):
    client = sign_in(getattr(people, who))

    for words in ("北一", "zhangsan", "t1-01"):
        assert "没有找到" in text(client, words)


def test_one_character_is_too_short(city, people, sign_in):
    assert "至少 2 个字" in text(sign_in(people.secretary), "北")


@pytest.mark.parametrize("words", ["%", "'; --", "<script>", "\\x00北一", "x" * 500])
def test_odd_words_are_harmless(words, city, people, sign_in):
    assert "<script>alert" not in text(sign_in(people.secretary), words)


def test_it_asks_the_same_number_of_questions_however_much_is_found(
    city, people, sign_in, django_assert_num_queries
):
    client = sign_in(people.committee)
    BranchItem.objects.exclude(branch=city.north).delete()
    client.get("/search/?q=支部")

    with django_assert_num_queries(7):
        client.get("/search/?q=支部")
    add_members([{"name": f"支部员{n}", "organization": city.north} for n in range(30)], by=None)
    with django_assert_num_queries(7):
        client.get("/search/?q=支部")
