"""The component tags: how a status, a date, a field, a file looks, said once for every page.

Each inclusion tag, and each that is remembered, has its template in ``templates/ui/``, whose first line
names its arguments; ``/styleguide/`` shows them all. Words follow the office's usage (未填报, 退回修改, 按期 ...); every
state is a word, a shape and a colour, so that grey print and colour-blind eyes lose nothing.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_FLOOR, Decimal
from functools import lru_cache, wraps
from typing import NamedTuple

from django import template
from django.template.loader import get_template
from django.utils import timezone
from django.utils.html import conditional_escape, format_html

from branchyear.lib.paging import PAGE_SIZES
from branchyear.once.services import FIELD, new_key

register = template.Library()


def remembered_tag(name):
    """A tag like an inclusion tag, for what looks the same wherever the words are the same: rendered once for them.

    A list of fifty rows has a hundred and fifty of these, most of them alike.
    """

    def decorate(tell):
        @register.simple_tag(name=tell.__name__)
        @wraps(tell)
        def tag(*args, **kwargs):
            told = tell(*args, **kwargs)
            return _rendered(name, tuple(told), *told.values())

        return tag

    return decorate


# Told apart by type, too: a safe text and the same one unsafe are written differently.
@lru_cache(maxsize=4000, typed=True)
def _rendered(name, words, *values):
    return get_template(name).render(dict(zip(words, values, strict=True)))


NEAR_DAYS = 5  # 临近: a working week's notice; shown in the legend as 剩余 ≤ 5 天


class Look(NamedTuple):
    """How one state is shown: the word, the shape that prints, and the colour's name."""

    word: str
    shape: str
    tone: str


STATUSES = {
    # checklist items
    "todo": Look("未填报", "○", "plain"),
    "draft": Look("填报中", "◐", "info"),
    "submitted": Look("待审核", "◇", "info"),
    "returned": Look("退回修改", "▲", "late"),
    "accepted": Look("审核通过", "●", "ok"),
    "done": Look("已办结", "●", "ok"),
    "locked": Look("已锁定", "■", "plain"),
    "not_applicable": Look("不适用", "－", "plain"),
    # reports, judged on the first valid submission
    "ontime": Look("按期", "●", "ok"),
    "extended": Look("延期(已批准)", "◆", "near"),
    "late": Look("逾期", "■", "late"),
    "missing": Look("未报", "○", "late"),
    "waiting": Look("未到期", "○", "plain"),
    # deadlines
    "ok": Look("正常", "●", "ok"),
    "near": Look("临近", "▲", "near"),
    "overdue": Look("逾期", "■", "late"),
    "notyet": Look("未开始", "○", "plain"),
    # jobs
    "queued": Look("排队中", "○", "plain"),
    "running": Look("生成中", "◐", "info"),
    "ready": Look("已完成", "●", "ok"),
    "failed": Look("失败", "■", "late"),
    "cancelled": Look("已取消", "－", "plain"),
    "expired": Look("已过期清理", "－", "plain"),
    # rows and files of an uploaded roster
    "new": Look("新增", "＋", "ok"),
    "changed": Look("修改", "◐", "info"),
    "same": Look("不变", "－", "plain"),
    "conflict": Look("冲突", "▲", "near"),
    "denied": Look("不允许", "■", "late"),
    "error": Look("错误", "■", "late"),
    "checking": Look("核对中", "◐", "info"),
    "saving": Look("保存中", "◐", "info"),
    "saved": Look("已保存", "●", "ok"),
    # findings of 支部体检
    "warning": Look("整改或说明", "▲", "near"),
    "unknown": Look("情况不明", "◇", "near"),
    "notice": Look("提醒", "◷", "info"),
    # problems
    "open": Look("待整改", "○", "late"),
    "fixing": Look("整改中", "◐", "near"),
    "verify": Look("待验收", "◇", "info"),
    "closed": Look("已销号", "●", "ok"),
    "reopened": Look("重新整改", "▲", "late"),
    # rounds of the scores
    "frozen": Look("已定格", "■", "info"),
    "final": Look("已公布", "●", "ok"),
    # the self-check of phase 1
    "met": Look("符合", "●", "ok"),
    "not_met": Look("不符合", "■", "late"),
    "signed": Look("已签发", "●", "ok"),
    # inspections: the plan, the visit, what was found
    "plan_draft": Look("起草", "○", "plain"),
    "plan_published": Look("已公布", "◇", "info"),
    "plan_running": Look("进行中", "◐", "near"),
    "plan_ended": Look("已结束", "●", "ok"),
    "visit_waiting": Look("待检查", "○", "plain"),
    "visit_running": Look("检查中", "◐", "info"),
    "visit_signed": Look("已签字", "●", "ok"),
    "visit_missed": Look("未检查", "－", "plain"),
    "found_true": Look("属实", "●", "ok"),
    "found_mostly": Look("基本属实", "◐", "near"),
    "found_false": Look("不实", "■", "late"),
    "found_unseen": Look("未见材料", "▲", "late"),
    # dues of a month
    "dues_paid": Look("已交", "●", "ok"),
    "dues_part": Look("部分", "◐", "near"),
    "dues_unpaid": Look("未交", "■", "late"),
    "dues_open": Look("未登记", "○", "plain"),
    "dues_reduced": Look("减免", "◆", "info"),
    "dues_unknown": Look("未核定基数", "▲", "near"),
}


