"""What the outbox tells those above it."""

from django.dispatch import Signal

# A job was given up for good (``job``): whoever waits for it should say so.
job_buried = Signal()
