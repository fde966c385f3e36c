"""定格 as a job: asked for in the request, carried out beside it, once, however often it is delivered."""

import pytest

from branchyear.audit.models import Entry
from branchyear.lib.errors import Refused
from branchyear.outbox.models import Job
from branchyear.outbox.services import LostLease
from tasks.models import ScoreLine, ScoreRound
from tasks.scoring import frozen
from tasks.services import freezing
from tasks.tests import make
from tasks.tests.test_scores import JULY, make_round, spoil

State = ScoreRound.State


@pytest.fixture
def half(org, people, monkeypatch):
    monkeypatch.setattr(freezing, "PART", 3)  # several parts of seven organisations
    round_ = make_round(make.make_campaign(), people.committee)
    spoil(org, 3)
    return freezing.freeze(round_, by=people.committee, now=JULY)


def test_delivered_twice_a_round_is_frozen_once(half):
    freezing.carry_out(half.pk, now=JULY)
    before = list(ScoreLine.objects.order_by("pk").values())

    assert freezing.carry_out(half.pk, now=JULY) is None

    half.refresh_from_db()
    assert (half.state, half.freezing_done, half.freezing_total) == (State.FROZEN, 7, 7)
    assert list(ScoreLine.objects.order_by("pk").values()) == before
    assert Entry.objects.filter(verb="score.frozen").count() == 1


def test_a_round_that_is_gone_is_no_failure(half):
    assert freezing.carry_out(half.pk + 1, now=JULY) is None


def test_begun_again_after_a_kill_it_writes_the_same_as_in_one_go(half):
    told = []

    def taken_over():
        told.append(True)
        if len(told) == 2:
            raise LostLease

    with pytest.raises(LostLease):
        freezing.carry_out(half.pk, now=JULY, alive=taken_over)
    half.refresh_from_db()
    assert (half.state, half.freezing_done) == (State.FREEZING, 3)
    assert not half.scores.exclude(frozen_total=None).exists()  # nobody sees half a round

    freezing.carry_out(half.pk, now=JULY)

    scores = list(half.scores.select_related("organization", "round__rubric"))
    assert len(scores) == 7
    for row in scores:
        assert frozen.is_whole(row)
        assert frozen.recomputed(row).total.total == row.frozen_total


def test_it_is_asked_for_again_only_when_the_job_was_given_up(half, people):
    with pytest.raises(Refused, match="正在定格"):
        freezing.freeze(half, by=people.committee, now=JULY)
    Job.objects.filter(kind=freezing.KIND).update(status=Job.Status.DEAD)

    freezing.freeze(half, by=people.committee, now=JULY)

    assert Job.objects.filter(kind=freezing.KIND, status=Job.Status.QUEUED).count() == 1


def test_the_page_says_how_far_it_is(half, people, sign_in):
    client = sign_in(people.committee)
    address = f"/scores/rounds/{half.pk}/freezing/"

    shown = client.get(address, headers={"HX-Request": "true"}).content.decode()

    assert "正在定格" in shown
    assert "正在定格" in client.get(half.get_absolute_url()).content.decode()
    freezing.carry_out(half.pk, now=JULY)
    assert client.get(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    done = client.get(half.get_absolute_url()).content.decode()
    assert "定格完成" in done
    assert "正在定格" not in done
