"""Ledgers of the portal as proof of an item: sealed as they stand, taken off again."""

from django.db import transaction
from django.utils import timezone

from branchyear.audit.services import record
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused
from tasks import facts
from tasks.models import FactKind, ItemFact
from tasks.services import evidence as materials


@transaction.atomic
def use(branch_item, kinds, *, by, now=None):
    """Let ledgers prove this item, with what they say today; one used before is sealed anew."""
    now = now or timezone.now()
    materials.require_fillable(branch_item, by=by, now=now)
    day = local_day(now)
    suited = facts.kinds_for(branch_item.version)
    tables = {}
    for kind in dict.fromkeys(kinds):
        if kind not in suited:
            raise Refused("这项平台数据不是本条目要求的材料。", field="evidence")
        table = tables[kind] = facts.build(kind, branch_item.branch, day)
        if not table.rows and kind not in facts.MAY_BE_EMPTY:
            raise Refused(
                f"“{FactKind(kind).label}”还没有数据，不能作佐证。请先到台账登记，或上传材料。",
                field="evidence",
            )
    materials.claim_row(branch_item, by=by, now=now)
    for kind, table in tables.items():
        ItemFact.objects.update_or_create(
            branch_item=branch_item,
            kind=kind,
            defaults={
                "as_of": day,
                "digest": table.digest,
                "data": table.data,
                "attached_by": by,
                "attached_at": now,
            },
        )
        _record("fact.attached", branch_item, kind, by=by, digest=table.digest)


@transaction.atomic
def drop(branch_item, kind, *, by, now=None):
    """The ledger no longer proves this item."""
    now = now or timezone.now()
    materials.require_fillable(branch_item, by=by, now=now)
    materials.claim_row(branch_item, by=by, now=now)
    removed, _ = ItemFact.objects.filter(branch_item=branch_item, kind=kind).delete()
    if removed:
        _record("fact.detached", branch_item, kind, by=by)


def _record(verb, branch_item, kind, *, by, **detail):
    record(
        verb,
        branch_item,
        by=by,
        organization=branch_item.branch,
        code=branch_item.item.code,
        kind=kind,
        **detail,
    )
