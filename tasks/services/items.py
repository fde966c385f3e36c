"""The branch's answers: saved, handed in, taken back, accepted, returned.

Every verb is one transaction: the move is thought through (``moves``), made by a conditional update on
what the caller had read, then leaves its step, its audit entry and its notices. Whoever comes second is
told by a ``Conflict`` that carries what is stored now.
"""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from branches.models import Kind as OrganizationKind
from branches.roles import BRANCH_ROLES, Role
from branches.scope import holders, scope_of
from branchyear.audit.services import record
from branchyear.lib.bulk import update_where
from branchyear.lib.dates import CHINA, local_day
from branchyear.lib.errors import Conflict, Refused
from branchyear.notifications.services import notify
from tasks import rules
from tasks.models import BranchItem, Delegation, Evidence, ItemStep
from tasks.services import moves
from tasks.services.levels import levels, next_level
from tasks.services.moves import Answer, answer_of

__all__ = [
    "Answer",
    "accept",
    "accept_many",
    "answer_of",
    "problems_before_submitting",
    "reviewing_organization",
    "save",
    "send_back",
    "submit",
    "submit_ready",
    "withdraw",
]

State, Result = BranchItem.State, BranchItem.Result

# A reviewer's click is one page; more at once would hold the page for too long.
ACCEPT_AT_ONCE = 500


@transaction.atomic
def save(branch_item, answer, *, revision, by, now):
    """暂存. ``revision`` is the one the person had before the eyes; ``Conflict`` when it is old."""
    move = moves.saving(branch_item, answer, by=by, now=now, scope=_scope(by, now))
    if move is None:
        return branch_item
    make(branch_item, move, by=by, now=now, revision=revision)
    return branch_item


@transaction.atomic
def submit(branch_item, answer=None, *, revision=None, by, now):
    """提交 for review; with ``answer`` it is saved in the same transaction. The reviewers are told."""
    chain = levels(branch_item.branch, day=local_day(now))
    move = moves.submitting(
        branch_item,
        answer,
        by=by,
        now=now,
        scope=_scope(by, now),
        level=next_level(chain),
        files=_files(branch_item),
        meetings=_meetings(branch_item),
        facts=list(branch_item.fact_links.all()),
    )
    if not rules.may_sign_off(by, branch_item, scope=_scope(by, now), day=local_day(now)):
        raise Refused("该条目由支部委员填报，请党支部书记审定后提交；您可以修改并暂存。")
    make(branch_item, move, by=by, now=now, revision=revision)
    # Asked again under the row's lock: a file may have been detached or replaced in between.
    links = {
        ("evidence", "id"): branch_item.evidence_links.values_list("evidence_id", flat=True),
        ("meetings", "id"): branch_item.meeting_links.live().values_list("meeting_id", flat=True),
        ("facts", "digest"): branch_item.fact_links.values_list("digest", flat=True),
    }
    if any(
        {p[key] for p in move.snapshot.get(k, ())} != set(now) for (k, key), now in links.items()
    ):
        raise Conflict("佐证材料刚刚有变动，请核对后再提交。")
    # Whoever was filling it in for the secretary is done with it.
    Delegation.objects.open().filter(branch_item=branch_item.pk).update(taken_back_at=now)
    tell_reviewers(branch_item, next_level(chain), by=by, now=now)
    return branch_item


def submit_ready(branch, *, by, now):
    """Hand in every item marked 已落实 or 不适用; ``[(item, sentence or None)]``, None for handed in."""
    ready = (
        BranchItem.objects.filter(branch=branch, item__retired_at=None)
        .filter(state__in=BranchItem.EDITABLE, result__in=[Result.DONE, Result.NOT_APPLICABLE])
        .select_related("branch", "item__task__campaign", "version", "with_organization")
    )
    return [(row, _try(submit, row, by=by, now=now)) for row in ready]


def problems_before_submitting(branch_item, answer=None, *, now=None):
    """What is missing before it can be handed in: ``[(field, sentence)]``; empty means ready."""
    return moves.problems(
        branch_item,
        answer or answer_of(branch_item),
        today=local_day(now or timezone.now()),
        has_files=_is_proved(branch_item),
    )


