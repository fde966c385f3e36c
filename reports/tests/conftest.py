"""A campaign of 2022 whose April is open."""

from datetime import date

import pytest

from branchyear.tests.kept import kept, the_city
from reports.tests import make


@pytest.fixture
def campaign(people):
    return kept(("april", the_city()), in_april)


def in_april():
    campaign = make.make_campaign()
    make.open_months(campaign, date(2022, 4, 1))
    return campaign
