"""The Excel list of organisations: checked, carried out, carried out again."""

from datetime import date, datetime
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from branches import importing, workbooks
from branches.models import Appointment, Organization, OrganizationEvent
from branches.roles import Role
from branches.scope import holders
from branches.services import imports, organizations
from branches.tests.make import list_of, row
from branchyear.accounts.models import User
from branchyear.audit.models import Entry
from branchyear.lib.dates import local_day
from branchyear.lib.errors import BadFile, Refused

pytestmark = pytest.mark.engines

DAY = date(2026, 4, 1)


def plan(*rows, **options):
    return importing.plan(list_of(*rows, **options))


def carry_out(*rows, by=None, **options):
    return imports.carry_out(list_of(*rows, **options), on=local_day(), by=by)


def verdicts(found):
    return [r.verdict for r in found.rows]


def problems(found):
    return [sentence for r in found.rows for sentence in r.sentences if r.problems]


CITY = [
    row("00", "市委组织部", "市委组织部"),
    row(
        "00-01", "市直机关工委", "市直机关工委", "00", reviewer_name="陈工", reviewer_username="c1"
    ),
    row("01", "某局机关党委", "机关党委", "00-01", order_number=1),
    row(
        "01-01",
        "某局第一支部",
        "党支部",
        "01",
        order_number=1,
        branch_type="联合党支部",
        covered_units="办公室、人事处",
        established_on="2019年3月1日",
        approval_no="工委〔2019〕5号",
        secretary_name="张三",
        secretary_username="zhangsan",
        secretary_phone=13800000000,
        secretary_email="zs@example.test",
        clerk_name="李四",
        clerk_username="lisi",
    ),
    row("01-01-1", "第一党小组", "党小组", "01-01"),
    row("02", "某馆直属支部", "直属党支部", "00-01", order_number=2),
]


def test_a_whole_city_is_founded_in_any_order_of_rows(db):
    result = carry_out(*reversed(CITY))

    assert result.plan.counts == {"新增": 6, "修改": 0, "不变": 0, "错误": 0}
    tree = [(o.depth, o.name) for o in Organization.objects.all()]
    assert tree == [
        (1, "市委组织部"),
        (2, "市直机关工委"),
        (3, "某局机关党委"),
        (4, "某局第一支部"),
        (5, "第一党小组"),
        (3, "某馆直属支部"),
    ]
    branch = Organization.objects.get(code="01-01")
    assert (branch.branch_type, branch.covered_units, branch.established_on) == (
        "joint",
        "办公室\n人事处",
        date(2019, 3, 1),
    )
    assert branch.events.get().document_no == branch.approval_no == "工委〔2019〕5号"
    assert Organization.objects.get(code="02").established_on is None


def test_accounts_are_opened_with_one_time_passwords_and_offices_given(db, client):
    result = carry_out(*CITY)

    assert [(o.organization, o.role, o.name, o.username) for o in result.opened] == [
        ("市直机关工委", "市直机关工委审核人", "陈工", "c1"),
        ("某局第一支部", "党支部书记", "张三", "zhangsan"),
        ("某局第一支部", "党支部党务干部", "李四", "lisi"),
    ]
    user = User.objects.get(username="zhangsan")
    assert (user.phone, user.email, user.must_change_password) == (
        "13800000000",
        "zs@example.test",
        True,
    )
    assert user.check_password(result.opened[1].password)
    branch = Organization.objects.get(code="01-01")
    assert list(holders({Role.SECRETARY}, branch)) == [user]
    assert all(o.password not in str(list(Entry.objects.values())) for o in result.opened)


def test_the_same_list_again_changes_nothing(db):
    carry_out(*CITY)
    before = (OrganizationEvent.objects.count(), Appointment.objects.count(), User.objects.count())

    again = carry_out(*CITY)

    assert verdicts(again.plan) == ["不变"] * 6
    assert again.opened == []
    assert before == (
        OrganizationEvent.objects.count(),
        Appointment.objects.count(),
        User.objects.count(),
    )


def test_a_dry_run_says_what_would_change_and_changes_nothing(org, people):
    found = plan(
        row("01-01", "北区第一支部", "党支部", "02", order_number=5, place="三楼"),
        row("01-02", "北二支部", "党支部", secretary_name="新人", secretary_username="xinren"),
        row("09", "新局机关党委", "机关党委", "00-01"),
        row("01-03", "北三总支", "党总支", "01"),
    )

    assert [(r.verdict, r.changes) for r in found.rows] == [
        (
            "修改",
            [
                "更名：北一支部 → 北区第一支部",
                "隶属关系：市北区局机关党委 → 市南区局机关党委",
                "序号：1 → 5",
                "活动场所：(空) → 三楼",
            ],
        ),
        ("修改", ["任职：新人(新开账号)任党支部书记，孙书记免职"]),
        ("新增", ["在“市直机关工委”之下新设"]),
        ("不变", []),
    ]
    org.north.refresh_from_db()
    assert org.north.name == "北一支部"
    assert not User.objects.filter(username="xinren").exists()


