"""批量通过: the filtered queue as one table to be gone through, then each ticked item by itself."""

from django.contrib import messages
from django.db.models import Count, F, Q
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from branches.scope import scope_of
from branchyear.lib.dates import local_day
from branchyear.lib.errors import require
from tasks.models import BranchItem
from tasks.services import items as services
from tasks.views.review import REVIEW_ROLES, desk, filtered, filters_in, queue_of, waits

SHOWN = 200  # more is not gone through with care in one sitting; the rest follows on the next page
NOT_YOURS = "已不在您的待审核之列（可能已由他人办理，或支部已撤回）。"


@require_GET
def review_batch(request):
    """What waits under these filters with the answers beside each other, the plain ones ticked.

    Items handed in again after a return and those said not to apply are left for a look of their own.
    """
    require(scope_of(request.user).has(REVIEW_ROLES))
    queue = filtered(queue_of(request.user), request.GET)
    rows = queue.annotate(
        files=Count("evidence_links", distinct=True) + Count("fact_links", distinct=True),
        meetings=Count(
            "meeting_links", filter=Q(meeting_links__meeting__voided_at=None), distinct=True
        ),
        proofs=F("files") + F("meetings"),
    )
    total, rows = queue.count(), list(rows[:SHOWN])
    judge = waits(local_day())
    for row in rows:
        judge(row)
        row.hints = hints_of(row)
    context = {
        "rows": rows,
        "total": total,
        "plain": sum(not row.hints for row in rows),
        "params": filters_in(request.GET),
        "back": desk(request.GET),
    }
    return render(request, "tasks/review_batch.html", context)


def hints_of(row):
    """Why an item wants a look of its own; [] for a plain one."""
    found = []
    if row.round > 1:
        found.append(f"第{row.round}次提交")
    if row.result == BranchItem.Result.NOT_APPLICABLE:
        found.append("不适用，请看理由")
    return found


@require_POST
def accept_many(request):
    """Each ticked item by itself, and a line of result for each, also where somebody else was faster.

    The result is shown at once, not after a redirect: accepting twice changes nothing.
    """
    require(scope_of(request.user).has(REVIEW_ROLES))
    keys = {key for key in request.POST.getlist("items") if key.isdecimal() and len(key) < 10}
    waiting = list(queue_of(request.user).filter(pk__in=keys))
    gone = BranchItem.objects.visible_to(request.user).with_words().filter(pk__in=keys)
    gone = list(gone.exclude(pk__in=[row.pk for row in waiting]))
    if not waiting and not gone:
        messages.warning(request, "请先勾选要通过的条目。")
        return redirect(desk(request.POST))
    seen = revisions_in(request.POST)
    results = services.accept_many(waiting, by=request.user, now=timezone.now(), seen=seen)
    results += [(row, f"现为“{row.get_state_display()}”，{NOT_YOURS}") for row in gone]
    missed = sum(sentence is not None for _, sentence in results)
    return render(
        request,
        "tasks/accepted.html",
        {
            "results": results,
            "missed": missed,
            "done": len(results) - missed,
            "back": desk(request.POST),
        },
    )


def revisions_in(data):
    """``{key: revision}`` of the rows as they were shown (``seen=12:3``)."""
    pairs = (value.partition(":")[::2] for value in data.getlist("seen"))
    return {int(key): int(n) for key, n in pairs if f"{key}{n}".isdecimal() and key and n}
