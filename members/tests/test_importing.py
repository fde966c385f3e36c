"""What an uploaded roster is understood as, row by row."""

import datetime as dt

import pytest
from django.db import transaction

from branches.models import Kind
from branches.services import organizations
from branchyear.audit.models import Entry
from branchyear.lib.errors import BadFile
from branchyear.lib.uploads import BadCell
from members.importing import cells
from members.importing.plan import Plan
from members.models import Member, RosterProfile
from members.services import imports
from members.services.roster import add_members
from members.tests.make import make_member
from members.tests.rosters import HEAD, book, number_of, person, sheet

TODAY = dt.date(2022, 5, 10)


def plan_of(file, organization, by=None):
    plan = Plan(file, organization=organization, by=by, today=TODAY)
    return plan, [row for part in plan.parts() for row in part]


def judged(file, organization, by=None):
    return [
        (r.number, str(r.verdict), [f"{cell}：{s}" for cell, s in r.problems])
        for r in plan_of(file, organization, by)[1]
    ]


def only(file, organization, by=None):
    (row,) = plan_of(file, organization, by)[1]
    return row


def test_a_usual_roster_is_new_people(org):
    row = only(book(person(1)), org.north)

    assert (row.verdict, row.problems, row.branch) == ("new", [], org.north)
    assert row.changes == {
        "name": "张三",
        "sex": "male",
        "ethnicity": "汉族",
        "birth_date": dt.date(1985, 3, 2),  # the day stands in the ID number
        "id_number": number_of(1),
        "admitted_on": dt.date(2008, 7, 1),
        "category": "formal",
        "standing": "active",
    }
    assert number_of(1) not in str(row.told)


def test_titles_above_other_columns_and_signatures_below_are_no_people(org):
    file = sheet(
        ["市北区局机关党委北一支部党员名册"],
        [],
        ["填报单位：北一支部", None, None, "2022年5月"],
        [
            "序号",
            "出生年月",
            "民  族",
            "姓名",
            "公民身份证号（必填）",
            "手机号",
            "入党日期",
            "人员类别",
        ],
        ["一、正式党员"],
        [
            1,
            "1985年3月",
            "汉",
            "张 三",
            number_of(1),
            "１３９００００００００",
            "20080701",
            "正式党员",
        ],
        [],
        [2, "1985/3/2", "回族", "李四", f"'{number_of(2)}", "0592-1234567", 39630, "正式"],
        [3],
        ["合计", None, None, 2],
        ["填报人：钱干事", None, "审核人：", None, "负责人（签章）："],
    )

    plan, rows = plan_of(file, org.north)

    assert [(r.number, r.verdict, r.name, r.problems) for r in rows] == [
        (6, "new", "张三", []),
        (8, "new", "李四", []),
    ]
    assert rows[0].changes["phone"] == "13900000000"
    assert rows[0].warnings == [["D6", "姓名中的空格已去掉，按“张三”处理。"]]
    assert rows[1].changes["admitted_on"] == dt.date(2008, 7, 1)
    assert [n for n in plan.notes if "略过" in n] == [
        "第10行“合计”是表尾说明，已略过。",
        "第11行“填报人：钱干事”是表尾说明，已略过。",
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1985.03", dt.date(1985, 3, 2)),
        ("1985年3月", dt.date(1985, 3, 2)),
        ("1985-3-2", dt.date(1985, 3, 2)),
        ("19850302", dt.date(1985, 3, 2)),
        ("1985/3/2", dt.date(1985, 3, 2)),
        ("１９８５．０３．０２", dt.date(1985, 3, 2)),
        (31108, dt.date(1985, 3, 2)),
        (19850302, dt.date(1985, 3, 2)),
        (1985.03, dt.date(1985, 3, 2)),
        (198503, dt.date(1985, 3, 2)),
        (dt.date(1985, 3, 2), dt.date(1985, 3, 2)),
        ("1985.3.2.", dt.date(1985, 3, 2)),
    ],
)
def test_dates_are_understood_in_many_forms(org, written, meant):
    row = only(book(person(1, 出生年月=written)), org.north)

    assert (row.problems, row.changes["birth_date"]) == ([], meant)


