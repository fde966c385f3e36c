"""经验做法: recommended from a report by whom it went to, taken up by the committee, adopted by a bulletin;
the author hears of every step, and why something is not taken."""

from django.db import IntegrityError, transaction

from branchyear.audit.services import record
from branchyear.lib.errors import Refused, require
from branchyear.notifications.services import notify
from reports import rules
from reports.models import GoodPractice, Tier
from reports.services.monthly import people_who_fill

State = GoodPractice.State
KEY = "experience"  # the section of a report that tells of it


def words_of(report):
    """The sealed words of the report's 经验做法; empty when it tells of none."""
    return report.texts.get(KEY, "") if report.state in ("submitted", "accepted") else ""


@transaction.atomic
def recommend(report, *, by, now):
    """The level the report went to passes its 经验做法 on: to the committee, or to a bulletin."""
    require(rules.may_recommend(by, report))
    if not (text := words_of(report)):
        raise Refused("这份月报没有写经验做法，或者还没有报送。")
    state = State.DIRECT if report.period.tier == Tier.BRANCH else State.COMMITTEE
    try:
        with transaction.atomic():
            practice = GoodPractice.objects.create(
                report=report, organization=report.organization, text=text, state=state,
                recommended_by=by, recommended_at=now,
            )  # fmt: skip
    except IntegrityError:
        raise Refused("这份月报的经验做法已经推荐过。") from None
    _tell(practice, "practice.recommended", by=by)
    return practice


def take_up(practice, *, by, now):
    """The committee takes it up for the whole city's organs."""
    return _move(practice, State.COMMITTEE, "practice.taken_up", by=by, now=now)


def adopt(practice, *, bulletin, by, now):
    """A bulletin (简报) has printed it."""
    bulletin = bulletin.strip()
    if not 2 <= len(bulletin) <= 100:
        raise Refused("请写明哪一期简报，如“党建简报2022年第6期”，不超过100字。", field="bulletin")
    return _move(practice, State.ADOPTED, "practice.adopted", by=by, now=now, bulletin=bulletin)


def decline(practice, *, answer, by, now):
    """It goes no further, and the author is told why."""
    answer = answer.strip()
    if not 2 <= len(answer) <= 300:
        raise Refused("请写明未采用的原因，让填报单位知道，不超过300字。", field="answer")
    return _move(practice, State.DECLINED, "practice.declined", by=by, now=now, answer=answer)


@transaction.atomic
def _move(practice, state, verb, *, by, now, **changes):
    require(rules.may_decide_practice(by, practice))
    before = practice.state
    moved = 0
    if state in GoodPractice.MOVES[before]:
        moved = GoodPractice.objects.filter(pk=practice.pk, state=before).update(
            state=state, decided_at=now, **changes
        )
    if not moved:
        raise Refused("这条经验做法刚刚已由他人办理，请刷新后查看。")
    practice.refresh_from_db()
    _tell(practice, verb, by=by)
    return practice


def _tell(practice, verb, *, by):
    report = practice.report
    record(verb, practice, by=by, organization=practice.organization, answer=practice.answer)
    notify(
        verb,
        to=people_who_fill(report),
        url=practice.get_absolute_url(),
        key=f"practice:{practice.pk}:{practice.state}",
        month=report.period.label,
        bulletin=practice.bulletin,
        answer=practice.answer,
    )
