"""八项任务清单: a branch's 42 items by task, and handing in all that are ready."""

from dataclasses import dataclass, field

from django.db.models import BigAutoField, CharField, OuterRef, Q
from django.http import QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from branches.models import Organization
from branches.roles import BRANCH_ROLES
from branches.scope import scope_of
from branchyear.lib.composed import composed
from branchyear.lib.counts import number_of
from branchyear.lib.dates import local_day
from branchyear.lib.errors import require
from branchyear.lib.paging import page_of
from tasks import rules
from tasks.models import BranchItem, ItemEvidence, ItemFact, ItemMeeting
from tasks.querysets import OPEN_STATES
from tasks.services import items as services
from tasks.year import campaign_of

STATES = (
    ("open", "待办"),
    ("todo", "未填报"),
    ("draft", "填报中"),
    ("returned", "退回修改"),
    ("submitted", "待审核"),
    ("accepted", "审核通过"),
    ("overdue", "逾期"),
)
CHOICES_PER_PAGE = 50


@require_GET
def checklist(request):
    """The own branch's checklist; whoever sees several branches chooses one first."""
    scope = scope_of(request.user)
    require(
        scope.seen_paths, "您目前没有党支部方面的任职，看不到任务清单。请联系上级党组织登记任职。"
    )
    own = [o for o in scope.organizations(BRANCH_ROLES) if o.is_branch and o.is_open]
    if len(own) == 1:
        return show(request, own[0])
    seen = Organization.objects.visible_to(request.user).branches().open()
    if own:
        seen = seen.filter(pk__in=[o.pk for o in own])
    return choose(request, seen)


@require_GET
def branch_checklist(request, pk):
    """One branch's checklist, for everybody who sees the branch; only its own people fill it."""
    branch = scope_of(request.user).own(pk)
    if branch is None or not branch.is_branch:
        branch = get_object_or_404(Organization.objects.visible_to(request.user).branches(), pk=pk)
    return show(request, branch)


def choose(request, branches):
    """The branches in sight with their progress, in official order."""
    words = request.GET.get("q", "").strip()
    if words:
        branches = branches.filter(Q(name__icontains=words) | Q(short_name__icontains=words))
    campaign = campaign_of(request)
    page = page_of(request.GET, branches, CHOICES_PER_PAGE)
    if page.paginator.count == 1 and not words:
        return show(request, page.object_list[0])
    rows = BranchItem.objects.in_force().filter(branch__in=[b.pk for b in page]).of(campaign)
    figures = {row["branch"]: row for row in rows.figures(local_day(), "branch")}
    for branch in page:
        branch.figures = figures.get(branch.pk)
    return render(
        request, "tasks/choose.html", {"page": page, "words": words, "campaign": campaign}
    )


@dataclass
class Section:
    """One task with the items that pass the filters, and its numbers without them."""

    task: object
    total: int = 0
    accepted: int = 0
    open: int = 0
    unfolded: bool = False
    rows: list = field(default_factory=list)


def rows_of(branch, campaign):
    """Every item of the branch with what a row shows, in one statement."""
    return (
        BranchItem.objects.filter(branch=branch, item__retired_at=None)
        .of(campaign)
        .with_words()
        .select_related("item__task__campaign", "updated_by")
        .annotate(
            files=_proofs(ItemEvidence.objects)
            + _proofs(ItemFact.objects)
            + _proofs(ItemMeeting.objects.filter(meeting__voided_at=None))
        )
        .order_by("item__task__order", "item__order")
    )


def _proofs(links):
    return number_of(links.filter(branch_item=OuterRef("pk")), "branch_item")


def _shown(rows):
    """Without what the page does not show: fifty rows of five tables otherwise, the plan's texts among them."""
    return rows.select_related(None).select_related("item__task", "version", "updated_by").only(
        "state", "due_on", "opens_on", "return_reason", "updated_at",
        "item__code", "item__task__code", "item__task__name", "item__task__order",
        "item__task__weight", "item__task__source",
        "version__text", "version__source", "version__phases", "updated_by__name",
    )  # fmt: skip


@composed(branch=BigAutoField(), top=CharField())
def _rows_seen_from(branch, top, campaign):
    return _shown(rows_of(branch, campaign)).seen_from([top])


def seen_rows(branch, campaign, user):
    """``rows_of`` as far as this person sees them."""
    top = scope_of(user).only_top
    if top is None:
        return list(_shown(rows_of(branch, campaign)).visible_to(user))
    return _rows_seen_from(branch=branch.pk, top=top, campaign=campaign.pk)


