"""The pages of a branch's checklist: filling in, uploading, handing in, two people at once."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from branchyear.audit.models import Entry
from tasks.models import BranchItem, Evidence
from tasks.services import items
from tasks.tests import make

HTMX = {"HX-Request": "true"}
AUTOSAVE = {"X-Requested-With": "fetch", "Accept": "application/json"}


@pytest.fixture(autouse=True)
def _morning():
    with time_machine.travel(make.NOW, tick=False):
        yield


@pytest.fixture
def campaign(people):
    return make.make_campaign()


@pytest.fixture
def row(campaign, org):
    """An untouched item that asks for a file."""
    return make.item_of(org.north, "T1-05")


def typed(row, **changes):
    values = {
        "version": row.revision,
        "result": "done",
        "fact_on": "2026-04-20",
        "note": "已按程序报批并备案。",
    }
    return {name: str(value) for name, value in (values | changes).items()}


def address(name, row, *more):
    return reverse(f"tasks:{name}", args=[row.pk, *more])


def text_of(answer):
    return answer.content.decode()


# --- The checklist --------------------------------------------------------------------------------


def test_a_secretary_finds_the_own_checklist_and_the_next_step(sign_in, people, org, campaign):
    make.make_returned(make.item_of(org.north, "T1-02"), people.secretary, people.reviewer)

    answer = sign_in(people.secretary).get(reverse("tasks:checklist"))

    assert answer.context["branch"] == org.north
    assert answer.context["next_row"].item.code == "T1-02"
    assert answer.context["total"] == 42
    assert "退回原因：请补充会议记录。" in text_of(answer)


def test_the_section_with_most_to_do_stands_open(sign_in, people, campaign):
    answer = sign_in(people.secretary).get(reverse("tasks:checklist"))

    unfolded = [s for s in answer.context["sections"] if s.unfolded]
    assert len(unfolded) == 1
    assert unfolded[0].open == max(s.open for s in answer.context["sections"])


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ({"state": "returned"}, {"T1-02"}),
        ({"state": "draft"}, {"T1-01"}),
        ({"state": "overdue"}, set()),
        ({"state": "returned", "phase": "P3"}, set()),
    ],
)
def test_filters_in_the_address_choose_the_rows(sign_in, people, org, campaign, query, codes):
    make.make_draft(make.item_of(org.north, "T1-01"), people.secretary)
    make.make_returned(make.item_of(org.north, "T1-02"), people.secretary, people.reviewer)

    answer = sign_in(people.secretary).get(reverse("tasks:checklist"), query)

    assert {r.item.code for s in answer.context["sections"] for r in s.rows} == codes


def test_an_unknown_filter_shows_everything(sign_in, people, campaign):
    answer = sign_in(people.secretary).get(reverse("tasks:checklist"), {"state": "x"})

    assert answer.context["shown"] == 42


def test_whoever_sees_several_branches_chooses_one(sign_in, people, org, campaign):
    answer = sign_in(people.reviewer).get(reverse("tasks:checklist"))

    assert [b.pk for b in answer.context["page"]] == [
        org.north.pk,
        org.north_two.pk,
        org.north_four.pk,
    ]
    assert "南一支部" not in text_of(answer)


def test_an_upper_level_reads_the_checklist_and_cannot_fill_it(sign_in, people, org, campaign):
    answer = sign_in(people.department).get(reverse("tasks:branch_checklist", args=[org.north.pk]))

    assert not answer.context["may_fill"]
    assert "提交全部已完成项" not in text_of(answer)


def test_before_the_campaign_the_page_says_what_will_happen(sign_in, people):
    answer = sign_in(people.secretary).get(reverse("tasks:checklist"))

    assert "还没有启动" in text_of(answer)


def test_a_branch_without_items_is_told_whom_to_ask(sign_in, people, org, campaign):
    BranchItem.objects.filter(branch=org.north).delete()

    answer = sign_in(people.secretary).get(reverse("tasks:checklist"))

    assert "还没有检查条目" in text_of(answer)


def test_a_foreign_branchs_text_appears_nowhere(sign_in, people, org, campaign):
    foreign = make.make_draft(
        make.item_of(org.south, "T1-01"), people.south_secretary, note="南一支部的私事"
    )
    client = sign_in(people.secretary)

    pages = [client.get(reverse("tasks:checklist")), client.get(address("item", foreign))]

    assert pages[1].status_code == 404
    assert all("南一支部" not in text_of(page) for page in pages)


def test_the_checklist_asks_as_often_for_one_row_as_for_many(sign_in, people, org, campaign):
    client = sign_in(people.secretary)
    address = reverse("tasks:checklist")
    kept = BranchItem.objects.filter(branch=org.north).values_list("pk", flat=True)[:1]
    counted = []

    for keep_one in (False, True):
        if keep_one:
            BranchItem.objects.filter(branch=org.north).exclude(pk__in=list(kept)).delete()
        client.get(address)
        with count_queries() as queries:
            client.get(address)
        counted.append(len(queries))

    assert counted[0] == counted[1]


def count_queries():
    return CaptureQueriesContext(connection)


# --- One item ---------------------------------------------------------------------------------------


def test_the_item_says_what_is_asked_and_where_it_comes_from(sign_in, people, row):
    answer = sign_in(people.secretary).get(address("item", row))

    page = text_of(answer)
    assert row.version.text in page
    assert "批复文件" in page
    assert "推断" in page
    assert answer.context["place"] == 5
    assert answer.context["places"] == 42


def test_htmx_gets_the_row_with_the_item_unfolded(sign_in, people, row):
    client = sign_in(people.secretary)

    unfolded = client.get(address("item", row), headers=HTMX)
    folded = client.get(address("item", row), {"fold": 1}, headers=HTMX)

    assert text_of(unfolded).lstrip().startswith("<tbody")
    assert "<form" in text_of(unfolded)
    assert "<html" not in text_of(unfolded)
    assert "<form" not in text_of(folded)


def test_an_item_asks_as_often_for_one_file_as_for_many(sign_in, people, row):
    client = sign_in(people.secretary)
    counted = []

    for number in (1, 6):
        for index in range(number):
            make.make_evidence(
                row, people.secretary, make.make_pdf(f"{number}-{index}.pdf", f"{number}{index}")
            )
        client.get(address("item", row))
        with count_queries() as queries:
            client.get(address("item", row))
        counted.append(len(queries))

    assert counted[0] == counted[1]


def test_before_its_window_an_item_is_read_only_and_says_from_when(sign_in, people, row):
    BranchItem.objects.filter(pk=row.pk).update(opens_on=make.NOW.date() + timedelta(days=20))

    answer = sign_in(people.secretary).get(address("item", row))

    assert "form" not in answer.context
    assert "未到填报时间" in text_of(answer)


# --- Saving -----------------------------------------------------------------------------------------


def test_saving_keeps_the_answer_and_says_so(sign_in, people, row):
    answer = sign_in(people.secretary).post(address("save_item", row), typed(row), follow=True)

    row.refresh_from_db()
    assert (row.state, row.result, row.note) == ("draft", "done", "已按程序报批并备案。")
    assert "已暂存。" in text_of(answer)


def test_a_wrong_date_is_told_beside_the_field_and_the_text_stays(sign_in, people, row):
    answer = sign_in(people.secretary).post(
        address("save_item", row), typed(row, fact_on="四月二十日", note="已经写好的内容")
    )

    assert answer.status_code == 422
    assert answer.context["form"].errors["fact_on"] == ["请按 2022-04-25 的格式填写日期。"]
    assert "已经写好的内容" in text_of(answer)


def test_a_text_too_long_is_not_cut_off(sign_in, people, row):
    answer = sign_in(people.secretary).post(address("save_item", row), typed(row, note="长" * 2001))

    assert answer.status_code == 422
    assert "长" * 2001 in text_of(answer)


def test_numbers_are_asked_with_their_unit_and_saved(sign_in, people, org, campaign):
    row = make.item_of(org.north, "T7-01")
    BranchItem.objects.filter(pk=row.pk).update(opens_on=make.NOW.date())
    ask = row.version.asks[0]
    client = sign_in(people.secretary)

    page = client.get(address("item", row))
    client.post(address("save_item", row), typed(row, **{f"number_{ask['key']}": 3}))

    row.refresh_from_db()
    assert ask["label"] in text_of(page)
    assert row.numbers == {ask["key"]: 3}


def test_autosave_answers_with_the_new_revision(sign_in, people, row):
    answer = sign_in(people.secretary).post(address("save_item", row), typed(row), headers=AUTOSAVE)

    row.refresh_from_db()
    assert answer.json() == {"version": row.revision, "saved_at": "2026-05-12T09:30:00+08:00"}


def test_autosave_of_the_slower_gets_both_revisions_and_overwrites_nothing(sign_in, people, row):
    make.make_draft(make.item_of(row.branch, "T1-05"), people.clerk, note="干事写的")

    answer = sign_in(people.secretary).post(
        address("save_item", row), typed(row, note="书记写的"), headers=AUTOSAVE
    )

    row.refresh_from_db()
    assert answer.status_code == 409
    assert answer.json()["version"] == row.revision
    assert answer.json()["theirs"]["情况说明"] == "干事写的"
    assert answer.json()["error"].startswith("钱干事")
    assert row.note == "干事写的"


def test_autosave_asks_no_more_than_it_must(
    sign_in, people, row, django_capture_on_commit_callbacks
):
    client = sign_in(people.secretary)
    client.post(address("save_item", row), typed(row), headers=AUTOSAVE)
    row.refresh_from_db()

    with CaptureQueriesContext(connection) as asked, django_capture_on_commit_callbacks() as after:
        client.post(address("save_item", row), typed(row, note="又一稿。"), headers=AUTOSAVE)

    words = [query["sql"].split(None, 1)[0] for query in asked.captured_queries]
    # session, person with offices, item; the item and its entry
    assert [word for word in words if word in {"SELECT", "UPDATE", "INSERT"}] == [
        "SELECT", "SELECT", "SELECT", "UPDATE", "INSERT",
    ]  # fmt: skip
    assert after == []  # a draft is nothing for the check-up to look at


def test_autosave_is_for_those_who_fill_in(sign_in, people, row):
    answers = [
        sign_in(person).post(address("save_item", row), typed(row), headers=AUTOSAVE).status_code
        for person in (people.reviewer, people.south_secretary)
    ]

    assert answers == [403, 404]


def test_autosave_says_what_is_wrong(sign_in, people, row):
    answer = sign_in(people.secretary).post(
        address("save_item", row), typed(row, fact_on="x"), headers=AUTOSAVE
    )

    assert answer.status_code == 422
    assert answer.json() == {"error": "请按 2022-04-25 的格式填写日期。"}


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_slower_of_two_sees_both_texts_and_keeps_the_own(sign_in, people, row, headers):
    make.make_draft(make.item_of(row.branch, "T1-05"), people.clerk, note="干事写的")

    answer = sign_in(people.secretary).post(
        address("save_item", row), typed(row, note="书记写的"), headers=headers
    )

    assert answer.status_code == 409
    assert ("情况说明", "书记写的", "干事写的", True) in answer.context["differences"]
    assert answer.context["form"]["note"].value() == "书记写的"
    assert "用我的覆盖" in text_of(answer)
    assert "采用对方的" in text_of(answer)


def test_sent_again_over_the_new_revision_the_own_text_stays(sign_in, people, row):
    make.make_draft(make.item_of(row.branch, "T1-05"), people.clerk, note="干事写的")
    client = sign_in(people.secretary)
    told = client.post(address("save_item", row), typed(row, note="书记写的"))

    client.post(
        address("save_item", row),
        typed(row, note="书记写的", version=told.context["form"]["version"].value()),
    )

    row.refresh_from_db()
    assert row.note == "书记写的"


# --- Evidence -----------------------------------------------------------------------------------------


def test_uploading_keeps_the_typed_text(sign_in, people, row):
    answer = sign_in(people.secretary).post(
        address("add_evidence", row),
        {**typed(row), "files": [make.make_pdf("批复.pdf", "1"), make.make_png("照片.png")]},
        follow=True,
    )

    row.refresh_from_db()
    assert row.note == "已按程序报批并备案。"
    assert [link.evidence.name for link in row.evidence_links.all()] == ["批复.pdf", "照片.png"]
    assert "已上传2个文件" in text_of(answer)


def test_a_file_of_the_wrong_kind_is_refused_by_name_and_the_text_stays(sign_in, people, row):
    answer = sign_in(people.secretary).post(
        address("add_evidence", row),
        {
            **typed(row, note="已经写好的内容"),
            "files": [SimpleUploadedFile("程序.exe", b"MZ"), make.make_pdf("批复.pdf")],
        },
    )

    assert answer.status_code == 422
    assert "不支持“exe”格式" in answer.context["complaints"]["evidence"][0]
    assert "已经写好的内容" in text_of(answer)
    assert [e.name for e in Evidence.objects.all()] == ["批复.pdf"]


def test_uploading_nothing_says_what_to_do(sign_in, people, row):
    answer = sign_in(people.secretary).post(address("add_evidence", row), typed(row))

    assert answer.status_code == 422
    assert "请先点“选择文件”" in text_of(answer)


def test_a_file_of_the_branch_is_used_for_another_item(sign_in, people, org, row):
    other = make.item_of(org.north, "T1-02")
    evidence = make.make_evidence(other, people.secretary)

    sign_in(people.clerk).post(
        address("attach_evidence", row), {**typed(row), "attach": [evidence.pk]}
    )

    assert [link.evidence for link in row.evidence_links.all()] == [evidence]
    assert Evidence.objects.count() == 1


def test_another_branchs_file_cannot_be_used(sign_in, people, org, row):
    foreign = make.make_evidence(make.item_of(org.south, "T1-02"), people.south_secretary)

    answer = sign_in(people.secretary).post(
        address("attach_evidence", row), {**typed(row), "attach": [foreign.pk]}
    )

    assert answer.status_code == 422
    assert not row.evidence_links.exists()


def test_removing_a_file_keeps_the_typed_text_and_the_file(sign_in, people, row):
    evidence = make.make_evidence(row, people.secretary)

    sign_in(people.secretary).post(address("detach_evidence", row, evidence.pk), typed(row))

    row.refresh_from_db()
    assert not row.evidence_links.exists()
    assert row.note == "已按程序报批并备案。"
    assert Evidence.objects.filter(pk=evidence.pk).exists()


def test_a_download_is_an_attachment_under_its_own_name_and_leaves_a_trace(sign_in, people, row):
    evidence = make.make_evidence(row, people.secretary, make.make_pdf("支部 批复.pdf"))

    answer = sign_in(people.reviewer).get(reverse("tasks:evidence", args=[evidence.pk]))

    assert answer["Content-Disposition"] == (
        "attachment; filename*=utf-8''%E6%94%AF%E9%83%A8%20%E6%89%B9%E5%A4%8D.pdf"
    )
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert Entry.objects.filter(verb="evidence.downloaded", actor=people.reviewer.pk).count() == 1


def test_a_download_can_be_left_to_the_web_server_in_front(sign_in, people, row, settings):
    settings.PRIVATE_FILES_ACCEL = "/private-files/"
    evidence = make.make_evidence(row, people.secretary, make.make_pdf("支部 批复.pdf"))
    address = reverse("tasks:evidence", args=[evidence.pk])

    answer = sign_in(people.reviewer).get(address)

    assert answer["X-Accel-Redirect"] == f"/private-files/{evidence.file.name}"
    assert (answer.content, answer["Cache-Control"]) == (b"", "private, no-store")
    assert answer["Content-Disposition"] == (
        "attachment; filename*=utf-8''%E6%94%AF%E9%83%A8%20%E6%89%B9%E5%A4%8D.pdf"
    )
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert Entry.objects.filter(verb="evidence.downloaded", actor=people.reviewer.pk).count() == 1


def test_only_pictures_and_pdf_are_shown_and_nothing_in_them_runs(sign_in, people, row):
    picture = make.make_evidence(row, people.secretary, make.make_png())
    layout = make.make_evidence(row, people.secretary, make.make_zip("公文.ofd", "OFD.xml"))
    client = sign_in(people.secretary)

    shown = client.get(reverse("tasks:evidence", args=[picture.pk]), {"preview": 1})
    saved = client.get(reverse("tasks:evidence", args=[layout.pk]), {"preview": 1})

    assert shown["Content-Disposition"].startswith("inline")
    assert shown["Content-Type"] == "image/png"
    assert "default-src 'none'" in shown["Content-Security-Policy"]
    assert saved["Content-Disposition"].startswith("attachment")


def test_a_file_lost_on_disk_is_a_sentence_and_not_a_fault(sign_in, people, row):
    evidence = make.make_evidence(row, people.secretary)
    evidence.file.storage.delete(evidence.file.name)

    answer = sign_in(people.secretary).get(reverse("tasks:evidence", args=[evidence.pk]))

    assert answer.status_code == 409
    assert "暂时取不到" in text_of(answer)


# --- Handing in -----------------------------------------------------------------------------------------


def test_handing_in_says_with_whom_it_lies(sign_in, people, row):
    make.make_evidence(row, people.secretary)

    answer = sign_in(people.secretary).post(address("submit_item", row), typed(row), follow=True)

    row.refresh_from_db()
    assert row.state == "submitted"
    assert "已提交，等待市北区局机关党委审核" in text_of(answer)
    assert "撤回" in text_of(answer)


def test_what_is_missing_is_said_beside_its_field_and_the_text_is_saved(sign_in, people, row):
    answer = sign_in(people.secretary).post(
        address("submit_item", row), typed(row, fact_on="", note="写到一半")
    )

    row.refresh_from_db()
    assert answer.status_code == 422
    assert answer.context["form"].errors["fact_on"] == ["请填写完成日期。"]
    assert "须有佐证材料" in answer.context["complaints"]["evidence"][0]
    assert (row.state, row.note) == ("draft", "写到一半")


def test_not_applicable_needs_its_reason(sign_in, people, row):
    answer = sign_in(people.secretary).post(
        address("submit_item", row), typed(row, result="not_applicable", fact_on="", note="")
    )

    assert answer.status_code == 422
    assert "写明理由" in answer.context["form"].errors["note"][0]


def test_handing_in_within_the_checklist_gives_the_row_and_the_new_numbers(sign_in, people, row):
    make.make_evidence(row, people.secretary)

    answer = sign_in(people.secretary).post(address("submit_item", row), typed(row), headers=HTMX)

    assert answer.status_code == 200
    assert text_of(answer).lstrip().startswith("<tbody")
    assert 'id="head-T1" hx-swap-oob="true"' in text_of(answer)
    assert answer.context["numbers"]["open"] == 5


def test_a_submitted_item_is_read_only_and_can_be_taken_back(sign_in, people, row):
    make.make_submitted(row, people.secretary)
    client = sign_in(people.clerk)

    page = client.get(address("item", row))
    client.post(address("withdraw_item", row))

    row.refresh_from_db()
    assert "form" not in page.context
    assert row.state == "draft"


def test_an_accepted_item_cannot_be_changed_by_an_old_page(sign_in, people, row):
    old = typed(row, note="新写的")
    make.make_accepted(row, people.secretary, people.reviewer)

    answer = sign_in(people.secretary).post(address("save_item", row), old)

    row.refresh_from_db()
    assert answer.status_code == 409
    assert "新写的" in text_of(answer)
    assert row.note != "新写的"


def test_the_reason_stands_on_top_of_a_returned_item(sign_in, people, row):
    make.make_returned(row, people.secretary, people.reviewer, reason="请补盖章的批复。")

    answer = sign_in(people.secretary).get(address("item", row))

    assert answer.context["returned"].by_name == "吴审核"
    assert "请补盖章的批复。" in text_of(answer)
    assert "重新提交" in text_of(answer)


def test_handing_in_all_first_lists_what_goes_and_what_does_not(sign_in, people, org, campaign):
    make.make_draft(make.item_of(org.north, "T1-01"), people.secretary)
    make.make_draft(make.item_of(org.north, "T1-05"), people.secretary)
    client = sign_in(people.secretary)
    url = reverse("tasks:submit_done", args=[org.north.pk])

    before = client.get(url)
    after = client.post(url)

    assert [r.item.code for r, _ in before.context["ready"]] == ["T1-01"]
    assert [r.item.code for r, _ in before.context["unready"]] == ["T1-05"]
    assert after.context["done"] == 1
    assert {r.item.code: sentence is None for r, sentence in after.context["results"]} == {
        "T1-01": True,
        "T1-05": False,
    }
    assert items.answer_of(make.item_of(org.north, "T1-01")).result == "done"


def test_the_list_before_handing_in_asks_as_often_for_one_as_for_many(
    sign_in, people, org, campaign
):
    client = sign_in(people.secretary)
    url = reverse("tasks:submit_done", args=[org.north.pk])
    counted = []

    for codes in (["T1-01"], ["T1-02", "T1-03", "T1-05"]):
        for code in codes:
            make.make_draft(make.item_of(org.north, code), people.secretary)
        client.get(url)
        with count_queries() as queries:
            client.get(url)
        counted.append(len(queries))

    assert counted[0] == counted[1]
