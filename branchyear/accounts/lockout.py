"""Wrong passwords lock, for a while, and never shut out the person for good.

Five wrong ones within a quarter of an hour lock an account for the network (/24) they came from; twenty from
wherever lock it everywhere, except for the network of the person's last log-in: whoever wants to keep somebody
out by guessing for him does not succeed (等保2.0: 登录失败处理; OWASP ASVS 5.0, 6.3.1).

django-axes keeps the failures. Every question for a password goes through it: the door (``authenticate``) and
``proves`` for somebody who is in already.
"""

from datetime import timedelta

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.db.models import Max, Sum
from django.utils import timezone

from branchyear.accounts.models import User
from branchyear.lib.addresses import client_ip, network_of


def network_of_request(request):
    """What axes takes for the address."""
    return network_of(client_ip(request))


class Handler(AxesDatabaseHandler):
    """axes' own counting by account and network, and ours by account."""

    def get_failures(self, request, credentials=None):
        here = super().get_failures(request, credentials)
        username = get_client_username(request, credentials)
        if here < settings.AXES_FAILURE_LIMIT and username and _is_locked_everywhere(username):
            if not _came_from_here(username, request.axes_ip_address):
                return settings.AXES_FAILURE_LIMIT
        return here


def recent(username):
    """The failures that still count for a name (or an expression for one)."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    return AccessAttempt.objects.filter(username=username, attempt_time__gte=since)


def _total(attempts):
    return attempts.aggregate(total=Sum("failures_since_start"))["total"] or 0


def _is_locked_everywhere(username):
    return _total(recent(username)) >= settings.LOCK_EVERYWHERE_AFTER


def _came_from_here(username, network):
    last = User.objects.filter(username=username).values_list("last_login_ip", flat=True).first()
    return last is not None and network_of(last) == network


def attempts_that_lock(username):
    """The failures that lock an account at this moment, for one network or for all."""
    grouped = recent(username).order_by()
    by_network = (
        grouped.values("username", "ip_address")
        .annotate(total=Sum("failures_since_start"))
        .filter(total__gte=settings.AXES_FAILURE_LIMIT)
        .values("username")
    )
    everywhere = (
        grouped.values("username")
        .annotate(total=Sum("failures_since_start"))
        .filter(total__gte=settings.LOCK_EVERYWHERE_AFTER)
        .values("username")
    )
    return by_network, everywhere


def is_locked(username):
    return any(attempts.exists() for attempts in attempts_that_lock(username))


def is_locked_here(request, username):
    """Whether a try from where this request comes from would be turned away whatever the password."""
    return not AxesProxyHandler.is_allowed(request, {"username": username})


def failures(request, username):
    """How many wrong passwords stand against this account, as seen from here."""
    return AxesProxyHandler.get_failures(request, {"username": username})


def locked_until(username):
    """When the account can be tried again."""
    last = recent(username).aggregate(last=Max("attempt_time"))["last"] or timezone.now()
    # A minute is the smallest thing a person is told; rounded up, so that it is true.
    return last + settings.AXES_COOLOFF_TIME + timedelta(minutes=1)


def proves(request, user, password):
    """Whether somebody who is in says his own password rightly; wrong ones count as at the door.

    Once it locks, ``request.axes_locked_out`` is set and axes answers as at the door.
    """
    credentials = {"username": user.get_username()}
    if not AxesProxyHandler.is_allowed(request, credentials):
        request.axes_locked_out, request.axes_credentials = True, credentials
        return False
    if user.check_password(password):
        return True
    user_login_failed.send(sender=__name__, credentials=credentials, request=request)
    return False