@pytest.mark.parametrize(
    ("column", "written", "sentence"),
    [
        (
            "身份证号",
            3.50203198503021e17,
            "F2：公民身份号码被 Excel 当成了数字（3.50203E+17），后几位已经丢失",
        ),
        (
            "身份证号",
            "3.50203E+17",
            "F2：公民身份号码被 Excel 当成了数字（3.50203E+17），后几位已经丢失",
        ),
        ("身份证号", "350203850302101", "F2：公民身份号码是15位的旧号码，请填写18位公民身份号码。"),
        ("身份证号", number_of(1)[:-1] + "0", "F2：公民身份号码校验位不正确"),
        ("身份证号", "990*********", "F2：号码中间是“*”"),
        ("性别", "不详", "C2：性别“不详”看不懂，应填“男”或“女”。"),
        ("性别", "女", "C2：性别“女”与公民身份号码中的“男”不一致"),
        ("党员类别", "积极分子", "H2：党员类别：“积极分子”还不是党员，不列入名册"),
        ("党员类别", None, "H2：没有填写党员类别"),
        ("姓名", None, "B2：没有填写姓名。"),
        ("姓名", "12345", "B2：姓名：“12345”不像姓名"),
        ("出生年月", "八五年", "E2：出生日期：“八五年”不是正确的日期"),
        ("出生年月", "1986.03", "E2：出生日期1986年3月1日与公民身份号码中的1985年3月2日不一致"),
        ("入党时间", "2099.01", "G2：入党时间2099年1月1日晚于今天"),
        ("民族", "=1+1", "D2：民族是公式，没有可以读取的结果"),
        ("姓名", "张" * 51, "B2：姓名太长，最多50个字。"),
    ],
)
def test_a_wrong_cell_is_named_with_a_sentence(org, column, written, sentence):
    ((number, verdict, problems),) = judged(book(person(1, **{column: written})), org.north)

    assert (number, verdict) == (2, "error")
    assert any(p.startswith(sentence) for p in problems), problems


def test_one_wrong_cell_is_told_once(org):
    ((_, _, problems),) = judged(book(person(1, 党员类别="群众", 性别="?")), org.north)

    assert len(problems) == 2


def test_a_person_twice_in_a_file_is_an_error_of_the_second_row(org):
    found = judged(book(person(1), person(2, "李四"), person(1, "张三")), org.north)

    assert found == [
        (2, "new", []),
        (3, "new", []),
        (4, "error", ["F4：公民身份号码与第2行相同。"]),
    ]


def test_a_person_of_another_branch_is_not_taken_and_not_betrayed(org, people):
    make_member(org.south, "王南", id_number=number_of(1), birth_date=dt.date(1985, 3, 2))

    ((_, verdict, problems),) = judged(book(person(1)), org.north, by=people.secretary)

    assert verdict == "denied"
    assert problems == ["F2：公民身份号码已在其他党员名下登记。确需转入的，请办理组织关系转接。"]


def test_a_known_person_is_compared_cell_by_cell(org):
    make_member(
        org.north, "张三", id_number=number_of(1), birth_date=dt.date(1985, 3, 2),
        admitted_on=dt.date(2008, 7, 15), formal_on=None,
    )  # fmt: skip

    row = only(book(person(1, 民族="回")), org.north)

    # 2008年7月 says less than 15 July and changes nothing.
    assert (row.verdict, row.changes) == ("changed", {"ethnicity": "回族"})
    assert row.told == [["民族", "汉族", "回族"]]


