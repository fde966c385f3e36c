"""Where a finding can be put right: the page, and on it the very object."""

from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from branchyear.lib.routes import path_to
from members.models import MeetingKind
from tasks.health.registry import load

# Views that take the primary key of the object named in the finding's key.
BY_OBJECT = {
    "members:meeting",
    "members:applicant",
    "members:transfer",
    "reports:report",
    "tasks:item",
    "tasks:problem",
}


# What was not held is recorded on the form for that kind of meeting, in that month, of that group.
MEETINGS = {
    "R21": MeetingKind.MEMBERS,
    "R22": MeetingKind.COMMITTEE,
    "R23": MeetingKind.GROUP,
    "R24": MeetingKind.THEME_DAY,
    "R25": MeetingKind.LECTURE,
    "R26": MeetingKind.LIFE,
}


def parts_of(key):
    """ "group:3:month:2026-04" as {"group": "3", "month": "2026-04"}."""
    words = key.split(":")
    return dict(zip(words[::2], words[1::2], strict=False))


def _meeting_form(finding):
    parts = parts_of(finding.key)
    query = {"org": finding.organization_id, "kind": MEETINGS[finding.rule.number].value}
    if "quarter" in parts:
        year, quarter = parts["quarter"].split("-")
        query["month"] = f"{year}-{int(quarter) * 3:02d}"
    if "month" in parts:
        query["month"] = parts["month"]
    if "group" in parts:
        query["group"] = parts["group"]
    return f"{path_to('members:new_meeting')}?{urlencode(query)}"


def mend_url(finding, *, fills=True):
    """The address at which the branch mends it; "" where there is none. Who does not fill in is led to where it
    can be seen."""
    check = load().get(finding.rule.number)
    if check is None or not check.mend:
        return ""
    if finding.rule.number in MEETINGS:
        if not fills:
            return f"{path_to('members:life')}?org={finding.organization_id}"
        return _meeting_form(finding)
    kind, _, rest = finding.key.partition(":")
    number = rest.split(":")[0]
    try:
        if kind == "member" and number.isdecimal() and check.mend == "members:roster":
            return path_to("members:member", number)
        if check.mend in BY_OBJECT and number.isdecimal():
            return reverse(check.mend, args=[number])
        if check.mend == "branches:organization":
            return reverse(check.mend, args=[finding.organization_id])
        address = reverse(check.mend)
    except NoReverseMatch:
        return ""
    query = {"org": finding.organization_id}
    if kind == "month":
        query["month"] = number
    return f"{address}?{urlencode(query)}"
