"""The pages of 问题整改: who sees what, one click from 支部体检, typed text kept, no page grows its questions."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from branchyear.lib.dates import local_day
from members.tests.make import make_member
from tasks.models import Disposal, Finding, Problem
from tasks.services import findings, problems
from tasks.tests.make import (
    make_handed_in,
    make_pdf,
    make_planned,
    make_problem,
    make_running_campaign,
)

TODAY = local_day()
NOW = timezone.now


@pytest.fixture
def campaign(org):
    return make_running_campaign()


@pytest.fixture
def problem(campaign, org, people):
    return make_problem(org.north, people.secretary, now=NOW())


@pytest.fixture
def finding(campaign, org):
    for name in ("甲", "乙"):
        make_member(org.north, name)
    findings.evaluate(day=TODAY, organization=org.north, numbers=["R01"])
    return Finding.objects.open().get(organization=org.north, rule__number="R01")


def text(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_one_click_on_the_check_up_lists_a_finding_and_the_second_leads_to_it(
    finding, people, sign_in
):
    client = sign_in(people.secretary)
    assert "列入问题清单" in text(client, "/checkup/")

    first = client.post(f"/checkup/findings/{finding.pk}/list/")
    again = client.post(f"/checkup/findings/{finding.pk}/list/")

    problem = Problem.objects.get()
    assert first.url == again.url == f"/problems/{problem.pk}/"
    assert "已列入问题清单（第1号，待整改）" in text(client, "/checkup/")
    assert "仍不符合" in text(client, first.url)


def test_a_branch_sees_its_own_problems_and_those_above_see_theirs_in_official_order(
    problem, org, people, sign_in
):
    make_problem(org.south, people.south_secretary, "南边没有活动室", now=NOW())
    make_problem(org.north_two, people.second_secretary, "北二制度不全", now=NOW())

    own = text(sign_in(people.secretary), "/problems/")
    above = text(sign_in(people.committee), "/problems/")

    assert "入党誓词" in own
    assert "南边没有活动室" not in own
    assert above.index("入党誓词") < above.index("北二制度不全") < above.index("南边没有活动室")


def test_tabs_and_filters_choose_and_count(problem, org, people, sign_in):
    late = make_problem(org.north, people.secretary, "制度没有上墙", now=NOW())
    make_planned(late, people.secretary, now=NOW())
    Problem.objects.filter(pk=late.pk).update(due_on=TODAY - timedelta(days=3))
    client = sign_in(people.secretary)

    assert "■ 逾期 1 个" in text(client, "/problems/")
    assert "逾期3天" in text(client, "/problems/?state=fixing")
    assert "入党誓词" not in text(client, "/problems/?state=fixing")
    assert "入党誓词" not in text(client, "/problems/?overdue=1")
    assert "没有符合条件" in text(client, "/problems/?origin=inspection")
    assert "入党誓词" in text(client, "/problems/?state=nonsense&task=T99&origin=x")


def test_a_plan_refused_keeps_what_was_typed(problem, people, sign_in):
    answer = sign_in(people.secretary).post(
        f"/problems/{problem.pk}/plan/",
        {"cause": "很久没有布置", "measure": "改", "responsible": "赵", "due_on": "2020-01-01"},
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "很久没有布置" in page
    assert "请写具体一些" in page


def test_the_slower_of_two_keepers_is_told_and_keeps_his_text(problem, people, sign_in):
    seen = problem.revision
    make_planned(problem, people.clerk, now=NOW())

    answer = sign_in(people.secretary).post(
        f"/problems/{problem.pk}/plan/",
        {
            "revision": seen,
            "cause": "我写的原因在这里",
            "measure": "我写的措施在这里",
            "responsible": "赵书记",
            "due_on": (TODAY + timedelta(days=5)).isoformat(),
        },
    )

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "钱干事" in page
    assert "我写的措施在这里" in page
    assert Problem.objects.get().cause != "我写的原因在这里"


def test_a_file_is_uploaded_without_losing_the_result_and_handed_in_with_it(
    problem, people, sign_in
):
    make_planned(problem, people.secretary, now=NOW())
    client = sign_in(people.secretary)

    uploaded = client.post(
        f"/problems/{problem.pk}/evidence/", {"result": "已经悬挂到位", "files": [make_pdf()]}
    )
    handed_in = client.post(f"/problems/{problem.pk}/hand-in/", {"result": "已经悬挂到位，见照片"})

    assert "批复.pdf" in uploaded.content.decode()
    assert "已经悬挂到位" in uploaded.content.decode()
    assert handed_in.status_code == 302
    assert Problem.objects.get().state == "verify"


def test_a_bad_file_is_refused_beside_the_box(problem, people, sign_in):
    make_planned(problem, people.secretary, now=NOW())
    bad = make_pdf("程序.exe")

    answer = sign_in(people.secretary).post(
        f"/problems/{problem.pk}/hand-in/", {"result": "已经悬挂到位", "files": [bad]}
    )

    assert answer.status_code == 422
    assert "不支持" in answer.content.decode()
    assert Problem.objects.get().state == "fixing"


def test_a_reviewer_closes_from_the_page(problem, people, sign_in):
    make_handed_in(problem, people.secretary, now=NOW())
    client = sign_in(people.reviewer)
    assert "验收通过，销号" in text(client, f"/problems/{problem.pk}/")

    client.post(
        f"/problems/{problem.pk}/verify/", {"decision": "close", "revision": problem.revision}
    )

    page = text(client, f"/problems/{problem.pk}/")
    assert "已销号" in page
    assert "重新整改" in page


def test_the_three_lists_say_what_why_and_who(problem, people, sign_in):
    make_planned(problem, people.secretary, now=NOW())
    client = sign_in(people.secretary)

    assert "平时检查督促不够" in text(client, "/problems/lists/")
    assert "本月内制作并悬挂到位" in text(client, "/problems/lists/?list=correction")
    assert "分管领导" in text(client, "/problems/lists/?list=responsibility")


def test_a_problem_written_by_hand_without_words_is_refused(campaign, people, sign_in):
    answer = sign_in(people.secretary).post("/problems/new/", {"found_on": TODAY.isoformat()})

    assert answer.status_code == 422
    assert not Problem.objects.exists()


def test_the_home_page_leads_to_what_is_to_be_done(problem, people, sign_in):
    other = make_problem(problem.organization, people.secretary, "缺少制度", now=NOW())
    make_handed_in(other, people.secretary, now=NOW())

    assert "整改：会议室没有悬挂入党誓词" in text(sign_in(people.secretary), "/")
    assert "验收1个问题" in text(sign_in(people.reviewer), "/")


def test_the_working_committee_is_asked_only_for_what_no_level_below_closes(
    problem, org, people, sign_in
):
    make_handed_in(problem, people.secretary, now=NOW())
    direct = make_problem(org.archive, people.archive_secretary, "档案室没有宣传栏", now=NOW())
    make_handed_in(direct, people.archive_secretary, now=NOW())
    client = sign_in(people.committee)

    assert "验收1个问题" in text(client, "/")
    listed = text(client, f"/problems/?org={org.committee.pk}&state=verify&own=1")
    assert "档案室没有宣传栏" in listed
    assert "入党誓词" not in listed


@pytest.mark.parametrize("count", [1, 6])
def test_the_list_asks_the_same_number_of_questions(
    count, campaign, org, people, sign_in, django_assert_max_num_queries
):
    for number in range(count):
        one = make_problem(org.north, people.secretary, f"问题{number}", now=NOW())
        make_planned(one, people.secretary, now=NOW())
    client = sign_in(people.committee)
    client.get("/problems/")

    with django_assert_max_num_queries(16):
        client.get("/problems/")


@pytest.mark.parametrize("count", [1, 4])
def test_one_problem_asks_the_same_number_of_questions(
    count, problem, people, sign_in, django_assert_max_num_queries
):
    make_planned(problem, people.secretary, now=NOW())
    for number in range(count):
        problems.add_evidence(
            problem, make_pdf(f"{number}.pdf", str(number)), by=people.secretary, now=NOW()
        )
    client = sign_in(people.secretary)
    client.get(f"/problems/{problem.pk}/")

    with django_assert_max_num_queries(20):
        client.get(f"/problems/{problem.pk}/")


def test_a_disposal_is_registered_and_reviewed_and_answers_the_rule(campaign, org, people, sign_in):
    member = make_member(org.north, "某某")
    client = sign_in(people.secretary)
    facts = {"member": member.pk, "kind": "correction", "decided_on": "2026-03-01"}

    without = client.post("/disposals/new/", facts)
    too_long = client.post("/disposals/new/", facts | {"until": "2027-03-02"})
    client.post("/disposals/new/", facts | {"until": "2026-09-01", "document_no": "1号"})
    disposal = Disposal.objects.get()
    client.post(
        f"/disposals/{disposal.pk}/review/",
        {"reviewed_on": "2026-09-02", "result": "认识到位，已改正"},
    )

    assert (without.status_code, too_long.status_code) == (422, 422)
    assert "请填写改正期限" in without.content.decode()
    assert "最长1年" in too_long.content.decode()
    disposal.refresh_from_db()
    assert (disposal.until, disposal.reviewed_on) == (date(2026, 9, 1), date(2026, 9, 2))
    assert "已改正" in text(client, "/disposals/")
    assert "某某" not in text(sign_in(people.south_secretary), "/disposals/")
