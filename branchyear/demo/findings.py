"""The past of the demo's findings: each was found on the first day on which its own facts show it, and many more
were found and cleared in the months before. Set-based: a statement per period, and one insertion."""

import re
from datetime import date, timedelta

from django.db.models import F

from branchyear.lib.bulk import insert_many, update_many
from branchyear.lib.dates import add_months, months_between
from tasks.models import Finding, Rule, Severity

SPREAD = 12  # days over which the first look at the whole city went
NEAR = 15  # days before a quarter ends on which it is spoken of (R21, R25)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
BY_FACTS = ("R17", "R30", "R31", "R34", "R36", "R37", "R38", "R39")
# What the rosters and papers of spring lacked, cleared by now: rule, key, severity, facts.
LACKED = (
    ("R09", "", "error", {"k": 4, "phone": 2, "education": 1, "native_place": 1}),
    ("R35", "", "warning", {"n": 9, "k": 6}),
    ("R20", "papers", "warning", {"say": "papers"}),
)
# What a month lacked until it was made up.
MISSED = (
    ("R43", "error", lambda month, n: {"m": month.number, "k": n, "amt": 60 * n}),
    ("R24", "error", lambda month, n: {"m": month.number}),
    ("R22", "error", lambda month, n: {"m": month.number}),
)


def build(city, rng, today, say, *, campaign):
    """After 支部体检 has looked at the city of today."""
    first = min(campaign.starts_on, today)
    _date(Finding.objects.open().filter(rule__campaign=campaign), first, today)
    say(f"支部体检历史：已消除{_mended(city, rng, first, today, campaign)}处")


def _date(found, first, today):
    """When each finding of today could first be seen."""

    def seen(rows, day):
        day = min(max(day, first), today)
        rows.update(opened_on=day, changed_on=day)

    for turn in range(SPREAD):
        seen(found.annotate(turn=F("pk") % SPREAD).filter(turn=turn), first + timedelta(days=turn))
    for month in months_between(first, today):
        seen(found.filter(key__contains=f"month:{month}"), month.last_day + timedelta(days=1))
        if month.number % 3 == 0:
            quarter = found.filter(key__contains=f"quarter:{month.year}-{month.number // 3}")
            seen(quarter, month.last_day + timedelta(days=1))
            seen(quarter.filter(severity=Severity.NOTICE), month.last_day - timedelta(days=NEAR))
    yearly = found.filter(key__contains=f"year:{first.year}")
    seen(yearly, date(first.year + 1, 1, 1))
    seen(yearly.filter(severity=Severity.NOTICE), date(first.year, 10, 1))
    dated = []
    for row in found.filter(rule__number__in=BY_FACTS).only("facts", "opened_on", "changed_on"):
        days = [date.fromisoformat(v) for v in row.facts.values() if DAY.fullmatch(str(v))]
        past = [day for day in days if day < today]
        if past:
            row.opened_on = row.changed_on = max(first, max(past) + timedelta(days=1))
            dated.append(row)
    for row in found.filter(rule__number="R18").only("facts", "opened_on", "changed_on"):
        near = add_months(date.fromisoformat(row.facts["expiry"]), -6)
        row.opened_on = row.changed_on = min(max(near, first), today)
        dated.append(row)
    update_many(Finding, dated, ["opened_on", "changed_on"])


def _mended(city, rng, first, today, campaign):
    """Findings that were cleared: the more careful the branch, the sooner."""
    rules = dict(Rule.objects.filter(campaign=campaign).values_list("number", "pk"))
    open_now = set(
        Finding.objects.open()
        .filter(rule__campaign=campaign)
        .values_list("organization", "rule", "key")
    )
    rows = []

    def tell(place, number, key, severity, facts, opened):
        closed = opened + timedelta(days=rng.randint(4, 20) + round(60 * (1 - place.diligence)))
        if closed < today and (place.branch.pk, rules[number], key) not in open_now:
            rows.append(
                Finding(
                    organization=place.branch, rule_id=rules[number], key=key, severity=severity,
                    facts=facts, opened_on=opened, changed_on=opened, closed_on=closed,
                    closing=Finding.Closing.MENDED,
                )
            )  # fmt: skip

    months = [month for month in months_between(first, today) if month.last_day < today]
    for place in city.places:
        for number, key, severity, facts in LACKED:
            if rng.random() < 0.75:
                opened = first + timedelta(days=rng.randint(0, SPREAD))
                tell(place, number, key, severity, facts, opened)
        for month in months:
            for number, severity, facts in MISSED:
                if rng.random() < 0.6 - 0.4 * place.diligence:
                    key = f"month:{month}"
                    told = facts(month, rng.randint(1, 3))
                    tell(place, number, key, severity, told, month.last_day + timedelta(days=1))
    insert_many(Finding, rows)
    return len(rows)
