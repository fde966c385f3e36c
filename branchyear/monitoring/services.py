"""Pulses are written here."""

from branchyear.monitoring.models import Pulse


def beat(name, *, now, is_well=True, said="", facts=None):
    """``name`` was seen at ``now``. Twice at once is once: the later word stands."""
    columns = {"at": now, "is_well": is_well, "said": said[:200]}
    if facts is not None:
        columns["facts"] = facts
    if not Pulse.objects.filter(pk=name).update(**columns):
        Pulse.objects.bulk_create([Pulse(name=name, **columns)], ignore_conflicts=True)
