"""Whose office asks for the code from the telephone."""

from django.conf import settings
from django.core.cache import cache

from branches.models import SecondFactorRole
from branches.scope import scope_of

# Asked at every request of everybody, changed once in years: a minute late is soon enough.
_KEY, _SECONDS = "second-factor-roles", 60


def asks(user):
    """Whether one of the person's offices of today is among those named."""
    offices = scope_of(user).roles
    if not offices:
        return False
    named = cache.get(_KEY)
    if named is None:
        named = set(SecondFactorRole.objects.values_list("role", flat=True))
        cache.set(_KEY, named, _SECONDS)
    return bool(offices & named)


def requires(user):
    """Whether this person must have a code before anything else."""
    return settings.SECOND_FACTOR == "required" and asks(user)


def forget():
    """The named offices have changed."""
    cache.delete(_KEY)
