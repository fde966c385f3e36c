"""Approving what dues are reckoned from (党费基数核定)."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from branchyear.audit.services import build, record_many
from branchyear.lib.dates import Month, local_day
from branchyear.lib.errors import Refused, require
from members import rules
from members.dues import base_problem, money, monthly_due
from members.models import DuesBase, Member
from members.models.dues import DuesKind
from members.services.dues.months import revise_dues

AHEAD = 12  # a base is approved for a month of the coming year at the latest


@dataclass(frozen=True)
class BaseEntry:
    """One line of the page on which a branch approves its bases. ``base`` of a farmer is the sum agreed."""

    member_id: int
    kind: str
    base: Decimal | None
    from_month: Month
    note: str = ""


def problem_of(entry, today):
    """``(field, sentence)`` when the line cannot be approved, else None."""
    sentence = base_problem(entry.kind, entry.base)
    if sentence:
        return ("base" if entry.kind in DuesKind.values else "kind", sentence)
    first, last = Month(2008, 4), Month.of(today).plus(AHEAD)  # the regulation came into force
    if not first <= entry.from_month <= last:
        return ("from_month", f"起始月份应在{first.label}到{last.label}之间。")
    if len(entry.note) > 200:
        return ("note", "核定说明最多200字。")
    return None


def approve_base(member, *, kind, base, from_month, by, note="", today=None):
    """Approve one member's base; see ``approve_bases``."""
    entry = BaseEntry(member.pk, kind, base, from_month, note)
    approve_bases(member.organization, [entry], by=by, today=today)
    return DuesBase.objects.get(member=member, from_month=str(from_month))


@transaction.atomic
def approve_bases(branch, entries, *, by, today=None):
    """Approve the bases of several members of a branch, all or none; returns how many.

    A new base counts from its first month (中组发〔2008〕3号 第十条) and leaves the earlier ones as they are.
    The same first month again is a correction: the old figure stays in the note. What is due is
    reckoned again from there on, except what is settled (see ``months.revise_dues``). The trail names
    whose base was approved, never the sum: a base reveals the wage.
    """
    require(rules.may_keep_dues(by, branch))
    today = today or local_day()
    entries = list(entries)
    members = (
        Member.objects.counted()
        .filter(organization=branch)
        .in_bulk([entry.member_id for entry in entries])
    )
    for entry in entries:
        if entry.member_id not in members:
            raise Refused("名单中有人已不在本支部名册，请刷新页面后再核定。")
        problem = problem_of(entry, today)
        if problem:
            raise Refused(f"{members[entry.member_id]}：{problem[1]}", field=problem[0])
    stored = {
        (row.member_id, row.from_month): row
        for row in DuesBase.objects.select_for_update().filter(member__in=members)
    }
    for entry in entries:
        _approve(entry, stored.get((entry.member_id, str(entry.from_month))), by)
    if entries:
        first = min(entry.from_month for entry in entries)
        revise_dues(list(members), from_month=first, today=today)
    record_many(
        build(
            "dues.base_approved",
            members[entry.member_id],
            by=by,
            organization=branch,
            kind=str(entry.kind),
            from_month=str(entry.from_month),
        )
        for entry in entries
    )
    return len(entries)


def _approve(entry, stored, by):
    due = monthly_due(entry.kind, entry.base)
    rated = entry.kind not in {DuesKind.FARMER, DuesKind.FIXED}
    values = {
        "kind": entry.kind,
        "base": entry.base if rated else None,
        "monthly_due": due,
        "note": entry.note.strip(),
        "by": by,
    }
    if stored is None:
        DuesBase.objects.create(
            member_id=entry.member_id, from_month=str(entry.from_month), **values
        )
        return
    if (stored.base, stored.monthly_due) != (values["base"], due):
        before = f"基数{money(stored.base)}元、" if stored.base is not None else ""
        mark = f"（更正前{before}月交{money(stored.monthly_due)}元）"
        values["note"] = (values["note"][: 200 - len(mark)]) + mark
    DuesBase.objects.filter(pk=stored.pk).update(**values)
