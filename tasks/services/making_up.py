"""补开: what a month or quarter lacked cannot be mended by a record of that time (不得补造记录), only by holding it
now, beside what is due now, and by those above accepting that (R21's expected fix: 尽快召开并说明原因)."""

from branchyear.lib.dates import Month, local_day
from members.models import Meeting
from tasks.health.mending import MEETINGS, parts_of
from tasks.models import Explanation, Finding

STEP = {"month": 1, "quarter": 3}


def advice(finding):
    """How a missed period is made up; "" for every other finding."""
    if _period(finding) is None:
        return ""
    return (
        "当时已开展、只是没有登记的，点“去处理”补登记；当时确实没有开展的，不要补造记录，"
        "请在当期应开的之外另开一次并登记，再写明原因申请销号，由上级验收。"
    )


def is_made_up(finding):
    """Whether one more of the kind was held in a later period than is due there, for each period settled
    so before and this one."""
    period = _period(finding)
    if period is None:
        return False
    kind, last, step = period
    rows = Meeting.objects.held().of_kind(MEETINGS[finding.rule.number])
    rows = rows.filter(organization=finding.organization, on__gt=last)
    group = parts_of(finding.key).get("group")
    if group:
        rows = rows.filter(group=group)
    held = {}
    for day in rows.values_list("on", flat=True):
        turn = (day.year * 12 + day.month - 1) // step
        held[turn] = held.get(turn, 0) + 1
    extra = sum(count - 1 for count in held.values())
    settled = Explanation.objects.filter(
        organization=finding.organization, rule=finding.rule, made_up=True, state="accepted"
    )
    if group:
        settled = settled.filter(key__startswith=f"group:{group}:")
    return extra > settled.count()


def settle(finding, text, *, given_by, by, now):
    """Those above accept it: the finding is closed and stays closed."""
    Explanation.objects.create(
        organization=finding.organization, rule=finding.rule, key=finding.key, text=text[:500],
        state=Explanation.State.ACCEPTED, made_up=True, given_by_id=given_by, given_at=now,
        decided_by=by, decided_at=now,
    )  # fmt: skip
    Finding.objects.filter(pk=finding.pk, closed_on=None).update(
        closed_on=local_day(now), closing=Finding.Closing.EXPLAINED
    )


def _period(finding):
    """``(month or quarter, its last day, months)`` of a missed meeting."""
    if finding.rule.number not in MEETINGS:
        return None
    for kind, value in parts_of(finding.key).items():
        if kind == "month":
            return kind, Month.parse(value).last_day, STEP[kind]
        if kind == "quarter":
            year, quarter = value.split("-")
            return kind, Month(int(year), 3 * int(quarter)).last_day, STEP[kind]
    return None
