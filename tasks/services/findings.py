"""Findings kept up to date, and explanations for those that cannot be mended."""

from functools import partial, update_wrapper
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import Q

from branches.models import Organization
from branchyear.audit.services import record
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused, require
from branchyear.lib.routes import path_to
from branchyear.notifications.services import notify
from branchyear.outbox.models import Job
from branchyear.outbox.services import enqueue_many
from tasks import rules
from tasks.health import engine
from tasks.models import (
    BranchItem,
    Campaign,
    Delegation,
    Evidence,
    Explanation,
    Finding,
    ItemEvidence,
    ItemFact,
    ItemMeeting,
    ItemStep,
    ProblemEvidence,
    Severity,
)

ONE_BY_ONE = 200  # more branches than that at once are looked at together
EXPLANATION_MIN = 10
# What acts of one kind write. Only rules that read one of these tables are looked at after such an act, and those about
# findings; after all other acts every rule is.
TABLES_OF = {
    "items": frozenset(
        model._meta.db_table
        for model in (
            BranchItem,
            Delegation,
            Evidence,
            ItemEvidence,
            ItemFact,
            ItemMeeting,
            ItemStep,
            ProblemEvidence,
        )
    )
}


def evaluate(*, day, organization=None, numbers=None, about=""):
    """Bring findings up to date as of ``day``; how many are open then (0 without a campaign)."""
    campaign = Campaign.objects.running(day)
    if campaign is None:
        return 0
    return engine.evaluate(
        campaign, day=day, organization=organization, numbers=numbers, tables=TABLES_OF.get(about)
    )


def recheck(organization_id, *, day, about=""):
    """A fact of this organisation changed: look at its branch again. The row may be gone.

    ``about``: of which kind (``TABLES_OF``); "" for any.
    """
    organization = Organization.objects.filter(pk=organization_id).first()
    if organization is None:
        return 0
    if organization.kind == "group":
        organization = Organization.objects.get_parent(organization, update=True)
    return evaluate(day=day, organization=organization, about=about)


def is_asked_again(organization_id, *, after, about=""):
    """Whether a later job than ``after`` waits to look at the same organisation, at no less."""
    later = Job.objects.filter(status=Job.Status.QUEUED, pk__gt=after.pk)
    covers = Q(key__startswith=_key(organization_id))
    if about:
        covers |= Q(key__startswith=_key(organization_id, about))
    return later.filter(covers).exists()


def _key(organization_id, about=""):
    return f"recheck:{organization_id}:{about}:"


def facts_changed(organizations, about=""):
    """After the transaction commits, one job looks again at each of these organisations.

    Several acts in one transaction make one job; acts of different kinds one about everything. A crash between commit
    and queue loses nothing for long: the nightly run looks at everything.
    """
    for _, waiting, _ in connection.run_on_commit:
        # Whatever would undo the call that waits there would undo this act as well.
        if getattr(waiting, "func", None) is _queue:
            concerned = waiting.args[0]
            break
    else:
        concerned = {}
        # With the function's name, which Django asks a failed one for, and would fail there itself.
        waits = update_wrapper(partial(_queue, concerned), _queue)
        transaction.on_commit(waits, robust=True)
    for pk in organizations:
        concerned[pk] = about if concerned.get(pk, about) == about else ""


def _queue(concerned):
    turn = uuid4().hex[:12]
    if len(concerned) > ONE_BY_ONE:
        enqueue_many([("tasks.recheck_all", f"recheck:all:{turn}", {}, "default")])
        return
    enqueue_many(
        ("tasks.recheck", _key(pk, about) + turn, {"organization": pk, "about": about}, "default")
        for pk, about in sorted(concerned.items())
    )


# --- Explanations ---------------------------------------------------------------------------------


@transaction.atomic
def explain(finding, text, *, by, now):
    """The branch says why a warning stands; those above are asked to accept it."""
    require(rules.may_explain(by, finding))
    text = text.strip()
    if len(text) < EXPLANATION_MIN:
        raise Refused(f"请写清楚情况和原因，不少于{EXPLANATION_MIN}个字。", field="text")
    if len(text) > Explanation._meta.get_field("text").max_length:
        raise Refused("情况说明最多500字。", field="text")
    if finding.closed_on is not None:
        raise Refused("该问题已经消除，不需要说明。")
    if finding.severity == Severity.ERROR:
        raise Refused("该项须整改，不能以情况说明代替。请整改，或列入问题清单。")
    here = {"organization": finding.organization, "rule": finding.rule, "key": finding.key}
    explanation, created = Explanation.objects.get_or_create(
        **here,
        state=Explanation.State.GIVEN,
        defaults={"text": text, "given_by": by, "given_at": now},
    )
    if not created:
        raise Refused("该问题已有情况说明，正在等待上级审核。")
    record(
        "finding.explained", explanation, by=by, organization=finding.organization,
        rule=finding.rule.number, key=finding.key,
    )  # fmt: skip
    notify(
        "finding.explained",
        rules.deciders_of(explanation),
        url=_page(explanation.organization),
        key=f"explanation:{explanation.pk}",
        **_words(explanation),
    )
    return explanation


@transaction.atomic
def decide(explanation, *, accept, by, now, note=""):
    """Accepted, the warning is closed for that rule, branch and object; refused, it stands."""
    require(rules.may_decide_explanation(by, explanation))
    note = note.strip()
    if not accept and len(note) < 5:
        raise Refused("不采纳的，请写明理由（不少于5个字）。", field="note")
    state = Explanation.State.ACCEPTED if accept else Explanation.State.REFUSED
    moved = Explanation.objects.filter(pk=explanation.pk, state=Explanation.State.GIVEN).update(
        state=state, decided_by=by, decided_at=now, decision_note=note[:300]
    )
    if not moved:
        raise Refused("该情况说明已经办理，请刷新页面。")
    if accept:
        Finding.objects.open().filter(
            organization=explanation.organization, rule=explanation.rule, key=explanation.key
        ).exclude(severity=Severity.ERROR).update(
            closed_on=local_day(now), closing=Finding.Closing.EXPLAINED
        )
    explanation.refresh_from_db()
    record(
        "finding.explanation_accepted" if accept else "finding.explanation_refused",
        explanation, by=by, organization=explanation.organization, rule=explanation.rule.number,
    )  # fmt: skip
    if explanation.given_by:
        notify(
            "finding.explanation_decided",
            [explanation.given_by],
            url=_page(explanation.organization),
            key=f"explanation:{explanation.pk}:{explanation.state}",
            **_words(explanation),
        )
    return explanation


def _page(organization):
    return f"{path_to('tasks:checkup')}?org={organization.pk}"


def _words(explanation):
    return {
        "branch": explanation.organization,
        "rule": explanation.rule.name,
        "text": explanation.text,
        "verdict": explanation.get_state_display(),
        "note": explanation.decision_note,
    }


def is_waiting(organization):
    """Whether a change of this organisation's facts has not been looked at yet."""
    return Job.objects.filter(
        Q(key__startswith=f"recheck:{organization.pk}:") | Q(key__startswith="recheck:all:"),
        status__in=[Job.Status.QUEUED, Job.Status.RUNNING],
    ).exists()
