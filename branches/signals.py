"""What the apps above may want to know. Sent inside the services, in their transaction."""

from django.dispatch import Signal

organization_established = Signal()  # organization, on
organization_closed = Signal()  # organization, on, by
organization_moved = Signal()  # organization, on
organization_merged = Signal()  # organization (the one that ends), into, on, by
office_handed_over = Signal()  # handover (branches.models.Handover), now
