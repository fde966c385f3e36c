"""The list of organisations in the layout of 党建e家: away and back again."""

from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from branches import importing, platform
from branches.models import Organization
from branches.services import imports
from branches.tests.test_import import CITY, carry_out, problems
from branchyear.lib.dates import local_day


@pytest.fixture
def city(db):
    carry_out(*CITY)


def written():
    file = BytesIO()
    platform.write_list(file)
    file.seek(0)
    return file


def mended(**cells):
    """The list as given away, with cells changed: ``{code: {heading: value}}``."""
    book = load_workbook(written())
    sheet = book.active
    at = {cell.value: cell.column for cell in sheet[1]}
    for line in sheet.iter_rows(min_row=2):
        for heading, value in cells.get(f"c{line[0].value}".replace("-", "_"), {}).items():
            sheet.cell(line[0].row, at[heading], value)
    file = BytesIO()
    book.save(file)
    file.seek(0)
    return file


def test_what_is_given_away_is_text_under_the_headings_of_the_layout(city):
    head, *lines = load_workbook(written()).active.iter_rows(values_only=True)

    told = dict(zip(head, next(line for line in lines if line[0] == "01-01"), strict=True))
    assert head == tuple(column.title for column in platform.COLUMNS)
    assert told == {
        "党组织编码": "01-01", "党组织名称": "某局第一支部", "党组织简称": None, "党组织类别": "联合党支部",
        "上级党组织编码": "01", "上级党组织名称": "某局机关党委", "显示顺序": "1", "建立日期": "20190301",
        "批准文号": "工委〔2019〕5号", "覆盖单位": "办公室、人事处", "活动场所": None, "党组织书记": "张三",
        "党组织联系人": None, "党员数": "0", "党小组数": "1",
    }  # fmt: skip
    assert [line[0] for line in lines] == ["00-01", "01", "01-01", "02"]


def test_what_comes_back_as_it_went_changes_nothing(city):
    found = importing.plan(written())

    assert found.counts == {"新增": 0, "修改": 0, "不变": 4, "错误": 0}
    assert found.unknown == []


def test_what_was_changed_there_is_shown_and_then_taken_over(city):
    there = {"党组织类别": "党支部", "建立日期": "20190401", "党组织书记": "别人"}
    file = mended(c01_01=there)

    (changed,) = [row for row in importing.plan(file).rows if row.changes]
    file.seek(0)
    imports.carry_out(file, on=local_day(), by=None)

    assert changed.sentences == [
        "支部类型：联合党支部 → 单独设立", "成立日期：2019-03-01 → 2019-04-01"
    ]  # fmt: skip
    branch = Organization.objects.get(code="01-01")
    assert (branch.branch_type, f"{branch.established_on}") == ("standing", "2019-04-01")


def test_an_unknown_category_is_told_at_its_cell_and_nothing_is_imported(city):
    found = importing.plan(mended(c01_01={"党组织类别": "党组"}, c02={"党组织简称": "馆支部"}))

    assert [sentence.split("，")[0] for sentence in problems(found)] == [
        "D4:类型“党组”不在可选范围内"
    ]
    assert not found.is_sound


def test_a_new_branch_is_founded_from_the_layout(city):
    book = Workbook()
    book.active.append(["党组织名称", "党组织编码", "上级党组织编码", "党组织类别", "建立日期"])
    book.active.append(["某局第二支部", "01-02", "01", "临时党支部", "20260301"])
    file = BytesIO()
    book.save(file)
    file.seek(0)

    imports.carry_out(file, on=local_day(), by=None)

    branch = Organization.objects.get(code="01-02")
    assert (branch.name, branch.branch_type) == ("某局第二支部", "temporary")
    assert f"{branch.established_on}" == "2026-03-01"
