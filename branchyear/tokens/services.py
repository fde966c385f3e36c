"""Make, look up, end. Who may is asked above (``branches.services.tokens``): it follows from offices."""

import hashlib
import re
import secrets
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from branchyear.tokens.models import ApiToken

# A key that leaks is recognised by anybody who greps for it.
PREFIX = "jcjs_"
WELL_FORMED = re.compile(r"jcjs_[A-Za-z0-9_-]{43}")
SHOWN = 10  # of a key, to tell one from another
USED_EVERY = timedelta(minutes=1)


def digest_of(key):
    """SHA-256 is enough: the key is random (256 bits), nobody guesses it from its digest."""
    return hashlib.sha256(key.encode()).hexdigest()


def make(user, *, name, scopes, expires_at, now):
    """``(token, key)``; the key is nowhere kept."""
    key = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user, name=name, start=key[:SHOWN], digest=digest_of(key), scopes=sorted(scopes),
        made_at=now, expires_at=expires_at,
    )  # fmt: skip
    return token, key


def live(user, *, now):
    return ApiToken.objects.filter(user=user, revoked_at=None, expires_at__gt=now)


def find(key):
    """The token of this key, whatever its state; None for a key nobody was given."""
    if not WELL_FORMED.fullmatch(key):
        return None
    return ApiToken.objects.select_related("user").filter(digest=digest_of(key)).first()


def note_use(token, *, ip, now):
    """When and whence it was last used, written once a minute at most."""
    long_ago = Q(last_used_at=None) | Q(last_used_at__lt=now - USED_EVERY)
    if token.last_used_at is None or token.last_used_at < now - USED_EVERY:
        ApiToken.objects.filter(long_ago, pk=token.pk).update(last_used_at=now, last_used_ip=ip)


def end(tokens, *, by, now=None):
    """End those that are live; how many."""
    return tokens.filter(revoked_at=None).update(revoked_at=now or timezone.now(), revoked_by=by)