def test_changes_are_carried_out_through_the_services(org, people):
    carry_out(
        row("01-01", "北区第一支部", "党支部", "02", order_number=5, short_name="北一"),
        row("01-02", "北二支部", "党支部", secretary_name="新人", secretary_username="xinren"),
        by=people.admin,
    )

    org.north.refresh_from_db()
    assert (org.north.name, org.north.short_name, org.north.order_number) == (
        "北区第一支部",
        "北一",
        5,
    )
    assert Organization.objects.get_parent(org.north) == org.south_office
    assert list(org.north.events.order_by("id").values_list("what", flat=True)) == [
        "established",
        "renamed",
        "moved",
    ]
    old = people.second_secretary.appointments.get()
    assert old.ends_on == local_day()
    entry = Entry.objects.get(verb="organization.imported")
    assert (entry.actor, entry.detail["accounts_opened"]) == (people.admin, 1)


def test_an_existing_account_takes_office_and_keeps_its_password(org, people):
    result = carry_out(
        row("01-02", "北二支部", "党支部", clerk_name="钱干事", clerk_username="GANSHI")
    )

    assert result.opened == []
    assert people.clerk in holders({Role.CLERK}, org.north_two)
    assert User.objects.get(pk=people.clerk.pk).check_password("Passw0rd-2022")


def test_a_person_of_two_offices_gets_one_account(org):
    result = carry_out(
        row("01-01", "北一支部", "党支部", clerk_name="新人", clerk_username="xin"),
        row("01-02", "北二支部", "党支部", clerk_name="新人", clerk_username="xin"),
    )

    assert len(result.opened) == 1
    assert User.objects.get(username="xin").appointments.count() == 2


def test_empty_cells_and_missing_columns_leave_what_is_there(org):
    organizations.change(org.north, place="三楼", contact="老王", on=DAY, by=None)

    full = plan(row("01-01", "北一支部", "党支部"))
    short = plan(row("01-01", "北一支部", "党支部"), columns=["name", "code", "kind"])

    assert verdicts(full) == verdicts(short) == ["不变"]


def test_a_new_branch_may_stand_under_a_new_organ_and_an_old_one_move_there(org):
    carry_out(
        row("09-01", "新支部", "党支部", "09"),
        row("01-01", "北一支部", "党支部", "09"),
        row("09", "新局机关党委", "机关党委", "00-01"),
    )

    new = Organization.objects.get(code="09")
    assert [o.code for o in Organization.objects.get_children(new)] == ["09-01", "01-01"]
    assert Organization.objects.find_problems() == ([], [], [], [], [])


