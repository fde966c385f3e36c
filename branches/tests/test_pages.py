"""The pages about organisations."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from branches.models import Kind
from branches.roles import Role
from branches.services import organizations
from branches.tree import tree_nodes
from conftest import make_office
from members.tests.make import make_member

TODAY = date(2026, 4, 1)


def text(answer):
    return answer.content.decode()


def count_queries(client, url):
    client.get(url)  # the first request of a session writes it
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def found(parent, code, kind=Kind.BRANCH):
    return organizations.establish(
        parent=parent, kind=kind, code=code, name=f"新{code}", on=TODAY, by=None
    )


def test_the_committee_begins_with_its_direct_organizations_in_official_order(org, people, sign_in):
    page = text(sign_in(people.committee).get(reverse("branches:tree")))

    table = page[page.index("<tbody>") :]
    names = ["市北区局机关党委", "市南区局机关党委", "市档案馆直属党支部"]
    places = [table.index(name) for name in names]
    assert places == sorted(places)


def test_a_row_shows_secretary_branches_and_members_with_those_below(org, people, sign_in):
    make_member(org.north)
    make_member(org.north_four, "预备", category="probationary", formal_on=None)

    page = text(sign_in(people.committee).get(reverse("branches:tree")))
    row = page[page.index("市北区局机关党委</a></th>") :].split("</tr>")[0]

    numbers = [cell.split(">")[1].split("<")[0] for cell in row.split('<td class="table__num"')[1:]]
    assert numbers == ["3", "2", "1"]


def test_a_reviewers_tree_holds_no_foreign_branch(org, people, sign_in):
    page = text(sign_in(people.reviewer).get(reverse("branches:tree")))

    assert "北四支部" in page
    assert "南一支部" not in page
    assert "市档案馆" not in page


def test_a_search_finds_by_name_and_code_in_sight_only(org, people, sign_in):
    client = sign_in(people.reviewer)
    by_code = text(client.get(reverse("branches:tree"), {"q": "01-03-01"}))
    foreign = text(client.get(reverse("branches:tree"), {"q": "南一"}))

    assert "北四支部</a></th>" in by_code.replace("\n", "")
    assert "北三总支" in by_code
    assert "没有找到符合条件的党组织" in foreign


def test_closed_organizations_are_found_when_asked_for(org, people, sign_in):
    organizations.close(org.north_two, on=TODAY, by=None)
    client = sign_in(people.committee)

    now = text(client.get(reverse("branches:tree"), {"q": "北二"}))
    past = text(client.get(reverse("branches:tree"), {"q": "北二", "state": "all"}))

    assert "没有找到" in now
    assert "已撤销" in past


@pytest.mark.parametrize("query", ["kind=nonsense", "state=x&page=-1", "page=abc&q=%00"])
def test_a_nonsense_question_is_no_failure(query, org, people, sign_in):
    answer = sign_in(people.committee).get(f"{reverse('branches:tree')}?{query}")

    assert answer.status_code == 200


def test_a_person_of_two_branches_chooses(org, people, sign_in):
    make_office(people.secretary, Role.SECRETARY, org.archive)

    page = text(sign_in(people.secretary).get(reverse("branches:tree")))

    assert "北一支部" in page
    assert "市档案馆直属党支部" in page


def test_the_page_of_a_branch_tells_facts_offices_groups_and_history(org, people, sign_in):
    group = found(org.north, "g", Kind.GROUP)
    make_member(org.north, group=group)
    organizations.rename(org.north, name="北区第一支部", on=TODAY, document_no="8号", by=None)

    page = text(sign_in(people.secretary).get(org.north.get_absolute_url()))

    for words in ("北区第一支部", "赵书记", "第三方检查人员", "新g", "1名"):
        assert words in page
    assert "由“北一支部”更名为“北区第一支部”；文号：8号" in page


def test_the_page_of_a_branch_holds_nothing_of_its_sister(org, people, sign_in):
    page = text(sign_in(people.secretary).get(org.north.get_absolute_url()))

    assert "北二支部" not in page
    assert "孙书记" not in page
    assert "市直机关工委" not in page


def test_every_event_reads_as_a_sentence(org):
    organizations.change(org.north, place="三楼", on=TODAY, by=None)
    organizations.split(org.north, code="x", name="北一乙支部", on=TODAY, by=None)
    organizations.move(org.north, to=org.north_general, on=TODAY, by=None)
    organizations.merge(org.north, into=org.north_two, on=TODAY, document_no="9号", by=None)

    assert [event.sentence for event in org.north.events.order_by("id")] == [
        "成立时名称为“北一支部”",
        "活动场所：(空) → 三楼",
        "分设“北一乙支部”",
        "由“市北区局机关党委”调整至“北三总支”",
        "并入“北二支部”；文号：9号",
        "文号：9号",
    ]
    assert org.north_two.events.first().sentence == "“北一支部”并入；文号：9号"


def test_queries_do_not_grow_with_the_number_of_organizations(org, people, sign_in):
    client = sign_in(people.committee)
    urls = [
        reverse("branches:tree"),
        reverse("branches:tree") + "?q=支部",
        org.committee.get_absolute_url(),
        org.north_office.get_absolute_url(),
    ]
    few = [count_queries(client, url) for url in urls]
    for number in range(3):
        office = found(org.committee, f"9{number}", Kind.PRIMARY_COMMITTEE)
        make_member(found(office, f"9{number}-1"), f"甲{number}")
        make_member(found(org.north_office, f"8{number}"), f"乙{number}")

    assert [count_queries(client, url) for url in urls] == few


def test_the_tree_of_a_person_starts_at_depth_one_and_marks_the_chosen(org, people):
    nodes = tree_nodes(people.reviewer, active=org.north_four)

    assert [(n["name"], n["depth"]) for n in nodes] == [
        ("市北区局机关党委", 1),
        ("北一支部", 2),
        ("北二支部", 2),
        ("北三总支", 2),
        ("北四支部", 3),
    ]
    assert [n["name"] for n in nodes if n["has_children"]] == ["市北区局机关党委", "北三总支"]
    assert [n["name"] for n in nodes if n["active"]] == ["北四支部"]
    assert [n["name"] for n in nodes if n["open"]] == ["市北区局机关党委", "北三总支", "北四支部"]


def test_a_tree_may_end_at_the_branches(org, people):
    found(org.north, "g", Kind.GROUP)

    nodes = tree_nodes(people.secretary, groups=False)

    assert [(n["name"], n["has_children"]) for n in nodes] == [("北一支部", False)]


def test_a_large_tree_shows_only_what_is_near(org, people, monkeypatch):
    monkeypatch.setattr("branches.tree.WHOLE_UP_TO", 5)

    names = [n["name"] for n in tree_nodes(people.department, active=org.north_general)]

    assert names == [
        "市委组织部",
        "市直机关工委",
        "市北区局机关党委",
        "北一支部",
        "北二支部",
        "北三总支",
        "北四支部",
        "市南区局机关党委",
        "市档案馆直属党支部",
    ]
