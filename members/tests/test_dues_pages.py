"""The pages of dues: one save for a branch, nothing typed lost, nobody's wage shown to whom it is not for."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from branchyear.audit.models import Entry as Trace
from branchyear.lib.dates import Month
from branchyear.notifications.models import Notice
from members.models import DuesBase, DuesExemption, DuesMonth, DuesPublication
from members.services import dues
from members.tests.make import make_member

TODAY = date(2026, 6, 22)
JUNE = Month(2026, 6)
BASE, DUE = "7313.00", "109.70"  # a sum that stands nowhere by chance


@pytest.fixture(autouse=True)
def _in_june():
    with time_machine.travel("2026-06-22 10:00 +0800", tick=False):
        yield


@pytest.fixture
def zhang(org, people):
    member = make_member(org.north, "张三")
    approve(member, BASE, people.secretary)
    for number in range(1, 7):
        dues.open_month(Month(2026, number), today=TODAY)
    return member


def approve(member, base, by):
    line = dues.BaseEntry(member.pk, "wage", Decimal(base), Month(2026, 1))
    dues.approve_bases(member.organization, [line], by=by, today=TODAY)


def text(client, url, status=200):
    answer = client.get(url)
    assert answer.status_code == status
    return answer.content.decode()


def fields(member, amount, *, on="2026-06-20", revision=1, month="2026-06", **more):
    key = f"{member.pk}_{month}"
    values = {"amount": amount, "paid_on": on, "channel": "self", "note": "", **more}
    return {f"{name}_{key}": value for name, value in values.items()} | {
        f"revision_{key}": revision
    }


def save(client, *lines, **more):
    data = {"month": "2026-06", "on": "2026-06-21", **more}
    for line in lines:
        data |= line
    return client.post("/dues/record/", data)


def row(member, month="2026-06"):
    return DuesMonth.objects.get(member=member, month=month)


# --- Looking ----------------------------------------------------------------------------------------


def test_the_branch_sees_its_month_with_arrears_beside_the_name(zhang, org, people, sign_in):
    make_member(org.south, "南党员")

    page = text(sign_in(people.secretary), "/dues/")

    assert "2026年6月党费" in page
    assert "张三" in page
    assert DUE in page
    assert "以前欠 5 个月 548.50 元" in page
    assert "南党员" not in page


def test_looking_writes_nothing(org, people, sign_in):
    make_member(org.north, "张三")

    assert "张三" in text(sign_in(people.secretary), "/dues/")
    assert not DuesMonth.objects.exists()


@pytest.mark.parametrize("who", ["leader", "department"])
def test_who_does_not_review_sees_states_and_no_members_sum(who, zhang, org, people, sign_in):
    client = sign_in(getattr(people, who))

    pages = [
        text(client, f"/dues/?org={org.north.pk}&month=2026-05"),
        text(client, f"/dues/year/?org={org.north.pk}"),
        text(client, f"/dues/statement/?org={org.north.pk}"),
        text(client, f"/members/?org={org.north.pk}"),
        text(client, "/api/v1/members/"),
    ]

    assert "未交" in pages[0]
    for page in pages:
        assert "7313" not in page
        assert "7,313" not in page
    rows = "".join(pages[0].split("<tfoot>")[0] + pages[1].split("<tfoot>")[0])
    assert DUE not in rows
    for page in ("bases", "exemptions"):
        text(client, f"/dues/{page}/?org={org.north.pk}", status=403)
    text(client, f"/dues/members/{zhang.pk}/", status=403)


def test_the_trail_and_the_notices_hold_no_sum_of_a_member(zhang, people, sign_in):
    save(sign_in(people.secretary), fields(zhang, DUE))
    dues.request_exemption(
        zhang,
        from_month=JUNE,
        to_month=JUNE,
        reduced_to=Decimal("13.17"),
        reason="家庭困难",
        by=people.secretary,
        now=timezone.now(),
    )

    told = [str(entry.detail) for entry in Trace.objects.filter(verb__startswith="dues.")]
    told += [f"{notice.title}{notice.text}" for notice in Notice.objects.all()]
    assert len(told) >= 4
    assert not any(word in line for line in told for word in ("7313", "109.7", "13.17", "困难"))


def test_an_organisation_above_sees_its_branches_with_the_same_numbers(zhang, org, people, sign_in):
    save(sign_in(people.secretary), fields(zhang, "50"))

    page = sign_in(people.reviewer).get("/dues/")

    line = {o.pk: figures for o, figures, _, _ in page.context["rows"]}[org.north.pk]
    assert (line["people"], line["owing"], line["paid_sum"]) == (1, 1, Decimal("50"))
    assert "45.5%" in page.content.decode()
    assert "45.5%" in text(sign_in(people.reviewer), "/dues/year/")


@pytest.mark.parametrize(
    ("who", "url"),
    [
        ("secretary", "/dues/"),
        ("secretary", "/dues/year/"),
        ("secretary", "/dues/bases/"),
        ("reviewer", "/dues/"),
        ("reviewer", "/dues/year/"),
        ("reviewer", "/dues/bases/"),
        ("reviewer", "/dues/accounts/"),
    ],
)
def test_the_pages_ask_the_same_number_of_questions_for_one_and_many(
    who, url, zhang, org, people, sign_in
):
    client = sign_in(getattr(people, who))
    client.get(url)
    with _counted() as before:
        client.get(url)
    for number in range(12):
        member = make_member(org.north, f"党员{number}")
        approve(member, "5000", people.secretary)
    for number in range(1, 7):
        dues.open_month(Month(2026, number), today=TODAY)

    with _counted() as after:
        client.get(url)

    assert len(after) == len(before)


def _counted():
    return CaptureQueriesContext(connection)


# --- Saving -------------------------------------------------------------------------------------------


def test_one_save_registers_all_rows_with_one_date(zhang, org, people, sign_in):
    other = make_member(org.north, "李四")

    answer = save(
        sign_in(people.secretary),
        fields(zhang, "１０９．７０", on=""),
        fields(other, "1,250.5", revision=0),
    )

    assert answer.status_code == 302
    assert (row(zhang).paid, row(zhang).paid_on) == (Decimal("109.70"), date(2026, 6, 21))
    assert (row(other).paid, row(other).paid_on) == (Decimal("1250.50"), date(2026, 6, 20))


def test_everybody_is_registered_as_due_without_a_script(zhang, org, people, sign_in):
    unknown = make_member(org.north, "未核定")
    dues.open_month(JUNE, today=TODAY)

    save(sign_in(people.secretary), fields(zhang, "", on=""), fields(unknown, ""), fill="1")

    assert row(zhang).paid == Decimal(DUE)
    assert row(unknown).paid == 0


@pytest.mark.parametrize(
    ("amount", "more", "sentence"),
    [
        ("12.345", {}, "金额最多两位小数"),
        ("abc", {}, "不是金额"),
        ("5", {"on": "2026-06-23"}, "交纳日期还没有到"),
        ("5", {"on": "22号"}, "不是正确的日期"),
        ("5", {"channel": "x"}, "请选择本人"),
    ],
)
def test_what_cannot_be_right_is_said_beside_the_row_and_nothing_typed_is_lost(
    amount, more, sentence, zhang, org, people, sign_in
):
    other = make_member(org.north, "李四")

    answer = save(
        sign_in(people.secretary),
        fields(zhang, amount, note="我的说明", **more),
        fields(other, "77.01", revision=0),
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert 'value="77.01"' in page
    assert "我的说明" in page
    assert not DuesMonth.objects.filter(paid__gt=0).exists()


def test_the_slower_of_two_keeps_what_he_typed_and_sees_what_is_stored(zhang, org, people, sign_in):
    other = make_member(org.north, "李四")
    save(sign_in(people.clerk), fields(zhang, DUE))

    answer = save(
        sign_in(people.secretary), fields(zhang, "88.88"), fields(other, "50", revision=0)
    )

    page = answer.content.decode()
    assert answer.status_code == 409
    assert 'value="88.88"' in page
    assert f"钱干事刚刚已登记为 {DUE} 元" in page
    assert (row(zhang).paid, row(other).paid) == (Decimal(DUE), Decimal("50"))
    again = answer.context["lines"]
    assert {line.member.name: line.revision for line in again} == {"张三": 2, "李四": 2}


def test_arrears_of_several_months_are_paid_at_once(zhang, people, sign_in):
    client = sign_in(people.secretary)
    assert "已过月份欠 5 个月" in text(client, f"/dues/members/{zhang.pk}/")
    data = {"on": "2026-06-20"}
    for month in ("2026-04", "2026-05", "2026-07"):
        data |= fields(zhang, DUE, month=month, revision=1 if month < "2026-07" else 0)

    answer = client.post(f"/dues/members/{zhang.pk}/", data)

    assert answer.status_code == 302
    paid = DuesMonth.objects.filter(member=zhang, paid__gt=0).order_by("month")
    assert list(paid.values_list("month", flat=True)) == ["2026-04", "2026-05", "2026-07"]


def test_a_foreign_branchs_dues_cannot_be_saved(zhang, org, people, sign_in):
    answer = save(sign_in(people.south_secretary), fields(zhang, DUE), org=str(org.north.pk))

    assert answer.status_code == 404
    assert row(zhang).paid == 0


# --- Bases, exemptions, accounts ------------------------------------------------------------------------


def test_changed_lines_are_approved_and_untouched_ones_are_not(zhang, org, people, sign_in):
    other = make_member(org.north, "李四")
    data = {
        "from_month": "2026-06",
        f"kind_{zhang.pk}": "wage",
        f"base_{zhang.pk}": BASE,
        f"kind_{other.pk}": "retired",
        f"base_{other.pk}": "5,000.01",
    }

    answer = sign_in(people.secretary).post("/dues/bases/", data)

    assert answer.status_code == 302
    found = DuesBase.objects.order_by("pk").values_list("member__name", "monthly_due")
    assert list(found) == [("张三", Decimal(DUE)), ("李四", Decimal("50.00"))]


def test_a_base_that_cannot_be_is_said_beside_it(zhang, people, sign_in):
    data = {
        "from_month": "2026-06",
        f"kind_{zhang.pk}": "farmer",
        f"base_{zhang.pk}": "5",
    }

    answer = sign_in(people.secretary).post("/dues/bases/", data)

    assert answer.status_code == 422
    assert "0.20元至1.00元" in answer.content.decode()
    assert DuesBase.objects.count() == 1


def test_a_reviewer_reads_bases_and_cannot_approve_them(zhang, org, people, sign_in):
    client = sign_in(people.reviewer)

    assert "7,313.00" in text(client, f"/dues/bases/?org={org.north.pk}")
    answer = client.post(f"/dues/bases/?org={org.north.pk}", {"from_month": "2026-06"})
    assert answer.status_code == 403


def test_an_exemption_goes_up_and_comes_back(zhang, org, people, sign_in):
    ask = {
        "member": zhang.pk,
        "from_month": "2026-06",
        "to_month": "2026-12",
        "reduced_to": "0",
        "reason": "家庭困难",
    }
    wrong = sign_in(people.secretary).post("/dues/exemptions/", {**ask, "to_month": "2026-01"})
    assert wrong.status_code == 422
    assert "截止月份不能早于起始月份" in wrong.content.decode()
    sign_in(people.secretary).post("/dues/exemptions/", ask)
    exemption = DuesExemption.objects.get()

    client = sign_in(people.reviewer)
    assert "家庭困难" in text(client, "/dues/exemptions/")
    client.post(f"/dues/exemptions/{exemption.pk}/decide/", {"decision": "approve"})

    assert (row(zhang).due, row(zhang).is_reduced) == (0, True)
    assert "减免" in text(sign_in(people.secretary), "/dues/")


def test_handing_on_and_publishing_say_what_is_wrong_beside_the_field(zhang, org, people, sign_in):
    client = sign_in(people.secretary)
    save(client, fields(zhang, DUE))

    much = client.post("/dues/remit/", {"month": "2026-06", "amount": "500", "on": "2026-06-22"})
    client.post("/dues/remit/", {"month": "2026-06", "amount": DUE, "on": "2026-06-22"})
    publication = {"year": "2026", "on": "2026-06-22", "how": "张贴"}
    first = client.post("/dues/publish/", publication)
    second = client.post("/dues/publish/", publication)

    assert much.status_code == 422
    assert "本次不能超过109.70元" in much.content.decode()
    assert (first.status_code, second.status_code) == (302, 422)
    assert "请写明更正原因" in second.content.decode()
    assert DuesPublication.objects.get().total_paid == Decimal(DUE)


# --- Excel ----------------------------------------------------------------------------------------------


def book(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return load_workbook(BytesIO(answer.content))


def upload(client, workbook, url="/dues/import/"):
    file = BytesIO()
    workbook.save(file)
    named = SimpleUploadedFile("党费.xlsx", file.getvalue())
    return client.post(url, {"file": named, "month": "2026-06"})


def cell(sheet, title, line=3):
    column = next(c.column for c in sheet[2] if str(c.value).lstrip("*") == title)
    return sheet.cell(line, column)


def test_a_months_book_comes_back_filled(zhang, people, sign_in):
    client = sign_in(people.secretary)
    workbook = book(client, "/dues/workbook/?month=2026-06")
    cell(workbook.active, "实交(元)").value = 109.7
    cell(workbook.active, "交纳日期").value = date(2026, 6, 9)
    cell(workbook.active, "方式").value = "亲属代交"

    assert upload(client, workbook).status_code == 302

    found = row(zhang)
    assert (found.paid, found.paid_on, found.channel) == (
        Decimal("109.70"),
        date(2026, 6, 9),
        "relative",
    )
    assert Trace.objects.filter(verb="dues.downloaded").count() == 1


def test_a_line_changed_since_the_download_keeps_the_whole_book_out(zhang, org, people, sign_in):
    other = make_member(org.north, "李四")
    dues.open_month(JUNE, today=TODAY)
    client = sign_in(people.secretary)
    workbook = book(client, "/dues/workbook/?month=2026-06")
    for line in (3, 4):
        cell(workbook.active, "实交(元)", line).value = 5
        cell(workbook.active, "交纳日期", line).value = "2026.6.9"
    save(client, fields(zhang, DUE))

    answer = upload(client, workbook)

    assert answer.status_code == 422
    assert "下载后赵书记已修改过这一行" in answer.content.decode()
    assert row(other).paid == 0


@pytest.mark.parametrize(
    ("title", "value", "sentence"),
    [
        ("识别码", "=1", "识别码缺失或被修改"),
        ("实交(元)", "3.999", "两位小数"),
        ("实交(元)", None, "没有填实交金额"),
        ("交纳日期", "下周", "不是正确的日期"),
        ("方式", "支付宝", "不在可选范围内"),
        ("月份", "六月", "不是正确的日期"),
    ],
)
def test_a_bad_cell_is_named_by_its_row(title, value, sentence, zhang, people, sign_in):
    client = sign_in(people.secretary)
    workbook = book(client, "/dues/workbook/?month=2026-06")
    cell(workbook.active, "实交(元)").value = 5
    cell(workbook.active, "交纳日期").value = "2026-06-09"
    cell(workbook.active, title).value = value

    answer = upload(client, workbook)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert answer.context["report"].rows[0][0] == 3
    assert row(zhang).paid == 0


def test_what_is_no_workbook_is_said_in_a_sentence(zhang, people, sign_in):
    client = sign_in(people.secretary)
    for content in (b"", b"%PDF-1.4", b"PK\x03\x04rest"):
        named = SimpleUploadedFile("党费.xlsx", content)
        for url in ("/dues/import/", "/dues/bases/import/"):
            assert client.post(url, {"file": named}).status_code == 422


def test_a_book_of_bases_approves_what_was_changed(zhang, org, people, sign_in):
    make_member(org.north, "李四")
    client = sign_in(people.secretary)
    workbook = book(client, "/dues/bases/workbook/")
    sheet = workbook.active
    lines = {cell(sheet, "姓名", n).value: n for n in (3, 4)}
    cell(sheet, "党费计算基数(元)", lines["李四"]).value = 3000.01

    assert upload(client, workbook, "/dues/bases/import/").status_code == 302

    assert DuesBase.objects.get(member__name="李四").monthly_due == Decimal("30.00")
    assert DuesBase.objects.count() == 2


def test_the_year_book_holds_every_month_so_far(zhang, people, sign_in):
    sheet = book(sign_in(people.secretary), "/dues/workbook/?year=2026").active

    months = [cell(sheet, "月份", line).value for line in range(3, 9)]
    assert months == [f"2026-0{n}" for n in range(1, 7)]
