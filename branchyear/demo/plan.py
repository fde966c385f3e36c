"""The campaign's plan as it is shown on a given day."""

import re
from datetime import date

from branchyear.lib.dates import Month, add_months
from tasks import template


def plan_for(today, year=None):
    """The plan and its year for a campaign that runs on ``today``: this year's from June on.

    Earlier in the year there would be no months of history yet, so last year's is shown, put off until today is in its
    eighth month.
    """
    plan = template.read("campaign_2022")
    if year is not None or today.month >= 6:
        return plan, year or today.year
    return _put_off(plan, today.month + 1), today.year - 1


def _put_off(value, months):
    """Every date in the plan ``months`` later; the last of a month stays the last of a month."""
    if isinstance(value, dict):
        return {key: _put_off(inner, months) for key, inner in value.items()}
    if isinstance(value, list):
        return [_put_off(inner, months) for inner in value]
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}", value):
        return str(Month.parse(value).plus(months))
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        day = date.fromisoformat(value)
        later = add_months(day, months)
        if day == Month.of(day).last_day:
            later = Month.of(later).last_day
        return later.isoformat()
    return value
