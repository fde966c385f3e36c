"""On what a file rests, as one short text: where the text is the same, the file would be the same.

Every service that changes anything leaves an entry in the trail, in the transaction of the change; so the last
entry that changed something is the version of everything there is. That is stricter than needed (an act anywhere
in the city makes every ledger anew) and never too lax. What comes by the clock without an entry (the rows of a
new month of dues) shows in the number of rows. Day, conditions and the offices of the person belong to it: a
ledger says what is overdue today, and holds what this person may see.
"""

import hashlib
import json

from django.db.models import Count, Max

from branches.scope import scope_of
from branchyear.audit.models import Entry

# Acts that change nothing a ledger shows: coming and going, looking, fetching, reminding, exporting.
STILL = (
    "account.signed_in", "account.signed_out", "account.sign_in_failed", "account.locked",
    "account.unlocked", "account.password_chosen", "account.password_reset", "token.issued",
    "account.second_factor_set", "account.second_factor_off", "account.second_factor_failed",
    "account.second_factor_reset", "account.recovery_code_used", "account.sessions_ended",
    "token.withdrawn", "access.denied", "member.unmasked", "roster.uploaded", "roster.failed",
    "roster.downloaded", "roster.downloaded_in_full", "numbers.asked",
    "numbers.approved", "numbers.refused", "numbers.withdrawn", "numbers.lapsed", "numbers_rule.revised", "dues.downloaded", "checklist.downloaded",
    "checklist.uploaded", "evidence.verified", "evidence.downloaded", "reminder.sent",
    "reminder.urged", "report.matrix_exported", "report.copied", "export.requested",
    "export.finished", "export.failed", "export.cancelled", "export.downloaded", "paper.issued",
    "audit.exported", "appointments.exported", "organizations.exported", "job.revived",
)  # fmt: skip
# Two transactions may be numbered in one order and committed in the other. Counting the entries near the last
# one notices the one that came late.
NEAR = 1000


def offices_of(user):
    """The offices in force of a person, as plain values; what somebody may see follows from them alone."""
    return sorted([str(role), organization.pk] for role, organization in scope_of(user).offices)


def version_of(kind, asked):
    """The version of the data under what was asked, for the person who asked."""
    said = [
        kind.key,
        asked.organization.pk,
        asked.selection.parameters,
        asked.today.isoformat(),
        offices_of(asked.by),
        _last_act(),
        [
            list(model.objects.aggregate(n=Count("pk"), last=Max("pk")).values())
            for model in kind.sources
        ],
    ]
    return digest(said)


def digest(plain):
    """Plain values as 64 signs."""
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def _last_act():
    acts = Entry.objects.exclude(verb__in=STILL)
    last = acts.order_by("-pk").values_list("pk", flat=True).first() or 0
    return [last, acts.filter(pk__gt=last - NEAR).count()]
