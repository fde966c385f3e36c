"""The yearly democratic appraisal (民主评议党员): a whole branch on one page.

Sources: 中国共产党党员教育管理工作条例 第十八条 (once a year: self-appraisal, mutual appraisal, vote, then
the branch decides); 共产党员网 topic page (four grades, 优秀 as a rule no more than a third of all members,
probationary members take part without a grade).
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from branches.scope import scope_of
from branchyear.audit.services import record
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Conflict, Refused, require
from members import life, rules
from members.models import Appraisal, AppraisalResult, Category, Grade
from members.services.meetings import roll_on

VOTES = ("votes_excellent", "votes_qualified", "votes_barely", "votes_unqualified")
COLUMNS = ("took_part", "self_grade", *VOTES, "grade", "opinion")
VOTES_MAX = 999
NOT_YOURS = "只有本支部的党支部书记或党务干部可以登记民主评议。"


@dataclass(frozen=True)
class Result:
    """What the branch says of one member."""

    took_part: bool = True
    self_grade: str = ""
    votes_excellent: int | None = None
    votes_qualified: int | None = None
    votes_barely: int | None = None
    votes_unqualified: int | None = None
    grade: str = ""
    opinion: str = ""


def appraised(branch, year, today):
    """Who is appraised: everybody counted on the roll, at the year's end or today."""
    return list(roll_on(branch, min(today, _last_day(year))))


@transaction.atomic
def record_appraisal(
    branch, year, *, on, results, by, now, over_third_reason="", meeting=None, revision=0
):
    """Record or correct the branch's appraisal of a year; returns it.

    ``results`` maps the id of every member appraised to a ``Result``; nobody may be left out, but grades
    may still be open. ``revision`` is that of the appraisal the person had before the eyes, 0 for none.
    More 优秀 than a third needs a reason, it is not refused.
    """
    scope = scope_of(by, local_day(now))
    require(rules.may_record_life(by, branch, scope=scope), NOT_YOURS)
    people = {m.pk: m for m in appraised(branch, year, local_day(now))}
    _check_day(on, year, local_day(now))
    if meeting is not None and meeting.organization_id != branch.pk:
        raise Refused("只能关联本支部的会议记录。", field="meeting")
    stored = Appraisal.objects.filter(organization=branch, year=year).first()
    kept = set(stored.results.values_list("member_id", flat=True)) if stored else set()
    left_out = set(people) - set(results)
    if left_out:
        names = "、".join(people[pk].name for pk in sorted(left_out)[:3])
        raise Refused(f"还有{len(left_out)}名党员没有列入评议（{names}等），请刷新名单。")
    if set(results) - set(people) - kept:
        raise Refused("名单中有不在本支部名册的人，请刷新名单。")
    taking_part = sum(result.took_part for result in results.values())
    for pk, result in results.items():
        member = people.get(pk)
        _check(pk, result, member, taking_part)
    reason = (over_third_reason or "").strip()[:300]
    _check_excellent(results, len(people), reason)
    facts = {"on": on, "meeting": meeting, "over_third_reason": reason}
    appraisal = _store(branch, year, facts, revision, by=by)
    AppraisalResult.objects.bulk_create(
        [
            AppraisalResult(
                appraisal=appraisal,
                member_id=pk,
                **{name: getattr(result, name) for name in COLUMNS},
            )
            for pk, result in results.items()
        ],
        update_conflicts=True,
        unique_fields=["appraisal", "member"],
        update_fields=COLUMNS,
    )
    record(
        "appraisal.revised" if stored else "appraisal.recorded",
        appraisal,
        by=by,
        organization=branch,
        year=year,
        members=len(results),
        excellent=_excellent(results),
    )
    return appraisal


def _store(branch, year, facts, revision, *, by):
    """The head of the appraisal, unless somebody else was faster."""
    slower = "该年度的民主评议刚刚被他人保存，您的内容没有覆盖它，请核对后再保存。"
    if not revision:
        appraisal, is_new = Appraisal.objects.get_or_create(
            organization=branch, year=year, defaults={**facts, "by": by}
        )
        if not is_new:
            raise Conflict(slower)
        return appraisal
    rows = Appraisal.objects.filter(organization=branch, year=year, revision=revision)
    if not rows.update(**facts, revision=F("revision") + 1):
        raise Conflict(slower)
    return Appraisal.objects.get(organization=branch, year=year)


def _check_day(on, year, today):
    if on is None:
        raise Refused("请填写评议日期。", field="on")
    if on > today:
        raise Refused("评议日期不能晚于今天。", field="on")
    if on.year not in {year, year + 1}:
        raise Refused(f"{year}年度的评议日期应在{year}年或{year + 1}年初。", field="on")


def _check(pk, result, member, taking_part):
    name = member.name if member else "已转出的党员"
    place = f"grade_{pk}"
    for value in (result.grade, result.self_grade):
        if value and value not in Grade.values:
            raise Refused(f"{name}：等次请从优秀、合格、基本合格、不合格中选择。", field=place)
    if result.grade and member and member.category == Category.PROBATIONARY:
        raise Refused(f"{name}是预备党员，参加评议但不评定等次。", field=place)
    if result.grade and not result.took_part:
        raise Refused(f"{name}没有参加评议，不评定等次。", field=place)
    votes = [getattr(result, vote) for vote in VOTES if getattr(result, vote) is not None]
    if any(vote < 0 or vote > VOTES_MAX for vote in votes):
        raise Refused(f"{name}：测评票请填写不小于0的整数。", field=place)
    if sum(votes) > taking_part:
        raise Refused(
            f"{name}的测评票共{sum(votes)}张，多于参加评议的{taking_part}人。", field=place
        )


def _excellent(results):
    return sum(result.grade == Grade.EXCELLENT for result in results.values())


def _check_excellent(results, members, reason):
    excellent, limit = _excellent(results), life.excellent_limit(members)
    if excellent > limit and not reason:
        raise Refused(
            f"评为“优秀”的党员{excellent}人，超过党员总数三分之一（{limit}人）。请调整评定意见或说明理由。",
            field="over_third_reason",
        )


def _last_day(year):
    return life.periods(life.YEARLY, year)[0].last
