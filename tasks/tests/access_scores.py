"""Who gets what at the addresses of scores and 督办单; joined into ``tasks.tests.access``."""

from datetime import timedelta

from django.utils import timezone

from branchyear.lib.dates import local_day
from branchyear.tests.access import ADMINS, NORTH, PEOPLE, Row
from tasks.models import Score, ScoreLine
from tasks.services import score_appeals, scores, supervision
from tasks.tests import make

BRANCH = ("secretary", "clerk")
WATCHING = tuple(person for person in NORTH if person not in BRANCH)
SEEING = [p for p in PEOPLE if p not in (*ADMINS, "nobody")]


def furnish(world):
    """A frozen round in which the north branch appeals, and one that is being judged."""
    today, people, now = local_day(), world.people, timezone.now()
    begin, end = today - timedelta(days=30), today - timedelta(days=1)
    days = {"starts_on": begin, "ends_on": end, "self_until": today, "by": people.committee}
    world.frozen_round = scores.open_round(world.campaign, name="上月", now=now, **days)
    make.freeze(world.frozen_round, by=people.committee, now=now)
    world.open_round = scores.open_round(world.campaign, name="本月", now=now, **days)
    world.score = Score.objects.get(round=world.frozen_round, organization=world.north)
    world.open_score = Score.objects.get(round=world.open_round, organization=world.north)
    line = ScoreLine.objects.select_related("line", "score__round", "score__organization").get(
        score=world.score, line__code="T1"
    )
    world.appeal = score_appeals.appeal(
        line, "该条目已于上月审核通过，请复核。", by=people.secretary, now=now
    )
    world.supervision = supervision.issue(
        world.north, title="补报四月月报", content="四月月报至今没有收到，请抓紧报送。", basis="月报制度",
        due_on=today, by=people.committee, now=now,
    )  # fmt: skip


def the_supervision(world):
    return [world.supervision.pk]


def frozen_score(world):
    return [world.score.pk]


def open_score(world):
    return [world.open_score.pk]


def the_appeal(world):
    return [world.appeal.pk]


OTHERS = [p for p in SEEING if p != "committee"]

ROWS = {
    "tasks:scores": Row({200: SEEING}),
    "tasks:rubric": Row({200: [p for p in PEOPLE if p != "nobody"], 403: ["nobody"]}),
    "tasks:new_round": Row({200: ["committee"], 403: [p for p in PEOPLE if p != "committee"]}),
    "tasks:freeze_round": Row(
        {302: ["committee"], 403: OTHERS}, args=lambda world: [world.open_round.pk], method="post"
    ),
    # Frozen already: back to the round.
    "tasks:freezing_round": Row(
        {302: ["committee"], 403: OTHERS}, args=lambda world: [world.frozen_round.pk]
    ),
    # Its appeals may still be made.
    "tasks:finish_round": Row(
        {409: ["committee"], 403: OTHERS},
        args=lambda world: [world.frozen_round.pk],
        method="post",
    ),
    "tasks:score": Row({200: NORTH}, args=frozen_score),
    "tasks:score_facts": Row({200: NORTH}, args=frozen_score, data={"line": "T1"}),
    "tasks:judge_score": Row(
        {422: BRANCH, 403: WATCHING}, args=open_score, method="post", data={"line": "J1"}
    ),
    "tasks:check_score": Row(
        {
            422: ("reviewer", "committee"),
            403: [p for p in NORTH if p not in ("reviewer", "committee")],
        },
        args=open_score,
        method="post",
        data={"line": "J1"},
    ),
    "tasks:appeal_score": Row(
        {422: BRANCH, 403: WATCHING}, args=frozen_score, method="post", data={"line": "T2"}
    ),
    "tasks:decide_appeal": Row(
        {422: ["committee"], 403: [p for p in NORTH if p != "committee"]},
        args=the_appeal,
        method="post",
    ),
    # Without a file.
    "tasks:add_appeal_evidence": Row({422: BRANCH, 403: WATCHING}, args=the_appeal, method="post"),
    # The second is told that the first was faster.
    "tasks:withdraw_appeal": Row(
        {302: ["secretary"], 409: ["clerk"], 403: WATCHING}, args=the_appeal, method="post"
    ),
    "tasks:supervisions": Row({200: SEEING}),
    "tasks:new_supervision": Row({200: ["committee"], 403: OTHERS}),
    "tasks:supervision": Row({200: NORTH}, args=the_supervision),
    "tasks:reply_supervision": Row(
        {422: BRANCH, 403: WATCHING}, args=the_supervision, method="post"
    ),
    # Nothing has been answered yet.
    "tasks:close_supervision": Row(
        {422: ["committee"], 403: [p for p in NORTH if p != "committee"]},
        args=the_supervision,
        method="post",
    ),
    "tasks:send_back_supervision": Row(
        {422: ["committee"], 403: [p for p in NORTH if p != "committee"]},
        args=the_supervision,
        method="post",
    ),
    "tasks:withdraw_supervision": Row(
        {422: ["committee"], 403: [p for p in NORTH if p != "committee"]},
        args=the_supervision,
        method="post",
    ),
}
