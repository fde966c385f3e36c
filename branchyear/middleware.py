"""What every request goes through."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from branchyear.audit import context
from branchyear.audit.services import record
from branchyear.lib.errors import Conflict, Refused


def client_ip(request):
    """The peer's address; behind our own proxy (production) the last hop it noted."""
    if settings.PRODUCTION:
        hops = [
            h.strip() for h in request.headers.get("X-Forwarded-For", "").split(",") if h.strip()
        ]
        if hops:
            return hops[-1]
    return request.META.get("REMOTE_ADDR") or None


class RequestContext:
    """Says which request this is (for the audit trail), and whether a fragment is wanted."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.htmx = request.headers.get("HX-Request") == "true"
        request.scripted = request.htmx or request.headers.get("X-Requested-With") == "fetch"
        request_token = context.request_id.set(uuid.uuid4().hex)
        ip_token = context.ip.set(client_ip(request))
        try:
            response = self.get_response(request)
        finally:
            context.request_id.reset(request_token)
            context.ip.reset(ip_token)
        patch_vary_headers(response, ["HX-Request"])
        location = response.get("Location", "")
        if (
            request.scripted
            and response.status_code == 302
            and location.startswith(reverse("login"))
        ):
            # A script must not put the log-in page into the middle of a form.
            return HttpResponse("您已退出登录，请重新登录。填写的内容已保留在本机。", status=401)
        return response


class IdleLogout:
    """After half an hour without a click the session ends (等保2.0: 登录连接超时自动退出).

    The time of the last click is written at most once a minute. Background polling
    (``X-Background: 1``) does not count as a click.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            now = timezone.now().timestamp()
            seen = request.session.get("seen", now)
            if now - seen > settings.IDLE_LOGOUT_AFTER.total_seconds():
                logout(request)
                messages.warning(
                    request,
                    "您已超过30分钟没有操作，为保证安全已自动退出，请重新登录。已暂存的内容都在。",
                )
                return redirect_to_login(request.get_full_path())
            background = request.headers.get("X-Background") == "1"
            if "seen" not in request.session or (now - seen > 60 and not background):
                request.session["seen"] = now
        return self.get_response(request)


class FirstPassword:
    """A one-time password opens one door only: the page that sets an own one."""

    OPEN = {"password", "logout", "healthz"}

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        user = request.user
        if user.is_authenticated and user.must_change_password:
            if request.resolver_match.view_name not in self.OPEN:
                if request.path.startswith("/api/"):
                    return JsonResponse({"detail": "请先登录网页修改初始密码。"}, status=403)
                return redirect("password")
        return None


class Refusals:
    """Turns a ``Refused`` into an answer for a person; views need no ``try``.

    A form that was posted comes back as a page that shows the sentence and everything typed, so that
    nothing is lost even where the view itself keeps nothing.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, error):
        if isinstance(error, PermissionDenied):
            if request.user.is_authenticated and request.method != "GET":
                record("access.denied", by=request.user, path=request.path, method=request.method)
            return None  # Django's own 403 page follows
        if not isinstance(error, Refused):
            return None
        if request.scripted:
            body = {"error": error.sentence}
            if isinstance(error, Conflict):
                body.update(theirs=error.theirs, who=error.who)
            if request.htmx:
                return HttpResponse(error.sentence, status=409)
            return JsonResponse(body, status=409)
        typed = {
            key: value
            for key, value in request.POST.items()
            if value.strip() and key not in {"csrfmiddlewaretoken", "version", "next", "token"}
        }
        return render(
            request,
            "409.html",
            {"error": error, "typed": typed, "back": request.META.get("HTTP_REFERER", "/")},
            status=409,
        )
