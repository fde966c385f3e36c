"""How often a person or a key may ask: counted by the minute in the shared cache."""

import time

from django.conf import settings
from django.core.cache import cache
from rest_framework.throttling import BaseThrottle

from branchyear.tokens.models import ApiToken

MINUTE = 60


class ByPerson(BaseThrottle):
    """Reads and writes are counted apart; a key has a measure of its own, so that a program that runs wild does
    not keep its person from the pages' own calls."""

    def allow_request(self, request, view):
        if not request.user.is_authenticated:
            return True  # refused anyway
        kind = "read" if request.method in {"GET", "HEAD", "OPTIONS"} else "write"
        is_key = isinstance(request.auth, ApiToken)
        who = f"key:{request.auth.pk}" if is_key else f"person:{request.user.pk}"
        now = time.time()
        name = f"api-rate:{kind}:{who}:{int(now // MINUTE)}"
        self.left = MINUTE - now % MINUTE
        cache.add(name, 0, 2 * MINUTE)
        try:
            asked = cache.incr(name)
        except ValueError:  # thrown out of a full cache
            asked = 1
        return asked <= settings.API_PER_MINUTE[kind]

    def wait(self):
        return self.left + 1
