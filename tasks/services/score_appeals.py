"""Appeals (申诉): asked by the scored organisation within the window, answered by the working committee.

An appeal is the only thing that makes a score differ from what was frozen. What shows that it is right comes with
it as files, kept in the organisation's library like every other and seen by whoever sees its materials.
"""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from branchyear.audit.services import record
from branchyear.lib.dates import in_words, local_day
from branchyear.lib.errors import Refused, require
from branchyear.notifications.services import notify
from tasks import files
from tasks import rules_scores as rules
from tasks.models import AppealEvidence, RubricLine, Score, ScoreAppeal, ScoreLine
from tasks.scoring import frozen
from tasks.services import evidence as materials

State = ScoreAppeal.State
REASON_MIN = 10
OF_ORGANIZATION = "由被考核党组织的书记、党务干部（机关党委为审核人）办理。"
OF_COMMITTEE = "由市直机关工委审核人复核，申诉人和本单位的人不能复核。"


def appeal(line, reason, *, by, now, uploads=()):
    """申诉 against one line, within the window; one at a time. The committee is told.

    Every file is looked at before anything is written: a bad one keeps the appeal back.
    """
    require(rules.may_judge_score(by, line.score), OF_ORGANIZATION)
    if len(uploads) > settings.EVIDENCE_MAX_PER_ITEM:
        raise _too_many()
    for upload in uploads:
        files.examine(upload)
    row = _ask(line, reason, by=by, now=now)
    for upload in uploads:
        add_evidence(row, upload, by=by, now=now)
    return row


@transaction.atomic
def _ask(line, reason, *, by, now):
    score, round_ = line.score, line.score.round
    if not round_.is_frozen:
        raise Refused("考核定格以后才能申诉；现在请完成自评。")
    if not round_.takes_appeals(local_day(now)):
        raise Refused(f"申诉期到{in_words(round_.appeals_until)}止，已经截止。")
    reason = _words(reason, "reason", "申诉理由")
    if line.appeals.exclude(state=State.WITHDRAWN).exists():
        raise Refused("该项已经申诉过，请查看复核意见。")
    try:
        with transaction.atomic():
            row = ScoreAppeal.objects.create(line=line, reason=reason, asked_by=by, asked_at=now)
    except IntegrityError:
        raise Refused("该项已有待复核的申诉。") from None
    record("score.appealed", score, by=by, organization=score.organization, line=line.line.code)
    people = [p for p in rules.runners_above(score.organization) if p.pk != by.pk]
    _tell("score.appealed", people, row, text=reason)
    return row


def add_evidence(appeal, upload, *, by, now):
    """One file more, until the appeal is answered; one that the library has already is only tied to it."""
    organization = appeal.line.score.organization
    require(rules.may_judge_score(by, appeal.line.score), OF_ORGANIZATION)

    def claim():
        waiting = ScoreAppeal.objects.filter(pk=appeal.pk, state=State.ASKED)
        if not waiting.update(state=State.ASKED):  # an answer at this moment waits for the file
            raise Refused("申诉已复核或已撤回，不能再补充附件。")

    def prove(evidence, is_new):
        links = AppealEvidence.objects.filter(appeal=appeal)
        if links.filter(evidence=evidence).exists():
            return
        if links.count() >= settings.EVIDENCE_MAX_PER_ITEM:
            raise _too_many()
        links.create(appeal=appeal, evidence=evidence, attached_by=by, attached_at=now)
        record(
            "evidence.added" if is_new else "evidence.attached", evidence, by=by,
            organization=organization, appeal=appeal.pk, sha256=evidence.sha256,
        )  # fmt: skip

    return materials.take(organization, upload, by=by, claim=claim, prove=prove)


def _too_many():
    most = settings.EVIDENCE_MAX_PER_ITEM
    return Refused(f"每项申诉最多{most}份附件，请合并后再上传。", field="file")


@transaction.atomic
def withdraw(appeal, *, by, now):
    """撤回 before it was answered."""
    require(rules.may_judge_score(by, appeal.line.score), OF_ORGANIZATION)
    _move(appeal, State.WITHDRAWN, decided_at=now)
    score = appeal.line.score
    record(
        "score.appeal_withdrawn", score, by=by, organization=score.organization,
        line=appeal.line.line.code,
    )  # fmt: skip
    return appeal


@transaction.atomic
def decide(appeal, *, grant, answer, by, now, change=None):
    """复核: the line is changed by ``change`` points (a veto is lifted), or stands; the answer is kept."""
    line = appeal.line
    require(rules.may_decide_appeal(by, appeal), OF_COMMITTEE)
    answer = _words(answer, "answer", "复核意见")
    is_veto = line.line.kind == RubricLine.Kind.VETO
    if grant and not is_veto:
        _check_change(line, change)
    state = State.GRANTED if grant else State.REFUSED
    changed = change if grant and not is_veto else 0
    _move(appeal, state, change=changed, answer=answer, decided_by=by, decided_at=now)
    score = Score.objects.select_for_update().get(pk=line.score_id)
    if grant:
        ScoreLine.objects.filter(pk=line.pk).update(
            appealed=F("appealed") + changed, is_lifted=is_veto
        )
        total = frozen.recomputed(score).total
        Score.objects.filter(pk=score.pk).update(total=total.total, band=total.band)
    record(
        f"score.appeal_{state.value}", score, by=by, organization=score.organization,
        line=line.line.code, change=str(changed), was=str(score.total),
    )  # fmt: skip
    people = rules.answerers_of(score.organization)
    _tell("score.appeal_decided", people, appeal, text=answer, verdict=appeal.get_state_display())
    return appeal


def _check_change(line, change):
    if change is None or change == 0:
        raise Refused("予以调整的，请填写加几分或减几分。", field="change")
    rule, points = line.line, line.points
    if points is None:
        raise Refused("该项没有计分，不能调整；请维持原分并写明理由。", field="change")
    after = points + line.appealed + change
    low, high = (-rule.most, 0) if rule.kind == RubricLine.Kind.DEDUCTED else (0, rule.most)
    if not low <= after <= high:
        raise Refused(
            f"调整后该项为{after:.2f}分，应在{low:.2f}至{high:.2f}分之间。", field="change"
        )


def _words(text, field, label):
    text = (text or "").replace("\r\n", "\n").strip()
    if len(text) < REASON_MIN:
        raise Refused(f"{label}请写具体一些（不少于{REASON_MIN}个字）。", field=field)
    if len(text) > 500:
        raise Refused(f"{label}最多500个字，现有{len(text)}个字，请精简。", field=field)
    return text


def _move(appeal, state, **values):
    moved = state in ScoreAppeal.MOVES[appeal.state] and ScoreAppeal.objects.filter(
        pk=appeal.pk, state=appeal.state
    ).update(state=state, **values)
    if not moved:
        raise Refused("这件申诉刚刚已由他人办理，请刷新页面。")
    for name, value in {"state": state, **values}.items():
        setattr(appeal, name, value)


def _tell(kind, people, appeal, **words):
    score = appeal.line.score
    notify(
        kind,
        people,
        url=score.get_absolute_url(),
        key=f"appeal:{appeal.pk}:{appeal.state}",
        round=str(score.round),
        organization=score.organization,
        line=appeal.line.line,
        **words,
    )
