"""定格: the facts of one moment are stored with the points made of them, once and for all, so that the sum can be done
again at any time.

Ten thousand organisations take longer than a person waits for a page, so asking for it queues a job. The job computes
everything, writes the lines part by part and says how far it is; totals, digest, audit and notices follow in one last
transaction, so nobody ever sees a round half frozen. Begun again after a worker was killed it begins from the start:
the lines of the attempt before are written over, and all lines are of one moment.
"""

import hashlib
from datetime import timedelta
from decimal import Decimal
from itertools import islice

from django.db import transaction

from branchyear.audit.services import build as audited
from branchyear.audit.services import record, record_many
from branchyear.lib.bulk import insert_many, update_many
from branchyear.lib.dates import in_words, local_day
from branchyear.lib.errors import Refused, require
from branchyear.outbox.models import Job
from branchyear.outbox.services import enqueue
from tasks import rules_scores as rules
from tasks.models import Score, ScoreJudgement, ScoreLine, ScoreRound
from tasks.scoring import engine, frozen
from tasks.services.scores import OF_RUNNERS, move, tell_all

State = ScoreRound.State
KIND = "scores.freeze"
PART = 500  # organisations written in one transaction
TOTALS = (
    "self_total", "checked_total", "spot_total", "frozen_total", "frozen_band", "total", "band",
    "digest",
)  # fmt: skip


@transaction.atomic
def freeze(round_, *, by, now):
    """Asked for: nobody can judge or check any more, and the job is queued. Again when a job was given up."""
    require(rules.may_run_scores(by), OF_RUNNERS)
    if local_day(now) <= round_.ends_on:
        raise Refused(f"考核期到{in_words(round_.ends_on)}止，次日起才能定格。")
    if round_.state == State.FREEZING and not is_given_up(round_):
        raise Refused("本次考核正在定格，请稍候刷新页面。")
    run = round_.freezing_run + 1
    total = _scores(round_).count()
    move(
        round_, State.FREEZING, frozen_by=by, freezing_run=run, freezing_done=0,
        freezing_total=total,
    )  # fmt: skip
    record("score.freezing", round_, by=by, organizations=total)
    enqueue(KIND, _key(round_), {"round": round_.pk}, queue="heavy")
    return round_


def is_given_up(round_):
    """Whether nothing works on it any more."""
    open_ = [Job.Status.QUEUED, Job.Status.RUNNING]
    return not Job.objects.filter(key=_key(round_), status__in=open_).exists()


def _key(round_):
    return f"{KIND}:{round_.pk}:{round_.freezing_run}"


def _scores(round_):
    return round_.scores.filter(organization__closed_on=None)


def carry_out(round_id, *, now, alive=lambda: None):
    """The job. ``alive`` is called in every transaction and raises when another worker has taken over. The round may
    be gone, or frozen already: then nothing happens. Returns the round when this call froze it."""
    round_ = (
        ScoreRound.objects.filter(pk=round_id, state=State.FREEZING)
        .select_related("campaign", "rubric", "frozen_by")
        .first()
    )
    if round_ is None:
        return None
    scores = list(_scores(round_).select_related("organization"))
    whole = hashlib.sha256()
    lines = _made(round_, scores, whole, now=now)
    done = 0
    while part := list(islice(lines, PART)):
        with transaction.atomic():
            alive()
            ScoreLine.objects.filter(score__in=[score for score, _ in part]).delete()
            insert_many(ScoreLine, (line for _, own in part for line in own))
            done += len(part)
            ScoreRound.objects.filter(pk=round_.pk).update(freezing_done=done)
    with transaction.atomic():
        alive()
        return _finish(round_, scores, whole.hexdigest(), now=now)


def _made(round_, scores, whole, *, now):
    """Yields each score with its lines and sets its numbers; ``whole`` takes up every digest."""
    places = [score.organization for score in scores]
    sheets = engine.sheets(round_, places, moment=now)
    marks = {
        line.pk: engine.marks(round_, line, places, moment=now)
        for line in round_.rubric.lines.all()
        if not line.is_judged
    }
    checkers = _checkers(round_)
    for score in scores:
        score.round = round_
        sheet = sheets[score.organization_id]
        own = [_line(score, *row, marks, checkers) for row in sheet.lines]
        total = sheet.total
        score.self_total, score.checked_total = total.self_total, total.checked_total
        score.spot_total, score.frozen_total = total.spot_total, total.total
        score.frozen_band = total.band
        score.total, score.band = total.total, total.band
        score.digest = frozen.digest_of(score, [row[0] for row in sheet.lines], own)
        whole.update(f"{score.organization.code}:{score.digest}\n".encode())
        yield score, own


def _finish(round_, scores, digest, *, now):
    until = local_day(now) + timedelta(days=round_.rubric.appeal_days)
    move(round_, State.FROZEN, frozen_at=now, appeals_until=until, digest=digest)
    update_many(Score, scores, TOTALS)
    by = round_.frozen_by
    record("score.frozen", round_, by=by, digest=digest, organizations=len(scores))
    record_many(
        audited(
            "score.made", score, by=by, organization=score.organization,
            total=str(score.frozen_total), band=score.frozen_band, digest=score.digest,
        )
        for score in scores
    )  # fmt: skip
    tell_all("score.frozen", round_, due=in_words(until))
    return round_


def _checkers(round_):
    """``{(organisation, line): who judged above}``."""
    rows = ScoreJudgement.objects.filter(score__round=round_, checked_by__isnull=False)
    return {
        (org, line): name
        for org, line, name in rows.values_list(
            "score__organization_id", "line_id", "checked_by__name"
        )
    }


def _line(score, line, sums, points, marks, checkers):
    digest, reviewer = marks.get(line.pk, {}).get(score.organization_id, ("", ""))
    if line.is_judged:
        reviewer = checkers.get((score.organization_id, line.pk), "")
    return ScoreLine(
        score=score,
        line=line,
        counted=sums.counted,
        claimed=sums.claimed,
        facts=sums.facts,
        numerator=sums.numerator or Decimal(0),
        claimed_numerator=sums.claimed_numerator or Decimal(0),
        denominator=sums.denominator,
        spot_failed=sums.spot_failed,
        spot_facts=sums.spot_facts,
        facts_digest=digest,
        reviewer=reviewer[:200],
        self_points=points.self_points,
        checked_points=points.checked,
        spot_points=points.spot,
        points=points.points,
    )
