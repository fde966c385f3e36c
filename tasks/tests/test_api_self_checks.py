"""Self-checks, disposals and inspection teams for other systems."""

import pytest
from django.utils import timezone

from branchyear.audit.models import Entry
from branchyear.lib.dates import add_months, local_day
from members.tests.make import make_member
from members.tests.test_api import on_version, post
from tasks.models import Disposal, SelfCheck
from tasks.tests import make_inspections
from tasks.tests.make import make_running_campaign
from tasks.tests.test_self_check import CODES


@pytest.fixture(autouse=True)
def campaign(org):
    """Its first phase is today."""
    campaign = make_running_campaign()
    type(campaign).objects.filter(pk=campaign.pk).update(starts_on=local_day(), ends_on=local_day())
    campaign.phases.update(starts_on=local_day(), ends_on=local_day())
    return campaign


def answer(*codes, result="met", reason=""):
    return [{"heading": code, "result": result, "reason": reason} for code in codes]


def test_a_self_check_is_begun_completed_signed_and_given_back(org, people, sign_in):
    mine = sign_in(people.secretary)
    made = post(mine, "self-checks/", organization=org.north.pk, answers=answer("S1"))
    path = f"self-checks/{made.json()['id']}/"

    early = on_version(mine, path, "sign/")
    on_version(mine, path, method="patch", answers=answer(*CODES[1:]))
    signed = on_version(mine, path, "sign/")
    late = on_version(mine, path, method="patch", answers=answer("S1"))
    back = on_version(sign_in(people.reviewer), path, "reopen/", reason="请对照台账重新核对")

    assert early.status_code == 409
    assert early.json()["errors"]["answers.S2"] == ["请选择自查结果。"]
    assert (made.status_code, signed.json()["is_signed"], late.status_code) == (201, True, 409)
    assert [row["heading"] for row in signed.json()["answers"]] == list(CODES)
    assert (back.json()["is_signed"], back.json()["reopen_reason"]) == (False, "请对照台账重新核对")


def test_an_unknown_heading_is_told(org, people, sign_in):
    made = post(
        sign_in(people.secretary), "self-checks/", organization=org.north.pk,
        answers=answer("S1", "S9"),
    )  # fmt: skip

    assert made.status_code == 409
    assert made.json()["errors"]["answers.S9"] == ["没有这个自查项。"]
    assert not SelfCheck.objects.exists()


def test_a_disposal_is_registered_and_looked_at_once(org, people, sign_in):
    client, member = sign_in(people.secretary), make_member(org.north, "甲")
    today = str(local_day())
    facts = {"organization": org.north.pk, "member": member.pk, "kind": "correction"}

    without = post(client, "disposals/", decided_on=today, **facts)
    made = post(
        client, "disposals/", decided_on=today, until=str(add_months(local_day(), 12)), **facts
    )
    path = f"disposals/{made.json()['id']}/"
    seen = on_version(client, path, "review/", reviewed_on=today, result="已改正")
    twice = on_version(client, path, "review/", reviewed_on=today, result="已改正")

    assert (without.status_code, list(without.json()["errors"])) == (409, ["until"])
    assert (made.status_code, seen.json()["result"], twice.status_code) == (201, "已改正", 409)
    assert Disposal.objects.get().reviewed_on == local_day()


def test_a_team_is_put_together_prolonged_and_left(org, people, sign_in):
    client, now = sign_in(people.committee), timezone.now()
    inspection = make_inspections.make_inspection(org.committee, people.committee, now=now)
    until = str(inspection.ends_on)

    made = post(
        client, "team-members/", inspection=inspection.pk, username=people.inspector.username,
        name=people.inspector.name, until=until,
    )  # fmt: skip
    path = f"team-members/{made.json()['id']}/"
    on_version(client, path, "prolong/", until=until)
    left = on_version(client, path, "leave/")

    assert (made.status_code, made.json()["name"]) == (201, people.inspector.name)
    assert left.json()["left_at"] is not None
    assert sign_in(people.secretary).get("/api/v1/team-members/").json()["count"] == 0
    assert Entry.objects.filter(verb="inspection.left").exists()
