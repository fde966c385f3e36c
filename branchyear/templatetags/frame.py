"""The frame of every page (``branchyear.context.frame``), rendered once for each shape of it."""

from functools import cache

from django import template
from django.template.loader import get_template

from branchyear.lib.shaped import Shaped

register = template.Library()

_bar = Shaped("_bar.html")


@register.simple_tag(takes_context=True)
def bar(context):
    """Name of the portal, search, person, menu and campaign, above every page inside; without a frame the name alone."""
    request, frame = context.get("request"), context.get("frame", {})
    campaign = frame.get("campaign") or {}
    left = campaign.get("days_left")
    words = {
        "query": request.GET.get("q", "") if request else "",
        "csrf_token": str(context.get("csrf_token") or ""),
        "who": frame.get("who", ""),
        "unit": frame.get("unit", ""),
        "role": str(frame.get("role", "")),
        "unread": str(frame.get("unread") or ""),
        "help_url": frame.get("help_url", ""),
        "campaign": campaign.get("name", ""),
        "year": str(campaign.get("year", "")),
        "phase": campaign.get("phase_label", ""),
        "days_left": "" if left is None else str(left),
    }
    return _bar(words, **{name: frame.get(name, "") for name in FACTS})


# What of the frame is the same for many people and many pages.
FACTS = (
    "demo",
    "search_url",
    "inbox_url",
    "account_url",
    "verify_url",
    "admin_url",
    "logout_url",
    "menu",
)


@register.simple_tag
def head():
    """What stands in the head of every full page; it is the same for everybody."""
    return _head()


@cache
def _head():
    return get_template("_head.html").render({})