@register.simple_tag
def once():
    """In every form that makes something: posted twice it does its work once (``middleware.Once``).

    ``autocomplete="off"``: a browser that fills forms in again after a reload must not put the old key back.
    """
    return format_html(
        '<input type="hidden" name="{}" value="{}" autocomplete="off">', FIELD, new_key()
    )


@remembered_tag("ui/status.html")
def status(code, label=""):
    """A state as word, shape and colour; a code nobody told us about is shown as it is."""
    code = str(code if code is not None else "")
    look = STATUSES.get(code, Look(code or "—", "·", "plain"))
    return {
        "code": code if code in STATUSES else "unknown",
        "word": label or look.word,
        "shape": look.shape,
        "tone": look.tone,
    }


def _as_date(value):
    """The Beijing day of a date or a moment; ``None`` for anything else."""
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value if isinstance(value, date) else None


@remembered_tag("ui/due.html")
def due(when, today=None, done=False):
    """A deadline and how far away it is. The day itself still counts as in time."""
    when, today = _as_date(when), _as_date(today) or timezone.localdate()
    if when is None:
        return {"when": None}
    left = (when - today).days
    if done:
        tone, words = "plain", ""
    elif left < 0:
        tone, words = "late", f"逾期{-left}天"
    elif left == 0:
        tone, words = "near", "今天到期"
    else:
        tone, words = ("near" if left <= NEAR_DAYS else "plain"), f"剩{left}天"
    shape = {"late": "■", "near": "▲"}.get(tone, "")
    text = day_short(when) if when.year == today.year else day(when)
    return {"when": when, "text": text, "words": words, "tone": tone, "shape": shape}


@remembered_tag("ui/progress.html")
def progress(done, total, label="完成"):
    """A thin bar with n/m and per cent; nothing to do is said, not shown as 0 %."""
    done, total = int(done or 0), int(total or 0)
    return {
        "done": done,
        "total": total,
        "percent": percent(done, total),
        "label": label,
        "complete": bool(total) and done >= total,
    }


@register.inclusion_tag("ui/field.html")
def field(bound, help_text="", unit="", source_note="", wide=False):
    """A form field: label, box, unit, help, origin of a prefilled value, errors beside it."""
    widget = bound.field.widget
    kind = getattr(widget, "input_type", "") or widget.__class__.__name__.lower()
    return {
        "bound": bound,
        "kind": kind,
        "single_box": kind == "checkbox" and not getattr(widget, "allow_multiple_selected", False),
        "help_text": help_text or bound.help_text,
        "unit": unit or widget.attrs.get("data-unit", ""),
        "source_note": source_note or widget.attrs.get("data-source", ""),
        "wide": wide or kind == "textarea",
    }


@register.inclusion_tag("ui/pager.html", takes_context=True)
def pager(context, page_obj, unit="条"):
    """共 n 条 · 第 x/y 页, sizes and a jump; every other part of the address is kept."""
    params = _params(context)
    try:
        size = int(params.get("size") or page_obj.paginator.per_page)
    except ValueError:
        size = page_obj.paginator.per_page
    kept = [(name, value) for name, values in params.lists() if name != "page" for value in values]
    return {
        "request": context.get("request"),
        "page_obj": page_obj,
        "count": page_obj.paginator.count,
        "pages": page_obj.paginator.num_pages,
        "size": size,
        "sizes": PAGE_SIZES,
        "kept": kept,
        "unit": unit,
    }


@register.inclusion_tag("ui/empty.html")
def empty(why, what="", url="", label=""):
    """An empty list says why it is empty and what to do about it."""
    return {"why": why, "what": what, "url": url, "label": label}


SOURCES = {
    "seed": ("原文", "文字摘自工作方案原文"),
    "inferred": ("推断", "原文此处缺失，依据党内法规和惯例拟定，可在管理中修改"),
    "text": ("法规", "依据法规文件原文"),
    "secondary": ("转引", "依据引用该规定的材料"),
    "memory": ("待核", "依据一般了解拟定，尚待核对原文"),
    "convention": ("惯例", "依据通常做法"),
    "portal": ("设定", "条文没有规定，由平台设定，可在管理中修改"),
    "auto": ("自动", "由系统按已有数据自动带入"),
}


