"""One score: its lines in three columns, the facts behind each, judgement and appeals."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from branchyear.lib.dates import local_day
from branchyear.lib.errors import BadFile, Refused, require
from branchyear.lib.paging import page_of
from branchyear.lib.routes import path_to
from tasks import rules_scores as rules
from tasks.forms_scores import AppealForm, CheckForm, DecideForm, JudgeForm
from tasks.models import AppealEvidence, Evidence, RubricLine, Score, ScoreAppeal, ScoreLine
from tasks.scoring import asking, engine, frozen
from tasks.scoring.registry import load
from tasks.services import score_appeals, scores
from tasks.views.evidence import PREVIEWS
from tasks.views.uploads import LIMITS


def fetch(request, pk):
    rows = Score.objects.visible_to(request.user).select_related(
        "organization", "round__campaign", "round__rubric"
    )
    return get_object_or_404(rows, pk=pk)


@require_GET
def score(request, pk):
    return page(request, fetch(request, pk))


def page(request, row, *, status=200, line=None, **forms):
    """The sheet with what this person may do now. ``line`` is the rubric line whose form complains."""
    round_, today = row.round, local_day()
    lines = read_lines(row)
    judges = rules.may_judge_score(request.user, row)
    checks = rules.may_check_score(request.user, row)
    open_ = round_.state == round_.State.OPEN
    appeals = _appeals(request, row) if row.is_frozen else {}
    judgements = list(row.judgements.select_related("self_by", "checked_by"))
    for each in judgements:
        each.score = row
    if row.is_frozen:
        sheet = frozen.recomputed(row, lines=lines)
        by_line = {each.line_id: each for each in lines}
        today_sheet, changed = frozen.differences(
            row, moment=timezone.now(), lines=lines, judgements=judgements
        )
        whole = frozen.is_whole(row, lines)
    else:
        sheet = engine.sheets(
            round_, [row.organization], moment=timezone.now(), top=row.organization,
            judgements=judgements,
        )[row.organization_id]  # fmt: skip
        by_line, today_sheet, changed, whole = {}, None, [], True
    judged = {each.line_id: each for each in judgements}
    takes = row.is_frozen and judges and round_.takes_appeals(today)
    wrong = line.pk if line is not None else None
    rows = []
    for rubric_line, sums, points in sheet.lines:
        stored, own = by_line.get(rubric_line.pk), judged.get(rubric_line.pk)
        mine = forms if rubric_line.pk == wrong else {}
        rows.append(
            {
                "line": rubric_line,
                "sums": sums,
                "points": points,
                "stored": stored,
                "judgement": own,
                "fact": load().get(rubric_line.rule),
                "url": _facts_url(row, rubric_line),
                "vetoed": rubric_line.code in sheet.total.vetoes,
                "appeals": appeals.get(stored.pk, []) if stored else [],
                "judge_form": _judge_form(mine, rubric_line, own)
                if open_ and judges and rubric_line.is_judged and today <= round_.self_until
                and not (own and own.checked_at)
                else None,
                "check_form": _check_form(mine, rubric_line, own)
                if open_ and checks and rubric_line.is_judged
                else None,
                "is_open": rubric_line.pk == wrong,
            }
        )  # fmt: skip
    context = {
        "score": row,
        "round": round_,
        "organization": row.organization,
        "rows": rows,
        "groups": _groups(rows),
        "total": sheet.total,
        "today_sheet": today_sheet,
        "changed": changed,
        "is_whole": whole,
        "appeal_form": forms.get("appeal_form")
        or (AppealForm(lines=_appealable(rows)) if takes else None),
        "today": today,
        "decide_form": forms.get("decide_form"),
        "wrong_appeal": forms.get("wrong_appeal"),
        "complaints": forms.get("complaints", ()),
        "file_complaints": forms.get("file_complaints", ()),
        "limits": LIMITS,
        "previews": PREVIEWS,
    }
    return render(request, "scores/score.html", context, status=status)


def read_lines(row):
    """The frozen lines in the rubric's order."""
    return frozen.lines_of(row) if row.is_frozen else []


def _groups(rows):
    """The rows by what they are: base, added, deducted, vetoes."""
    return [
        (kind.label, kind.value, [row for row in rows if row["line"].kind == kind])
        for kind in RubricLine.Kind
        if any(row["line"].kind == kind for row in rows)
    ]


def _facts_url(row, line):
    if line.is_judged or line.rule not in load():
        return ""
    return f"{path_to('tasks:score_facts', row.pk)}?{urlencode({'line': line.code})}"


def _judge_form(mine, line, own):
    initial = {"points": own.self_points, "reason": own.self_reason} if own else {}
    return mine.get("judge_form") or JudgeForm(initial=initial, auto_id=f"judge{line.pk}_%s")


