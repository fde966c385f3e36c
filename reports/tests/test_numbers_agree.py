"""One number, one truth: every ledger on the screen, in the workbook and, where there is one, in the API."""

import io
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from branchyear.lib.layout import NUMBERS, Totals, display, values
from members.models import Applicant, Meeting, Talk
from members.tests.make import make_member
from reports.kinds import LEDGERS
from reports.tests.test_overview import scatter
from reports.writing import write
from tasks.models import Problem

# Where the API counts the same rows, and under which conditions; None where it has no such list.
API = {
    "checklist": ("items", {}),
    "roster": ("members", {"standing": "active"}),
    "meetings": ("meetings", {"since": "2022-01-01", "until": "2022-12-31", "void": "false"}),
    "problems": ("problems", {}),
    "problem_list": ("problems", {}),
    "correction_list": ("problems", {}),
    "responsibility_list": ("problems", {}),
    "scores": ("scores", {}),
}


@pytest.fixture
def city(campaign, org):
    """Something in every corner of the cast's city."""
    scatter(org)
    for branch in (org.north, org.north_four, org.south, org.archive):
        first, second = make_member(branch, "甲党员"), make_member(branch, "乙党员")
        Meeting.objects.create(
            organization=branch, kind="members_meeting", on=date(2022, 5, 6), place="会议室", host="甲党员",
            recorder="乙党员", topic="=学习", minutes="内容", due=2, present=2, created_at=timezone.now(),
        )  # fmt: skip
        Problem.objects.create(
            organization=branch, campaign=campaign, number=1, origin="hand", title="问题",
            found_on=date(2022, 5, 2), due_on=date(2022, 6, 30), created_at=timezone.now(),
        )  # fmt: skip
        Talk.objects.create(
            organization=branch, on=date(2022, 5, 9), kind="members", speaker=first, listener=second,
            content="谈心",
        )  # fmt: skip
        Applicant.objects.create(organization=branch, name="申请人")


def test_the_numbers_of_every_ledger_are_those_of_the_screen_and_of_the_api(
    city, org, people, sign_in
):
    client, found, expected = sign_in(people.committee), {}, {}
    for kind in LEDGERS:
        page = client.get(
            reverse("reports:exports"), {"kind": kind.key, "org": org.committee.pk, "rows": "200"}
        )
        screen = page.context
        asked = kind.asked(org.committee, {}, by=people.committee, at=timezone.now())
        layout = kind.layout(asked)
        rows = [values(layout, row) for row in kind.rows(asked)]
        file = io.BytesIO()
        write(kind, asked, "xlsx", file)
        book, book_totals = in_the_workbook(file, layout, len(rows))

        said = [[display(c, v) for c, v in zip(layout.columns, row, strict=True)] for row in rows]
        expected[kind.key] = (len(rows), said, said, totals_of(layout, rows), True)
        found[kind.key] = (
            screen["count"],
            [[text for _, text in line] for line in screen["lines"]],
            book,
            book_totals,
            counted_by_the_api(client, kind.key, org) in (None, len(rows)),
        )
        if screen["totals"]:
            shown = [text for _, text in screen["totals"]["cells"] if text]
            assert shown == [text for text in totals_of(layout, rows) if text], kind.key

    assert found == expected
    empty = {key for key, (count, *_) in expected.items() if not count}
    assert not empty & {"checklist", "summary", "reporting", "problems", "roster", "meetings"}


def in_the_workbook(file, layout, count):
    """What the cells read like to a person, and the total row."""
    sheet, first = load_workbook(file, data_only=True).active, 3 + len(layout.heading_rows)

    def read(row):
        cells = [cell.value for cell in row[: len(layout.columns)]]
        return [
            display(column, "" if value is None else value)
            for column, value in zip(layout.columns, cells, strict=True)
        ]

    lines = list(sheet.iter_rows(min_row=first, max_row=first + count))
    totals = []
    if layout.has_totals:
        totals = [
            text if column.total else ""
            for column, text in zip(layout.columns, read(lines[count]), strict=True)
        ]
    return [read(row) for row in lines[:count]], totals


def totals_of(layout, rows):
    if not layout.has_totals:
        return []
    totals = Totals(layout)
    for row in rows:
        totals.add(row)
    return [totals.text(column) for column in layout.columns]


def counted_by_the_api(client, key, org):
    if key not in API:
        return None
    name, more = API[key]
    under = {} if name == "members" else {"under": org.committee.pk}
    return client.get(f"/api/v1/{name}/", {**under, **more}).json()["count"]


def test_every_numeric_column_is_a_number_in_every_ledger(city, org, people):
    """What can be added up must not be text in the workbook."""
    wrong = []
    for kind in LEDGERS:
        asked = kind.asked(org.committee, {}, by=people.committee, at=timezone.now())
        for column in kind.columns(asked):
            found = {
                type(row.get(column.key)).__name__
                for row in kind.rows(asked)
                if column.kind in NUMBERS and row.get(column.key) not in (None, "")
            }
            if "str" in found:
                wrong.append((kind.key, column.key))

    assert wrong == []
