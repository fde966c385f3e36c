"""The rows of a month: who pays, where, and how much is due."""

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Subquery

from branchyear.lib.bulk import insert_many
from branchyear.lib.dates import Month
from members.dues import due_of
from members.models import DuesBase, DuesExemption, DuesMonth, Member


def payers(month):
    """Who pays in ``month``: everybody counted on the roll, a probationary member from the month of
    admission (中组发〔2008〕3号 第八条), whoever came by transfer from the month of coming (第九条)."""
    return (
        Member.objects.counted()
        .filter(organization__closed_on=None)
        .exclude(admitted_on__gt=month.last_day)
        .exclude(joined_branch_on__gt=month.last_day)
    )


def with_expected(members, month):
    """Adds ``base_due`` and ``base_kind`` (of the base in force) and ``reduced_to`` (of an approved
    exemption) in ``month``; each None where there is none."""
    bases = DuesBase.objects.filter(member=OuterRef("pk"), from_month__lte=str(month))
    bases = bases.order_by("-from_month")
    exemptions = DuesExemption.objects.filter(
        member=OuterRef("pk"),
        state=DuesExemption.State.APPROVED,
        from_month__lte=str(month),
        to_month__gte=str(month),
    ).order_by("-decided_at")
    return members.annotate(
        base_due=Subquery(bases.values("monthly_due")[:1]),
        base_kind=Subquery(bases.values("kind")[:1]),
        reduced_to=Subquery(exemptions.values("reduced_to")[:1]),
    )


def without_row(members, month):
    """Those who have no row of ``month`` yet, in any branch."""
    return members.exclude(Exists(DuesMonth.objects.of(month).filter(member=OuterRef("pk"))))


@transaction.atomic
def open_month(month, *, branches=None, today=None):
    """Give every payer (of ``branches``, or of the whole city) a row of ``month``; says how many are new.

    Set-based and safe to do again at any time: rows that are there are left alone, except that what is
    still unpaid of a month that is not over follows a member to the branch where he stands now.
    """
    members = payers(month)
    if branches is not None:
        members = members.filter(organization__in=branches)
    if today is None or month >= Month.of(today):
        _follow(members, month)
    found = list(
        without_row(with_expected(members, month), month)
        .order_by()
        .values_list("pk", "organization_id", "base_due", "reduced_to")
    )
    insert_many(DuesMonth, (_row(month, *facts) for facts in found), ignore_conflicts=True)
    return len(found)


def _row(month, member, organization, base_due, reduced_to):
    due, is_reduced = due_of(base_due, reduced_to)
    return DuesMonth(
        member_id=member,
        organization_id=organization,
        month=str(month),
        due=due,
        is_reduced=is_reduced,
    )


def _follow(members, month):
    """A transferred member pays where he stands: unpaid rows go with him."""
    elsewhere = (
        DuesMonth.objects.of(month).filter(paid=0).exclude(organization=F("member__organization"))
    )
    moved = list(elsewhere.filter(member__in=members).values_list("pk", flat=True))
    if moved:
        stands = Member.objects.filter(pk=OuterRef("member_id")).values("organization")
        DuesMonth.objects.filter(pk__in=moved, paid=0).update(
            organization=Subquery(stands[:1]), revision=F("revision") + 1
        )


def revise_dues(members, *, from_month, today):
    """After a base or an exemption changed: reckon again what is due of ``members`` from a month on.

    A month's due is frozen once the month is over and something was paid for it: what was settled with
    the member is not opened again by a later correction. What is unpaid, or was not known, is revised.
    Returns how many rows changed.
    """
    running = str(Month.of(today))
    rows = list(
        DuesMonth.objects.filter(member__in=members, month__gte=str(from_month))
        .exclude(month__lt=running, paid__gt=0, due__isnull=False)
        .order_by()
    )
    if not rows:
        return 0
    bases, exemptions = _facts_of({row.member_id for row in rows})
    changed = []
    for row in rows:
        due = due_of(
            _latest(bases.get(row.member_id, ()), row.month),
            _covering(exemptions.get(row.member_id, ()), row.month),
        )
        if due != (row.due, row.is_reduced):
            row.due, row.is_reduced = due
            row.revision += 1
            changed.append(row)
    DuesMonth.objects.bulk_update(changed, ["due", "is_reduced", "revision"], batch_size=200)
    return len(changed)


def _facts_of(members):
    """The bases (newest month first) and approved exemptions (last decided first) of each member."""
    bases, exemptions = {}, {}
    found = DuesBase.objects.filter(member__in=members).order_by("-from_month")
    for member, month, due in found.values_list("member_id", "from_month", "monthly_due"):
        bases.setdefault(member, []).append((month, due))
    approved = DuesExemption.objects.filter(
        member__in=members, state=DuesExemption.State.APPROVED
    ).order_by("-decided_at")
    for member, first, last, to in approved.values_list(
        "member_id", "from_month", "to_month", "reduced_to"
    ):
        exemptions.setdefault(member, []).append((first, last, to))
    return bases, exemptions


def _latest(bases, month):
    return next((due for first, due in bases if first <= month), None)


def _covering(exemptions, month):
    return next((to for first, last, to in exemptions if first <= month <= last), None)
