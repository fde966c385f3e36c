"""What scores ask of the scored organisations, and of those above, today."""

from django.db.models import BigAutoField, OuterRef

from branches.models import Organization
from branchyear.lib.composed import composed
from branchyear.lib.counts import number_of
from branchyear.lib.routes import path_to
from tasks.models import RubricLine, Score, ScoreAppeal, ScoreJudgement, ScoreRound
from tasks.rules_scores import may_run_scores


@composed(organization=BigAutoField())
def running(organization):
    return (
        Score.objects.filter(organization=organization)
        .exclude(round__state=ScoreRound.State.FINAL)
        .select_related("round__campaign", "round__rubric")
        .annotate(asked_=number_of(_judged_lines(), "rubric"), given_=number_of(_given(), "score"))
        .order_by("round__ends_on", "pk")
    )


def score_todos(organization, today):
    """What a scored organisation should do about its own score: judge itself, look and perhaps appeal."""
    for row in running(organization=organization.pk):
        round_ = row.round
        if round_.state == ScoreRound.State.OPEN and today <= round_.self_until:
            if row.given_ < row.asked_:
                yield {
                    "what": f"{round_}自评",
                    "why": f"{row.asked_ - row.given_}项需要自评，其余由平台按审核结果填好",
                    "url": row.get_absolute_url(),
                    "button": "去自评",
                    "due": round_.self_until,
                }
        elif round_.takes_appeals(today):
            yield {
                "what": f"查看{round_}得分",
                "why": "得分已定格，有不同意见的可逐项申诉",
                "url": row.get_absolute_url(),
                "button": "去查看",
                "due": round_.appeals_until,
            }


def _judged_lines():
    judged = RubricLine.Measure.JUDGED
    return RubricLine.objects.filter(rubric=OuterRef("round__rubric"), measure=judged)


def _given():
    return ScoreJudgement.objects.filter(score=OuterRef("pk"), self_at__isnull=False)


def score_oversight_todos(top, user):
    """What scores ask of those above: self-judgements to be checked; of the committee also appeals, and a
    round to be frozen or made known."""
    own_level = (
        ScoreJudgement.objects.filter(
            score__round__state=ScoreRound.State.OPEN, self_at__isnull=False, checked_at=None
        )
        .under(top)
        .exclude(score__organization=top)
    )
    if top.depth < Organization.DIRECT_DEPTH:
        own_level = own_level.filter(score__organization__depth=Organization.DIRECT_DEPTH)
    if waiting := own_level.count():
        yield {
            "what": f"审核{waiting}项考核自评",
            "why": "下级已自评，等待您的审核分",
            "url": f"{path_to('tasks:scores')}?org={top.pk}",
            "button": "去审核",
        }
    if not may_run_scores(user):
        return
    asked = ScoreAppeal.objects.filter(state=ScoreAppeal.State.ASKED).under(top)
    rounds = list(asked.order_by("asked_at").values_list("line__score__round_id", flat=True))
    if rounds:
        first = rounds[0]
        yield {
            "what": f"复核{len(rounds)}件申诉",
            "why": "复核意见会通知申诉单位",
            "url": f"{path_to('tasks:scores')}?org={top.pk}&round={first}&appeal=1",
            "button": "去复核",
        }