def test_blank_cells_of_somebody_elses_file_change_nothing(org):
    make_member(org.north, "张三", id_number=number_of(1), birth_date=dt.date(1985, 3, 2))

    row = only(book(person(1, 民族=None, 入党时间="2005.07", 出生年月=None)), org.north)

    assert (row.verdict, row.changes) == ("same", {})


def test_without_a_number_the_name_in_the_branch_decides_with_a_warning(org):
    make_member(org.north, "张三", birth_date=dt.date(1985, 3, 2))

    row = only(book(person(1, 身份证号=None, 入党时间=None)), org.north)

    assert (row.verdict, row.member.name) == ("same", "张三")
    assert row.warnings[0][1].startswith("没有公民身份号码，按姓名认定")


def test_two_of_the_same_name_need_their_numbers(org):
    make_member(org.north, "张三", birth_date=None)
    make_member(org.north, "张三", birth_date=None)

    ((_, verdict, problems),) = judged(book(person(1, 身份证号=None)), org.north)

    assert (verdict, problems) == (
        "error",
        ["F2：支部有2名党员叫“张三”，请填写公民身份号码以便区分。"],
    )


def test_branches_are_known_by_name_short_name_or_code(org):
    head = ["所在党支部", "姓名", "性别", "身份证号", "党员类别"]
    file = book(
        ["北一支部", "甲一", "男", number_of(1), "正式"],
        ["01-02", "甲二", "男", number_of(2), "正式"],
        ["南一支部", "甲三", "男", number_of(3), "正式"],
        [None, "甲四", "男", number_of(4), "正式"],
        head=head,
    )

    _, rows = plan_of(file, org.north_office)

    assert [(r.verdict, r.branch and r.branch.code) for r in rows] == [
        ("new", "01-01"),
        ("new", "01-02"),
        ("denied", None),
        ("error", None),
    ]
    assert rows[2].problems == [["A4", "“南一支部”不是市北区局机关党委下属的党支部，不能导入。"]]
    assert rows[3].problems == [["A5", "没有填写所在党支部，无法确定列入哪个支部。"]]


def test_a_member_of_a_sister_branch_is_not_moved_by_a_file(org):
    make_member(org.north_two, "张三", id_number=number_of(1), birth_date=dt.date(1985, 3, 2))
    head = ["所在党支部", "姓名", "身份证号", "党员类别"]
    file = book(["北一支部", "张三", number_of(1), "正式"], head=head)

    ((_, verdict, problems),) = judged(file, org.north_office)

    assert verdict == "denied"
    assert problems == ["A2：张三在“北二支部”的名册中，不能通过导入调整支部，请办理组织关系转接。"]


def test_a_layout_of_another_system_is_recognised(org):
    profile = RosterProfile.objects.get(name="党建e家")
    head = [column.title for column in profile.columns.all()]
    line = {
        "姓名": "张三",
        "公民身份证号码": number_of(1),
        "人员类别": "正式党员",
        "工作岗位": "主任",
    }
    file = book([line.get(title) for title in head], head=head)

    plan, (row,) = plan_of(file, org.north)

    assert "按“党建e家”版式识别。" in plan.notes
    assert (row.verdict, row.changes["post"]) == ("new", "主任")


def test_a_file_without_names_is_no_roster(org):
    with pytest.raises(BadFile, match="没有找到“姓名”列"):
        plan_of(sheet(["性别", "民族"], ["男", "汉"]), org.north)


def test_a_plan_writes_nothing(org):
    plan_of(book(person(1)), org.north)

    assert not Member.objects.exists()


def test_those_who_left_do_not_come_back_by_a_file(org):
    member = make_member(org.north, "张三", id_number=number_of(1), birth_date=dt.date(1985, 3, 2))
    Member.objects.filter(pk=member.pk).update(standing="left")

    ((_, verdict, problems),) = judged(book(person(1)), org.north)

    assert verdict == "denied"
    assert "恢复在册请在党员页面办理" in problems[0]


