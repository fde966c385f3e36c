"""A year of dues for the demo city: bases, payments in time or not, exemptions, remittances, and last
year's publications. Neglected where a branch is not diligent."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from branchyear.lib.bulk import insert_many, insert_tuples
from branchyear.lib.dates import CHINA, Month, months_between
from members.dues import due_of, monthly_due, needs_explanation
from members.models import (
    DuesBase,
    DuesExemption,
    DuesMonth,
    DuesPublication,
    DuesRemittance,
    Member,
)
from members.models.dues import DuesKind

BASE = ("member_id", "from_month", "kind", "base", "monthly_due", "note", "by_id", "at")
MONTH = (
    "member_id", "organization_id", "month", "due", "is_reduced", "paid", "paid_on", "channel",
    "note", "revision", "updated_by_id", "updated_at",
)  # fmt: skip
REASONS = (
    "本人长期患病，家庭医疗支出大，支委会研究同意减免。",
    "家庭突发变故，生活困难，支委会研究同意免交。",
    "配偶失业、子女就学，经济困难，支委会研究同意少交。",
)
LATE_NOTES = (
    "外派期间未能按时交纳，回单位后补交",
    "因病住院，出院后补交",
    "工资关系转接，核定后补交",
)


def build(city, rng, today, say, *, campaign=None):
    """Dues from January of the campaign's year up to today; returns how many months were registered."""
    year = campaign.year if campaign else today.year
    told = _Year(city, rng, year, today).tell()
    insert_tuples(DuesBase, BASE, told.bases)
    insert_tuples(DuesMonth, MONTH, told.months)
    insert_many(DuesExemption, told.exemptions)
    insert_many(DuesRemittance, told.remittances)
    insert_many(DuesPublication, told.publications)
    say(f"党费：核定{len(told.bases)}人次，登记{len(told.months)}人月")
    return len(told.months)


