"""Registering what was paid. The portal records; it does not pay."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Q

from branchyear.audit.services import record
from branchyear.lib.dates import Month, local_day
from branchyear.lib.errors import Refused, require
from members import rules
from members.dues import LARGEST, money, months_back, needs_explanation
from members.models import DuesMonth, Member
from members.services.dues.months import open_month

# 中组发〔2008〕3号 第十二条: with the branch's consent dues may be paid by the quarter, so that the two months
# after the running one can be registered.
AHEAD = 2


@dataclass(frozen=True)
class Entry:
    """One line as typed: whose, of which month, how much, when, by whom brought.

    ``revision`` is what the person had before the eyes (0: there was no row yet).
    """

    member_id: int
    month: Month
    amount: Decimal
    paid_on: date | None
    channel: str = DuesMonth.Channel.SELF
    note: str = ""
    revision: int = 0

    @property
    def key(self):
        return self.member_id, str(self.month)


@dataclass(frozen=True)
class Outcome:
    """What came of it: how many lines were saved, which somebody else had changed meanwhile."""

    saved: int = 0
    stale: dict = field(default_factory=dict)  # key of the line -> the row as it is stored now


class Unsound(Refused):
    """Lines that cannot be registered: ``problems`` maps a line's key to {field: sentence}."""

    def __init__(self, problems):
        count = len(problems)
        first = next(iter(next(iter(problems.values())).values()))
        super().__init__(f"有{count}行需要更正，都没有登记。{first}")
        self.problems = problems


def problems_of(entry, today):
    """{field: sentence} of a line that cannot be registered."""
    found = {}
    if not 0 <= entry.amount <= LARGEST:
        found["amount"] = "金额应不小于0，且不超过99,999,999.99元。"
    if entry.month > Month.of(today).plus(AHEAD):
        found["amount"] = "只能登记到本月之后两个月(按季度交纳)。"
    if entry.channel and entry.channel not in DuesMonth.Channel.values:
        found["channel"] = "请选择本人、亲属代交或委托党员代交。"
    if len(entry.note) > 200:
        found["note"] = "说明最多200字。"
    if entry.amount <= 0 or found:
        return found
    if entry.paid_on is None:
        found["paid_on"] = "请填写交纳日期。"
    elif entry.paid_on > today:
        found["paid_on"] = "交纳日期还没有到，请核对。"
    elif entry.paid_on < entry.month.plus(-12).first_day:
        found["paid_on"] = "交纳日期比所属月份早一年以上，请核对。"
    elif needs_explanation(entry.month, entry.paid_on) and not entry.note.strip():
        back = months_back(entry.month, entry.paid_on)
        found["note"] = f"补交{back}个月前的党费，一般不得超过6个月(规定第十二条)，请写明情况。"
    return found


def record_payments(branch, entries, *, by, now, whole=False):
    """Register the payments of several members or months of a branch at once.

    A line that says what is stored already changes nothing. A line that cannot be right refuses all
    (``Unsound``). A line whose row somebody else has changed meanwhile is handed back in ``stale`` and
    the others are kept; with ``whole`` (from a workbook) nothing is kept then. Rows that are
    missing are made. Sum 0 takes a registration back. A changed sum leaves the old one in the note; the
    trail names members and months, never sums: a due reveals the wage.
    """
    require(rules.may_keep_dues(by, branch))
    entries = list({entry.key: entry for entry in entries}.values())
    problems = {e.key: found for e in entries if (found := problems_of(e, local_day(now)))}
    if problems:
        raise Unsound(problems)
    with transaction.atomic():
        outcome = _record(branch, entries, by, now)
        if whole and outcome.stale:
            transaction.set_rollback(True)
            return Outcome(0, outcome.stale)
    return outcome


def _record(branch, entries, by, now):
    rows = _rows_of(branch, entries, local_day(now))
    saved, stale = [], {}
    for entry in entries:
        row = rows.get(entry.key)
        if row is None:
            raise Refused(
                "名单中有人不在本支部名册，或该月不在本支部交纳党费，请刷新页面后再登记。"
            )
        if _same(entry, row):
            continue
        if _is_stale(entry, row) or not _write(entry, row, by, now):
            stale[entry.key] = DuesMonth.objects.select_related("updated_by").get(pk=row.pk)
            continue
        saved.append(entry)
    if saved:
        record(
            "dues.recorded",
            branch,
            by=by,
            organization=branch,
            months=sorted({str(entry.month) for entry in saved}),
            members=sorted({entry.member_id for entry in saved}),
        )
    return Outcome(len(saved), stale)


def _rows_of(branch, entries, today):
    """The rows by key, those that were missing made: of members who stand here, or who paid here then."""
    members = {entry.member_id for entry in entries}
    months = sorted({entry.month for entry in entries})
    stored = DuesMonth.objects.filter(member__in=members, month__in=[str(m) for m in months])
    own = Q(organization=branch) | Q(member__organization=branch)
    found = {(row.member_id, row.month): row for row in stored.filter(own)}
    missing = {entry.month for entry in entries if entry.key not in found}
    if missing and Member.objects.counted().filter(organization=branch, pk__in=members).exists():
        for month in sorted(missing):
            open_month(month, branches=[branch], today=today)
        found = {(row.member_id, row.month): row for row in stored.filter(own)}
    return found


def _is_stale(entry, row):
    """A row made by the clock after the page was shown is no reason to send anybody back."""
    fresh = entry.revision == 0 and row.revision == 1 and row.paid == 0
    return not fresh and row.revision != entry.revision


def _same(entry, row):
    stored = (row.paid, row.paid_on, row.channel, row.note)
    if entry.amount == 0:
        return stored == (0, None, "", entry.note.strip())
    return stored == (entry.amount, entry.paid_on, entry.channel, entry.note.strip())


def _write(entry, row, by, now):
    note = entry.note.strip()
    if row.paid > 0 and row.paid != entry.amount:
        mark = f"（{local_day(now):%Y-%m-%d}更正，原登记{money(row.paid)}元）"
        note = note[: 200 - len(mark)] + mark
    is_paid = entry.amount > 0
    return DuesMonth.objects.filter(pk=row.pk, revision=row.revision).update(
        paid=entry.amount,
        paid_on=entry.paid_on if is_paid else None,
        channel=(entry.channel or DuesMonth.Channel.SELF) if is_paid else "",
        note=note,
        revision=F("revision") + 1,
        updated_by=by,
        updated_at=now,
    )