def test_the_digest_differs_when_the_database_does(org):
    add_members(
        [{"name": "张三", "id_number": number_of(1), "birth_date": dt.date(1985, 3, 2)}],
        organization=org.north, by=None,
    )  # fmt: skip
    before, _ = plan_of(book(person(1)), org.north)
    Member.objects.update(revision=2)

    after, _ = plan_of(book(person(1)), org.north)

    assert before.digest != after.digest


@pytest.mark.parametrize("column", ["姓名", "性别", "民族", "出生年月", "入党时间", "党员类别"])
def test_a_number_in_the_wrong_column_is_told_masked(org, column):
    plan, rows = plan_of(book(person(1, 身份证号=None, **{column: number_of(2)})), org.north)

    said = str([(r.problems, r.warnings, r.told, r.branch_name) for r in rows]) + str(plan.notes)
    assert number_of(2) not in said


@pytest.mark.engines
def test_who_is_imported_is_stored_as_who_is_added_one_by_one(org):
    group = organizations.establish(
        parent=org.north, kind=Kind.GROUP, code="g1", name="一组", on=dt.date(2021, 1, 1), by=None
    )
    head = (*HEAD, "联系电话", "党小组", "离退休", "转正时间")
    rows = [
        [*person(1), "10012345678", group.name, "是", "2009-07-01"],
        [*person(2, "李四"), None, None, None, dt.date(2009, 7, 1)],
    ]
    facts = {
        "sex": "male", "ethnicity": "汉族", "birth_date": dt.date(1985, 3, 2), "category": "formal",
        "admitted_on": dt.date(2008, 7, 1), "formal_on": dt.date(2009, 7, 1),
    }  # fmt: skip
    one = {"name": "张三", "id_number": number_of(1), "phone": "10012345678", "group": group}
    people = [
        facts | one | {"is_retired": True},
        facts | {"name": "李四", "id_number": number_of(2)},
    ]

    def stored():
        return [
            {n: v for n, v in m.items() if n not in {"id", "created_at", "updated_at"}}
            for m in Member.objects.order_by("pk").values()
        ]

    def trace():
        entries = Entry.objects.filter(verb="member.added").order_by("pk")
        return list(entries.values("actor_name", "thing_type", "thing_label", "organization_name"))

    with transaction.atomic():
        add_members(people, by=None, organization=org.north, today=TODAY)
        one_by_one, told = stored(), trace()
        transaction.set_rollback(True)
    imports.carry_out(book(*rows, head=head), organization=org.north, by=None, today=TODAY)

    assert stored() == one_by_one
    assert trace() == told
    assert [e.thing_id for e in Entry.objects.filter(verb="member.added").order_by("pk")] == [
        m.pk for m in Member.objects.order_by("pk")
    ]
    # Who comes next gets a key of his own.
    assert make_member(org.north).pk > Member.objects.get(name="李四").pk


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("99010119900101123x", "99010119900101123X"), ("99010119900101123X", "99010119900101123X"),
        (" 990101199001011231 ", "990101199001011231"), ("９90101199001011231", "990101199001011231"),
    ],
)  # fmt: skip
def test_a_number_is_read_alike_by_the_short_way_and_the_long(raw, read):
    assert cells.id_number(raw) == read


def test_a_number_that_lost_its_end_is_told_in_the_short_way_too():
    with pytest.raises(BadCell, match="最后三位是000"):
        cells.id_number("990101199001011000")


def test_equal_values_of_different_kinds_are_read_apart(org):
    head = (*HEAD, "离退休", "备注")
    rows = [[*person(at, "李四"), flag, flag] for at, flag in enumerate((True, 1, "1"), 1)]

    found = plan_of(book(*rows, head=head), org.north)[1]

    assert [(r.changes["is_retired"], r.changes["remarks"]) for r in found] == [
        (True, "是"), (True, "1"), (True, "1"),
    ]  # fmt: skip
