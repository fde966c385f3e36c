"""The middleware between log-in and pages: how long a session lives, what must be done before anything else."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware, get_user
from django.contrib.auth.views import redirect_to_login
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from branches.second_factor import requires
from branchyear.accounts.sessions import PASSED, PASSWORD_IS_OLD, SECOND_FACTOR, SEEN, STARTED
from branchyear.middleware import typed_in
from branchyear.rest.errors import MEDIA_TYPE, problem

IDLE = "您已超过30分钟没有操作，为保证安全已自动退出，请重新登录。已暂存的内容都在。"
TOO_LONG = "本次登录已满12小时，为保证安全已自动退出，请重新登录。已暂存的内容都在。"


def _not_yet(sentence):
    """What a program hears whose session is not through the door."""
    return JsonResponse(problem(403, sentence), status=403, content_type=MEDIA_TYPE)


class SessionEnds:
    """After half an hour without a click, and after twelve hours in any case, the session ends
    (等保2.0: 登录连接超时自动退出; OWASP ASVS 5.0, 7.3.1 and 7.3.2).

    The time of the last click is written at most once a minute. Background polling
    (``X-Background: 1``) does not count as a click.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            # Read by now: no later question goes through the promise of him.
            request.user = get_user(request)
            now = timezone.now().timestamp()
            seen = request.session.get(SEEN, now)
            started = request.session.setdefault(STARTED, now)
            sentence = None
            if now - seen > settings.IDLE_LOGOUT_AFTER.total_seconds():
                sentence = IDLE
            elif now - started > settings.SESSION_AT_MOST.total_seconds():
                sentence = TOO_LONG
            if sentence:
                logout(request)
                return _to_the_door(request, sentence)
            background = request.headers.get("X-Background") == "1"
            if SEEN not in request.session or (now - seen > 60 and not background):
                request.session[SEEN] = now
        return self.get_response(request)


class LoginRequired(LoginRequiredMiddleware):
    """Django's own, which does not lose what somebody typed whose session has ended meanwhile."""

    def handle_no_permission(self, request, view_func):
        if request.method == "POST" and typed_in(request) and not request.scripted:
            return _to_the_door(request, "您的登录已经结束，这次填写的内容没有保存。")
        return super().handle_no_permission(request, view_func)


def _to_the_door(request, sentence):
    """To the log-in page; whoever posted a form is shown first what he typed, to copy it."""
    typed = typed_in(request) if request.method == "POST" and not request.scripted else {}
    if not typed:
        messages.warning(request, sentence)
        return redirect_to_login(request.get_full_path())
    context = {
        "sentence": sentence,
        "typed": typed,
        "address": request.get_full_path(),
    }
    response = render(request, "session_ended.html", context, status=401)
    response["Cache-Control"] = "no-store"
    return response


class FirstPassword:
    """A one-time password, or one that is too old, opens one door only: the page that sets a new one."""

    OPEN = {"password", "logout", "healthz"}

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        user = request.user
        if user.is_authenticated and (
            user.must_change_password or PASSWORD_IS_OLD in request.session
        ):
            if request.resolver_match.view_name not in self.OPEN:
                if request.path.startswith("/api/"):
                    return _not_yet("请先登录网页修改密码。")
                return redirect("password")
        return None


class SecondFactor:
    """Who has a code on the telephone gives it before anything else; who must have one (a privileged office,
    where the setting says required) sets it up first.

    What stands in the session says so, not a row: no query for the many who have none. Programs with a token
    have no session and do not come past here.
    """

    OPEN = {"second_factor", "logout", "password", "healthz"}
    SETUP = "second_factor_setup"

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not request.user.is_authenticated or settings.SECOND_FACTOR == "off":
            return None
        state = request.session.get(SECOND_FACTOR)
        name = request.resolver_match.view_name
        if state == PASSED or name in self.OPEN:
            return None
        if state:
            return self._first(request, "second_factor")
        if name != self.SETUP and requires(request.user):
            return self._first(request, self.SETUP)
        return None

    @staticmethod
    def _first(request, name):
        if request.path.startswith("/api/"):
            return _not_yet("请先登录网页完成动态验证。")
        return redirect(name)
