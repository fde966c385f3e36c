"""What the apps above may want to know. Sent inside the services, in their transaction."""

from django.dispatch import Signal

meeting_voided = Signal()  # meeting, now
meeting_redated = Signal()  # meeting (as it stands now), before (the day it bore), now
