"""What machines ask: is it alive, does it work, what are the figures."""

import hmac
import ipaddress
import os

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from branchyear.monitoring import collectors, health


@login_not_required
@never_cache
@require_GET
def healthz(request):
    """The web process answers and reaches its database."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return JsonResponse({"status": "ailing", "ailing": ["database"]}, status=503)
    return JsonResponse({"status": "ok"})


@login_not_required
@never_cache
@require_GET
def healthz_deep(request):
    """Whether work gets done; 503 names under ``ailing`` what does not. Only states and counts, nothing that
    tells who or what."""
    checks = health.report()
    ailing = [name for name, answer in checks.items() if not answer["ok"]]
    body = {"status": "ailing" if ailing else "ok", "ailing": ailing, "checks": checks}
    body["disk_free_share"] = checks["disk"]["free_share"]
    if checks["database"]["ok"]:
        queues = [answer for name, answer in checks.items() if name.startswith("queue:")]
        body["oldest_waiting_job_seconds"] = max(answer["oldest_seconds"] for answer in queues)
        body["dead_letters"] = collectors.dead_letters()
    return JsonResponse(body, status=503 if ailing else 200)


@login_not_required
@never_cache
@require_GET
def metrics(request):
    """Figures for Prometheus, to who holds ``METRICS_TOKEN`` or asks on this very machine; to all others the
    address does not exist."""
    if not (_holds_the_token(request) or _is_of_this_machine(request)):
        raise Http404
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)
    registry.register(collectors.Portal())
    registry.register(collectors.Processes())
    text = generate_latest(registry)
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        text += generate_latest(REGISTRY)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def _holds_the_token(request):
    told = request.headers.get("Authorization", "")
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    return bool(settings.METRICS_TOKEN) and hmac.compare_digest(told.encode(), wanted.encode())


def _is_of_this_machine(request):
    """Asked directly: what came through a web server in front says so, and its peer is this machine too."""
    forwarded = {"X-Forwarded-For", "X-Real-Ip", "Forwarded", "X-Forwarded-Proto"}
    if any(name in request.headers for name in forwarded):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
