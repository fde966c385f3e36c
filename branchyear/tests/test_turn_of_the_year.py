"""Every page that needs no row answers on the days when there is little or nothing to show: before there is a campaign,
before the year begins, on its first day, and after it is over."""

from datetime import date

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from branchyear.tests.access import all_rows
from branchyear.tests.slopes import ELSEWHERE
from reports.services import periods
from tasks.services import findings
from tasks.tests.make import make_campaign

YEAR = 2026
# A year of the campaign runs from 1 April to 31 December.
DAYS = {
    "without a campaign": None,
    "in January": date(YEAR, 1, 10),
    "the first day": date(YEAR, 4, 1),
    "the year after": date(YEAR + 1, 2, 28),
}
WHO = ("secretary", "reviewer", "committee")


@pytest.mark.parametrize("when", DAYS)
def test_every_page_answers(when, org, people):
    day = DAYS[when]
    if day is not None:
        make_campaign(YEAR)
    with time_machine.travel(f"{day or date(YEAR, 5, 6)}T10:00:00+08:00", tick=True):
        periods.open_periods(today=day or date(YEAR, 5, 6))
        findings.evaluate(day=day or date(YEAR, 5, 6))
        refused = []
        for who in WHO:
            client = Client(raise_request_exception=False)
            client.force_login(getattr(people, who), backend="branches.backends.AppointmentBackend")
            for name, row in all_rows().items():
                if row.args or row.method != "get" or name in ELSEWHERE:
                    continue
                status = client.get(reverse(name), row.data).status_code
                if status >= 500:
                    refused.append((name, who, status))
        assert not refused


def test_the_days_are_those_of_the_plan(org):
    campaign = make_campaign(YEAR)
    assert (campaign.starts_on, campaign.ends_on) == (
        DAYS["the first day"], date(YEAR, 12, 31),
    )  # fmt: skip
