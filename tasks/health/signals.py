"""R56: signs of records made up afterwards. For inspectors only, never a verdict, and no points are lost.

工作方案: 防止做表面文章，力戒形式主义. All numbers are the portal's own. The rule also speaks of texts that are
90% alike: that is not computed, because comparing every two texts grows with the square of their number;
equal texts (spaces and line ends aside) are found.
"""

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat, Length, Replace

from members.models import Meeting, MeetingKind
from tasks.health.days import china_day, days_later
from tasks.health.registry import NOTICE, as_text, check, found, key
from tasks.health.rows import heads
from tasks.models import Evidence

PHOTOS = ("jpg", "jpeg", "png")
SHORTEST = 20  # characters; shorter minutes ("学习文件") are alike by nature
FEWEST = 6  # meetings that must all have been full


@check(
    "R56",
    mend="members:meeting",
    words={
        "same": "{date}和{last}等{n}次会议的记录内容完全相同。",
        "bulk": "{date}一天内录入了{n}次{type}。",
        "full": "本支部党员{n}人，登记的{k}次会议全部到齐，没有一人缺席。",
        "photo": "{uploaded}上传的照片“{name}”与其他支部的照片是同一个文件。",
    },
)
def paper_exercise(ask):
    held = Meeting.objects.filter(
        ask.under("organization__path"),
        organization__closed_on=None,
        voided_at=None,
        on__gte=ask.starts_on,
        on__lte=ask.ends_on,
    )
    return [
        *_late(held, ask.params["late_entry_days"]),
        _same(held),
        _bulk(held, ask.params["bulk"]),
        _full(held, ask.params["attendance_branch_min"]),
        _photo(ask),
    ]


def _suffixed(about, word):
    return Concat(about, Value(f":{word}"), output_field=TextField())


def _late(held, days):
    rows = held.annotate(entered=china_day("created_at")).filter(entered__gt=days_later("on", days))
    yield found(
        rows, about=_suffixed(key("meeting", "pk"), "late"), severity=NOTICE,
        date=as_text("on"), entered=as_text("entered"),
    )  # fmt: skip


def _same(held):
    said = Cast(F("minutes"), TextField())
    for blank in (" ", "\u3000", "\r", "\n", "\t"):
        said = Replace(said, Value(blank), Value(""), output_field=TextField())
    rows = (
        held.order_by()
        .annotate(said=said)
        .annotate(length=Length("said"))
        .filter(length__gte=SHORTEST)
        .values("organization", "said")
        .annotate(n=Count("pk"), first=Min("pk"), earliest=Min("on"), latest=Max("on"))
        .filter(n__gte=2)
    )
    return found(
        rows, organization="organization", about=_suffixed(key("meeting", "first"), "same"),
        severity=NOTICE, say="same", n=F("n"), date=as_text("earliest"), last=as_text("latest"),
    )  # fmt: skip


def _bulk(held, least):
    """Of one kind (and one Party group: each holds its own) entered on one day."""
    label = Case(*(When(kind=kind, then=Value(kind.label)) for kind in MeetingKind))
    rows = (
        held.order_by()
        .annotate(entered=china_day("created_at"))
        .values("organization", "group", "kind", "entered")
        .annotate(n=Count("pk"), first=Min("pk"))
        .filter(n__gte=least)
    )
    return found(
        rows, organization="organization", about=_suffixed(key("meeting", "first"), "bulk"),
        severity=NOTICE, say="bulk", n=F("n"), date=as_text("entered"), type=label,
    )  # fmt: skip


def _full(held, least):
    rows = (
        held.order_by()
        .filter(due__gt=0)
        .values("organization")
        .annotate(k=Count("pk"), missing=Count("pk", filter=Q(present__lt=F("due"))))
        .annotate(n=heads("organization"))
        .filter(k__gte=FEWEST, missing=0, n__gte=least)
    )
    return found(
        rows, organization="organization", about=Value("full"), severity=NOTICE, say="full",
        n=F("n"), k=F("k"),
    )  # fmt: skip


def _photo(ask):
    others = Evidence.objects.filter(sha256=OuterRef("sha256")).exclude(
        organization=OuterRef("organization")
    )
    rows = Evidence.objects.filter(
        ask.under("organization__path"), organization__closed_on=None, extension__in=PHOTOS
    ).filter(Exists(others))
    return found(
        rows, about=key("file", "pk"), severity=NOTICE, say="photo", name=F("name"),
        uploaded=as_text(china_day("uploaded_at")),
    )  # fmt: skip
