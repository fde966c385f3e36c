"""A finding as a sentence: the rule's own words (data) filled with the finding's facts.

What is counted from today ("已逾期{d}天") is reckoned here and never stored, so that a finding changes
only when the facts do.
"""

import re
from datetime import date

from branchyear.lib.dates import Month, add_months
from members.completeness import BY_NAME
from members.models import MeetingKind, Post
from tasks.health.committee import OFFICES
from tasks.health.life import PARTS
from tasks.health.registry import load

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH = re.compile(r"\d{4}-\d{2}")


def sentence(finding, today):
    """What is wrong, said to the branch's secretary."""
    rule, facts = finding.rule, dict(finding.facts)
    check = load().get(rule.number)
    words = check.words if check else {}
    template = words.get(facts.pop("say", ""), rule.message)
    facts |= DERIVED.get(rule.number, _nothing)(facts, today)
    return template.format_map(_Blanks({name: _told(value) for name, value in facts.items()}))


class _Blanks(dict):
    """A value that is not known reads as a dash."""

    def __missing__(self, name):
        return "—"


def _told(value):
    if isinstance(value, str) and _DAY.fullmatch(value):
        day = date.fromisoformat(value)
        return f"{day.year}年{day.month}月{day.day}日"
    if isinstance(value, str) and _MONTH.fullmatch(value):
        return Month.parse(value).label
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return "—" if value in {None, ""} else value


def _nothing(facts, today):
    return {}


def days_since(name):
    """``d``: how many days have passed since the fact ``name``."""
    return lambda facts, today: {"d": (today - date.fromisoformat(facts[name])).days}


def months_since(name):
    """``m``: how many full months have passed since the fact ``name``."""

    def reckon(facts, today):
        since = date.fromisoformat(facts[name])
        months = (today.year - since.year) * 12 + today.month - since.month
        return {"m": months - (add_months(since, months) > today)}

    return reckon


def _missing_fields(facts, today):
    lacking = [
        f"{BY_NAME[name].label}{number}"
        for name, number in facts.items()
        if name in BY_NAME and number
    ]
    return {"fields": "、".join(lacking)}


def _vacant_posts(facts, today):
    vacant = [Post(post).label for post in OFFICES if facts.get(post.value) == 0]
    return {"posts": "、".join(vacant) or "无"}


def _missing_parts(facts, today):
    lacking = [label for name, (label, _) in PARTS.items() if facts.get(f"lacks_{name}")]
    return {"fields": "、".join(lacking), "type": MeetingKind(facts["type"]).label}


def _probation_end(facts, today):
    if facts.get("extended"):
        return {"date": facts["extended"]}
    if facts.get("admitted"):
        return {"date": add_months(date.fromisoformat(facts["admitted"]), 12).isoformat()}
    return {}


def _share(facts, today):
    return {"p": f"{100 * facts['k'] / facts['n']:.0f}" if facts.get("n") else "—"}


def _when(name, reckon):
    """Only where the fact is there: other sentences of the same rule do not need it."""
    return lambda facts, today: reckon(facts, today) if facts.get(name) else {}


def _month(facts, today):
    return {"m": int(facts["month"][-2:])}


def _entered_after(facts, today):
    if "entered" not in facts:
        return {}
    gap = date.fromisoformat(facts["entered"]) - date.fromisoformat(facts["date"])
    return {"d": gap.days}


DERIVED = {
    "R09": _missing_fields,
    "R11": _vacant_posts,
    "R13": _when("date", days_since("date")),
    "R17": _when("expiry", days_since("expiry")),
    "R31": _missing_parts,
    "R34": _when("date", months_since("date")),
    "R35": _share,
    "R38": _when("date", months_since("date")),
    "R39": _probation_end,
    "R50": _when("date", days_since("date")),
    "R52": _month,
    "R53": _month,
    "R56": _entered_after,
}
