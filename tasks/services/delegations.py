"""分工: the secretary gives an item to a member of the committee; he fills it in, the secretary signs it off
by handing it in. Source: 工作方案 五(一) 支部书记逐项抓落实, the committee's members 分工负责."""

from django.db import IntegrityError, transaction
from django.db.models import BigAutoField

from branches.roles import BRANCH_ROLES, Role
from branches.scope import holders, scope_of
from branchyear.audit.services import record
from branchyear.lib.composed import composed
from branchyear.lib.dates import in_words, local_day
from branchyear.lib.errors import Refused, require
from branchyear.notifications.services import notify
from tasks import rules
from tasks.models import Delegation
from tasks.services import items, moves

NOTE_MAX = 200
NOT_YOURS = "该条目没有委托给您，或已经收回。"


@transaction.atomic
def delegate(branch_item, to, *, by, now, due_on=None, note=""):
    """委托 ``to`` to fill the item in until ``due_on``; he is told. Returns the ``Delegation``."""
    today = local_day(now)
    moves.refuse_unless_fillable(branch_item, now=now)
    scope = scope_of(by, today)
    require(rules.may_fill(by, branch_item.branch, scope=scope), moves.OFFICE_OF_BRANCH)
    if to not in members_of(branch_item.branch, today):
        raise Refused("只能委托本支部在任的支部委员。", field="to")
    last = last_day(branch_item, today)
    if due_on is not None and not today <= due_on <= last:
        raise Refused(f"填好期限应在今天到{in_words(last)}之间。", field="due_on")
    note = moves.clean_text(note)
    if len(note) > NOTE_MAX:
        raise Refused(f"要求最多{NOTE_MAX}个字。", field="note")
    try:
        with transaction.atomic():
            row = Delegation.objects.create(
                branch_item=branch_item, to=to, by=by, asked_at=now, due_on=due_on, note=note
            )
    except IntegrityError:
        raise Refused("该条目已委托他人填报，请先收回。") from None
    _record("item.delegated", row, by=by)
    notify(
        "item.delegated",
        [to],
        url=branch_item.get_absolute_url(),
        key=f"delegation:{row.pk}",
        by=by,
        due_on=due_on,
        note=note,
        **items.words_of(branch_item),
    )
    return row


def last_day(branch_item, today):
    """Until when it may be asked for: the item's own day, or where that is over the end of the year's plan."""
    if branch_item.due_on >= today:
        return branch_item.due_on
    return max(today, branch_item.item.task.campaign.ends_on)


@transaction.atomic
def mark_done(branch_item, *, by, now):
    """已填好: it is the secretary's again, who is told and signs it off by handing it in."""
    row = open_of(branch_item)
    require(row is not None and row.to_id == by.pk, NOT_YOURS)
    require(rules.may_fill_item(by, branch_item, scope=scope_of(by, local_day(now))), NOT_YOURS)
    if not _close(row, done_at=now):
        raise Refused("该条目刚刚已被收回，您填写的内容都在。")
    _record("item.filled", row, by=by)
    _tell(row, "item.filled", holders(BRANCH_ROLES, branch_item.branch, local_day(now)))


@transaction.atomic
def take_back(branch_item, *, by, now):
    """收回: what is filled in stays; the person it was with can write no more, and is told."""
    scope = scope_of(by, local_day(now))
    require(rules.may_fill(by, branch_item.branch, scope=scope), moves.OFFICE_OF_BRANCH)
    row = open_of(branch_item)
    if row is None or not _close(row, taken_back_at=now):
        raise Refused("该条目目前没有委托他人填报，可能已经填好。")
    _record("item.taken_back", row, by=by)
    _tell(row, "item.taken_back", [row.to])


@composed(branch=BigAutoField())
def _members(branch, day):
    return holders({Role.BRANCH_MEMBER}, branch, day)


def members_of(branch, day):
    """The committee's members in office, to whom items may be given."""
    return _members(branch=branch.pk, day=day)


def open_of(branch_item):
    return Delegation.objects.open().filter(branch_item=branch_item).select_related("to").first()


def _close(row, **moment):
    return Delegation.objects.open().filter(pk=row.pk).update(**moment)


def _tell(row, kind, people):
    notify(
        kind,
        people,
        url=row.branch_item.get_absolute_url(),
        key=f"{kind}:{row.pk}",
        person=row.to,
        **items.words_of(row.branch_item),
    )


def _record(verb, row, *, by):
    record(
        verb,
        row.branch_item,
        by=by,
        organization=row.branch_item.branch,
        to=str(row.to),
        due_on=row.due_on,
    )
