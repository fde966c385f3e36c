"""The layouts of other systems."""

from branchyear.audit.services import record


def note_change(profile, *, by):
    """A layout was changed: what it looks like now stands in the trail."""
    record(
        "roster_profile.changed",
        profile,
        by=by,
        active=profile.is_active,
        columns=[[c.field, c.title, c.form] for c in profile.columns.order_by("order", "pk")],
    )