def show(request, branch):
    today = local_day()
    campaign = campaign_of(request)
    context = {
        "branch": branch,
        "campaign": campaign,
        "today": today,
        "may_fill": rules.may_fill(request.user, branch),
    }
    if campaign is None:
        return render(request, "tasks/checklist.html", context)
    rows = seen_rows(branch, campaign, request.user)
    phases = list(campaign.phases.all())
    chosen_phase = request.GET.get("phase", "")
    chosen_state = request.GET.get("state", "")
    in_phase = [r for r in rows if not chosen_phase or chosen_phase in r.version.phases]
    shown = [r for r in in_phase if is_in(r, chosen_state, today)]
    context.update(
        total=len(rows),
        accepted=sum(r.state == "accepted" for r in rows),
        phases_now=[p for p in phases if p.starts_on <= today <= p.ends_on],
        state_tabs=state_tabs(request.GET, in_phase, today),
        phase_chips=phase_chips(request.GET, rows, phases),
        filtered=bool(chosen_phase or chosen_state),
        next_row=next_step(rows, today) if context["may_fill"] else None,
        filled=sum(r.state == "draft" for r in rows),
        sections=sections_of(rows, shown, request.GET.get("task", ""), bool(chosen_state)),
        shown=len(shown),
    )
    return render(request, "tasks/checklist.html", context)


def is_in(row, state, today):
    """Whether a row stands under the tab ``state``; an unknown tab shows everything."""
    if state == "open":
        return row.state in OPEN_STATES
    if state == "overdue":
        return row.is_overdue(today)
    return state not in dict(STATES) or row.state == state


def address(params, **changes):
    """The page's address with these filters changed; everything else stays."""
    kept = QueryDict(mutable=True)
    for name in ("phase", "state"):
        value = changes.get(name, params.get(name, ""))
        if value:
            kept[name] = value
    return f"?{kept.urlencode()}"


def state_tabs(params, rows, today):
    chosen = params.get("state", "")
    tabs = [
        {
            "label": "全部",
            "url": address(params, state=""),
            "count": len(rows),
            "active": chosen not in dict(STATES),
        }
    ]
    for code, label in STATES:
        count = sum(is_in(row, code, today) for row in rows)
        if count or code == chosen:
            tabs.append(
                {
                    "label": label,
                    "url": address(params, state=code),
                    "count": count,
                    "active": code == chosen,
                }
            )
    return tabs


def phase_chips(params, rows, phases):
    chosen = params.get("phase", "")
    chips = [{"label": "全部阶段", "url": address(params, phase=""), "active": not chosen}]
    for phase in phases:
        count = sum(phase.code in row.version.phases for row in rows)
        chips.append(
            {
                "label": f"{phase} {count}项",
                "url": address(params, phase=phase.code),
                "active": phase.code == chosen,
            }
        )
    return chips


def next_step(rows, today):
    """The one item to open now: returned first, then what is due soonest and already open."""
    waiting = [r for r in rows if r.state in OPEN_STATES]
    begun = [r for r in waiting if r.opens_on <= today] or waiting
    return min(begun, key=lambda r: (r.state != "returned", r.due_on, r.pk), default=None)


def sections_of(rows, shown, asked, unfold_all):
    """The tasks that have something to show; unfolded is the asked one, else the one with most to do."""
    sections = {}
    for row in rows:
        section = sections.setdefault(row.item.task_id, Section(row.item.task))
        section.total += 1
        section.accepted += row.state == "accepted"
        section.open += row.state in OPEN_STATES
    for row in shown:
        sections[row.item.task_id].rows.append(row)
    found = [s for s in sections.values() if s.rows]
    busiest = max(found, key=lambda s: (s.open, -s.task.order), default=None)
    for section in found:
        named = section.task.code == asked
        section.unfolded = unfold_all or named or (not asked and section is busiest)
    return found


@require_http_methods(["GET", "POST"])
def submit_done(request, pk):
    """提交全部已完成项: first what would go and what is not ready and why, then the result per row.

    The result is shown at once, not after a redirect: handing in twice changes nothing.
    """
    branch = get_object_or_404(Organization.objects.visible_to(request.user).branches(), pk=pk)
    require(rules.may_fill(request.user, branch))
    if request.method == "POST":
        results = services.submit_ready(branch, by=request.user, now=timezone.now())
        done = sum(sentence is None for _, sentence in results)
        return render(
            request,
            "tasks/submitted.html",
            {"branch": branch, "results": results, "done": done},
        )
    campaign = campaign_of(request)
    ready, unready = [], []
    if campaign:
        begun = rows_of(branch, campaign).filter(state__in=OPEN_STATES).exclude(state="todo")
        for row in begun.prefetch_related("evidence_links", "fact_links", "meeting_links__meeting"):
            problems = services.problems_before_submitting(row)
            (unready if problems else ready).append((row, problems))
    return render(
        request,
        "tasks/submit_done.html",
        {"branch": branch, "ready": ready, "unready": unready},
    )
