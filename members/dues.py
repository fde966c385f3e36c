"""The arithmetic of dues (党费), pure: no row is read here.

Source: 关于中国共产党党费收缴、使用和管理的规定 (中组发〔2008〕3号), articles 1-7, 10, 12 and 13.
Money is ``Decimal`` everywhere. Rounding is not in the regulation: to 0.01 yuan, half up.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from branchyear.lib.dates import Month
from members.models.dues import DuesKind

CENT = Decimal("0.01")
FIXED = Decimal("0.20")  # article 6
FARMER_LEAST, FARMER_MOST = Decimal("0.20"), Decimal("1.00")  # article 6
LARGEST = Decimal("99999999.99")  # what the column holds
LATE_LIMIT = 6  # article 12: a late payment is as a rule not for more than six months back
CRITICISE_FROM, DISCUSS_FROM = 3, 6  # article 13 (three months is local practice)


@dataclass(frozen=True)
class Bracket:
    """Up to and including ``up_to`` yuan (None: without end) the rate is taken on the whole base."""

    up_to: Decimal | None
    rate: Decimal
    article: str


_WAGE = (
    Bracket(Decimal(3000), Decimal("0.005"), "第二条"),
    Bracket(Decimal(5000), Decimal("0.01"), "第二条"),
    Bracket(Decimal(10000), Decimal("0.015"), "第二条"),
    Bracket(None, Decimal("0.02"), "第二条"),
)
_RETIRED = (
    Bracket(Decimal(5000), Decimal("0.005"), "第五条"),
    Bracket(None, Decimal("0.01"), "第五条"),
)
# The whole rule: by kind, which rate up to which base. Articles 3 and 4 send yearly salaries and the
# self-employed to the rates of article 2.
BRACKETS = {
    DuesKind.WAGE: _WAGE,
    DuesKind.YEARLY_SALARY: _WAGE,
    DuesKind.SELF_EMPLOYED: _WAGE,
    DuesKind.RETIRED: _RETIRED,
}
ARTICLES = {
    DuesKind.WAGE: "第一、二条",
    DuesKind.YEARLY_SALARY: "第三条",
    DuesKind.SELF_EMPLOYED: "第四条",
    DuesKind.RETIRED: "第五条",
    DuesKind.FARMER: "第六条",
    DuesKind.FIXED: "第六条",
}


def bracket_of(kind, base):
    """The bracket in which ``base`` falls; None for kinds that pay a fixed sum."""
    for bracket in BRACKETS.get(kind, ()):
        if bracket.up_to is None or base <= bracket.up_to:
            return bracket
    return None


def base_problem(kind, base):
    """A sentence when no due can be reckoned from this, else ""."""
    if kind not in DuesKind.values:
        return "请选择党费计算类别。"
    if kind == DuesKind.FIXED:
        return ""
    if base is None:
        return "请填写每月交纳的金额。" if kind == DuesKind.FARMER else "请填写党费计算基数。"
    if kind == DuesKind.FARMER and not FARMER_LEAST <= base <= FARMER_MOST:
        return "农民党员每月交纳0.20元至1.00元(规定第六条)。"
    if base < 0 or base > LARGEST:
        return "金额应不小于0，且不超过99,999,999.99元。"
    return ""


def monthly_due(kind, base=None):
    """What a member owes a month. For a farmer ``base`` is the sum agreed upon (0.20 to 1.00 yuan)."""
    problem = base_problem(kind, base)
    if problem:
        raise ValueError(problem)
    if kind == DuesKind.FIXED:
        return FIXED
    if kind == DuesKind.FARMER:
        return base.quantize(CENT, ROUND_HALF_UP)
    return (base * bracket_of(kind, base).rate).quantize(CENT, ROUND_HALF_UP)


def due_of(base_due, reduced_to):
    """``(due, is_reduced)``: an approved exemption (article 7) lowers what the base asks, never raises
    it. Neither known: None, for unknown is never zero."""
    if reduced_to is None:
        return base_due, False
    return (reduced_to if base_due is None else min(base_due, reduced_to)), True


# --- One month ------------------------------------------------------------------------------------

PAID, PART, UNPAID, OPEN = "dues_paid", "dues_part", "dues_unpaid", "dues_open"
REDUCED, UNKNOWN = "dues_reduced", "dues_unknown"


def state_of(due, paid, *, is_reduced=False, is_over=True):
    """The state of a month. While it runs, not having paid yet is no fault."""
    if due is None:
        return UNKNOWN
    if paid >= due:
        return REDUCED if is_reduced else PAID
    if paid > 0:
        return PART
    return UNPAID if is_over else OPEN


def is_on_time(month, paid_on):
    """Paid within the month, or before it (article 12)."""
    return paid_on <= month.last_day


def months_back(month, paid_on):
    """How many months after ``month`` the payment came: 0 within the month or before it."""
    paid = Month.of(paid_on)
    return max(0, (paid.year - month.year) * 12 + paid.number - month.number)


def needs_explanation(month, paid_on):
    """R46: a payment for more than six months back asks for a reason (article 12)."""
    return months_back(month, paid_on) > LATE_LIMIT


# --- Arrears --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Arrears:
    """``months`` in which something is missing, oldest first; ``total`` of it; ``run``: how many
    months up to the last one in a row nothing was paid though something was due."""

    months: tuple = ()
    total: Decimal = Decimal(0)
    run: int = 0

    @property
    def step(self):
        """What article 13 asks for; the portal only reminds, people decide."""
        if self.run >= DISCUSS_FROM:
            return "已连续6个月以上未交纳；无正当理由的，提交支部党员大会讨论(党章第九条)"
        if self.run >= CRITICISE_FROM:
            return "批评教育，限期补交"
        return "提醒主动交纳" if self.months else ""


def arrears(rows):
    """The arrears of one member from ``(month, due, paid)`` of months that are over, in order.

    A part payment is missing money, but not a month without payment. A month of which the due is not
    known, or in which none was due, is no arrears and ends the row of unpaid months.
    """
    months, total, run = [], Decimal(0), 0
    for month, due, paid in rows:
        if due is None or paid >= due:
            run = 0
            continue
        months.append(month)
        total += due - paid
        run = run + 1 if paid == 0 else 0
    return Arrears(tuple(months), total, run)


# --- Sums of money as people type them --------------------------------------------------------------

_MONEY = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?")


def read_money(text):
    """A sum as ``Decimal``, None when nothing is said, ``ValueError`` with a sentence otherwise.

    Understands 1234.5, "1,234.50", "１２３４．５０", "￥93元".
    """
    if text is None:
        return None
    if isinstance(text, float):
        text = repr(text)
    plain = unicodedata.normalize("NFKC", str(text)).strip()
    plain = plain.replace(" ", "").removeprefix("¥").removesuffix("元")
    if plain in {"", "-", "—", "－"}:
        return None
    match = _MONEY.fullmatch(plain)
    if not match:
        raise ValueError(f"“{str(text).strip()[:20]}”不是金额，请填写数字，如 93.00。")
    if len((match[2] or "").rstrip("0")) > 2:
        raise ValueError("金额最多两位小数(到分)，请核对。")
    amount = Decimal(match[0].replace(",", ""))
    if amount > LARGEST:
        raise ValueError("金额过大，请核对。")
    return amount.quantize(CENT)


def money(amount):
    """1,234.50; "—" when it is not known."""
    return "—" if amount is None else f"{amount:,.2f}"
