"""Scores: a round is opened, organisations judge themselves, those above check, the committee freezes it
(定格), appeals are answered, the result is made known.

Source: 工作方案 五(二)四 (量化评分); practice of 考核: 自评、审核、抽查 kept apart, an appeal before the
result. Freezing is in ``freezing``.
"""

from django.db import IntegrityError, transaction
from django.db.models import Q

from branches.models import Appointment, Organization
from branches.roles import BRANCH_ROLES, Role
from branchyear.audit.services import record
from branchyear.lib.bulk import insert_many
from branchyear.lib.dates import in_words, local_day
from branchyear.lib.errors import Refused, require
from branchyear.notifications.services import Message, notify_many
from tasks import rules_scores as rules
from tasks.models import Rubric, Score, ScoreAppeal, ScoreJudgement, ScoreRound
from tasks.scoring import engine

State = ScoreRound.State
OF_RUNNERS = "由市直机关工委审核人办理。"
OF_ORGANIZATION = "由该党组织的书记、党务干部（机关党委为审核人）办理。"
OF_CHECKERS = "由上级党组织审核人办理，本单位的人不能审核自己的自评。"
REASON_MIN = 5


# --- A round --------------------------------------------------------------------------------------


@transaction.atomic
def open_round(campaign, *, name, starts_on, ends_on, self_until, by, now):
    """发起考核 with the rubric in force; every open organisation of today gets its row."""
    require(rules.may_run_scores(by), OF_RUNNERS)
    name = (name or "").strip()
    if not 2 <= len(name) <= 40:
        raise Refused("请填写考核名称，如“上半年”，2至40个字。", field="name")
    if starts_on is None or ends_on is None or ends_on < starts_on:
        raise Refused("考核期的止日不能早于起日。", field="ends_on")
    if not campaign.starts_on <= starts_on or not ends_on <= campaign.ends_on:
        raise Refused(
            f"考核期应在活动期间（{in_words(campaign.starts_on)}至{in_words(campaign.ends_on)}）之内。",
            field="starts_on",
        )
    if self_until is None or self_until < local_day(now):
        raise Refused("自评截止不能早于今天。", field="self_until")
    rubric = Rubric.objects.in_force(campaign)
    if rubric is None:
        raise Refused("本年度还没有启用的评分办法，请系统管理员先启用。")
    try:
        with transaction.atomic():
            round_ = ScoreRound.objects.create(
                campaign=campaign, rubric=rubric, name=name, starts_on=starts_on, ends_on=ends_on,
                self_until=self_until, opened_by=by, opened_at=now,
            )  # fmt: skip
    except IntegrityError:
        raise Refused("本年度已有同名的考核，请换一个名称。", field="name") from None
    scored = list(engine.scored_organizations().only("pk", "path", "name"))
    insert_many(Score, [Score(round=round_, organization=each) for each in scored])
    record(
        "score.round_opened", round_, by=by, rubric=rubric.number, starts_on=starts_on.isoformat(),
        ends_on=ends_on.isoformat(), organizations=len(scored),
    )  # fmt: skip
    if any(line.is_judged for line in rubric.lines.all()):
        tell_all("score.opened", round_, due=in_words(self_until))
    return round_


@transaction.atomic
def finish(round_, *, by, now):
    """公布: after the window, with every appeal answered."""
    require(rules.may_run_scores(by), OF_RUNNERS)
    if round_.state == State.FROZEN:
        if round_.takes_appeals(local_day(now)):
            raise Refused(f"申诉期到{in_words(round_.appeals_until)}止，期满后才能公布。")
        waiting = ScoreAppeal.objects.filter(
            line__score__round=round_, state=ScoreAppeal.State.ASKED
        ).count()
        if waiting:
            raise Refused(f"还有{waiting}件申诉没有复核，办理完再公布。")
    move(round_, State.FINAL, finished_at=now)
    record("score.published", round_, by=by)
    tell_all("score.published", round_)
    return round_


