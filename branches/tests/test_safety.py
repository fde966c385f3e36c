"""Accounts that nobody uses: warned, then closed; never an administrator's."""

from datetime import timedelta

import pytest
from django.utils import timezone

from branches.jobs import close_unused_accounts
from branches.services import accounts, safety
from branchyear.accounts.models import User
from branchyear.audit.models import Entry
from branchyear.notifications.models import Notice


@pytest.fixture(autouse=True)
def _on(settings):
    settings.IDLE_ACCOUNT_DAYS = 90


def idle(user, days, *, now):
    long_ago = now - timedelta(days=days)
    User.objects.filter(pk=user.pk).update(in_use_since=long_ago, last_login=long_ago)


def is_open(user):
    return User.objects.get(pk=user.pk).is_active


def test_an_idle_account_is_warned_then_closed_then_given_back(people):
    now = timezone.now()
    idle(people.secretary, 80, now=now)

    told = [safety.warn_of_closing(now=now), safety.warn_of_closing(now=now)]
    early = safety.close_unused(now=now + timedelta(days=9))
    closed = safety.close_unused(now=now + timedelta(days=15))
    again = safety.close_unused(now=now + timedelta(days=15))

    assert (told, early, closed, again) == ([1, 0], 0, 1, 0)
    assert Notice.objects.filter(kind="account.idle", recipient=people.secretary).count() == 1
    assert not is_open(people.secretary)
    assert Entry.objects.filter(verb="account.closed_idle").count() == 1
    accounts.reopen_account(User.objects.get(pk=people.secretary.pk), by=people.admin)
    assert safety.close_unused(now=now + timedelta(days=16)) == 0


def test_who_was_not_warned_a_fortnight_ago_is_not_closed(people):
    now = timezone.now()
    idle(people.secretary, 400, now=now)

    close_unused_accounts()
    close_unused_accounts()

    assert is_open(people.secretary)


def test_who_comes_once_a_month_is_left_alone(people):
    now = timezone.now()
    idle(people.secretary, 400, now=now)
    User.objects.filter(pk=people.secretary.pk).update(last_login=now - timedelta(days=31))

    assert safety.warn_of_closing(now=now) == 0


def test_a_log_in_after_the_warning_begins_the_time_anew(people):
    now = timezone.now()
    idle(people.secretary, 80, now=now)
    safety.warn_of_closing(now=now)
    User.objects.filter(pk=people.secretary.pk).update(last_login=now)

    assert safety.close_unused(now=now + timedelta(days=20)) == 0


def test_an_administrators_account_is_never_closed(people):
    now = timezone.now()
    for user in (people.admin, people.security, people.auditor):
        idle(user, 400, now=now)
    safety.warn_of_closing(now=now)

    assert safety.close_unused(now=now + timedelta(days=30)) == 0


def test_without_the_setting_nothing_is_closed(people, settings):
    settings.IDLE_ACCOUNT_DAYS = 0
    idle(people.secretary, 400, now=timezone.now())

    assert safety.warn_of_closing(now=timezone.now()) == 0
