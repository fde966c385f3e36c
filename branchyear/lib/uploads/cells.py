"""What people write into cells, and what they mean by it."""

import datetime as dt
import re
import unicodedata
from typing import Any

_BLANKS = {"", "—", "-", "——", "–", "/", "／", "无数据"}
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b-\x1f\x7f]")


class BadCell(ValueError):
    """The cell cannot be understood; the text is a sentence for beside it."""


def text(value: Any) -> str:
    """The cell as clean text; numbers without a tail, outer blanks and invisible signs gone."""
    if value is None:
        return ""
    if value.__class__ is str and value.isprintable():  # nothing invisible in it, as most texts
        return value.strip()
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M}" if value.time() != dt.time.min else f"{value:%Y-%m-%d}"
    if isinstance(value, dt.date):
        return value.isoformat()
    cleaned = _INVISIBLE.sub("", str(value).replace("\r\n", "\n")).replace("\u3000", " ")
    return cleaned.replace("\xa0", " ").strip()


def half_width(value: str) -> str:
    """Full-width digits, letters and signs folded: １２３ -> 123."""
    return value if value.isascii() else unicodedata.normalize("NFKC", value)


def is_blank(value: Any) -> bool:
    """Is nothing said here? The portal's own mark for "unknown" and a lone stroke say nothing."""
    return text(value) in _BLANKS


_DAY_FORMS = (
    re.compile(r"(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})"),
    re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
)
_MONTH_FORMS = (
    re.compile(r"(\d{4})\s*[-/.]\s*(\d{1,2})"),
    re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月"),
    re.compile(r"(\d{4})(\d{2})"),
)
_CLOCK = re.compile(r"[\sT]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")


def date(value: Any, *, months: bool = False) -> dt.date | None:
    """The day in a cell, or None where nothing is said.

    Understands Excel's own dates and day numbers, and 2022-04-25, 2022/4/25, 2022.4.25,
    2022年4月25日, 20220425. With `months=True` also 2022.04 and 2022年4月, as the first of the
    month (入党时间 is often known no better). Anything else is a `BadCell`.
    """
    if isinstance(value, dt.datetime):
        return _sensible(value.date(), value)
    if isinstance(value, dt.date):
        return _sensible(value, value)
    if is_blank(value):
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _day_from_number(value, months)
    plain = _CLOCK.sub("", half_width(text(value))).strip()
    for form in _DAY_FORMS:
        if match := form.fullmatch(plain):
            return _made(match.groups(), value)
    if months:
        for form in _MONTH_FORMS:
            if match := form.fullmatch(plain):
                return _made((*match.groups(), 1), value)
    if re.fullmatch(r"\d{5}(\.\d+)?", plain):
        return _day_from_number(float(plain), months)
    raise _not_a_day(value)


def _day_from_number(value, months):
    if 19000101 <= value <= 22001231 and float(value).is_integer():
        return date(str(int(value)))
    if months and 190001 <= value <= 219912 and float(value).is_integer():
        return date(str(int(value)), months=True)
    if months and 1900 < value < 2200:
        # 2022.04 typed as a number; "2022.1" may have been 2022.10, so it is asked again.
        if isinstance(value, float) and re.fullmatch(r"\d{4}\.\d{2}", str(value)):
            return date(str(value), months=True)
        raise _not_a_day(value)
    if 10959 <= value < 109575:  # 1930 to 2199 in Excel's day numbers
        return dt.date(1899, 12, 30) + dt.timedelta(days=int(value))
    raise _not_a_day(value)


def _made(groups, value):
    try:
        return _sensible(dt.date(*map(int, groups)), value)
    except ValueError:
        raise _not_a_day(value) from None


def _sensible(found, value):
    if not 1900 <= found.year < 2200:
        raise _not_a_day(value)
    return found


def _not_a_day(value):
    return BadCell(f"“{text(value)[:30]}”不是正确的日期，请写成 2022-04-25 的形式。")


def integer(value: Any) -> int | None:
    """The whole number in a cell, or None where nothing is said: 12, 12.0, "１２", "1,200", "12人"."""
    if isinstance(value, bool | dt.date | dt.time):
        raise _not_a_number(value)
    if is_blank(value):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        if value.is_integer():
            return int(value)
        raise _not_a_number(value)
    plain = half_width(text(value)).replace(" ", "")
    match = re.fullmatch(r"([+-]?)(\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.0+)?[人名个次项件份]?", plain)
    if not match:
        raise _not_a_number(value)
    return int(match[1] + match[2].replace(",", ""))


def _not_a_number(value):
    return BadCell(f"“{text(value)[:30]}”不是整数，请只填写数字，不带单位。")
