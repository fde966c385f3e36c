"""What makes a member's record sound (rule R10): asked by the page, the import and the services alike.

Plain values in, findings out; no query, so that a file of 100,000 lines can be asked in seconds. What needs
the other members (a number registered twice) is asked by the service for all lines at once.
"""

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from branchyear.lib.dates import add_months

ADULT = 18  # 党章 第一条: 年满十八岁
# R10: admissions before the Party constitution of 1982 may lawfully have followed other rules.
PRESENT_RULES_FROM = date(1982, 1, 1)
PROBATION_MONTHS = 12  # 党章 第七条: 预备党员的预备期为一年
# Written into the remarks, a branch says that it has looked at the file and the file holds.
FILE_HOLDS = "以档案为准"

SEXES = {"male": "男", "female": "女"}
NUMBER_TAKEN = "公民身份号码已在其他党员名下登记。"


class Finding(NamedTuple):
    """One thing wrong with a record: beside which field, in which words, and whether it stands in the way."""

    field: str
    sentence: str
    is_error: bool


# --- The ID number (GB 11643-1999) ----------------------------------------------------------------

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_LAST = "10X98765432"
_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
_HIDDEN = re.compile(r"[0-9]{17}[0-9Xx]|(?<![0-9])1[0-9]{10}(?![0-9])")  # in a free text
_PHONE = re.compile(r"\+?[0-9]{3,}(?:-?[0-9]+)*")


def id_number_check_sign(first_seventeen):
    """The last sign that belongs to seventeen digits of an ID number."""
    return _LAST[sum(map(int.__mul__, map(int, first_seventeen), _WEIGHTS)) % 11]


def id_number_problem(number):
    """A sentence when ``number`` cannot be an ID number, else ""."""
    if not _SHAPE.fullmatch(number):
        return "公民身份号码应为18位，前17位为数字，最后一位为数字或X。"
    if number[-1] != id_number_check_sign(number[:17]):
        return "公民身份号码校验位不正确，请核对是否输错。"
    if birth_date_in(number) is None:
        return "公民身份号码中的出生日期不存在，请核对是否输错。"
    return ""


@lru_cache(maxsize=65536)
def _day(eight):
    try:
        return date(int(eight[:4]), int(eight[4:6]), int(eight[6:]))
    except ValueError:
        return None


def birth_date_in(number):
    """The birth date an ID number names; None when there is no such day."""
    return _day(number[6:14])


def sex_in(number):
    """The sex an ID number names: the seventeenth digit is odd for men."""
    return "male" if int(number[16]) % 2 else "female"


def id_disagreement(number, birth_date, sex):
    """What an ID number contradicts: "digit" itself, "birth" the birth date, "sex" the sex; "" nothing."""
    if not number:
        return ""
    if id_number_problem(number):
        return "digit"
    if birth_date is not None and birth_date != birth_date_in(number):
        return "birth"
    return "sex" if sex in SEXES and sex != sex_in(number) else ""


# --- The record -----------------------------------------------------------------------------------

# The days of a record that cannot lie in the future, in the order of the roster.
PAST_DAYS = (
    ("birth_date", "出生日期"),
    ("worked_from", "参加工作时间"),
    ("admitted_on", "入党时间"),
    ("formal_on", "转正时间"),
    ("joined_branch_on", "组织关系转入时间"),
    ("platform_entered_on", "“党建e家”入库日期"),
)


def _said(value):
    return f"{value.year}年{value.month}月{value.day}日"


def findings(
    *,
    today,
    category="formal",
    sex="",
    birth_date=None,
    id_number="",
    phone="",
    worked_from=None,
    admitted_on=None,
    formal_on=None,
    joined_branch_on=None,
    platform_entered_on=None,
    remarks="",
):
    """Everything unsound about one record, errors and warnings, in the order of the roster.

    What is empty is not unsound (see ``completeness``). Two facts that cannot both be true are an error
    that names both; the person decides which is right, or writes 以档案为准 into the remarks: then it is a
    warning (R10: 注明以档案为准的理由).
    """
    found = []
    strict = FILE_HOLDS not in (remarks or "")

    def say(field, sentence, is_error=True):
        found.append(Finding(field, sentence, is_error))

    days = (birth_date, worked_from, admitted_on, formal_on, joined_branch_on, platform_entered_on)
    for (field, label), value in zip(PAST_DAYS, days, strict=True):
        if value is not None and value > today:
            say(field, f"{label}{_said(value)}晚于今天，请核对。")
    if id_number:
        problem = id_number_problem(id_number)
        if problem:
            say("id_number", problem)
        else:
            born, named = birth_date_in(id_number), sex_in(id_number)
            if birth_date is not None and birth_date != born:
                say(
                    "birth_date",
                    f"出生日期{_said(birth_date)}与公民身份号码中的{_said(born)}不一致，请核对档案。",
                    strict,
                )
            if sex in SEXES and sex != named:
                say(
                    "sex",
                    f"性别“{SEXES[sex]}”与公民身份号码中的“{SEXES[named]}”不一致，请核对档案。",
                    strict,
                )
    if phone and not (_PHONE.fullmatch(phone) and len(phone) <= 20):
        say("phone", "联系电话只能填数字，区号和分机用“-”分开，如 0592-1234567。")
    if admitted_on is not None and birth_date is not None:
        if admitted_on <= birth_date:
            say("admitted_on", "入党时间不能早于出生日期。")
        elif admitted_on < add_months(birth_date, 12 * ADULT):
            say(
                "admitted_on",
                f"入党时间{_said(admitted_on)}时未满18岁（出生日期{_said(birth_date)}），请核对档案。",
                strict and admitted_on >= PRESENT_RULES_FROM,
            )
    if worked_from is not None and birth_date is not None and worked_from <= birth_date:
        say("worked_from", "参加工作时间不能早于出生日期。")
    if formal_on is not None:
        if category == "probationary":
            say("formal_on", "预备党员还没有转正，请不要填写转正时间，或将党员类别改为正式党员。")
        elif admitted_on is not None and formal_on < admitted_on:
            say("formal_on", "转正时间不能早于入党时间。")
        elif admitted_on is not None and formal_on < add_months(admitted_on, PROBATION_MONTHS):
            say(
                "formal_on",
                f"转正时间{_said(formal_on)}距入党时间{_said(admitted_on)}不满1年，请核对档案。",
                strict and admitted_on >= PRESENT_RULES_FROM,
            )
    if remarks and _HIDDEN.search(remarks):
        say("remarks", "请不要在备注中填写身份号码或电话，备注不加密。")
    if joined_branch_on is not None and admitted_on is not None and joined_branch_on < admitted_on:
        say(
            "joined_branch_on",
            f"组织关系转入时间{_said(joined_branch_on)}早于入党时间{_said(admitted_on)}，请核对。",
            False,
        )
    return found


# What ``findings`` reads of a member, besides today.
READS = (
    "category", "sex", "birth_date", "id_number", "phone", "worked_from", "admitted_on", "formal_on",
    "joined_branch_on", "platform_entered_on", "remarks",
)  # fmt: skip


def findings_of(member, *, today):
    """The findings about a row (or anything with the same attributes)."""
    return findings(today=today, **{name: getattr(member, name) for name in READS})
