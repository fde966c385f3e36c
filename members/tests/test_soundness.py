"""What makes a record sound (R10)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.soundness import (
    Finding,
    findings,
    id_number_check_sign,
    id_number_problem,
)

TODAY = date(2026, 4, 1)
SOUND = {
    "sex": "male",
    "birth_date": date(1980, 1, 1),
    "id_number": "99010119800101001" + id_number_check_sign("99010119800101001"),
    "phone": "10000000001",
    "worked_from": date(2002, 7, 1),
    "admitted_on": date(2005, 7, 1),
    "formal_on": date(2006, 7, 1),
    "joined_branch_on": date(2010, 3, 1),
}
days = st.dates(date(1900, 1, 1), TODAY)
digits = st.text("0123456789", min_size=17, max_size=17)


def told(**changes):
    return findings(today=TODAY, **{**SOUND, **changes})


def test_a_sound_record_has_nothing_to_say():
    assert told() == []
    assert findings(today=TODAY) == []


@given(digits)
def test_the_check_sign_agrees_with_the_standard_restated(first):
    """GB 11643-1999: the weighted sum of all eighteen signs leaves 1 when divided by 11."""
    sign = id_number_check_sign(first)

    value = 10 if sign == "X" else int(sign)
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(first))

    assert (total + value) % 11 == 1


@given(days, st.integers(0, 999), st.integers(0, 17), st.integers(1, 9))
def test_one_mistyped_digit_never_passes(born, serial, place, shift):
    first = f"990101{born:%Y%m%d}{serial:03d}"
    number = first + id_number_check_sign(first)
    if number[place] == "X":
        return
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]

    assert id_number_problem(number) == ""
    assert id_number_problem(wrong) != ""


@pytest.mark.parametrize("number", ["", "1" * 17, "９" * 18, "99010119800101001x", "a" * 18])
def test_what_has_not_the_shape_is_no_number(number):
    assert "18位" in id_number_problem(number)


def test_a_day_that_does_not_exist_is_no_number():
    first = "99010119800230001"

    assert "出生日期不存在" in id_number_problem(first + id_number_check_sign(first))


def test_a_disagreement_names_both_values():
    (finding,) = told(birth_date=date(1981, 2, 3))

    assert finding == Finding(
        "birth_date",
        "出生日期1981年2月3日与公民身份号码中的1980年1月1日不一致，请核对档案。",
        True,
    )
    assert [f.sentence for f in told(sex="female")] == [
        "性别“女”与公民身份号码中的“男”不一致，请核对档案。"
    ]


def test_where_the_file_holds_a_disagreement_is_a_warning():
    found = told(birth_date=date(1981, 2, 3), remarks="出生日期以档案为准")

    assert [f.is_error for f in found] == [False]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"birth_date": TODAY + timedelta(days=1)}, "birth_date"),
        ({"joined_branch_on": TODAY + timedelta(days=1)}, "joined_branch_on"),
        ({"platform_entered_on": TODAY + timedelta(days=1)}, "platform_entered_on"),
        ({"phone": "请打办公室"}, "phone"),
        ({"phone": "1" * 21}, "phone"),
        ({"admitted_on": date(1979, 1, 1)}, "admitted_on"),
        ({"admitted_on": date(1997, 12, 31), "formal_on": None}, "admitted_on"),
        ({"formal_on": date(2005, 6, 30)}, "formal_on"),
        ({"formal_on": date(2006, 6, 30)}, "formal_on"),
        ({"category": "probationary"}, "formal_on"),
        ({"worked_from": date(1980, 1, 1)}, "worked_from"),
        ({"remarks": "证号990101198001010017"}, "remarks"),
        ({"remarks": "电话10012345678"}, "remarks"),
    ],
)
def test_what_cannot_be_is_an_error_beside_its_field(changes, field):
    assert (field, True) in [(f.field, f.is_error) for f in told(**changes)]


def test_today_and_the_eighteenth_birthday_are_in_time():
    assert told(joined_branch_on=TODAY) == []
    assert told(admitted_on=date(1998, 1, 1), formal_on=date(1999, 1, 1)) == []


def test_admissions_before_1982_are_warned_of_only():
    found = told(
        birth_date=date(1955, 1, 1),
        id_number="",
        worked_from=None,
        admitted_on=date(1972, 12, 1),
        formal_on=date(1973, 3, 1),
    )

    assert [(f.field, f.is_error) for f in found] == [("admitted_on", False), ("formal_on", False)]


@given(st.dates(date(1983, 1, 1), TODAY), st.integers(0, 20000))
def test_the_ages_agree_with_the_rule_restated(admitted, younger):
    born = admitted - timedelta(days=younger)
    found = {f.field for f in findings(today=TODAY, birth_date=born, admitted_on=admitted)}

    birthdays = (
        admitted.year - born.year - ((admitted.month, admitted.day) < (born.month, born.day))
    )
    # Born on 29 February one comes of age on the 28th (the day the month has), as for deadlines.
    leap = (born.month, born.day) == (2, 29) and (admitted.month, admitted.day) == (2, 28)
    adult = birthdays >= 18 or (leap and birthdays == 17)

    assert ("admitted_on" in found) == (not adult)