WRONG = [
    (row("x", "", "党支部", "01"), "B3:没有填写名称。"),
    (row("", "某支部", "党支部", "01"), "A3:没有填写编码。"),
    (row("x", "某支部", "", "01"), "D3:没有填写类型。"),
    (row("x", "某支部", "支部", "01"), "D3:类型“支部”不在可选范围内，应为：市委组织部、市直机关工委、机关党委、机关党总支、直属党支部、党总支、党支部、党小组。"),
    (row("x", "某支部", "党支部"), "E3:没有填写上级编码，党支部必须有上级。"),
    (row("x", "某支部", "党支部", "zz"), "E3:上级编码“zz”在本表和系统中都找不到。"),
    (row("x", "某支部", "党支部", "x"), "E3:上级编码不能是自己。"),
    (row("x", "某支部", "党支部", "02-01"), "E3:党支部之下只能设党小组，不能设党支部。"),
    (row("x", "某支部", "直属党支部", "01"), "E3:直属党支部的上级应为市直机关工委。"),
    (row("x", "又一个", "市委组织部"), "D3:系统中已有市委组织部，只能有一个。"),
    (row("01-03", "北三总支", "党支部", "01"), "D3:系统中是党总支，类型不能通过导入修改。"),
    (row("x", "某支部", "党支部", "01", established_on="去年"), "I3:“去年”不是正确的日期，请写成 2022-04-25 的形式。"),
    (row("x", "某支部", "党支部", "01", order_number="甲"), "F3:“甲”不是整数，请只填写数字，不带单位。"),
    (row("x", "某支部", "党支部", "01", order_number=-1), "F3:序号应为不小于0的整数。"),
    (row("x", "某支部", "党支部", "01", branch_type="大支部"), "G3:支部类型“大支部”不在可选范围内，应为：单独设立、联合党支部、临时党支部。"),
    (row("01-03", "北三总支", "党总支", "01", branch_type="联合党支部"), "G3:只有党支部才填写支部类型。"),
    (row("x", "长" * 101, "党支部", "01"), "B3:太长，最多100个字。"),
    (row("x", "某支部", "党支部", "01", secretary_name="张三"), "N3:填写了书记的其他内容，还要填写账号。"),
    (row("x", "某支部", "党支部", "01", secretary_username="zs"), "M3:请填写姓名。"),
    (row("x", "某支部", "党支部", "01", secretary_username="z s", secretary_name="张"), "N3:账号只能由字母、汉字、数字和 @ . + - _ 组成。"),
    (row("x", "某支部", "党支部", "01", secretary_username="zs", secretary_name="张", secretary_email="a@"), "P3:“a@”不是正确的邮箱地址。"),
    (row("x", "某支部", "党支部", "01", secretary_username="shuji", secretary_name="张三"), "M3:账号“shuji”属于“赵书记”，与“张三”不一致。"),
    (row("01-03", "北三总支", "党总支", "01", secretary_username="zs", secretary_name="张"), "N3:“党支部书记”不能设在党总支。"),
    (row("00", "市委组织部", "市委组织部", reviewer_username="zs", reviewer_name="张"), "V3:“直属党组织审核人”不能设在市委组织部。"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "sentence"), WRONG, ids=[s for _, s in WRONG])
def test_a_wrong_cell_is_named_with_a_sentence(wrong, sentence, org, people):
    assert problems(plan(wrong)) == [sentence]


def test_a_code_stands_once_in_the_list(org):
    found = plan(row("x", "甲支部", "党支部", "01"), row("x", "乙支部", "党支部", "01"))

    assert problems(found) == ["A4:编码“x”与第3行重复。"]


def test_two_that_stand_under_each_other_are_told_so(org):
    found = plan(row("x", "甲", "党总支", "y"), row("y", "乙", "机关党委", "x"))

    assert "E3:上下级互相循环：x → y → x。" in problems(found)
    assert "E4:上下级互相循环：y → x → y。" in problems(found)


def test_one_account_has_one_name_in_the_list(org):
    found = plan(
        row("01-01", "北一支部", "党支部", clerk_name="甲", clerk_username="xin"),
        row("01-02", "北二支部", "党支部", clerk_name="乙", clerk_username="xin"),
    )

    assert problems(found) == ["Q4:账号“xin”在第3行属于“甲”。"]


def test_closed_organizations_and_accounts_are_no_place_and_no_person(org, people):
    organizations.close(org.south, on=DAY, by=None)
    User.objects.filter(pk=people.nobody.pk).update(is_active=False)

    found = plan(
        row("02-01", "南一支部", "党支部", "02"),
        row("g", "小组", "党小组", "02-01"),
        row("01-01", "北一支部", "党支部", clerk_name="朱无职", clerk_username="nobody"),
    )

    assert problems(found) == [
        "A3:该党组织已于2026-04-01撤销。",
        "R5:账号“nobody”已停用。",
    ]


def test_everything_wrong_is_told_at_once_and_nothing_is_done(org, people):
    rows = [
        row("x", "好支部", "党支部", "01"),
        row("y", "", "党支部", "zz", established_on="2019-13-01"),
        row("01-01", "新名", "党支部"),
    ]

    found = plan(*rows)
    with pytest.raises(Refused, match="表中有错误，没有导入：新增1行、修改1行、不变0行、错误1行"):
        carry_out(*rows)

    assert len(problems(found)) == 3
    assert not Organization.objects.filter(code="x").exists()
    org.north.refresh_from_db()
    assert org.north.name == "北一支部"


@pytest.mark.parametrize("who", ["security", "auditor", "committee", "secretary", "nobody"])
def test_only_the_system_administrator_imports(who, org, people):
    with pytest.raises(PermissionDenied):
        carry_out(row("x", "甲", "党支部", "01"), by=getattr(people, who))


def test_what_is_no_list_is_told_in_words(db):
    with pytest.raises(BadFile, match="不是 Excel 工作簿"):
        importing.plan(BytesIO(b"hello world"))
    with pytest.raises(BadFile, match="表中没有“类型”列"):
        plan(row("x", "甲", "党支部"), columns=["code", "name"])
    with pytest.raises(BadFile, match="没有数据"):
        plan()