def _check_form(mine, line, own):
    initial = {}
    if own:
        points = own.self_points if own.checked_points is None else own.checked_points
        initial = {"checked_points": points, "checked_reason": own.checked_reason}
    return mine.get("check_form") or CheckForm(initial=initial, auto_id=f"check{line.pk}_%s")


def _appealable(rows):
    """Lines that cost something, or are left out, and have not been appealed yet."""
    return [
        row["line"]
        for row in rows
        if all(each.state == ScoreAppeal.State.WITHDRAWN for each in row["appeals"])
        and (row["vetoed"] if row["line"].kind == RubricLine.Kind.VETO else _cost(row))
    ]


def _cost(row):
    points = row["points"].points
    full = 0 if row["line"].kind == RubricLine.Kind.DEDUCTED else row["line"].most
    return points is None or points < full


def _appeals(request, row):
    """``{ScoreLine id: its appeals}`` with what this person may do about each."""
    out = {}
    rows = ScoreAppeal.objects.filter(line__score=row).select_related(
        "asked_by", "decided_by", "line__line", "line__score__organization"
    )
    judges = rules.may_judge_score(request.user, row)
    for each in rows.order_by("pk"):
        waits = each.state == ScoreAppeal.State.ASKED
        each.may_decide = waits and rules.may_decide_appeal(request.user, each)
        each.may_withdraw = waits and judges
        each.files = []
        out.setdefault(each.line_id, []).append(each)
    _add_files(request, [each for appeals in out.values() for each in appeals])
    return out


def _add_files(request, appeals):
    """Each appeal's files, as far as this person sees the organisation's materials."""
    by_pk = {each.pk: each for each in appeals}
    if not by_pk:
        return
    links = AppealEvidence.objects.filter(
        appeal__in=by_pk, evidence__in=Evidence.objects.visible_to(request.user).order_by()
    )
    for link in links.select_related("evidence__uploaded_by"):
        by_pk[link.appeal_id].files.append(link.evidence)


# --- The facts behind a line ----------------------------------------------------------------------


@require_GET
def score_facts(request, pk):
    """Every fact of a line as it is today: what counts, its evidence, who reviewed it and when."""
    row = fetch(request, pk)
    line = get_object_or_404(row.round.rubric.lines, code=request.GET.get("line", ""))
    is_spot = bool(request.GET.get("spot"))
    found = asking.facts_of(
        row.round, line, moment=timezone.now(), organization=row.organization, spot=is_spot
    )
    if found is None:
        raise Http404
    rule, facts = found
    rows = facts.words(facts.rows) if facts.words else facts.rows
    counts = {"all": rows.count(), "yes": rows.filter(facts.counted).count()}
    counts["no"] = counts["all"] - counts["yes"]
    only = request.GET.get("only", "")
    if only == "yes":
        rows = rows.filter(facts.counted)
    elif only == "no":
        rows = rows.exclude(facts.counted)
    kept = {"line": line.code, **({"spot": 1} if is_spot else {})}
    shown = page_of(request.GET, rows.order_by(facts.owner, "pk"))
    yes = set(
        facts.rows.filter(
            facts.counted, pk__in=[each.pk for each in shown.object_list]
        ).values_list("pk", flat=True)
    )
    for each in shown.object_list:
        each.shown, each.counts = rule.show(each), each.pk in yes
    stored = ScoreLine.objects.filter(score=row, line=line).first()
    context = {
        "score": row,
        "organization": row.organization,
        "line": line,
        "rule": rule,
        "counts": counts,
        "stored": stored,
        "is_spot": is_spot,
        "page": shown,
        "list_url": rule.link(row.organization, line.params) if rule.link else "",
        "tabs": [
            {"label": label, "count": counts[code], "active": only == key,
             "url": "?" + urlencode({**kept, **({"only": key} if key else {})})}
            for code, key, label in (
                ("all", "", "全部"), ("yes", "yes", rule.counted_word),
                ("no", "no", f"未{rule.counted_word}" if line.kind == "base" else "其余"),
            )
        ],
    }  # fmt: skip
    return render(request, "scores/facts.html", context)


# --- Verbs ----------------------------------------------------------------------------------------


def _answer(request, pk, line, name, form, act, said):
    """Do one verb; a refusal is shown beside its field with the text typed."""
    row = fetch(request, pk)
    if not form.attempt(lambda data: act(row, data)):
        return page(request, fetch(request, pk), status=422, line=line, **{name: form})
    messages.success(request, said)
    return redirect(f"{row.get_absolute_url()}#line-{line.code}")


def _rubric_line(request, row):
    return get_object_or_404(row.round.rubric.lines, code=request.POST.get("line", "")[:10])


