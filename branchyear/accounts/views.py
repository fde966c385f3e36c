"""The door: log-in, log-out, own password."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as start_session
from django.contrib.auth import logout as end_session
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from branchyear.accounts import captcha, lockout, services
from branchyear.accounts.forms import LoginForm, PasswordForm
from branchyear.accounts.passwords import expires_at, profile
from branchyear.accounts.sessions import PASSWORD_IS_OLD


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def login(request):
    """Log in; wrong passwords are counted and the tries left are shown."""
    if request.user.is_authenticated:
        return redirect(_next(request))
    username = request.POST.get("username", "")[:150]
    if username and request.method == "POST" and lockout.is_locked_here(request, username):
        return locked_out(request, credentials={"username": username})
    asked = request.method == "POST" and captcha.is_needed(request, username)
    if "another" in request.POST:
        form = LoginForm(request, initial={"username": username}, asks_captcha=True)
    else:
        form = LoginForm(request, request.POST or None, asks_captcha=asked)
        if request.method == "POST" and form.is_valid():
            request.session.pop(captcha.KEY, None)
            _come_in(request, form.get_user())
            return redirect(_next(request))
    context = {"form": form, "next": _next(request, default="")}
    if form.asks_captcha or (request.method == "POST" and captcha.is_needed(request, username)):
        in_words = request.POST.get("another") == "words"
        context["captcha"] = captcha.ask(request, in_words=in_words)
    if request.method == "POST" and not getattr(request, "axes_locked_out", False):
        context["attempts_left"] = _attempts_left(request)
    return render(request, "accounts/login.html", context, status=200)


def _come_in(request, user):
    """Start the session, and say what the person should know at this moment."""
    now = timezone.now()
    elsewhere = services.open_sessions(user, now=now).first()
    start_session(request, user)
    if elsewhere:
        messages.warning(
            request,
            f"您的账号在另一处也登录着（{elsewhere.ip or '地址未知'}，"
            f"{timezone.localtime(elsewhere.started_at):%m月%d日 %H:%M}登录）。"
            "如不是您本人，请到右上角“我的账号”退出该处登录，并修改密码。",
        )
    end = expires_at(user)
    if end and now < end <= now + timedelta(days=settings.PASSWORD_NOTICE_DAYS):
        messages.info(
            request,
            f"您的密码将在{max((end - now).days, 1)}天后到期，方便时可到右上角“我的账号”更换。",
        )


def locked_out(request, response=None, credentials=None):
    """What axes answers while an account is locked, on every way in."""
    username = (credentials or {}).get("username") or request.POST.get("username", "")
    until = timezone.localtime(lockout.locked_until(username))
    sentence = f"密码连续输错多次，账号已锁定，请于{until:%H:%M}后再试，或联系系统管理员解锁。"
    if request.user.is_authenticated:  # guessed at the old password of somebody who is in
        end_session(request)
    if request.path.startswith("/api/"):
        return HttpResponse(sentence, status=429, content_type="text/plain; charset=utf-8")
    form = LoginForm(request)
    return render(
        request,
        "accounts/login.html",
        {
            "form": form,
            "locked_until": until,
            "next": _next(request, default=""),
        },
        status=429,
    )


@login_not_required
@require_POST
def logout(request):
    end_session(request)
    messages.success(request, "您已安全退出。")
    answer = redirect("login")
    # Not "storage": what somebody typed while the network was away waits there for him.
    answer["Clear-Site-Data"] = '"cache"'
    return answer


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password(request):
    """Set an own password; after the first log-in this is the only page there is."""
    form = PasswordForm(request.POST or None, user=request.user, request=request)
    if request.method == "POST" and form.is_valid():
        services.choose_password(request.user, form.cleaned_data["new_password1"])
        update_session_auth_hash(request, request.user)
        request.session.pop(PASSWORD_IS_OLD, None)
        messages.success(request, "密码已修改，下次请用新密码登录。")
        return redirect("home")
    return render(
        request,
        "accounts/password.html",
        {
            "form": form,
            "first": request.user.must_change_password,
            "is_old": PASSWORD_IS_OLD in request.session,
            "profile": profile(),
        },
        status=422 if form.errors else 200,
    )


def _next(request, default="/"):
    target = request.POST.get("next") or request.GET.get("next") or ""
    allowed = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if allowed else default


def _attempts_left(request):
    """Tries left before the lock, for the account just tried."""
    failed = lockout.failures(request, request.POST.get("username", ""))
    return max(settings.AXES_FAILURE_LIMIT - failed, 0) if failed else None