class _Year:
    """Invents what every member paid, as rows."""

    def __init__(self, city, rng, year, today):
        self.city, self.rng, self.year, self.today = city, rng, year, today
        self.months_of_year = list(months_between(date(year, 1, 1), today))
        self.texts = [(month, str(month), month.last_day) for month in self.months_of_year]
        self.running = self.months_of_year[-1]
        self.now = datetime.combine(today, time(9), CHINA)
        self.bases, self.months = [], []
        self.exemptions, self.remittances, self.publications = [], [], []
        self.rolls = defaultdict(list)
        rows = Member.objects.counted().order_by("pk")
        for row in rows.values_list(
            "organization_id", "pk", "is_retired", "admitted_on", "joined_branch_on"
        ):
            self.rolls[row[0]].append(row[1:])

    def tell(self):
        for number, place in enumerate(self.city.places):
            self._branch(place, self.rolls[place.branch.pk], number)
        return self

    def _branch(self, place, roll, number):
        rng = self.rng
        care = 1 if number == 0 else place.diligence
        debtor = self._debtor(place, roll, number)
        came_in = defaultdict(Decimal)
        owed = Decimal(0)
        for index, (member, is_retired, admitted, joined) in enumerate(roll):
            bases = self._bases(place, member, is_retired, is_unknown=number == 0 and index == 4)
            exemption = self._exemption(place, member, number, index)
            since = max(
                Month.of(admitted or date(1990, 1, 1)), Month.of(joined or date(1990, 1, 1))
            )
            unpaid = set()
            if index == debtor[0]:
                unpaid = {self.running.plus(-n) for n in range(debtor[1] + 1)}
            if number == 0 and index == len(roll) - 2:
                unpaid = {self.running}
            payday = rng.randint(2, 18)
            for month, text, last_day in self.texts:
                if month < since:
                    continue
                base = next((due for first, due in bases if first <= text), None)
                due, is_reduced = due_of(base, self._reduced(exemption, text))
                paid, paid_on, note = self._payment(
                    month, last_day, due, care, payday, number == 0, month in unpaid
                )
                is_paid = paid_on is not None
                self.months.append(
                    (
                        member, place.branch.pk, text, due, is_reduced, paid, paid_on,
                        self._channel(is_retired) if is_paid else "", note, 2 if is_paid else 1,
                        place.secretary.pk if is_paid else None, self.now if is_paid else None,
                    )
                )  # fmt: skip
                came_in[text] += paid
                owed += due or 0
        self._remit(place, came_in, care)
        self._publish(place, owed, len(roll))

    def _debtor(self, place, roll, number):
        """``(who, for how many months)`` has stopped paying; in the first branch somebody for four."""
        if number == 0:
            return len(roll) - 1, 4
        if place.diligence < 0.5 and self.rng.random() < 0.5:
            return self.rng.randrange(len(roll)), self.rng.randint(2, 8)
        return -1, 0

    def _bases(self, place, member, is_retired, *, is_unknown):
        """The bases of one member, newest first as ``(from month, due)``."""
        rng = self.rng
        if is_unknown or rng.random() < 0.01 + 0.05 * (1 - place.diligence):
            return []
        kind = DuesKind.RETIRED if is_retired else DuesKind.WAGE
        low, high, usual = (3600, 9500, 5600) if is_retired else (4000, 15000, 7200)
        base = Decimal(round(rng.triangular(low, high, usual), -1))
        found = [self._approve(place, member, f"{self.year}-01", kind, base, "年初核定")]
        if rng.random() < 0.12 and self.running.number >= 7:
            base = (base * Decimal("1.06")).quantize(Decimal(1))
            found.insert(0, self._approve(place, member, f"{self.year}-07", kind, base, "工资调整"))
        return found

    def _approve(self, place, member, month, kind, base, note):
        due = monthly_due(kind, base)
        self.bases.append(
            (member, month, kind.value, base, due, note, place.secretary.pk, self.now)
        )
        return month, due

    def _payment(self, month, last_day, due, care, payday, is_first, is_unpaid):
        """``(paid, day, note)`` of one month."""
        rng, nothing = self.rng, (Decimal(0), None, "")
        if due is None or due == 0 or is_unpaid:
            return nothing
        luck = rng.random()
        slack = (1 - care) ** 2
        if is_first:
            return due, min(self.today, month.first_day.replace(day=payday)), ""
        if luck < 0.05 * slack:
            return nothing
        if luck < 0.17 * slack:
            day = last_day + timedelta(days=rng.randint(2, 200))
            note = rng.choice(LATE_NOTES) if needs_explanation(month, day) else ""
            return nothing if day > self.today else (due, day, note)
        day = month.first_day.replace(day=payday)
        if day > self.today:
            return nothing
        if luck < 0.19 * slack:
            return (due / 2).quantize(Decimal("0.1")), day, "余款下月补交"
        return due, day, ""

    def _channel(self, is_retired):
        luck = self.rng.random()
        if luck < (0.25 if is_retired else 0.02):
            return "relative"
        return "member" if luck < (0.35 if is_retired else 0.05) else "self"

    # --- exemptions -----------------------------------------------------------------------------

    def _exemption(self, place, member, number, index):
        """Here and there somebody pays less; a few requests wait, one of them with the first organ."""
        if index != 2:
            return None
        luck = self.rng.random()
        waits = number == 1 or luck < 0.04
        if not waits and luck > 0.14:
            return None
        first = self.running if waits else Month(self.year, min(3, self.running.number))
        exemption = DuesExemption(
            member_id=member,
            from_month=str(first),
            to_month=str(Month(self.year, 12) if not waits else first.plus(11)),
            reduced_to=Decimal(self.rng.choice((0, 0, 10, 20))),
            reason=self.rng.choice(REASONS),
            requested_by=place.secretary,
            requested_at=self.now - timedelta(days=self.rng.randint(1, 9)),
        )
        if not waits:
            reviewer = place.reviewers[-1]
            exemption.state = DuesExemption.State.APPROVED
            exemption.requested_at = datetime.combine(first.first_day, time(10), CHINA)
            exemption.decided_by = reviewer
            exemption.decided_at = exemption.requested_at + timedelta(days=2)
            exemption.decision_note = "情况属实，同意。"
        self.exemptions.append(exemption)
        return exemption

    def _reduced(self, exemption, text):
        if exemption is None or exemption.state != DuesExemption.State.APPROVED:
            return None
        covered = exemption.from_month <= text <= exemption.to_month
        return exemption.reduced_to if covered else None

    # --- handing on, telling ----------------------------------------------------------------------

    def _remit(self, place, came_in, care):
        for month, text, last_day in self.texts[:-1]:
            day = last_day + timedelta(days=self.rng.randint(1, 12))
            if came_in[text] <= 0 or day > self.today or self.rng.random() > 0.7 + 0.4 * care:
                continue
            self.remittances.append(
                DuesRemittance(
                    organization=place.branch,
                    month=text,
                    amount=came_in[text],
                    on=day,
                    receipt_no=f"DF{month.year}{month.number:02d}{place.branch.pk:04d}",
                    by=place.secretary,
                    at=self.now,
                )
            )

    def _publish(self, place, owed, members):
        """Last year's statement, told in January where the branch keeps its work."""
        if place.diligence < 0.35 and self.rng.random() < 0.7 or not members:
            return
        due = (owed / len(self.texts) * 12).quantize(Decimal("0.01"))
        missing = Decimal(round((1 - place.diligence) * 0.02 * float(due), 2))
        self.publications.append(
            DuesPublication(
                organization=place.branch,
                year=self.year - 1,
                number=1,
                on=date(self.year, 1, self.rng.randint(8, 28)),
                how="党员大会宣读",
                total_due=due,
                total_paid=(due - missing).quantize(Decimal("0.01")),
                members=members,
                by=place.secretary,
                at=self.now,
            )
        )
