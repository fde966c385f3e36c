"""Builders for tests: people on the roll."""

from datetime import date
from itertools import count

from members.models import Category
from members.services.roster import add_members
from members.soundness import id_number_check_sign

_numbers = count(1)


def id_number(serial=None):
    """A well-formed ID number of nobody (the region 99 does not exist), of a man born on 1980-01-01."""
    first = f"99010119800101{(2 * (serial or next(_numbers)) + 1) % 1000:03d}"
    return first + id_number_check_sign(first)


def make_member(organization, name="张三", **changes):
    """One formal member of ``organization``."""
    values = {
        "name": name,
        "sex": "male",
        "ethnicity": "汉族",
        "birth_date": date(1980, 1, 1),
        "category": Category.FORMAL,
        "admitted_on": date(2005, 7, 1),
        "formal_on": date(2006, 7, 1),
        **changes,
    }
    return add_members([values], organization=organization, by=None)[0]
