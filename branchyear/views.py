"""Pages that belong to no app: home, help, the style guide, the pages of failure."""

import sys

from django.conf import settings
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template import loader
from django.views import defaults
from django.views.decorators.http import require_GET

from branches.roles import ADMIN_ROLES, BRANCH_ROLES, Role
from branches.scope import scope_of
from branchyear import home as pages
from branchyear.accounts.passwords import profile
from branchyear.context import main_office
from branchyear.lib.dates import local_day
from branchyear.manual import BY_SLUG, CHAPTERS, WHOLE, chapters_of
from tasks.health.registry import NOT_COMPUTED
from tasks.models.health import INSPECTORS_ONLY, SIGNAL_ROLES
from tasks.year import campaign_of


@require_GET
def home(request):
    """The home of the role."""
    scope, today = scope_of(request.user), local_day()
    whole = "all" in request.GET  # every line of what is to be done, not the first few
    role, _ = main_office(scope)
    if role is None:
        return render(request, "home/none.html")
    if role in ADMIN_ROLES:
        return redirect("admin:index")
    if role in BRANCH_ROLES:
        context = pages.secretary(scope, campaign_of(request), today, whole=whole)
        return render(request, "home/secretary.html", context)
    if role == Role.BRANCH_MEMBER:
        return render(request, "home/member.html", pages.member(request.user, scope, today))
    if role == Role.INSPECTOR:
        return render(request, "home/inspector.html", pages.inspector(request.user, scope, today))
    if scope.has({Role.ORG_REVIEWER, Role.COMMITTEE_REVIEWER}):
        context = pages.reviewer(request.user, scope, campaign_of(request), today, whole=whole)
    else:
        context = pages.leader(request.user, scope, campaign_of(request), today)
    return render(request, "home/desk.html", context)


@require_GET
def styleguide(request):
    """Every component in every state; not in production."""
    if settings.PRODUCTION:
        raise Http404
    from branchyear.styleguide import example  # examples are not loaded in production

    return render(request, "styleguide.html", example())


@require_GET
def manual(request, chapter=None):
    """A chapter of the user manual (帮助), that of one's own work unless another is asked for; ``all`` of them.
    What rules do not compute is told from their registry; of the signals only to those who see them."""
    scope = scope_of(request.user)
    own = chapters_of(main_office(scope)[0])
    is_whole = chapter == WHOLE
    if not is_whole and chapter is not None and chapter not in BY_SLUG:
        raise Http404
    shown = CHAPTERS if is_whole else [BY_SLUG[chapter] if chapter else (*own, *CHAPTERS)[0]]
    watches = scope.has(SIGNAL_ROLES)
    told = [
        (number, reason)
        for number, reason in sorted(NOT_COMPUTED.items())
        if watches or number not in INSPECTORS_ONLY
    ]
    context = {
        "shown": shown,
        "own": own,
        "others": [one for one in CHAPTERS if one not in own],
        "is_whole": is_whole,
        "not_computed": told,
        "password": profile(),
    }
    return render(request, "help/manual.html", context)


def forbidden(request, exception=None):
    """403: in sight, but not this person's to do. Says whom to ask."""
    return render(request, "403.html", {"sentence": str(exception or "")}, status=403)


def broken(request):
    """500: ours broke. 503 while the database does not answer: asking again helps."""
    # Without a request: the frame's own questions would meet the same trouble.
    words = loader.get_template("500.html").render()
    if not _is_database_away(sys.exc_info()[1]):
        return HttpResponse(words, status=500)
    return HttpResponse(words, status=503, headers={"Retry-After": "5"})


def unsound(request, exception):
    """400; but when the database went away while the session was written, which Django takes for a session
    that was deleted: whether the work itself was stored is not known, and asking again tells."""
    if isinstance(exception, SessionInterrupted) and _is_database_away(exception):
        return broken(request)
    return defaults.bad_request(request, exception)


def _is_database_away(error):
    """This error, or the one it came out of."""
    while error is not None:
        if isinstance(error, OperationalError | InterfaceError):
            return True
        error = error.__cause__ or error.__context__
    return False


def csrf_failure(request, reason=""):
    """The form was open too long, or in two windows: say so, and keep what was typed."""
    typed = {
        key: value
        for key, value in request.POST.items()
        if value.strip() and key != "csrfmiddlewaretoken" and "password" not in key
    }
    return render(
        request,
        "409.html",
        {
            "error": "页面停留时间过长或在另一窗口重新登录过，这次提交没有生效。请返回上一页，刷新后再提交。",
            "typed": typed,
            "back": request.META.get("HTTP_REFERER", "/"),
        },
        status=403,
    )