def test_headings_nobody_asked_for_are_passed_over(org):
    found = plan(row("01-01", "北一支部", "党支部"), columns=["code", "name", "kind", "电话总机"])

    assert (verdicts(found), found.unknown) == (["不变"], ["电话总机"])


# --- the books --------------------------------------------------------------------------------------


def test_the_template_explains_itself_and_is_read_back(db):
    file = BytesIO()
    workbooks.write_template(file)
    book = load_workbook(file)
    file.seek(0)

    assert book.worksheets[0]["A2"].value == "*编码"
    assert len(book.worksheets[0].data_validations.dataValidation) >= 3
    assert any("编码全市唯一" in str(c.value) for s in book for line in s.rows for c in line)
    with pytest.raises(BadFile, match="没有数据"):
        importing.plan(file)


def test_the_list_as_it_is_imports_without_a_change(org, people):
    file = BytesIO()
    workbooks.write_list(file)

    found = importing.plan(file)

    assert len(found.rows) == Organization.objects.count()
    assert set(verdicts(found)) == {"不变"}
    kinds = {r.values["kind"] for r in found.rows}
    assert "直属党支部" in kinds


def test_the_result_book_holds_rows_and_passwords(db):
    result = carry_out(*CITY)
    file = BytesIO()
    workbooks.write_result(file, result, made_by="沈管理", made_at=datetime(2026, 4, 1, 9))

    report, opened = load_workbook(file).worksheets

    cells = {str(c.value) for line in opened.rows for c in line}
    assert {o.password for o in result.opened} <= cells
    assert any(c.value == "新增" for line in report.rows for c in line)
    assert not {str(c.value) for line in report.rows for c in line} & {
        o.password for o in result.opened
    }


# --- the command ------------------------------------------------------------------------------------


def saved(tmp_path, *rows):
    path = tmp_path / "名册.xlsx"
    path.write_bytes(list_of(*rows).getvalue())
    return path


def run(*arguments):
    said = StringIO()
    call_command("import_organizations", *map(str, arguments), stdout=said)
    return said.getvalue()


def test_the_command_imports_and_leaves_a_private_result(db, tmp_path):
    said = run(saved(tmp_path, *CITY))

    result = tmp_path / "名册_导入结果.xlsx"
    assert "新增6行" in said
    assert "新开账号3个" in said
    assert result.stat().st_mode & 0o077 == 0
    assert not any(word in said for word in _passwords(result))


def _passwords(path):
    sheet = load_workbook(path)["新开账号"]
    return [line[4].value for line in sheet.iter_rows(min_row=4) if line[4].value]


def test_the_command_tries_first(db, tmp_path):
    said = run(saved(tmp_path, *CITY), "--dry-run")

    assert "第3行 00 市委组织部 新增 新设" in said
    assert "检查通过，没有导入" in said
    assert not Organization.objects.exists()
    assert not (tmp_path / "名册_导入结果.xlsx").exists()


def test_the_command_tells_every_wrong_cell(db, tmp_path):
    said = StringIO()

    with pytest.raises(CommandError, match="没有导入"):
        call_command(
            "import_organizations", str(saved(tmp_path, row("x", "", "支部"))), stdout=said
        )
    assert "B3:没有填写名称。" in said.getvalue()
    assert "D3:类型“支部”" in said.getvalue()


def test_the_command_overwrites_no_result(db, tmp_path):
    path = saved(tmp_path, *CITY)
    (tmp_path / "名册_导入结果.xlsx").write_text("earlier passwords")

    with pytest.raises(CommandError, match="结果文件已存在"):
        run(path)
    assert not Organization.objects.exists()


def test_the_command_misses_its_file(tmp_path, db):
    with pytest.raises(CommandError, match="找不到文件"):
        run(tmp_path / "no.xlsx")


def test_the_command_writes_the_empty_list_for_a_city_where_nobody_can_log_in_yet(db, tmp_path):
    path = tmp_path / "名册.xlsx"

    run(path, "--template")

    assert [cell.value for cell in load_workbook(path)["党组织名册"][2]][:2] == ["*编码", "*名称"]
    with pytest.raises(CommandError, match="文件已存在"):
        run(path, "--template")


def test_the_command_says_where_it_may_not_read(db, tmp_path, monkeypatch):
    def closed(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_file", closed)

    with pytest.raises(CommandError, match="平台运行账号无权读写：.*名册.xlsx"):
        run(tmp_path / "名册.xlsx")
