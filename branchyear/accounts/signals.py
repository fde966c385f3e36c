"""What the audit trail, which stands a storey above, listens to."""

from django.dispatch import Signal

# A person did something to the own account: ``verb``, ``user``, ``detail`` (plain values).
acted = Signal()
