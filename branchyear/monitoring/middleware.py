"""The outermost: which request this is, how long it took, and a line about it."""

import logging
import re
import time
import uuid

from django.conf import settings
from django.utils.functional import SimpleLazyObject

from branchyear.audit import context
from branchyear.lib import metrics

logger = logging.getLogger("branchyear.requests")

GIVEN = re.compile(r"[0-9a-f]{32}")
QUIET = {
    "healthz",
    "healthz_deep",
    "metrics",
}  # asked every few seconds, of interest when they fail


class Observed:
    """Gives the request its number (in production the web server's, so that both logs can be put together),
    counts it and logs it: route, never address or query, which hold names and numbers of people; the
    person by key, never by name."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        number = request.headers.get("X-Request-Id", "") if settings.PRODUCTION else ""
        if not GIVEN.fullmatch(number):
            number = uuid.uuid4().hex
        token = context.request_id.set(number)
        began = time.perf_counter()
        try:
            response = self.get_response(request)
            self.note(request, response, time.perf_counter() - began)
        finally:
            context.request_id.reset(token)
        response.headers["X-Request-Id"] = number
        return response

    def note(self, request, response, seconds):
        route = _route(request, response)
        status, method = response.status_code, request.method
        if method not in {"GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"}:
            method = "other"  # whatever strangers make up must not become a label
        metrics.REQUESTS.labels(route, method, f"{status // 100}xx").observe(seconds)
        ms, user = round(seconds * 1000), _user_key(request)
        level = logging.DEBUG if route in QUIET and status < 500 else logging.INFO
        logger.log(
            level,
            "%s %s %s %sms user=%s", method, route, status, ms, user or "-",
            extra={"route": route, "method": method, "status": status, "ms": ms, "user": user},
        )  # fmt: skip


def _route(request, response):
    match = request.resolver_match
    if match is not None:
        return match.view_name or "unnamed"
    if response.status_code < 400 and request.path.startswith(settings.STATIC_URL):
        return "static"
    return "none"


def _user_key(request):
    """The key of who asked, if it is known by now; nothing is read for it."""
    user = request.__dict__.get("user")
    if isinstance(user, SimpleLazyObject):
        user = getattr(request, "_cached_user", None)
    return getattr(user, "pk", None)
