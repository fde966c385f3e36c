"""A cell's value as it is compared, stored and shown."""

from functools import lru_cache

from branches.models import Organization
from branchyear.lib.crypto import mask_id_number, mask_phone
from members.importing.cells import Month, veiled
from members.models.member import SECRET_FIELDS, in_words
from members.services.roster import plain

_DAYS = ("birth_date", "worked_from", "admitted_on", "formal_on", "joined_branch_on", "platform_entered_on")  # fmt: skip


def nothing(key):
    """What an emptied cell is stored as."""
    if key in _DAYS or key == "is_unit_head":  # nobody has said whether
        return None
    return False if key.startswith("is_") else ""


def day_of(value):
    return value.first if isinstance(value, Month) else value


def settled(key, value, row):
    """A month becomes a day: of a birth the one the ID number names, else the first."""
    if not isinstance(value, Month):
        return value
    named = row.named.get("birth_date") if key == "birth_date" else None
    return named if named and named.replace(day=1) == value.first else value.first


def same_day(given, stored):
    """A month is the same as any of its days."""
    if isinstance(given, Month):
        return given.first == stored.replace(day=1)
    return given == stored


def shown(key, value):
    """A fact as it is shown in the plan: numbers masked."""
    if key in SECRET_FIELDS:
        mask = mask_id_number if key == "id_number" else mask_phone
        return mask(value) if value else ""
    if isinstance(value, Organization):  # its name may change
        return veiled(value.name)
    return _worded(key, value)


@lru_cache(maxsize=4096)  # units, posts and days repeat
def _worded(key, value):
    return veiled(str(in_words(key, plain(key, value))))
