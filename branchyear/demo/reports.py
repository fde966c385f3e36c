"""The demo's monthly reports: months of them, some late, some missing, this month's half done."""

from datetime import datetime, time, timedelta

from branchyear.demo import reminders, words
from branchyear.demo.history import at
from branchyear.lib.dates import CHINA, Month, months_between
from reports.models import MonthlyReport, Tier
from reports.services import periods
from reports.services.replay import Handed, replay

FACTS_DAY = 20  # the day of the month whose facts the month's reports of the demo show


REMINDED = 3  # how many months back the ledger of reminders of the demo reaches
DUE_DAY = 25


def at_nine(day):
    return datetime.combine(day, time(9), CHINA)


def _is_before(handed, morning):
    return morning is None or handed.submitted_at is None or handed.submitted_at < morning


class Reports:
    """Writes each month's reports of all tiers, in the order they were really written."""

    def __init__(self, city, campaign, rng, now, say):
        self.city, self.campaign, self.rng, self.now, self.say = city, campaign, rng, now, say
        self.today = now.astimezone(CHINA).date()
        self.places = {place.branch.pk: place for place in city.places}
        self.moods = {}
        self.said = {}  # what each organisation wrote last: the same words twice are no report
        for place in city.places:
            self.moods.setdefault(place.direct.pk, []).append(place.diligence)

    def months(self):
        last = min(self.today, self.campaign.ends_on)
        return list(months_between(self.campaign.starts_on, last))

    def write(self, month):
        """The month's reports as far as they would be written by now."""
        facts_on = min(month.first_day.replace(day=FACTS_DAY), self.today)
        periods.open_periods(today=min(month.last_day, self.today))
        stories = {}
        for tier in (Tier.BRANCH, Tier.DIRECT, Tier.COMMITTEE):
            rows = list(
                MonthlyReport.objects.filter(period__month=str(month), period__tier=tier)
                .select_related("organization", "receiver", "period__campaign")
            )  # fmt: skip
            handed = [one for row in rows if (one := self._story(tier, row, month)) is not None]
            if handed:
                stories[rows[0].period] = handed
        # What was handed in before a morning of reminders is written before these are sent.
        for morning in (*self._mornings(month), None):
            for period, handed in stories.items():
                part = [one for one in handed if _is_before(one, morning)]
                stories[period] = [one for one in handed if not _is_before(one, morning)]
                if part:
                    replay(period, part, facts_on=facts_on)
            if morning is not None:
                reminders.send(morning)
        self.say(f"{month.label}月报")

    def _mornings(self, month):
        """The day before the reports are due and the day after it, of the last months; not on rest days."""
        if month.plus(REMINDED) < Month.of(self.today):
            return []
        due = month.first_day.replace(day=DUE_DAY)
        mornings = [at_nine(due - timedelta(days=1)), at_nine(due + timedelta(days=1))]
        return [morning for morning in mornings if morning <= self.now]

    def _story(self, tier, report, month):
        rng, organization = self.rng, report.organization
        due = report.period.due_on
        if tier == Tier.BRANCH:
            place = self.places[organization.pk]
            if place in self.city.places[:2] and month == Month.of(self.today):
                return None  # what shuji001 is to write himself, and what shuji002 still owes
            diligence, by, receiver = place.diligence, place.secretary, place.reviewers[-1]
            early = rng.randint(0, 9)
        elif tier == Tier.DIRECT:
            moods = self.moods[organization.pk]
            diligence = sum(moods) / len(moods)
            by = self.city.reviewers.get(organization.pk) or self.places[organization.pk].secretary
            receiver = self.city.gongwei
            early = rng.randint(0, 2)
        else:
            diligence, by, receiver, early = 0.97, self.city.gongwei, self.city.zzb, 1
        if rng.random() < 0.10 * (1 - diligence):
            return None
        late = rng.random() < 0.22 * (1 - diligence)
        day = due + timedelta(days=rng.randint(1, 4)) if late else due - timedelta(days=early)
        moment = at(day, rng)
        if moment > self.now:
            if rng.random() < 0.5 and tier == Tier.BRANCH:
                return Handed(report, self._texts(tier, organization), by)
            return None
        received = at(day + timedelta(days=rng.randint(0, 3)), rng, start=9)
        received = max(received, moment + timedelta(hours=1))
        if received > self.now:
            return Handed(report, self._texts(tier, organization), by, moment)
        return Handed(report, self._texts(tier, organization), by, moment, receiver, received)

    def _texts(self, tier, organization):
        rng, last = self.rng, self.said.get((tier, organization.pk), {})

        def other(key, choices):
            return rng.choice([words for words in choices if words != last.get(key)])

        texts = {
            "progress": other("progress", words.PROGRESS),
            "problems": other("problems", words.PROBLEMS),
            "next_steps": other("next_steps", words.NEXT_STEPS),
        }
        if rng.random() < 0.25:
            texts["experience"] = rng.choice(words.EXPERIENCE)
        self.said[tier, organization.pk] = texts
        return texts
