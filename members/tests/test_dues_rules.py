"""The arithmetic of dues against a plain restatement of the regulation (中组发〔2008〕3号)."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from branchyear.lib.dates import Month
from members import dues
from members.models.dues import DuesKind

cents = st.integers(min_value=0, max_value=10_000_000)
RATED = [DuesKind.WAGE, DuesKind.YEARLY_SALARY, DuesKind.SELF_EMPLOYED, DuesKind.RETIRED]


def restated(kind, base_cents):
    """Whole numbers only: base in cents, rate in thousandths, half a cent and more goes up."""
    if kind == DuesKind.RETIRED:
        thousandths = 5 if base_cents <= 500_000 else 10
    elif base_cents <= 300_000:
        thousandths = 5
    elif base_cents <= 500_000:
        thousandths = 10
    elif base_cents <= 1_000_000:
        thousandths = 15
    else:
        thousandths = 20
    return (base_cents * thousandths + 500) // 1000


@given(st.sampled_from(RATED), cents)
def test_the_due_is_the_rate_on_the_whole_base(kind, base_cents):
    due = dues.monthly_due(kind, Decimal(base_cents) / 100)

    assert int(due * 100) == restated(kind, base_cents)
    assert due.as_tuple().exponent == -2


@pytest.mark.parametrize(
    ("base", "due"),
    [
        ("0", "0.00"),
        ("3000", "15.00"),
        ("3000.01", "30.00"),
        ("5000", "50.00"),
        ("5000.01", "75.00"),
        ("6200", "93.00"),
        ("10000", "150.00"),
        ("10000.01", "200.00"),
        ("10001", "200.02"),
        ("4001.50", "40.02"),  # 40.015: half a cent goes up
    ],
)
def test_the_edges_of_the_brackets_for_wages(base, due):
    assert dues.monthly_due(DuesKind.WAGE, Decimal(base)) == Decimal(due)


@pytest.mark.parametrize(("base", "due"), [("5000", "25.00"), ("5000.01", "50.00")])
def test_the_edge_of_the_brackets_for_the_retired(base, due):
    assert dues.monthly_due(DuesKind.RETIRED, Decimal(base)) == Decimal(due)


def test_students_and_the_like_pay_a_fixed_sum_whatever_the_base():
    assert dues.monthly_due(DuesKind.FIXED) == Decimal("0.20")


@given(st.integers(min_value=0, max_value=300))
def test_a_farmer_pays_what_was_agreed_between_twenty_cents_and_a_yuan(agreed):
    amount = Decimal(agreed) / 100

    if 20 <= agreed <= 100:
        assert dues.monthly_due(DuesKind.FARMER, amount) == amount
    else:
        with pytest.raises(ValueError, match="第六条"):
            dues.monthly_due(DuesKind.FARMER, amount)


@pytest.mark.parametrize("kind", ["", "wages", DuesKind.WAGE, DuesKind.FARMER])
def test_without_a_usable_base_nothing_is_reckoned(kind):
    with pytest.raises(ValueError, match="请"):
        dues.monthly_due(kind, None)


def test_an_exemption_lowers_the_due_and_never_raises_it():
    assert dues.due_of(Decimal("93.00"), None) == (Decimal("93.00"), False)
    assert dues.due_of(Decimal("93.00"), Decimal("0.00")) == (Decimal("0.00"), True)
    assert dues.due_of(Decimal("5.00"), Decimal("10.00")) == (Decimal("5.00"), True)
    assert dues.due_of(None, Decimal("1.00")) == (Decimal("1.00"), True)
    assert dues.due_of(None, None) == (None, False)


@pytest.mark.parametrize(
    ("due", "paid", "more", "state"),
    [
        (None, "0", {}, dues.UNKNOWN),
        (None, "50", {}, dues.UNKNOWN),
        ("93", "93", {}, dues.PAID),
        ("93", "100", {}, dues.PAID),
        ("93", "92.99", {}, dues.PART),
        ("93", "0", {}, dues.UNPAID),
        ("93", "0", {"is_over": False}, dues.OPEN),
        ("0", "0", {"is_reduced": True}, dues.REDUCED),
        ("10", "0", {"is_reduced": True}, dues.UNPAID),
        ("0", "0", {}, dues.PAID),
    ],
)
def test_the_state_of_a_month(due, paid, more, state):
    assert dues.state_of(due and Decimal(due), Decimal(paid), **more) == state


@given(
    st.integers(min_value=2018, max_value=2030),
    st.integers(min_value=1, max_value=12),
    st.dates(date(2018, 1, 1), date(2031, 12, 31)),
)
def test_late_is_after_the_last_day_and_more_than_six_months_asks_for_a_reason(
    year, number, paid_on
):
    month = Month(year, number)
    back = (paid_on.year * 12 + paid_on.month) - (year * 12 + number)

    assert dues.is_on_time(month, paid_on) == (back <= 0)
    assert dues.months_back(month, paid_on) == max(0, back)
    assert dues.needs_explanation(month, paid_on) == (back > 6)


months = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(min_value=0, max_value=300)),
        st.integers(min_value=0, max_value=300),
    ),
    max_size=24,
)


@given(months)
def test_arrears_are_what_is_missing_and_the_run_is_what_was_not_paid_at_the_end(facts):
    first = Month(2022, 1)
    rows = [(first.plus(at), due, paid) for at, (due, paid) in enumerate(facts)]
    given_rows = [
        (month, None if due is None else Decimal(due), Decimal(paid)) for month, due, paid in rows
    ]

    found = dues.arrears(given_rows)

    assert found.months == tuple(m for m, due, paid in rows if due is not None and paid < due)
    assert found.total == sum(max(0, due - paid) for _, due, paid in rows if due is not None)
    run = 0
    for _, due, paid in reversed(rows):
        if not (due and paid == 0):
            break
        run += 1
    assert found.run == run


@pytest.mark.parametrize(
    ("run", "words"),
    [(0, ""), (1, "提醒"), (2, "提醒"), (3, "批评教育"), (5, "批评教育"), (6, "党员大会")],
)
def test_what_article_thirteen_asks_for(run, words):
    rows = [(Month(2022, 1).plus(n), Decimal(93), Decimal(0)) for n in range(run)]

    assert words in dues.arrears(rows).step


@given(st.integers(min_value=0, max_value=9_999_999_999), st.sampled_from(["", "元"]))
def test_a_sum_is_read_as_people_write_it(total, unit):
    amount = Decimal(total) / 100
    wide = f"{amount:.2f}".translate(str.maketrans("0123456789.", "０１２３４５６７８９．"))

    assert dues.read_money(f"{amount:,.2f}{unit}") == amount
    assert dues.read_money(f" {amount:.2f} ") == amount
    assert dues.read_money(wide) == amount
    assert dues.read_money(f"￥{amount}") == amount


@pytest.mark.parametrize("text", [None, "", "  ", "—", "-"])
def test_nothing_said_is_no_sum(text):
    assert dues.read_money(text) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("93.005", "两位小数"),
        ("1.999", "两位小数"),
        ("-5", "不是金额"),
        ("九十三", "不是金额"),
        ("1,23.00", "不是金额"),
        ("1e5", "不是金额"),
        ("NaN", "不是金额"),
        ("999999999999", "过大"),
    ],
)
def test_what_is_no_sum_is_said_in_a_sentence(text, words):
    with pytest.raises(ValueError, match=words):
        dues.read_money(text)


def test_zeros_behind_the_cents_are_no_fault():
    assert dues.read_money("93.5000") == Decimal("93.50")
    assert dues.read_money(93.1) == Decimal("93.10")
