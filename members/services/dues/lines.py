"""Reading the dues of a branch as its pages, workbooks and ledger show them. Nothing is written here."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import BigAutoField, Exists, OuterRef, Q

from branchyear.lib.composed import composed
from branchyear.lib.dates import Month
from members.dues import Arrears, arrears, due_of, months_back, state_of
from members.models import DuesMonth, Member
from members.models.dues import DuesKind
from members.services.dues.months import payers, with_expected, without_row

ARREARS_MONTHS = 24  # how far back arrears are looked for beside a name


@dataclass
class Line:
    """One member's month: what is stored, or what will be when the row is made."""

    member: Member
    month: Month
    row: DuesMonth | None
    due: Decimal | None
    is_reduced: bool
    is_over: bool
    kind: str = ""
    arrears: Arrears = field(default_factory=Arrears)
    # What the form shows: the typed text, what is wrong with it, what somebody else stored meanwhile.
    typed: dict = field(default_factory=dict)
    problems: dict = field(default_factory=dict)
    theirs: DuesMonth | None = None

    @property
    def key(self):
        return self.member.pk, str(self.month)

    @property
    def name(self):
        """The suffix of this line's fields in a form."""
        return f"{self.member.pk}_{self.month}"

    @property
    def paid(self):
        return self.row.paid if self.row else Decimal(0)

    @property
    def revision(self):
        return self.theirs.revision if self.theirs else self.row.revision if self.row else 0

    @property
    def state(self):
        return state_of(self.due, self.paid, is_reduced=self.is_reduced, is_over=self.is_over)

    @property
    def kind_word(self):
        return DuesKind(self.kind).label if self.kind else ""

    @property
    def is_settled(self):
        return self.due is not None and self.paid >= self.due

    @property
    def late_by(self):
        """How many months too late it was paid."""
        return months_back(self.month, self.row.paid_on) if self.row and self.row.paid_on else 0

    @property
    def shown(self):
        """The texts of the fields: as typed, else as stored."""
        if self.typed:
            return self.typed
        row = self.row
        is_paid = row is not None and row.paid > 0
        return {
            "amount": f"{row.paid:.2f}" if is_paid else "",
            "paid_on": row.paid_on.isoformat() if is_paid else "",
            "channel": row.channel if is_paid else DuesMonth.Channel.SELF,
            "note": row.note if row else "",
        }


def lines_of_month(branch, month, *, today):
    """The lines of a branch's month: who has a row here, and who will get one. Four statements."""
    stored = DuesMonth.objects.of(month).filter(organization=branch)
    rows = {row.member_id: row for row in stored.select_related("updated_by")}
    coming = without_row(payers(month).filter(organization=branch), month)
    members = with_expected(
        Member.objects.filter(Q(pk__in=list(rows)) | Q(pk__in=coming.values("pk"))), month
    ).order_by("name_key", "pk")
    members = list(members)
    owed = arrears_of([m.pk for m in members], before=min(month, Month.of(today)))
    return [
        _line(member, month, rows.get(member.pk), today, owed.get(member.pk, Arrears()))
        for member in members
    ]


def lines_of_member(member, *, today, ahead):
    """The lines of one member: the last year's, whatever is still owed, and the next ``ahead`` months."""
    running = Month.of(today)
    since = running.plus(-11)
    stored = DuesMonth.objects.filter(member=member).select_related("organization", "updated_by")
    rows = {row.month: row for row in stored if row.month >= str(since) or not _settled(row)}
    months = {Month.parse(text) for text in rows}
    lines = []
    for month in sorted(months | {running.plus(n) for n in range(ahead + 1)}):
        row = rows.get(str(month))
        if row is None:
            expected = with_expected(payers(month).filter(pk=member.pk), month).first()
            if expected is None:
                continue
            lines.append(_line(expected, month, None, today))
        else:
            lines.append(Line(member, month, row, row.due, row.is_reduced, month < Month.of(today)))
    return lines


def _settled(row):
    return row.due is not None and row.paid >= row.due


def _line(member, month, row, today, owed=None):
    due, is_reduced = (
        (row.due, row.is_reduced) if row else due_of(member.base_due, member.reduced_to)
    )
    over = month < Month.of(today)
    return Line(
        member, month, row, due, is_reduced, over, member.base_kind or "", owed or Arrears()
    )


def arrears_of(members, *, before):
    """``{member: Arrears}`` of the months before ``before``, for those who owe something."""
    facts = defaultdict(list)
    rows = DuesMonth.objects.filter(
        member__in=members, month__lt=str(before), month__gte=str(before.plus(-ARREARS_MONTHS))
    )
    for member, month, due, paid in rows.order_by("month").values_list(
        "member_id", "month", "due", "paid"
    ):
        facts[member].append((month, due, paid))
    found = {member: arrears(list(rows)) for member, rows in facts.items()}
    return {member: one for member, one in found.items() if one.months}


@composed(branch=BigAutoField())
def _waiting(branch, month):
    done = DuesMonth.objects.of(month).filter(Q(paid__gt=0) | Q(due=0), member=OuterRef("pk"))
    waiting = payers(month).filter(~Exists(done), organization=branch)
    return with_expected(waiting, month).values_list("base_due", "reduced_to")


def unregistered(branch, month):
    """Payers of the branch whose running month has nothing registered yet: ``(how many, of whom without
    an approved base)``. In one statement."""
    waiting = _waiting(branch=branch.pk, month=month)
    return len(waiting), sum(base is None and reduced is None for base, reduced in waiting)
