"""考核评分: the table of a round, the rubric, and what the committee does with a round."""

from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branchyear.lib.dates import Month, local_day
from branchyear.lib.errors import require
from branchyear.lib.paging import page_of
from members.desk import chosen_organization, tree_for
from tasks import rules_scores as rules
from tasks.forms_scores import RoundForm
from tasks.models import Rubric, Score, ScoreAppeal, ScoreRound
from tasks.models.scores import LEVELS as AT
from tasks.scoring import engine
from tasks.scoring.registry import load
from tasks.services import freezing
from tasks.services import scores as services
from tasks.year import campaign_of

FROZEN = "定格完成，各党组织已收到通知，申诉期从今天起算。"
LEVELS = (("direct", "直属党组织"), ("branch", "党支部"))


@require_GET
def scores(request):
    """The scores of a round in official order; of one branch, its scores round by round."""
    organization = chosen_organization(request)
    rounds = list(ScoreRound.objects.visible_to(request.user).select_related("campaign", "rubric"))
    asked = request.GET.get("round", "")
    chosen = next((each for each in rounds if str(each.pk) == asked), rounds[0] if rounds else None)
    seen = Score.objects.visible_to(request.user).under(organization)
    context = {
        "organization": organization,
        "tree_nodes": tree_for(request.user, organization, "tasks:scores"),
        "rounds": rounds,
        "round": chosen,
        "may_run": rules.may_run_scores(request.user),
        "may_sort": rules.may_sort_scores(request.user),
        "today": local_day(),
        **_stuck(chosen),
    }
    if organization.is_branch:
        rows = seen.order_by("-round__ends_on", "-round_id")
        context |= {"page": _page(request, rows, organization), "alone": True}
    elif chosen is not None:
        context |= _table(request, seen.filter(round=chosen), organization, chosen)
    return render(request, "scores/scores.html", context)


def _table(request, rows, organization, chosen):
    """The round's rows under the conditions in the address, with counts by band."""
    numbers = {
        band: {"direct": direct, "branch": branch}
        for band, direct, branch in rows.order_by()
        .values_list("band")
        .annotate(direct=Count("pk", filter=AT["direct"]), branch=Count("pk", filter=AT["branch"]))
    }
    counts = {level: sum(one[level] for one in numbers.values()) for level, _ in LEVELS}
    level = request.GET.get("level", "")
    if level not in counts or not counts[level]:
        level = "direct" if counts["direct"] > 1 or not counts["branch"] else "branch"
    rows = rows.of_level(level)
    bands = {band: one[level] for band, one in numbers.items() if one[level]}
    waiting = ScoreAppeal.objects.filter(line__score=OuterRef("pk"), state=ScoreAppeal.State.ASKED)
    rows = rows.annotate(appeals_=Exists(waiting))
    kept = {"org": organization.pk, "round": chosen.pk, "level": level}
    conditions = {}
    band = request.GET.get("band", "")
    if band and band in bands:
        rows, conditions["band"] = rows.filter(band=band), band
    if request.GET.get("appeal"):
        rows, conditions["appeal"] = rows.filter(appeals_=True), "1"
    by_score = (
        request.GET.get("sort") == "score"
        and chosen.is_frozen
        and rules.may_sort_scores(request.user)
    )
    order = ("-total", "organization__path") if by_score else ("organization__path",)
    return {
        "tabs": [
            {"label": label, "count": counts[code], "active": code == level,
             "url": "?" + urlencode({**kept, "level": code})}
            for code, label in LEVELS if counts[code]
        ],
        "bands": [
            {"name": one["name"], "count": bands.get(one["name"], 0),
             "url": "?" + urlencode({**kept, "band": one["name"]}),
             "active": conditions.get("band") == one["name"]}
            for one in chosen.rubric.bands
        ],
        "kept": kept,
        "whole": counts[level],
        "level": level,
        "conditions": conditions,
        "by_score": by_score,
        "page": _page(request, rows.order_by(*order), organization),
    }  # fmt: skip


