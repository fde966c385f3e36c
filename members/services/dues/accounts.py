"""Handing dues on (上缴), and telling the members (公布)."""

from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Sum

from branches.models import Organization
from branchyear.audit.services import record
from branchyear.lib.dates import Month, local_day
from branchyear.lib.errors import Refused, require
from members import rules
from members.dues import CENT, money
from members.models import DuesMonth, DuesPublication, DuesRemittance


@transaction.atomic
def remit(organization, *, month, amount, on, receipt_no, by, today=None):
    """Register what was handed on of a month's dues; never more than came in."""
    require(rules.may_keep_accounts(by, organization))
    today = today or local_day()
    if month > Month.of(today):
        raise Refused("所属月份还没有到。", field="month")
    if amount is None or amount <= 0:
        raise Refused("请填写上缴金额，应大于0。", field="amount")
    if on is None or on > today:
        raise Refused("请填写上缴日期，不能晚于今天。", field="on")
    if on < month.first_day:
        raise Refused("上缴日期不能早于所属月份。", field="on")
    Organization.objects.select_for_update().get(pk=organization.pk)  # two at once count together
    came_in = _sum(DuesMonth.objects.under(organization).of(month), "paid")
    before = _sum(organization.dues_remittances.filter(month=str(month)), "amount")
    if before + amount > came_in:
        raise Refused(
            f"{month.label}实收{money(came_in)}元，已登记上缴{money(before)}元，本次不能超过{money(came_in - before)}元。",
            field="amount",
        )
    row = DuesRemittance.objects.create(
        organization=organization,
        month=str(month),
        amount=amount.quantize(CENT),
        on=on,
        receipt_no=(receipt_no or "").strip()[:60],
        by=by,
    )
    _record_remittance("dues.remitted", row, by)
    return row


@transaction.atomic
def withdraw_remittance(remittance, *, by):
    """Take back a registration made by mistake; the trail keeps what it said."""
    require(rules.may_keep_accounts(by, remittance.organization))
    _record_remittance("dues.remittance_withdrawn", remittance, by)
    deleted, _ = DuesRemittance.objects.filter(pk=remittance.pk).delete()
    if not deleted:
        raise Refused("这条上缴登记刚刚已被撤销。")


def _record_remittance(verb, row, by):
    record(
        verb,
        row.organization,
        by=by,
        organization=row.organization,
        month=row.month,
        amount=str(row.amount),
        on=row.on.isoformat(),
        receipt_no=row.receipt_no,
    )


def statement(organization, year):
    """The sums of a year as they would be told today: ``(total_due, total_paid, members)``."""
    rows = DuesMonth.objects.under(organization).filter(
        month__gte=f"{year}-01", month__lte=f"{year}-12"
    )
    people = rows.order_by().values("member").distinct().count()
    return _sum(rows, "due"), _sum(rows, "paid"), people


@transaction.atomic
def publish(organization, *, year, on, how, by, reason="", today=None):
    """Register that the members were told (R47, yearly); the sums are frozen as they are now.

    Once a year; another one of the same year is a correction and needs its reason.
    """
    require(rules.may_keep_accounts(by, organization))
    today = today or local_day()
    if not 2008 <= year <= today.year:
        raise Refused("请选择已经开始的年度。", field="year")
    if on is None or on > today or on.year < year:
        raise Refused("请填写公布日期，不早于该年度，不晚于今天。", field="on")
    how, reason = (how or "").strip(), (reason or "").strip()
    if not how:
        raise Refused("请填写公布方式，如“党员大会宣读”。", field="how")
    if len(how) > 100:
        raise Refused("公布方式最多100字。", field="how")
    before = DuesPublication.objects.filter(organization=organization, year=year).count()
    if before and not reason:
        raise Refused(
            f"{year}年度已公布过。如金额有误需要更正公布，请写明更正原因。", field="reason"
        )
    total_due, total_paid, members = statement(organization, year)
    if not members:
        raise Refused(f"{year}年度还没有党费登记，没有可以公布的内容。", field="year")
    try:
        with transaction.atomic():
            row = DuesPublication.objects.create(
                organization=organization,
                year=year,
                number=before + 1,
                reason=reason[:200] if before else "",
                on=on,
                how=how,
                total_due=total_due,
                total_paid=total_paid,
                members=members,
                by=by,
            )
    except IntegrityError:
        raise Refused("该年度刚刚已登记公布，请刷新页面查看。") from None
    record(
        "dues.published",
        organization,
        by=by,
        organization=organization,
        year=year,
        number=row.number,
        total_due=str(total_due),
        total_paid=str(total_paid),
        members=members,
    )
    return row


def _sum(rows, column):
    return (rows.order_by().aggregate(n=Sum(column))["n"] or Decimal(0)).quantize(CENT)