@transaction.atomic
def withdraw(branch_item, *, by, now, revision=None):
    """撤回, before any reviewer has decided in this round. ``revision`` as in ``accept``."""
    move = moves.withdrawing(branch_item, by=by, now=now, scope=_scope(by, now))
    make(branch_item, move, by=by, now=now, revision=revision)
    return branch_item


@transaction.atomic
def accept(branch_item, *, by, now, reason="", revision=None):
    """审核通过: passed on to the next level, or accepted for good with the version it was answered under.

    ``revision`` is the one the reviewer had before the eyes: what was taken back and handed in anew since
    then is not accepted unseen. The next reviewers are told of the former, the branch of the latter.
    """
    chain = levels(branch_item.branch, day=local_day(now))
    move = moves.accepting(
        branch_item,
        by=by,
        now=now,
        scope=_scope(by, now),
        chain=chain,
        submitters=_submitters(branch_item),
        reason=reason,
    )
    make(branch_item, move, by=by, now=now, revision=revision)
    # Asked under the row's lock, for which whoever voids a meeting waits (services.voiding).
    if branch_item.meeting_links.voided_since(branch_item.submitted_at).exists():
        raise Refused("作为佐证的组织生活记录在提交之后作废了，请退回支部更换佐证。")
    if move.kind == ItemStep.Kind.FORWARDED:
        tell_reviewers(branch_item, next_level(chain, after=move.office), by=by, now=now)
    else:
        tell_branch(branch_item, "item.accepted", move)
    return branch_item


@transaction.atomic
def send_back(branch_item, *, reason, by, now, revision=None):
    """退回修改 to the branch, with a reason; the branch is told. ``revision`` as in ``accept``."""
    move = moves.returning(
        branch_item,
        by=by,
        now=now,
        scope=_scope(by, now),
        submitters=_submitters(branch_item),
        reason=reason,
    )
    make(branch_item, move, by=by, now=now, revision=revision)
    tell_branch(branch_item, "item.returned", move)
    return branch_item


def accept_many(branch_items, *, by, now, seen=None):
    """Accept each that can be; ``[(item, sentence or None)]``, None for accepted or passed on.

    ``seen``: the revision of each (by key) that the reviewer had before the eyes.
    """
    seen = seen or {}
    rows = list(branch_items)
    if len(rows) > ACCEPT_AT_ONCE:
        raise Refused(f"一次最多审核{ACCEPT_AT_ONCE}项，请分批办理。")
    return [(row, _try(accept, row, by=by, now=now, revision=seen.get(row.pk))) for row in rows]


def reviewing_organization(branch, after=None, *, day=None):
    """The level that reviews ``branch`` next; None after the last."""
    return next_level(levels(branch, day=day), after)


# --- Behind the verbs -----------------------------------------------------------------------------


def make(branch_item, move, *, by, now, revision=None):
    """The conditional update, the step, the audit entry; the caller's instance follows."""
    revision = branch_item.revision if revision is None else revision
    # To fill a file into an untouched item makes it a draft without a new revision (evidence.add).
    untouched = {State.TODO, State.DRAFT}
    before = untouched if branch_item.state in untouched else {branch_item.state}
    seen = {
        "id": branch_item.pk,
        "state": before,
        "revision": revision,
        "version_id": branch_item.version_id,
    }
    changes = {"state": move.to, **move.changes}
    if not update_where(BranchItem, seen, changes, counted=["revision"]):
        raise conflict(branch_item)
    for name, value in move.changes.items():
        setattr(branch_item, name, value)
    branch_item.state, branch_item.revision = move.to, revision + 1
    step = move.step(branch_item, by=by, now=now)
    if step is not None:
        step.save()
    record(
        move.verb,
        branch_item,
        by=by,
        organization=branch_item.branch,
        round=branch_item.round,
        **move.detail,
    )


