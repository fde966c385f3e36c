"""Invented people: names, dates, numbers that cannot be anybody's."""

from datetime import date, timedelta

from branchyear.demo import words


def person_name(rng, female):
    surname = (
        rng.choice(words.DOUBLE_SURNAMES) if rng.random() < 0.01 else rng.choice(words.SURNAMES)
    )
    return surname + rng.choice(words.GIVEN_FEMALE if female else words.GIVEN_MALE)


def id_number(birth, sequence, female):
    """An 18-digit number with a right check digit and a region code (99….) that does not exist.

    Check digit: GB 11643-1999.
    """
    order = (sequence % 500) * 2 + (0 if female else 1)
    body = f"99{sequence // 500 % 10000:04d}{birth:%Y%m%d}{order:03d}"
    total = sum(int(digit) * (2 ** (17 - i) % 11) for i, digit in enumerate(body))
    return body + "10X98765432"[total % 11]


def phone(sequence):
    return f"100{sequence:08d}"


def biography(rng, sequence, *, retired, today):
    """Everything a roster asks of one member, consistent in itself (a dict of Member fields)."""
    female = rng.random() < 0.38
    age = rng.randint(60, 82) if retired else min(59, max(23, round(rng.gauss(41, 9))))
    birth = date(today.year - age, 1, 1) + timedelta(days=rng.randrange(365))
    admitted_age = rng.choice((19, 20, 21, 22, 23, 24, 26, 28, 31, 35))
    admitted = birth + timedelta(days=365 * min(admitted_age, age - 3) + rng.randrange(300))
    probationary = not retired and rng.random() < 0.015
    if probationary:
        admitted = today - timedelta(days=rng.randint(20, 340))
    education = rng.choice(words.EDUCATION)
    return {
        "name": person_name(rng, female),
        "sex": "female" if female else "male",
        "ethnicity": rng.choice(words.ETHNICITIES),
        "native_place": rng.choice(words.PLACES),
        "birth_date": birth,
        "id_number": id_number(birth, sequence, female),
        "phone": phone(sequence),
        "education": education,
        "degree": words.DEGREES[education],
        "worked_from": min(birth + timedelta(days=365 * 22 + rng.randrange(700)), today),
        "admitted_on": admitted,
        "formal_on": None if probationary else admitted + timedelta(days=366),
        "category": "probationary" if probationary else "formal",
        "post": "退休" if retired else rng.choice(words.POSTS[2:]),
        "is_retired": retired,
        "joined_branch_on": max(
            admitted, date(today.year - rng.randint(1, 12), rng.randint(1, 12), 1)
        ),
    }
