"""督办单: what its colour means, and from what one can begin. The one place for both.

Colour by rule and date (practice of 三色督办): 蓝 more than five days left, 黄 five or fewer, 红 past its day; what
is closed has none. Always with a word and a shape, so that grey print loses nothing.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from branchyear.lib.dates import in_words
from branchyear.templatetags.ui import NEAR_DAYS
from tasks.models import BranchItem, Problem, Supervision

State = Supervision.State
DONE = (State.CLOSED, State.WITHDRAWN)


@dataclass(frozen=True)
class Colour:
    key: str
    word: str
    shape: str
    tone: str
    rule: str


COLOURS = (
    Colour("blue", "蓝色", "◇", "info", f"剩余 > {NEAR_DAYS} 天"),
    Colour("yellow", "黄色", "▲", "near", f"剩余 ≤ {NEAR_DAYS} 天"),
    Colour("red", "红色", "■", "late", "超过办理时限"),
)
BY_KEY = {colour.key: colour for colour in COLOURS}


def colour_of(row, today):
    """The colour of a 督办单 on a day; None for what is closed or taken back. What is replied to keeps the
    colour of the day it was replied on: waiting for the committee is not the organisation's."""
    if row.state in DONE:
        return None
    day = row.replied_on if row.state == State.REPLIED else today
    left = (row.due_on - day).days
    return BY_KEY["red" if left < 0 else "yellow" if left <= NEAR_DAYS else "blue"]


def colour_is(key, today):
    """``colour_of`` as a condition, for those with the organisation."""
    near = today + timedelta(days=NEAR_DAYS)
    span = {
        "red": Q(due_on__lt=today),
        "yellow": Q(due_on__gte=today, due_on__lte=near),
        "blue": Q(due_on__gt=near),
    }[key]
    return span & Q(state__in=[State.ISSUED, State.REOPENED])


# --- What one can begin from ------------------------------------------------------------------------


@dataclass(frozen=True)
class Source:
    """A thing that is overdue, as the form starts with it. Nothing is typed that is known."""

    kind: str
    pk: int
    organization: object
    title: str
    content: str
    basis: str
    url: str
    due_on: date | None = None


SOURCES = {}


def source(kind, word):
    """Register the function below: ``(user, pk) → Source`` or None when it is out of sight."""

    def register(function):
        SOURCES[kind] = (word, function)
        return function

    return register


def find(kind, pk, user):
    """The ``Source`` somebody began from; None when there is none."""
    _, read = SOURCES.get(kind, ("", None))
    return read(user, pk) if read else None


@source("problem", "逾期问题")
def from_problem(user, pk):
    row = Problem.objects.visible_to(user).filter(pk=pk).select_related("organization").first()
    if row is None:
        return None
    due = f"整改时限{in_words(row.due_on)}" if row.due_on else "还没有确定整改时限"
    return Source(
        "problem", row.pk, row.organization, f"第{row.number}号问题整改销号",
        f"问题清单第{row.number}号“{row.title[:200]}”，{due}，至今没有销号。请抓紧整改，按时申请销号，并书面回复办理情况。",
        "工作方案五(一) 项目清单化管理", row.get_absolute_url(),
    )  # fmt: skip


@source("item", "逾期条目")
def from_item(user, pk):
    row = BranchItem.objects.visible_to(user).filter(pk=pk).with_words().first()
    if row is None:
        return None
    return Source(
        "item", row.pk, row.branch, f"{row.item.code} 条目落实和提交",
        f"检查条目{row.item.code}“{row.version.text}”，完成期限{in_words(row.due_on)}，"
        "至今没有提交。请抓紧落实，提交佐证材料，并书面回复办理情况。",
        row.version.basis_words[:300] or "工作方案八项任务", row.get_absolute_url(),
    )  # fmt: skip
