"""经验做法 on its way from a report to a bulletin."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from branchyear.audit.models import Entry
from branchyear.lib.errors import Refused
from branchyear.notifications.models import Notice
from members.tests.test_api import on_version, post
from reports.models import GoodPractice
from reports.services import practices
from reports.tests import make
from reports.tests.make import WORDS, at

DAY = at("2022-04-20 09:00")
TOLD = {**WORDS, "experience": "主题党日与业务工作结合，党员带头认领难题。"}


@pytest.fixture
def report(org, people, campaign):
    return make.hand_in(make.report_of(org.north), by=people.secretary, now=DAY, texts=TOLD)


def heard(person):
    return list(
        Notice.objects.filter(recipient=person, kind__startswith="practice.")
        .order_by("pk")
        .values_list("kind", flat=True)
    )


def test_a_practice_goes_up_step_by_step_and_its_author_hears_of_each(report, people):
    practice = practices.recommend(report, by=people.reviewer, now=DAY)
    practices.take_up(practice, by=people.committee, now=DAY)
    practices.adopt(practice, bulletin=" 党建简报2022年第6期 ", by=people.committee, now=DAY)

    practice.refresh_from_db()
    assert (practice.state, practice.bulletin) == ("adopted", "党建简报2022年第6期")
    assert practice.text == TOLD["experience"]
    steps = ["practice.recommended", "practice.taken_up", "practice.adopted"]
    assert heard(people.secretary) == steps
    assert (
        list(
            Entry.objects.filter(verb__startswith="practice.")
            .order_by("pk")
            .values_list("verb", flat=True)
        )
        == steps
    )
    assert "党建简报2022年第6期" in Notice.objects.filter(kind="practice.adopted")[0].text


def test_what_is_not_taken_says_why(report, people):
    practice = practices.recommend(report, by=people.reviewer, now=DAY)

    with pytest.raises(Refused, match="原因") as caught:
        practices.decline(practice, answer=" ", by=people.committee, now=DAY)
    practices.decline(practice, answer="做法还不够具体。", by=people.committee, now=DAY)
    with pytest.raises(Refused, match="刚刚已由他人办理"):
        practices.take_up(practice, by=people.committee, now=DAY)

    assert caught.value.field == "answer"
    assert heard(people.secretary) == ["practice.recommended", "practice.declined"]
    assert (
        "做法还不够具体。"
        in Notice.objects.get(kind="practice.declined", recipient=people.secretary).text
    )


def test_a_report_is_recommended_once_and_only_by_whom_it_went_to(org, report, people):
    for person in (people.secretary, people.committee, people.south_reviewer):
        with pytest.raises(PermissionDenied):
            practices.recommend(report, by=person, now=DAY)
    practices.recommend(report, by=people.reviewer, now=DAY)

    with pytest.raises(Refused, match="已经推荐过"):
        practices.recommend(report, by=people.reviewer, now=DAY)

    assert GoodPractice.objects.count() == 1


def test_what_tells_of_nothing_is_not_recommended(org, people, campaign):
    plain = make.hand_in(make.report_of(org.north), by=people.secretary, now=DAY)

    with pytest.raises(Refused, match="没有写经验做法"):
        practices.recommend(plain, by=people.reviewer, now=DAY)


def test_it_is_recommended_and_decided_on_the_pages(report, people, sign_in, time_machine):
    time_machine.move_to(DAY, tick=False)
    client = sign_in(people.reviewer)
    asked = client.get(report.get_absolute_url()).content.decode()
    client.post(reverse("reports:recommend_practice", args=[report.pk]))
    practice = GoodPractice.objects.get()
    client = sign_in(people.committee)
    address = reverse("reports:decide_practice", args=[practice.pk])

    client.post(address, {"decision": "take_up"})
    wrong = client.post(address, {"decision": "adopt", "bulletin": ""})
    done = client.post(address, {"decision": "adopt", "bulletin": "党建简报2022年第6期"})

    assert "这份月报写了经验做法。" in asked
    assert (wrong.status_code, done.status_code) == (422, 302)
    assert "请写明哪一期简报" in wrong.content.decode()
    page = sign_in(people.secretary).get(practice.get_absolute_url()).content.decode()
    assert TOLD["experience"] in client.get(reverse("reports:practices")).content.decode()
    assert (
        "党建简报2022年第6期"
        in sign_in(people.secretary).get(reverse("reports:practices")).content.decode()
    )
    assert '<form class="stack stack--tight"' not in page


def test_a_program_recommends_and_declines_with_the_reason(report, people, sign_in):
    made = post(sign_in(people.reviewer), "practices/", report=report.pk)
    path = f"practices/{made.json()['id']}/"
    answer = on_version(sign_in(people.committee), path, "decline/", answer="做法还不够具体。")

    assert (made.status_code, made.json()["text"]) == (201, TOLD["experience"])
    assert answer.json()["state"] == "declined"
    assert heard(people.secretary) == ["practice.recommended", "practice.declined"]
