"""The in-box (收件箱)."""

from django.contrib import messages
from django.db.models import BigAutoField, Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from branchyear.lib.composed import composed, totals
from branchyear.lib.paging import page_of
from branchyear.notifications import services
from branchyear.notifications.kinds import KINDS
from branchyear.notifications.models import Notice

PAGE = 20


@composed(person=BigAutoField())
def _numbers(person):
    """Of a person's notices: how many are unread, and how many there are."""
    unread = Count("pk", filter=Q(read_at=None))
    return totals(Notice.objects.of(person), unread=unread, total=Count("pk"))


@composed(person=BigAutoField())
def _latest(person, show):
    """The first page, which is nearly always all that is looked at."""
    return _shown(Notice.objects.of(person), show)[:PAGE]


def _shown(rows, show):
    return rows.unread() if show == "unread" else rows


@require_GET
def inbox(request):
    """Own notices, unread first choice; newest on top."""
    (found,) = _numbers(person=request.user.pk)
    unread, total = found["unread"], found["total"]
    asked = request.GET.get("show", "unread" if unread else "all")
    only = "unread" if asked == "unread" else "all"
    if request.GET.keys() <= {"show"}:
        rows = _latest(person=request.user.pk, show=only)
    else:
        rows = _shown(Notice.objects.visible_to(request.user), only)
    page = page_of(request.GET, rows, PAGE, count=unread if only == "unread" else total)
    for notice in page:
        notice.word = KINDS[notice.kind].word if notice.kind in KINDS else notice.kind
    tabs = [
        {"label": "未读", "url": "?show=unread", "count": unread, "active": only == "unread"},
        {"label": "全部", "url": "?show=all", "count": None, "active": only != "unread"},
    ]
    return render(
        request,
        "notifications/inbox.html",
        {"page": page, "tabs": tabs, "unread": unread, "show": only},
    )


@require_POST
def open_notice(request, pk):
    """Mark as read and go to the matter itself."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    services.read(notice, by=request.user)
    return redirect(notice.url or "notices:inbox")


@require_POST
def read_all(request):
    count = services.read_all(by=request.user)
    messages.success(request, f"已将{count}条通知标为已读。")
    return redirect("notices:inbox")
