"""交接: what the campaign's work has open at a branch, and what bears the old name there."""

from django.db.models import F, Q

from branches.handing_over import line, part
from branchyear.audit.services import record
from tasks.models import BranchItem, Delegation, Problem

State = BranchItem.State


@part("检查条目")
def items(organization, today):
    """What is with the branch and may be filled in, what was returned first; then what lies with reviewers."""
    rows = BranchItem.objects.filter(branch=organization).in_force().with_words()
    rows = rows.exclude(state=State.ACCEPTED).filter(opens_on__lte=today)
    order = {State.RETURNED: 0, State.DRAFT: 1, State.TODO: 2, State.SUBMITTED: 3}
    given = Delegation.objects.open().filter(branch_item__branch=organization)
    with_whom = dict(given.values_list("branch_item", "to__name"))
    for row in sorted(rows, key=lambda r: (order[r.state], r.due_on, r.pk)):
        why = row.get_state_display()
        if row.state == State.RETURNED:
            why += f"：{row.return_reason}"
        elif row.state == State.SUBMITTED:
            why += f"，在{row.with_organization}"
        if row.pk in with_whom:
            why += f"，已委托{with_whom[row.pk]}填报"
        yield line(f"{row.item.code} {row.version.text}", why, row.due_on)


@part("问题清单")
def problems(organization, today):
    """Every problem that is not closed, with who answers for it."""
    rows = Problem.objects.filter(organization=organization).exclude(state=Problem.State.CLOSED)
    for row in rows.order_by("due_on", "number"):
        who = f"，责任人{row.responsible}" if row.responsible else ""
        yield line(row.title, f"{row.get_state_display()}{who}", row.due_on)


def rename_responsible(handover):
    """Open problems the old one answered for by name are the successor's from now on."""
    old, new = handover.from_user.name, handover.to_user.name
    if not old or old == new:
        return
    open_ones = Problem.objects.filter(organization=handover.organization).exclude(
        state=Problem.State.CLOSED
    )
    for row in open_ones.filter(Q(responsible=old) | Q(responsible_leader=old)):
        named = [n for n in ("responsible", "responsible_leader") if getattr(row, n) == old]
        changes = dict.fromkeys(named, new)
        Problem.objects.filter(pk=row.pk).update(revision=F("revision") + 1, **changes)
        record(
            "problem.changed",
            row,
            by=handover.by,
            organization=handover.organization,
            handover=handover.pk,
            **changes,
        )
