"""What happens to organisations below, answered here in three lines each.

A merged or closed branch needs no answer: its items and files stay with it as history, and ``in_force``
leaves them out of every figure and queue.
"""

from django.dispatch import receiver
from django.utils import timezone

from branches import signals
from branchyear.audit.signals import recorded
from members.signals import meeting_redated, meeting_voided
from tasks.models import Rubric, RubricLine
from tasks.scoring import seed
from tasks.services import findings, handing_over, routing, voiding
from tasks.signals import campaign_opened


@receiver(campaign_opened, dispatch_uid="tasks-first-rubric")
def give_the_campaign_its_rubric(sender, campaign, **kwargs):
    seed.set_up(campaign, Rubric, RubricLine, now=timezone.now())


@receiver(signals.organization_established, dispatch_uid="tasks-give-items")
def founded(sender, organization, on, **kwargs):
    if organization.is_branch:
        routing.welcome(organization, on=on)


@receiver(signals.organization_moved, dispatch_uid="tasks-reroute")
def moved(sender, organization, on, **kwargs):
    routing.reroute(organization)


@receiver(signals.office_handed_over, dispatch_uid="tasks-handed-over")
def handed_over(sender, handover, **kwargs):
    handing_over.rename_responsible(handover)


@receiver(meeting_voided, dispatch_uid="tasks-meeting-voided")
def voided(sender, meeting, now, **kwargs):
    voiding.meeting_fell_away(meeting, f"已作废（{meeting.void_reason}）", now=now)


@receiver(meeting_redated, dispatch_uid="tasks-meeting-redated")
def redated(sender, meeting, before, now, **kwargs):
    days = f"已由{before:%Y年%m月%d日}改为{meeting.on:%Y年%m月%d日}"
    voiding.meeting_fell_away(meeting, days, now=now)


# Acts that change no fact a rule looks at: R54 asks of items handed in, not of drafts being written.
IDLE = (
    "account.", "token.", "access.", "export.", "paper.", "finding.", "reminder.", "roster.", "audit.",
    "item.saved", "score.", "supervision.", "bulletin.", "duty.", "inspection.", "overview.",
)  # fmt: skip


# Acts that write nothing else than what ``findings.TABLES_OF`` names.
OF_ITEMS = (
    "item.accepted", "item.delegated", "item.filled", "item.forwarded", "item.rerouted", "item.returned",
    "item.submitted", "item.taken_back", "item.voided", "item.withdrawn", "evidence.",
)  # fmt: skip


@receiver(recorded, dispatch_uid="tasks-look-again")
def acted(sender, organizations, verbs, **kwargs):
    verbs = [verb for verb in verbs if not verb.startswith(IDLE)]
    if organizations and verbs:
        about = "items" if all(verb.startswith(OF_ITEMS) for verb in verbs) else ""
        findings.facts_changed(organizations, about)