def conflict(branch_item):
    """The ``Conflict`` that tells what is stored now, by whom and since when."""
    row = (
        BranchItem.objects.select_related("item", "version", "updated_by", "with_organization")
        .filter(pk=branch_item.pk)
        .first()
    )
    if row is None:
        return Conflict("该条目已不存在，请刷新页面。")
    last = row.steps.order_by("pk").last()
    if row.updated_by is not None and (last is None or last.at < row.updated_at):
        who, at = str(row.updated_by), row.updated_at
    elif last is not None:
        who, at = last.by_name, last.at
    else:
        who, at = "", row.updated_at
    theirs = {
        "状态": row.get_state_display(),
        "落实情况": row.get_result_display(),
        "完成日期": row.fact_on.isoformat() if row.fact_on else "",
        **{ask["label"]: str(row.numbers.get(ask["key"], "")) for ask in row.version.asks},
        "情况说明": row.note,
    }
    if row.return_reason and row.state == State.RETURNED:
        theirs["退回原因"] = row.return_reason
    person = f"已由{who}" if who else "已被他人"
    moment = at.astimezone(CHINA)
    sentence = (
        f"“{row.item.code}”{person}于{moment:%m}月{moment:%d}日{moment:%H:%M}更新"
        f"(现为“{row.get_state_display()}”)。{NOT_OVER_IT}"
    )
    return Conflict(sentence, theirs=theirs, who=who, at=at)


NOT_OVER_IT = "您的内容没有覆盖它，请核对后再办理。"


def _try(verb, branch_item, **arguments):
    try:
        verb(branch_item, **arguments)
    except Conflict as error:  # of many at once, where nothing was typed
        return error.sentence.removesuffix(NOT_OVER_IT) + "这一条没有办理，请打开核对。"
    except (Refused, PermissionDenied) as error:
        return str(error)
    return None


def _scope(by, now):
    return scope_of(by, local_day(now))


def _files(branch_item):
    return list(Evidence.objects.filter(links__branch_item=branch_item).order_by("links__pk"))


def _meetings(branch_item):
    links = branch_item.meeting_links.live().select_related("meeting").order_by("meeting__on", "pk")
    return [link.meeting for link in links]


def _is_proved(branch_item):
    """Has a file, a recorded meeting or a sealed ledger: of those fetched beforehand (lists), else asked here."""
    if "evidence_links" in getattr(branch_item, "_prefetched_objects_cache", {}):
        meetings = (link.meeting for link in branch_item.meeting_links.all())
        held = any(not m.is_void for m in meetings)
        return held or bool(branch_item.evidence_links.all() or branch_item.fact_links.all())
    return (
        branch_item.evidence_links.exists()
        or branch_item.meeting_links.live().exists()
        or branch_item.fact_links.exists()
    )


def _submitters(branch_item):
    steps = branch_item.steps.filter(kind=ItemStep.Kind.SUBMITTED)
    return set(steps.values_list("by_id", flat=True))


def words_of(branch_item):
    """The item in the words of a notice."""
    return {"item_code": branch_item.item.code, "item_text": branch_item.version.text}


def tell_reviewers(branch_item, level, *, now, by=None):
    """Those who may review it at ``level`` are told, once per round."""
    role = (
        Role.COMMITTEE_REVIEWER
        if level.kind == OrganizationKind.WORK_COMMITTEE
        else Role.ORG_REVIEWER
    )
    own = holders(BRANCH_ROLES, branch_item.branch, local_day(now)).values_list("pk", flat=True)
    own = {*own, branch_item.submitted_by_id, by.pk if by else None} - {None}
    reviewers = holders({role}, level, local_day(now)).exclude(pk__in=own)
    moment = now.astimezone(CHINA)
    notify(
        "item.submitted",
        reviewers,
        url=branch_item.get_absolute_url(),
        key=f"item:{branch_item.pk}:{branch_item.round}:submitted:{level.pk}",
        branch=branch_item.branch,
        at=f"{moment.month}月{moment.day}日{moment:%H:%M}",
        **words_of(branch_item),
    )


def tell_branch(branch_item, kind, move):
    """Secretary and clerk are told of a decision, once per round."""
    notify(
        kind,
        holders(BRANCH_ROLES, branch_item.branch),
        url=branch_item.get_absolute_url(),
        key=f"item:{branch_item.pk}:{branch_item.round}:{kind}",
        organization=move.office,
        reason=move.reason,
        **words_of(branch_item),
    )
