"""接口密钥: make one, see one's own, end them."""

from django.contrib import messages
from django.contrib.auth import authenticate
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from branches import rules
from branches.forms_tokens import TokenForm
from branches.services import tokens as services
from branchyear.lib.errors import Refused, require
from branchyear.tokens.models import ApiToken


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def tokens(request):
    """One's own keys; a new one is shown in the answer itself and never again."""
    require(rules.may_hold_keys(request.user), services.NOT_FOR_YOU)
    form, key, now = TokenForm(request.POST or None), "", timezone.now()
    if request.method == "POST" and form.is_valid():
        # As at the door: wrong passwords count, and lock the account.
        typed = form.cleaned_data["password"]
        who = authenticate(request, username=request.user.get_username(), password=typed)
        if who is None:
            form.add_error("password", "密码不正确。连续输错会锁定账号。")
        else:
            try:
                _, key = services.issue(
                    name=form.cleaned_data["name"], scopes=form.scopes,
                    days=form.cleaned_data["days"], by=request.user, now=now,
                )  # fmt: skip
                form = TokenForm()
            except Refused as refused:
                form.refuse(refused)
    mine = ApiToken.objects.filter(user=request.user).order_by("-pk")
    context = {
        "form": form,
        "key": key,
        "tokens": [(token, token.state(now)) for token in mine[:50]],
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "branches/tokens.html", context, status=status)


@require_POST
def withdraw_token(request, pk):
    token = get_object_or_404(ApiToken, pk=pk, user=request.user)
    services.withdraw(token, by=request.user, now=timezone.now())
    messages.success(request, f"密钥“{token.name}”已收回，即时失效。")
    return redirect("branches:tokens")