@require_POST
def judge_score(request, pk):
    """自评."""
    row = fetch(request, pk)
    require(rules.may_judge_score(request.user, row), scores.OF_ORGANIZATION)
    line = _rubric_line(request, row)
    form = JudgeForm(request.POST, auto_id=f"judge{line.pk}_%s")
    return _answer(
        request, pk, line, "judge_form", form,
        lambda row, data: scores.judge(row, line, by=request.user, now=timezone.now(), **data),
        "自评已保存。",
    )  # fmt: skip


@require_POST
def check_score(request, pk):
    """审核 of a judged line."""
    row = fetch(request, pk)
    require(rules.may_check_score(request.user, row), scores.OF_CHECKERS)
    line = _rubric_line(request, row)
    form = CheckForm(request.POST, auto_id=f"check{line.pk}_%s")
    return _answer(
        request, pk, line, "check_form", form,
        lambda row, data: scores.check(
            row, line, points=data["checked_points"], reason=data["checked_reason"],
            by=request.user, now=timezone.now(),
        ),
        "审核分已保存。",
    )  # fmt: skip


@require_POST
def appeal_score(request, pk):
    """申诉 against one line."""
    row = fetch(request, pk)
    require(rules.may_judge_score(request.user, row), score_appeals.OF_ORGANIZATION)
    stored = {
        each.line.code: each
        for each in row.lines.select_related("line", "score__round", "score__organization")
    }
    form = AppealForm(request.POST, lines=[each.line for each in stored.values()])
    complaints = []

    def ask(data):
        try:
            return score_appeals.appeal(
                stored[data["line"]], data["reason"], uploads=request.FILES.getlist("files"),
                by=request.user, now=timezone.now(),
            )  # fmt: skip
        except Refused as refused:
            complaints.extend(_about_file(refused))
            raise

    if not form.attempt(ask):
        return page(
            request, fetch(request, pk), status=422, appeal_form=form, complaints=complaints
        )
    messages.success(request, "申诉已提交，工委复核后在收件箱通知您。")
    return redirect(f"{row.get_absolute_url()}#line-{form.cleaned_data['line']}")


def _appeal(request, pk):
    rows = ScoreAppeal.objects.visible_to(request.user).select_related(
        "line__line", "line__score__organization", "line__score__round__rubric"
    )
    return get_object_or_404(rows, pk=pk)


def _about_file(refused):
    """The sentence again, when it is the file's and not a field's."""
    about = isinstance(refused, BadFile) or refused.field == "file"
    return [f"{refused.sentence.rstrip('。')}。请重新选择附件后提交。"] if about else []


@require_POST
def add_appeal_evidence(request, pk):
    """补充附件, until the appeal is answered."""
    appeal = _appeal(request, pk)
    require(rules.may_judge_score(request.user, appeal.line.score), score_appeals.OF_ORGANIZATION)
    uploads = request.FILES.getlist("files")
    complaints = [] if uploads else ["请先选择要补充的附件。"]
    for upload in uploads:
        try:
            score_appeals.add_evidence(appeal, upload, by=request.user, now=timezone.now())
        except Refused as refused:
            if not _about_file(refused):
                raise
            complaints.append(refused.sentence)
    if complaints:
        return page(
            request, fetch(request, appeal.line.score_id), status=422, line=appeal.line.line,
            file_complaints=complaints, wrong_appeal=appeal.pk,
        )  # fmt: skip
    messages.success(request, f"已补充{len(uploads)}份附件。")
    return redirect(f"{appeal.line.score.get_absolute_url()}#line-{appeal.line.line.code}")


@require_POST
def decide_appeal(request, pk):
    """复核."""
    appeal = _appeal(request, pk)
    require(rules.may_decide_appeal(request.user, appeal), score_appeals.OF_COMMITTEE)
    form = DecideForm(request.POST, auto_id=f"decide{appeal.pk}_%s")
    grant = request.POST.get("decision") == "grant"
    line, score_pk = appeal.line.line, appeal.line.score_id
    done = form.attempt(
        lambda data: score_appeals.decide(
            appeal, grant=grant, by=request.user, now=timezone.now(), **data
        )
    )
    if not done:
        return page(
            request, fetch(request, score_pk), status=422, line=line, decide_form=form,
            wrong_appeal=appeal.pk,
        )  # fmt: skip
    messages.success(request, "已复核，该党组织已收到通知。")
    return redirect(f"{appeal.line.score.get_absolute_url()}#line-{line.code}")


@require_POST
def withdraw_appeal(request, pk):
    appeal = _appeal(request, pk)
    score_appeals.withdraw(appeal, by=request.user, now=timezone.now())
    messages.success(request, "申诉已撤回。")
    return redirect(appeal.line.score)
