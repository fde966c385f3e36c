"""The code from the telephone (动态验证码): six digits that change every half minute (TOTP, RFC 6238).

等保2.0 三级 asks for two kinds of proof, one of them cryptographic, of whoever administers; OWASP ASVS 5.0 for it at
level 2 (6.3.3). No message is sent and no foreign server is asked: any authenticator on any telephone does.

The secret is kept encrypted under ``FIELD_KEY``, recovery codes as keyed digests. A code is taken once. Five wrong
ones lock for a quarter of an hour, and a log-in with the right password does not begin the count anew.
"""

import secrets
from datetime import timedelta

import pyotp
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from branchyear.accounts.models import OpenSession, RecoveryCode, SecondFactor
from branchyear.accounts.signals import acted
from branchyear.lib.crypto import is_digest_of, keyed_digest
from branchyear.lib.errors import Refused

STEP = 30  # seconds a code lives
DRIFT = 1  # steps a telephone's clock may be off, either way
FAILURES = 5
LOCK = timedelta(minutes=15)
CODES = 10
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # without look-alikes: read from paper


def new_secret():
    return pyotp.random_base32()


def address_of(user, secret):
    """What the square (QR) says: an authenticator reads name, issuer and secret from it."""
    return pyotp.TOTP(secret).provisioning_uri(
        name=user.get_username(), issuer_name=settings.SECOND_FACTOR_ISSUER
    )


def is_enrolled(user):
    return SecondFactor.objects.filter(user=user).exists()


def _step_of(secret, code, now):
    """The half minute a code belongs to, or None."""
    code = "".join(code.split())
    if not (code.isascii() and code.isdigit() and len(code) == 6):
        return None
    totp, here = pyotp.TOTP(secret), int(now.timestamp()) // STEP
    for step in range(here - DRIFT, here + DRIFT + 1):
        if secrets.compare_digest(totp.generate_otp(step), code):
            return step
    return None


def _words(code):
    """What is hashed of a recovery code."""
    return "recovery" + code.replace("-", "")


def _digest(code):
    return keyed_digest(_words(code))


@transaction.atomic
def enrol(user, *, secret, code, keep_session=None, now=None):
    """The telephone shows the right code for ``secret``: from now on it is asked for. Returns the recovery
    codes, which are shown once. Every other session ends."""
    now = now or timezone.now()
    step = _step_of(secret, code, now)
    if step is None:
        raise Refused(
            "验证码不正确。请核对手机时间是否准确，输入手机上正在显示的6位数字。", field="code"
        )
    if is_enrolled(user):
        raise Refused("您已启用动态验证码。", field="code")
    SecondFactor.objects.create(user=user, secret=secret, last_step=step, since=now)
    codes = _new_codes(user)
    OpenSession.objects.filter(user=user).exclude(session_key=keep_session).delete()
    acted.send(SecondFactor, verb="account.second_factor_set", user=user, detail={})
    return codes


def _new_codes(user):
    codes = set()
    while len(codes) < CODES:
        codes.add("-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(2)))
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(c)) for c in codes)
    return sorted(codes)


def _use_up(user, code):
    """Whether there was such a recovery code; it is there no more."""
    words = _words(code)
    found = [c.pk for c in RecoveryCode.objects.filter(user=user) if is_digest_of(c.digest, words)]
    return bool(RecoveryCode.objects.filter(pk__in=found).delete()[0])


def prove(user, code, *, now=None):
    """Whether the code, from the telephone or from the paper, is right; ``Refused`` while it is locked.

    A wrong one is counted outside of any transaction that the refusal would undo.
    """
    now = now or timezone.now()
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update().get(user=user)
        if factor.locked_until and factor.locked_until > now:
            raise Refused(
                f"验证码连续输错{FAILURES}次，请于{timezone.localtime(factor.locked_until):%H:%M}后再试，"
                "或请安全管理员重置。",
                field="code",
            )
        step = _step_of(factor.secret, code, now)
        if step is not None and step > factor.last_step:
            factor.last_step, factor.failures, factor.locked_until = step, 0, None
            factor.save(update_fields=["last_step", "failures", "locked_until"])
            return True
        if step is None and _use_up(user, code):
            SecondFactor.objects.filter(user=user).update(failures=0, locked_until=None)
            left = RecoveryCode.objects.filter(user=user).count()
            acted.send(
                SecondFactor,
                verb="account.recovery_code_used",
                user=user,
                detail={"left": left},
            )
            return True
        _count_failure(factor, now)
        return False


def _count_failure(factor, now):
    factor.failures += 1
    if factor.failures >= FAILURES:
        factor.failures, factor.locked_until = 0, now + LOCK
    factor.save(update_fields=["failures", "locked_until"])
    acted.send(
        SecondFactor,
        verb="account.second_factor_failed",
        user=factor.user,
        detail={"locked": bool(factor.locked_until and factor.locked_until > now)},
    )


@transaction.atomic
def turn_off(user):
    """The person gives it up (and proved it just now)."""
    remove(user)
    acted.send(SecondFactor, verb="account.second_factor_off", user=user, detail={})


def remove(user):
    """Secret and codes go; True if there were any."""
    RecoveryCode.objects.filter(user=user).delete()
    return bool(SecondFactor.objects.filter(user=user).delete()[0])
