"""A campaign of 2022 whose April is open."""

from datetime import date

import pytest

from reports.tests import make


@pytest.fixture
def campaign(people):
    campaign = make.make_campaign()
    make.open_months(campaign, date(2022, 4, 1))
    return campaign
