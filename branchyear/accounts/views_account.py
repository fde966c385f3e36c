"""我的账号: what the person can see and do about the own account, and the code from the telephone."""

import segno
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branchyear.accounts import second_factor as factor
from branchyear.accounts import services
from branchyear.accounts.agents import name_of
from branchyear.accounts.forms import CodeForm
from branchyear.accounts.passwords import expires_at
from branchyear.accounts.sessions import PASSED, SECOND_FACTOR
from branchyear.lib.crypto import decrypt, encrypt
from branchyear.lib.errors import Refused
from branchyear.lib.routes import path_to

# In the session, encrypted: the secret of the square on the screen, until its code has come.
OFFERED = "second_factor_offered"


@never_cache
@require_GET
def account(request):
    """Password, code, and where one is logged in."""
    user, now = request.user, timezone.now()
    end = expires_at(user)
    sessions = [
        {
            "number": services.number_of(session),
            "row": session,
            "browser": name_of(session.agent),
            "is_this": session.session_key == request.session.session_key,
        }
        for session in services.open_sessions(user, now=now)
    ]
    context = {
        "person": user,
        "sessions": sessions,
        "others": sum(not s["is_this"] for s in sessions),
        "expires_at": end,
        "days_left": (end - now).days if end else None,
        "factor": getattr(user, "second_factor", None),
        "codes_left": user.recovery_codes.count(),
        "factor_is_off": settings.SECOND_FACTOR == "off",
        "factor_is_required": is_required(user),
    }
    return render(request, "accounts/account.html", context)


def is_required(user):
    """Whether the person must have a code; asked of the storeys above (offices)."""
    return settings.SECOND_FACTOR == "required" and any(asks(user) for asks in asked_of)


# Callables ``(user) -> bool``, by the storeys above: whose office asks for a code.
asked_of = []


@require_POST
def end_session(request):
    """End one of the own sessions, or all but this one."""
    here = request.session.session_key
    number = request.POST.get("session", "")
    if number == "others":
        ended = services.end_other_sessions(request.user, but=here)
        messages.success(request, f"已退出其他{ended}处登录。")
    else:
        services.end_session(request.user, number[:40], but=here)
        messages.success(request, "已退出该处登录。")
    return redirect("account")


# --- the code from the telephone ------------------------------------------------------------------


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def second_factor(request):
    """At log-in: the code, then on to where one was going."""
    if request.session.get(SECOND_FACTOR, PASSED) == PASSED:
        return redirect(_next(request))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if _proves(request, form):
            request.session.cycle_key()
            request.session[SECOND_FACTOR] = PASSED
            left = request.user.recovery_codes.count()
            if left < 3:
                messages.warning(
                    request,
                    f"恢复码只剩{left}个，请在“我的账号”中停用后重新启用动态验证码，取得新的恢复码。",
                )
            return redirect(_next(request))
    context = {"form": form, "next": _next(request, default="")}
    return render(
        request, "accounts/second_factor.html", context, status=422 if form.errors else 200
    )


def _proves(request, form):
    """Whether the code is right; what is wrong stands in the form."""
    try:
        if factor.prove(request.user, form.cleaned_data["code"]):
            return True
        form.add_error("code", "验证码不正确或已经用过。请等手机上出现下一个验证码再输入。")
    except Refused as refusal:
        form.add_error("code", refusal.sentence)
    return False


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def second_factor_setup(request):
    """The square for the telephone, then its first code, then the recovery codes: shown once."""
    if settings.SECOND_FACTOR == "off":
        raise Http404
    if factor.is_enrolled(request.user):
        return redirect("account")
    try:
        secret = decrypt(request.session.get(OFFERED, ""))
    except InvalidToken:  # under a key that is not there any more
        secret = ""
    if not secret:
        secret = factor.new_secret()
        request.session[OFFERED] = encrypt(secret)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = factor.enrol(
                request.user,
                secret=secret,
                code=form.cleaned_data["code"],
                keep_session=request.session.session_key,
            )
        except Refused as refusal:
            form.add_error("code", refusal.sentence)
        else:
            del request.session[OFFERED]
            request.session[SECOND_FACTOR] = PASSED
            return render(request, "accounts/recovery_codes.html", {"codes": codes})
    square = segno.make(factor.address_of(request.user, secret), error="l")
    context = {
        "form": form,
        "square": square.svg_data_uri(scale=5, border=2),
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        "issuer": settings.SECOND_FACTOR_ISSUER,
        "is_required": is_required(request.user),
    }
    return render(
        request, "accounts/second_factor_setup.html", context, status=422 if form.errors else 200
    )


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def second_factor_off(request):
    """Give it up, or change the telephone: the present code is asked for once more."""
    if not factor.is_enrolled(request.user):
        return redirect("account")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _proves(request, form):
        factor.turn_off(request.user)
        request.session.pop(SECOND_FACTOR, None)
        messages.success(request, "动态验证码已停用。")
        return redirect("second_factor_setup" if is_required(request.user) else "account")
    context = {"form": form, "is_required": is_required(request.user)}
    return render(
        request, "accounts/second_factor_off.html", context, status=422 if form.errors else 200
    )


def _next(request, default=None):
    target = request.POST.get("next") or request.GET.get("next") or ""
    allowed = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if allowed else path_to("home") if default is None else default
