"""What is asked of a report before it is handed in: hard checks block, soft ones pass with a line of
explanation (情况说明), which is sealed with the report.

"空报不算报": blanks and punctuation say nothing, and last month's words are not this month's report. What may
well be so, but rarely is, is only asked about.
"""

import re
from dataclasses import dataclass

from members import life
from members.lifebook import KINDS, facts_of
from members.models import MeetingKind
from reports.models import FigureCheck, MonthlyReport
from reports.services.sections import texts_of

USUAL = 3  # months that tell what is usual
SHORT_FOR = 60  # a part that is usually shorter than this cannot become much shorter
MEMBERS_SHARE, MEMBERS_LEAST = 5, 3  # one in five, and at least three people, is no ordinary month
NUMERALS = {word: number for number, word in enumerate("零一二三四五六七八九十")} | {"两": 2}
NUMBER = r"(\d{1,4}|[一二两三四五六七八九十])"
OTHER_SPAN = re.compile(r"(累计|全年|今年|年初|季度|上月|下月|去年)[^，。；\n]*$")


@dataclass(frozen=True)
class Soft:
    """Something unusual: which check, and the sentence that asks for an explanation."""

    key: str
    sentence: str


def letters(text):
    """How many characters say something: blanks and punctuation do not."""
    return sum(1 for character in str(text or "") if character.isalnum())


def earlier_reports(report):
    """The organisation's reports of the months before that were handed in, the last one first."""
    return list(
        MonthlyReport.objects.filter(
            organization=report.organization_id,
            period__campaign=report.period.campaign_id,
            period__tier=report.period.tier,
            period__month__lt=report.period.month,
            first_submitted_at__isnull=False,
        ).order_by("-period__month")[:USUAL]
    )


# --- Hard -----------------------------------------------------------------------------------------


def hard(sections, texts, *, last_texts, drafted=None):
    """What keeps the report from being handed in: ``[(section, sentence)]``.

    Last month's words are refused, unless the month's own draft (``drafted``: key → text) says them
    again: the facts may well be the same.
    """
    found = []
    for section in sections:
        text = str(texts.get(section.key) or "")
        length, least = letters(text), section.min_words
        if section.is_wanted and length < max(least, 1) or 0 < length < least:
            said = f"现有{length}字" if length else "还没有填写"
            found.append((section.key, f"“{section.heading}”{said}，至少写{max(least, 1)}字。"))
        elif section.is_wanted and _is_same(text, last_texts.get(section.key)):
            if not _is_same(text, (drafted or {}).get(section.key)):
                found.append(
                    (
                        section.key,
                        f"“{section.heading}”与上次月报完全相同，请写本月的情况。",
                    )
                )
    return found


FIGURES = "figures"  # where a missing figure is told of: the part all reports have


def missing_figures(period, figures):
    """The figures that nobody can compute: ``[(FIGURES, what to do)]``, by the campaign's ``FigureCheck``."""
    found = {figure["key"]: figure for figure in figures}
    rows = FigureCheck.objects.filter(campaign=period.campaign_id, is_active=True)
    return [
        (FIGURES, one.sentence) for one in rows if one.key in found and one.finds(found[one.key])
    ]


def _is_same(text, other):
    return bool(other) and _bare(text) == _bare(other)


def _bare(text):
    return "".join(character for character in text if character.isalnum())


# --- Soft -----------------------------------------------------------------------------------------


def soft(report, texts, *, figures, facts, earlier, today):
    """What is unusual: ``[Soft]``, in the order of the paper."""
    return [
        *_no_committee_meeting(report, figures, today),
        *_unlike_last_month(figures, earlier),
        *_other_numbers(texts, facts),
        *_shorter_than_usual(report, texts, earlier),
    ]


def _no_committee_meeting(report, figures, today):
    if not report.organization.is_branch or _value(figures, f"held_{MeetingKind.COMMITTEE}"):
        return
    if facts_of(report.organization, today).has_committee:
        yield Soft("committee", "本月没有登记支委会（支部工作条例：一般每月召开1次）。")


def _unlike_last_month(figures, earlier):
    last = (earlier[0].figures or {}).get("rows") if earlier else None
    if not last:
        return
    before, now = _value(last, "members"), _value(figures, "members")
    change = abs(now - before)
    if change >= MEMBERS_LEAST and change * MEMBERS_SHARE >= max(before, 1):
        yield Soft("members", f"党员上次月报{before}人，本月{now}人，变化较大。")
    before, now = _value(last, "items_accepted"), _value(figures, "items_accepted")
    if now < before:
        yield Soft("accepted", f"审核通过的检查条目上次月报{before}条，本月{now}条，有所减少。")


def _other_numbers(texts, facts):
    """Numbers typed into the words that are not the portal's."""
    words = "\n".join(texts.get(key) or "" for key in texts)
    for key, label, unit, allowed in _expected(facts):
        for said, number in _numbers(words, label, unit):
            if number not in allowed:
                yield Soft(key, f"文中写“{said}”，平台记录为{allowed[0]}{unit}。")
                break


def _expected(facts):
    """(check, words before the number, unit, numbers that are right)."""
    for kind in KINDS:
        label = life.SHORT[kind]
        if label in facts:
            yield f"said_{kind}", label, "次", [facts[label].value]
    passed = [facts[name].value for name in ("审核通过", "本月通过") if name in facts]
    if passed:
        yield "said_accepted", "审核通过(?:检查)?(?:条目)?", "条", passed
    if "未销号问题" in facts:
        yield "said_unsolved", "未销号问题", "个", [facts["未销号问题"].value]


def _numbers(text, label, unit):
    """``label`` with its number, either way round, as far as this month is meant."""
    between = r"(?:共|已|召开|开展|举行|会议|了)*"
    pattern = rf"{label}{between}\s*{NUMBER}\s*{unit}|{NUMBER}\s*{unit}{label}"
    for found in re.finditer(pattern, text):
        number = found[1] or found[2]
        if not OTHER_SPAN.search(text[max(0, found.start() - 20) : found.start()]):
            yield found[0], NUMERALS.get(number) if number in NUMERALS else int(number)


def _shorter_than_usual(report, texts, earlier):
    if len(earlier) < USUAL - 1:
        return
    for section in texts_of(report.period):
        lengths = [letters(one.texts.get(section.key)) for one in earlier]
        usual, now = sum(lengths) // len(lengths), letters(texts.get(section.key))
        if usual >= SHORT_FOR and now * 3 < usual:
            yield Soft(
                f"short_{section.key}",
                f"“{section.heading}”本月{now}字，前几个月平均{usual}字。",
            )


def _value(figures, key):
    return next((row["value"] for row in figures if row["key"] == key), 0)
