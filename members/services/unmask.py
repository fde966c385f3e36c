"""Reading a number in full: an act of its own, with a reason, on the record."""

from datetime import timedelta

from django.db import transaction

from branchyear.accounts.models import User
from branchyear.audit.models import Entry
from branchyear.audit.services import record
from branchyear.lib.errors import Refused, require
from members import rules

LEAST_REASON = 5  # signs; "工作" says nothing to whoever reads the trail
AN_HOUR = 30  # people whom one may look up singly within an hour; more is a download (members/second_person.py)
TOO_MANY = f"一小时内最多查看{AN_HOUR}名党员的完整号码，请稍后再看。需要成批使用的，请在“党员名册”的“完整号码下载”中办理。"


@transaction.atomic
def unmask(member, *, by, reason, now):
    """The ID number and telephone of one member in full, for one answer; leaves who, whom and why.

    The trail names which numbers were shown, never the numbers. Refused beyond ``AN_HOUR`` people an hour; somebody
    looked up again counts once.
    """
    require(
        rules.may_unmask(by, member),
        "您的职责不需要查看完整号码。如确需核对，请联系该党员所在党支部。",
    )
    reason = stated(reason, "查看原因")
    User.objects.select_for_update().get(pk=by.pk)  # two at once: the second counts the first
    lately = Entry.objects.filter(verb="member.unmasked", at__gt=now - timedelta(hours=1), actor=by)
    if lately.exclude(thing_id=member.pk).values("thing_id").distinct().count() >= AN_HOUR:
        raise Refused(TOO_MANY, field="reason")
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
