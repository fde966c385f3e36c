"""``recorded``: acts were written to the trail (``organizations``: ids of those concerned, none if all are)."""

from django.dispatch import Signal

recorded = Signal()

# The whole chain was gone through; ``verdict`` says what was found.
verified = Signal()
