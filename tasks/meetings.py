"""Which recorded meetings prove which checklist item: by the rules the item's version names."""

from branchyear.lib.dates import local_day
from members.models import Meeting, MeetingKind

# Rule of the campaign's data → kinds of meetings whose records it looks at (domain rules R21-R27, R42).
KINDS_OF_RULE = {
    "R21": (MeetingKind.MEMBERS,),
    "R22": (MeetingKind.COMMITTEE,),
    "R23": (MeetingKind.GROUP,),
    "R24": (MeetingKind.THEME_DAY,),
    "R25": (MeetingKind.LECTURE,),
    "R26": (MeetingKind.LIFE,),
    "R27": (MeetingKind.LIFE,),
    "R42": (MeetingKind.MEMBERS, MeetingKind.GROUP, MeetingKind.THEME_DAY, MeetingKind.LIFE),
}


def kinds_for(version):
    """The kinds of meetings that can prove the item; none for most items."""
    return tuple(
        dict.fromkeys(kind for rule in version.rules for kind in KINDS_OF_RULE.get(rule, ()))
    )


def fitting(branch_item, *, now=None):
    """The branch's meetings that can prove the item: of the right kind, since it opened, in the year."""
    kinds = kinds_for(branch_item.version)
    if not kinds:
        return Meeting.objects.none()
    found = Meeting.objects.none()
    for kind in kinds:
        found |= Meeting.objects.of_kind(kind)
    last = min(local_day(now), branch_item.item.task.campaign.ends_on)
    return found.filter(
        organization=branch_item.branch_id,
        voided_at=None,
        on__gte=branch_item.opens_on,
        on__lte=last,
    )


def offered(branch_item, *, now=None):
    """Those not used yet, oldest first."""
    used = branch_item.meeting_links.values("meeting")
    rows = fitting(branch_item, now=now).exclude(pk__in=used)
    return list(rows.select_related("group").order_by("on", "pk"))


def used(branch_item):
    """The links of the item, with their meetings; a void one is shown as such."""
    links = branch_item.meeting_links.select_related("meeting__group", "attached_by")
    return list(links.order_by("meeting__on", "pk"))