def _page(request, rows, organization):
    """A page of scores; those not frozen yet get today's numbers beside them, for the whole page at once."""
    rows = rows.select_related("organization", "round__campaign", "round__rubric")
    page = page_of(request.GET, rows)
    live = {}
    for row in page.object_list:
        if not row.is_frozen and not row.round.is_frozen:
            live.setdefault(row.round, []).append(row.organization)
    sheets = {
        round_.pk: engine.sheets(round_, places, moment=timezone.now(), top=organization)
        for round_, places in live.items()
    }
    for row in page.object_list:
        sheet = sheets.get(row.round_id, {}).get(row.organization_id)
        row.now = sheet.total if sheet else None
    return page


@require_GET
def rubric(request):
    """The rubric as people read it: every line with its standard, its source and what it is made of."""
    rubrics = list(Rubric.objects.visible_to(request.user).select_related("campaign"))
    require(rubrics, "还没有启用的评分办法。")
    asked = request.GET.get("id", "")
    current = Rubric.objects.in_force(campaign_of(request))
    chosen = next((each for each in rubrics if str(each.pk) == asked), current or rubrics[0])
    facts = load()
    lines = list(chosen.lines.all())
    for line in lines:
        line.fact = facts.get(line.rule)
        line.spot_fact = facts.get(line.spot_rule)
    context = {
        "rubric": chosen,
        "lines": lines,
        "is_current": current is not None and chosen.pk == current.pk,
        "tabs": [
            {"label": str(each), "url": f"?id={each.pk}", "active": each.pk == chosen.pk,
             "count": None}
            for each in rubrics
        ],
    }  # fmt: skip
    return render(request, "scores/rubric.html", context)


# --- What the committee does ------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def new_round(request):
    """发起考核."""
    require(rules.may_run_scores(request.user), services.OF_RUNNERS)
    today = local_day()
    campaign = campaign_of(request)
    form = RoundForm(request.POST or None, initial=_usual(campaign, today))
    if request.method == "POST" and form.attempt(
        lambda data: services.open_round(campaign, by=request.user, now=timezone.now(), **data)
    ):
        messages.success(request, "已发起考核，需要自评的党组织已收到通知。")
        return redirect(form.result)
    context = {"form": form, "campaign": campaign, "rubric": Rubric.objects.in_force(campaign)}
    status = 422 if form.is_bound else 200
    return render(request, "scores/round_new.html", context, status=status)


def _usual(campaign, today):
    """The campaign so far, to the end of last month."""
    if campaign is None:
        return {}
    end = min(campaign.ends_on, max(campaign.starts_on, Month.of(today).plus(-1).last_day))
    return {"starts_on": campaign.starts_on, "ends_on": end, "self_until": today}


@require_GET
def freezing_round(request, pk):
    """How far the job is; to htmx the panel alone, which asks again while it goes on."""
    round_ = _round(request, pk)
    require(rules.may_run_scores(request.user), services.OF_RUNNERS)
    if not request.htmx:
        return redirect(round_)
    if round_.state != round_.State.FREEZING:
        messages.success(request, FROZEN)
        response = HttpResponse()
        response["HX-Refresh"] = "true"
        return response
    return render(request, "scores/_freezing.html", {"round": round_, **_stuck(round_)})


def _stuck(round_):
    asked = round_ is not None and round_.state == round_.State.FREEZING
    return {"given_up": asked and freezing.is_given_up(round_)}


def _round(request, pk):
    rows = ScoreRound.objects.visible_to(request.user).select_related("campaign", "rubric")
    return get_object_or_404(rows, pk=pk)


@require_POST
def freeze_round(request, pk):
    """Asked for; how far it is stands on the page itself, so nothing is said here that may be past by then."""
    round_ = freezing.freeze(_round(request, pk), by=request.user, now=timezone.now())
    round_.refresh_from_db(fields=["state"])
    if round_.is_frozen:
        messages.success(request, FROZEN)
    return redirect(round_)


@require_POST
def finish_round(request, pk):
    round_ = services.finish(_round(request, pk), by=request.user, now=timezone.now())
    messages.success(request, "已公布，各党组织已收到通知。")
    return redirect(round_)
