"""``recorded``: acts were written to the trail (``organizations``: ids of those concerned)."""

from django.dispatch import Signal

recorded = Signal()
