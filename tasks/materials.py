"""What is asked about a material beside what it proves (a question to the person, never a bar), and what else
the library's files go with: reports above, appeals here.

This app knows nothing of reports; whoever uses a file registers which rows of theirs do::

    @uses_files(lambda: ReportAttachment.objects.select_related("report"))
    def told(link):
        return Use(...)
"""

from collections import defaultdict
from dataclasses import dataclass

_users = []


@dataclass(frozen=True)
class Use:
    """What a file goes with, where that is, how it stands (code and words)."""

    words: str
    url: str
    state: str
    said: str


def uses_files(links):
    """Register ``links()``: rows with an ``evidence``; the function tells one of them as a ``Use``."""

    def register(function):
        _users.append((links, function))
        return function

    return register


def links_above():
    """The rows that use files beside items and problems: one queryset for each kind."""
    return [links() for links, _ in _users]


def uses_above(files):
    """What ``files`` are used for beside items and problems: ``{pk: [Use]}``."""
    found = defaultdict(list)
    for links, told in _users:
        for link in links().filter(evidence__in=files).order_by("pk"):
            found[link.evidence_id].append(told(link))
    return found


def window_question(fact_on, row):
    """Why the day of the fact does not suit the item's window, as a sentence; "" when it does.

    Source: 工作方案 gives every item the phases in which it is done; work done outside them may still be
    what is asked for, so only the person can tell.
    """
    if fact_on is None:
        return ""
    if fact_on < row.opens_on:
        return f"材料日期早于本项开始日期（{_day(row.opens_on)}），请核对是否为本项材料。"
    if fact_on > row.due_on:
        return f"材料日期晚于本项完成期限（{_day(row.due_on)}），请核对。"
    return ""


def _day(day):
    return f"{day.year}年{day.month}月{day.day}日"
