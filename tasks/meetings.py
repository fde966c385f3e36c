"""Which recorded meetings prove which checklist item: by the rules the item's version names."""

from django.db.models import BigAutoField, DateField

from branchyear.lib.composed import composed
from branchyear.lib.dates import local_day
from members.models import Meeting, MeetingKind
from tasks.models import ItemMeeting

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
    return _of_kinds(**_asked(branch_item, now))


def _asked(branch_item, now):
    return {
        "kinds": kinds_for(branch_item.version),
        "branch": branch_item.branch_id,
        "first": branch_item.opens_on,
        "last": min(local_day(now), branch_item.item.task.campaign.ends_on),
    }


def _of_kinds(kinds, branch, first, last):
    found = Meeting.objects.none()
    for kind in kinds:
        found |= Meeting.objects.of_kind(kind)
    return found.filter(organization=branch, voided_at=None, on__gte=first, on__lte=last)


@composed(item=BigAutoField(), branch=BigAutoField(), first=DateField(), last=DateField())
def _offered(item, branch, first, last, kinds):
    used = ItemMeeting.objects.filter(branch_item=item).values("meeting")
    rows = _of_kinds(kinds, branch, first, last).exclude(pk__in=used)
    return rows.select_related("group").order_by("on", "pk")


def offered(branch_item, *, now=None):
    """Those not used yet, oldest first."""
    asked = _asked(branch_item, now)
    return _offered(item=branch_item.pk, **asked) if asked["kinds"] else []


@composed(item=BigAutoField())
def _links(item):
    links = ItemMeeting.objects.filter(branch_item=item)
    return links.select_related("meeting__group", "attached_by").order_by("meeting__on", "pk")


def used(branch_item):
    """The links of the item, with their meetings; a void one is shown as such."""
    links = _links(item=branch_item.pk)
    for link in links:
        link.branch_item = branch_item
    return links
