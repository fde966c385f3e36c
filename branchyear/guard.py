"""减负: nothing in this portal counts how often people log in, how long they are online, or ranks them.

Sources: 《政务移动互联网应用程序规范化管理办法》（国办函〔2026〕12号） and 《关于防治“指尖上的形式主义”的若干意见》
(2023): no 打卡签到、积分排名、在线时长. The words below are data; a model field, an address or a rule of
支部体检 that speaks them stops the start, unless it stands in ``ALLOWED`` with its reason.
"""

import re
from typing import NamedTuple

from django.apps import apps
from django.core.checks import Error
from django.urls import URLPattern, get_resolver

from tasks.health.registry import load


class Forbidden(NamedTuple):
    """A habit, and how it would be called in an identifier or in a label."""

    what: str
    english: str
    chinese: tuple


_COUNT = r"(?:count|counts|number|times|total|days|streak|rate)"
FORBIDDEN = (
    Forbidden(
        "统计登录次数",
        rf"log_?ins|sign_?ins|(?:log_?in|sign_?in|logon|visit)_{_COUNT}|{_COUNT}_of_(?:log_?ins|visits)|active_days",
        ("登录次数", "登录天数", "登陆次数", "访问次数", "活跃度", "活跃天数"),
    ),
    Forbidden(
        "统计在线时长",
        r"online_(?:time|seconds|minutes|hours|duration|days)|(?:time|minutes|hours)_online|dwell_time|screen_time",
        ("在线时长", "在线时间", "停留时长", "浏览时长"),
    ),
    Forbidden(
        "打卡签到",
        r"check_?ins?|clock_?ins?|punch_?ins?|daily_sign|sign_in_sheet",
        ("签到", "打卡", "刷脸"),
    ),
    Forbidden(
        "点赞转发",
        r"likes?|like_count|thumbs?_?up|upvotes?|shares_count|reposts?",
        ("点赞", "转发量", "转发数", "评论数"),
    ),
    Forbidden(
        "积分排名",
        r"rank|ranks|ranking|rankings|ranked|leaderboard|league_table|bonus_points",
        ("排名", "排行", "积分", "名次", "晒成绩"),
    ),
)

# Honest uses, each with its reason.
ALLOWED = {
    "axes.accessattempt.failures_since_start": "登录失败次数只用于锁定账号、防止猜密码（等级保护要求），不评价人",
}

_ENGLISH = [(f.what, re.compile(rf"(?:^|_)(?:{f.english})(?:_|$)")) for f in FORBIDDEN]


def offence(name, *labels):
    """Which forbidden habit a name or its labels speak of; "" for none."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    for text in (parted, *map(str, labels)):
        words = re.sub(r"[^a-z0-9]+", "_", text.lower())
        for what, pattern in _ENGLISH:
            if pattern.search(words):
                return what
    for forbidden in FORBIDDEN:
        if any(word in str(label) for label in labels for word in forbidden.chinese):
            return forbidden.what
    return ""


def _fields(models):
    for model in models:
        for field in model._meta.get_fields():
            if field.concrete:
                place = f"{model._meta.label_lower}.{field.name}"
                yield place, field.name, (field.verbose_name, field.help_text)


def _addresses(patterns, prefix=""):
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            if pattern.name:
                yield f"{prefix}{pattern.name}", pattern.name, ()
        else:
            space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from _addresses(pattern.url_patterns, space)


def _rules():
    for number, check in load().items():
        yield f"{number} {check.find.__name__}", check.find.__name__, tuple(check.words.values())


def offences(models=None):
    """``[(place, habit)]`` of everything that counts or ranks people; ``models`` instead of all."""
    places = [*_fields(models if models is not None else apps.get_models())]
    if models is None:
        places += [*_addresses(get_resolver().url_patterns), *_rules()]
    found = ((place, offence(name, *labels)) for place, name, labels in places)
    return [(place, what) for place, what in found if what and place not in ALLOWED]


def nobody_is_counted_or_ranked(app_configs, **kwargs):
    """The system check."""
    return [
        Error(
            f"{place}：{what}。",
            hint="指尖上的形式主义：不统计登录、在线、签到、点赞，不对个人排名。请去掉，"
            "或在 branchyear/guard.py 的 ALLOWED 中写明正当理由。",
            id="branchyear.E010",
        )
        for place, what in offences()
    ]