@remembered_tag("ui/source.html")
def source(code, title=""):
    """Where a text or a value comes from, as a small mark with the longer sentence behind it."""
    word, explained = SOURCES.get(str(code), (str(code or ""), ""))
    return {
        "code": str(code) if str(code) in SOURCES else "other",
        "word": word,
        "title": title or explained,
    }


def _read(thing, *names):
    """The named parts of a mapping or an object, so callers may hand in either."""
    if isinstance(thing, Mapping):
        return {name: thing.get(name, "") for name in names}
    return {name: getattr(thing, name, "") for name in names}


@register.inclusion_tag("ui/timeline.html")
def timeline(steps):
    """Who did what and when, oldest first as given; remarks in the doer's own words."""
    rows = [_read(step, "at", "who", "what", "detail", "code") for step in steps or ()]
    for row in rows:
        row["tone"] = STATUSES.get(str(row["code"]), Look("", "", "plain")).tone
    return {"steps": rows}


@register.inclusion_tag("ui/files.html")
def files(files, why_empty="还没有上传附件"):
    """The attachments with size, uploader, time and the first letters of their SHA-256."""
    names = ("name", "size", "by", "at", "sha256", "url", "preview_url", "remove_url", "remark")
    return {"files": [_read(file, *names) for file in files or ()], "why_empty": why_empty}


@register.inclusion_tag("ui/figure.html")
def figure(number, denominator=None, label="", url="", tone=""):
    """A number that can be argued with: its denominator beside it, its list behind it."""
    return {
        "number": number,
        "denominator": denominator,
        "label": label,
        "url": url,
        "tone": tone if tone in {"ok", "near", "late"} else "",
    }


@register.inclusion_tag("ui/tabs.html")
def tabs(items, label="分类"):
    """Status tabs with counts; the chosen one carries the gold line."""
    return {"items": items, "label": label}


@register.simple_block_tag
def dialog(content, id, title, button="", tone="quiet"):
    """A confirmation: folded text without JavaScript, a modal dialogue with it."""
    return format_html(
        '<details class="dialog-fold" id="{}" data-dialog data-dialog-title="{}">'
        '<summary class="button button--{}">{}</summary>'
        '<div class="dialog-fold__body">{}</div></details>',
        id,
        title,
        tone if tone in {"primary", "quiet", "danger", "small", "link"} else "quiet",
        button or title,
        conditional_escape(content),
    )


def _params(context):
    from django.http import QueryDict  # only here: tags that need no request stay free of HTTP

    request = context.get("request")
    return request.GET.copy() if request is not None else QueryDict(mutable=True)


@register.simple_tag(takes_context=True)
def query_string(context, **changes):
    """The present address's parameters with these changes; ``None`` or '' takes one away."""
    params = _params(context)
    for name, value in changes.items():
        if value is None or value == "":
            params.pop(name, None)
        elif isinstance(value, list | tuple):
            params.setlist(name, [str(part) for part in value])
        else:
            params[name] = str(value)
    return f"?{params.urlencode()}"


@register.filter
def filesize_cn(size):
    """字节数 as 820 字节, 12.5 KB, 3.2 MB."""
    try:
        size = float(size)
    except (TypeError, ValueError):
        return ""
    if size < 1024:
        return f"{size:.0f} 字节"
    for unit in ("KB", "MB", "GB"):
        size /= 1024
        if size < 1024 or unit == "GB":
            break
    return f"{size:.1f} {unit}".replace(".0 ", " ")


@register.filter
def day(value):
    """2026年4月25日, by Beijing's calendar."""
    value = _as_date(value)
    return f"{value.year}年{value.month}月{value.day}日" if value else ""


@register.filter
def day_short(value):
    """4月25日, by Beijing's calendar."""
    value = _as_date(value)
    return f"{value.month}月{value.day}日" if value else ""


@register.filter
def moment(value):
    """2026-04-25 14:03, by Beijing's clock."""
    if not isinstance(value, datetime):
        return day(value)
    if timezone.is_aware(value):
        value = timezone.localtime(value)
    return value.strftime("%Y-%m-%d %H:%M")


@register.filter
def money(amount):
    """1,234.50; — when it is not known."""
    return "—" if amount is None or amount == "" else f"{amount:,.2f}"


@register.filter
def share(part):
    """A share of one as 98.5%, rounded down so that 100% is all; — when there is nothing to share."""
    if part is None or part == "":
        return "—"
    return f"{Decimal(part * 1000).to_integral_value(ROUND_FLOOR) / 10:.1f}%".replace(".0%", "%")


@register.filter
def percent(number, total):
    """``number`` of ``total`` as 86%; — when there is nothing to count.

    Never rounds up to 100 % while something is missing, nor down to 0 % when something is done.
    """
    try:
        number, total = float(number), float(total)
    except (TypeError, ValueError):
        return "—"
    if total <= 0:
        return "—"
    share = round(100 * number / total)
    if 0 < number < total:
        share = min(99, max(1, share))
    return f"{share}%"
