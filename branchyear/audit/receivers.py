"""Log-ins, log-outs, failures and locks leave a trail, whichever door they come through.

Django and axes send these signals themselves; there is no service of ours to record them from.
"""

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.utils import timezone

from branchyear.accounts import services
from branchyear.accounts.models import User
from branchyear.accounts.signals import acted
from branchyear.audit import context
from branchyear.audit.services import record


@receiver(user_logged_in, dispatch_uid="audit-signed-in")
def signed_in(sender, request, user, **kwargs):
    ip, now = context.ip.get(), timezone.now()
    services.note_login(user, ip=ip, now=now)
    services.begin_session(request, user, ip=ip, now=now)
    record("account.signed_in", user, by=user)


@receiver(user_logged_out, dispatch_uid="audit-signed-out")
def signed_out(sender, request, user, **kwargs):
    if user is not None:
        record("account.signed_out", user, by=user)


@receiver(user_login_failed, dispatch_uid="audit-failed")
def sign_in_failed(sender, credentials, **kwargs):
    username = str(credentials.get("username", ""))[:150]
    user = User.objects.filter(username=username).first()
    record("account.sign_in_failed", user, by=None, username=username)


@receiver(user_locked_out, dispatch_uid="audit-locked")
def locked(sender, username, **kwargs):
    user = User.objects.filter(username=username or "").first()
    record("account.locked", user, by=None, username=str(username or "")[:150])


@receiver(acted, dispatch_uid="audit-own-account")
def own_account(sender, verb, user, detail, **kwargs):
    record(verb, user, by=user, **detail)