def move(round_, state, **values):
    before = round_.state
    moved = state in ScoreRound.MOVES[before] and ScoreRound.objects.filter(
        pk=round_.pk, state=before
    ).update(state=state, **values)
    if not moved:
        now = ScoreRound.objects.get(pk=round_.pk)
        raise Refused(f"本次考核现为“{now.get_state_display()}”，不能这样办理，请刷新页面。")
    for name, value in {"state": state, **values}.items():
        setattr(round_, name, value)


# --- Judgement ------------------------------------------------------------------------------------


@transaction.atomic
def judge(score, line, *, points, reason, by, now):
    """自评 of a line that asks for judgement, until the day the round says."""
    require(rules.may_judge_score(by, score), OF_ORGANIZATION)
    round_ = score.round
    if local_day(now) > round_.self_until:
        raise Refused(f"自评已于{in_words(round_.self_until)}截止。")
    points, reason = _judged(round_, line, points, reason)
    row = _judgement(score, line)
    if row.checked_at is not None:
        raise Refused("上级党组织已经审核，自评不能再修改。")
    _keep(row, self_points=points, self_reason=reason, self_by=by, self_at=now)
    record(
        "score.judged", score, by=by, organization=score.organization, line=line.code,
        points=str(points),
    )  # fmt: skip
    return row


@transaction.atomic
def check(score, line, *, points, reason, by, now):
    """审核 of a judged line, by the organisation above; may be done again until the round is frozen."""
    require(rules.may_check_score(by, score), OF_CHECKERS)
    points, reason = _judged(score.round, line, points, reason, field="checked")
    row = _judgement(score, line)
    _keep(row, checked_points=points, checked_reason=reason, checked_by=by, checked_at=now)
    record(
        "score.checked", score, by=by, organization=score.organization, line=line.code,
        points=str(points),
    )  # fmt: skip
    return row


def _judged(round_, line, points, reason, field=""):
    if round_.state != State.OPEN:
        raise Refused("本次考核已经定格，不能再评分；有不同意见的，请在申诉期内申诉。")
    if line.rubric_id != round_.rubric_id or not line.is_judged:
        raise Refused("该项由平台按事实计算，不用评分。")
    name = f"{field}_points" if field else "points"
    if points is None or not 0 <= points <= line.points:
        raise Refused(f"请填写0至{line.points.normalize():f}分，最多两位小数。", field=name)
    reason = (reason or "").replace("\r\n", "\n").strip()
    if len(reason) < REASON_MIN:
        raise Refused(
            f"请写明理由（不少于{REASON_MIN}个字）。",
            field=f"{field}_reason" if field else "reason",
        )
    if len(reason) > 500:
        raise Refused("理由最多500个字，请精简。", field=f"{field}_reason" if field else "reason")
    return points, reason


def _judgement(score, line):
    row, _ = ScoreJudgement.objects.select_for_update().get_or_create(score=score, line=line)
    return row


def _keep(row, **values):
    open_round = Q(score__round__state=State.OPEN)
    if not ScoreJudgement.objects.filter(open_round, pk=row.pk).update(**values):
        raise Refused("本次考核刚刚定格，不能再评分。")
    for name, value in values.items():
        setattr(row, name, value)


# --- Notices --------------------------------------------------------------------------------------


def tell_all(kind, round_, **words):
    """Everybody who answers for a scored organisation, in a few statements."""
    at_branch = Q(role__in=BRANCH_ROLES, organization__kind="branch")
    at_committee = Q(role=Role.ORG_REVIEWER, organization__depth=Organization.DIRECT_DEPTH)
    offices = (
        Appointment.objects.in_force(local_day())
        .filter(organization__scores__round=round_, organization__closed_on=None)
        .filter(at_branch | (at_committee & ~Q(organization__kind="branch")), user__is_active=True)
        .select_related("user", "organization")
        .order_by("pk")
    )
    ids = dict(round_.scores.values_list("organization_id", "pk"))
    messages = [
        Message(
            office.user,
            f"round:{round_.pk}:{round_.state}:{office.organization_id}",
            Score(pk=ids[office.organization_id]).get_absolute_url(),
            {"round": str(round_), "organization": office.organization, **words},
        )
        for office in offices
    ]
    notify_many(kind, messages)
