"""What happens to organisations below, answered here in three lines each.

A merged or closed branch needs no answer: its items and files stay with it as history, and ``in_force``
leaves them out of every figure and queue.
"""

from django.dispatch import receiver

from branches import signals
from tasks.services import routing


@receiver(signals.organization_established, dispatch_uid="tasks-give-items")
def founded(sender, organization, on, **kwargs):
    if organization.is_branch:
        routing.welcome(organization, on=on)


@receiver(signals.organization_moved, dispatch_uid="tasks-reroute")
def moved(sender, organization, on, **kwargs):
    routing.reroute(organization)
