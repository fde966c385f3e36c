"""What the apps above may want to know. Sent inside the services, in their transaction."""

from django.dispatch import Signal

campaign_opened = Signal()  # campaign, created: opened for the first time, or brought up to date
evidence_replaced = Signal()  # old, new: a newer revision has taken the place of a file
