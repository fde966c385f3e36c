"""Reading a number in full: an act of its own, with a reason, on the record."""

from django.db import transaction

from branchyear.audit.services import record
from branchyear.lib.errors import Refused, require
from members import rules

LEAST_REASON = 5  # signs; "工作" says nothing to whoever reads the trail


@transaction.atomic
def unmask(member, *, by, reason):
    """The ID number and telephone of one member in full, for one answer; leaves who, whom and why.

    The trail names which numbers were shown, never the numbers.
    """
    require(
        rules.may_unmask(by, member),
        "您的职责不需要查看完整号码。如确需核对，请联系该党员所在党支部。",
    )
    reason = stated(reason, "查看原因")
    shown = {"id_number": member.id_number, "phone": member.phone}
    record(
        "member.unmasked",
        member,
        by=by,
        organization=member.organization,
        reason=reason,
        fields=[name for name, value in shown.items() if value],
    )
    return shown


def stated(reason, what):
    """A reason as it is kept; refused where it says nothing."""
    reason = " ".join(reason.split())
    if len(reason) < LEAST_REASON:
        raise Refused(f"请写明{what}（至少{LEAST_REASON}个字）。", field="reason")
    return reason[:200]
