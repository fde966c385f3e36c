"""材料库: kept once, replaced by newer revisions, dated by the fact, verified by content."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from branchyear.audit.models import Entry
from branchyear.lib.errors import Conflict, Refused
from tasks.materials import window_question
from tasks.models import Evidence, ItemEvidence
from tasks.services import evidence, items, library, problems
from tasks.tests import make
from tasks.tests.make import NOW, item_of, make_evidence, make_pdf, make_submitted

pytestmark = pytest.mark.engines


@pytest.fixture
def campaign(people):
    return make.make_campaign()


@pytest.fixture
def paper(campaign, org, people):
    """A file of the north branch that proves T1-05."""
    return make_evidence(item_of(org.north, "T1-05"), people.secretary)


def users_of(file):
    return sorted(link.branch_item.item.code for link in ItemEvidence.objects.filter(evidence=file))


# --- Revisions ------------------------------------------------------------------------------------


def test_a_revision_moves_what_is_with_the_branch_and_leaves_what_was_handed_in(paper, org, people):
    evidence.attach(item_of(org.north, "T1-01"), paper, by=people.clerk, now=NOW)
    row = make_submitted(item_of(org.north, "T1-05"), people.secretary)

    new, moved = library.replace(paper, make_pdf("批复(更正).pdf", "2"), by=people.clerk, now=NOW)

    assert (new.replaces, moved) == (paper, 1)
    assert (users_of(paper), users_of(new)) == (["T1-05"], ["T1-01"])
    assert row.steps.get().snapshot["evidence"][0]["sha256"] == paper.sha256
    assert list(Evidence.objects.current()) == [new]
    trail = Entry.objects.get(verb="evidence.replaced")
    assert (trail.detail["replaces"], trail.detail["moved"]) == (paper.pk, ["T1-01"])
    paper.refresh_from_db()
    assert paper.file.open().read() == b"%PDF-1.4\n%1\n%%EOF\n"


def test_a_revision_moves_into_problems_that_are_still_mended(paper, org, people):
    problem = make.make_planned(make.make_problem(org.north, people.secretary), people.secretary)
    problems.attach_evidence(problem, paper, by=people.secretary, now=NOW)

    new, moved = library.replace(paper, make_pdf(text="2"), by=people.clerk, now=NOW)

    assert (moved, problem.evidence_links.get().evidence) == (2, new)


def test_the_second_of_two_revisions_is_told(paper, people):
    library.replace(paper, make_pdf(text="2"), by=people.secretary, now=NOW)

    with pytest.raises(Conflict, match="已由赵书记.*换成新版"):
        library.replace(paper, make_pdf(text="3"), by=people.clerk, now=NOW)

    assert Evidence.objects.count() == 2


@pytest.mark.parametrize("who", ["reviewer", "second_secretary"])
def test_only_the_branch_replaces_and_dates(paper, people, who):
    stranger = getattr(people, who)
    for act in (
        lambda: library.replace(paper, make_pdf(text="2"), by=stranger, now=NOW),
        lambda: library.date_fact(paper, date(2026, 4, 1), by=stranger, now=NOW),
        lambda: library.store(paper.organization, make_pdf(text="2"), by=stranger, now=NOW),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_the_same_content_is_no_revision(paper, people):
    with pytest.raises(Refused, match="内容完全相同"):
        library.replace(paper, make_pdf("改名.pdf"), by=people.secretary, now=NOW)

    assert not Entry.objects.filter(verb="evidence.replaced").exists()


def test_handing_in_notices_a_file_replaced_in_between(paper, org, people, monkeypatch):
    row = item_of(org.north, "T1-05")
    before = items._files(row)
    library.replace(paper, make_pdf(text="2"), by=people.clerk, now=NOW)
    monkeypatch.setattr(items, "_files", lambda row: before)

    with pytest.raises(Conflict, match="刚刚有变动"):
        items.submit(row, make.make_answer(), by=people.secretary, now=NOW)


# --- The day of the fact --------------------------------------------------------------------------


def test_the_day_of_the_fact_is_kept_apart_from_the_upload(paper, people):
    library.date_fact(paper, date(2026, 3, 2), by=people.clerk, now=NOW)

    paper.refresh_from_db()
    assert paper.fact_on == date(2026, 3, 2)
    assert Entry.objects.get(verb="evidence.dated").detail["fact_on"] == "2026-03-02"


def test_a_day_to_come_is_refused(paper, people):
    with pytest.raises(Refused, match="不能晚于今天"):
        library.date_fact(paper, date(2026, 5, 13), by=people.clerk, now=NOW)


def test_the_day_is_sealed_with_the_item(paper, org, people):
    make_submitted(item_of(org.north, "T1-05"), people.secretary)

    with pytest.raises(Refused, match="已随T1-05提交审核"):
        library.date_fact(paper, date(2026, 3, 2), by=people.clerk, now=NOW)


def test_a_day_outside_the_window_is_a_question(campaign, org):
    row = item_of(org.north, "T1-05")

    assert window_question(None, row) == window_question(row.opens_on, row) == ""
    assert "早于本项开始日期" in window_question(date(2025, 12, 31), row)
    assert "晚于本项完成期限" in window_question(date(2026, 12, 31), row)


# --- The checksum ---------------------------------------------------------------------------------


def test_an_altered_byte_and_a_lost_file_are_told_apart(paper, people):
    good = library.verify(paper, by=people.reviewer)
    path = paper.file.name
    default_storage.delete(path)
    lost = library.verify(paper, by=people.reviewer)
    default_storage.save(path, ContentFile(b"%PDF-1.4\n%9\n%%EOF\n"))
    altered = library.verify(paper, by=people.reviewer)

    assert (good.is_same, lost.is_same, altered.is_same) == (True, False, False)
    assert (good.found, lost.found) == (paper.sha256, "")
    assert [
        e.detail["same"] for e in Entry.objects.filter(verb="evidence.verified").order_by("pk")
    ] == [
        True,
        False,
        False,
    ]


# --- The pages ------------------------------------------------------------------------------------


def test_files_are_stored_once_and_used_where_ticked(campaign, sign_in, org, people):
    client = sign_in(people.secretary)
    store = reverse("tasks:store_material", args=[org.north.pk])
    use = reverse("tasks:use_materials", args=[org.north.pk])
    with time_machine.travel(NOW, tick=False):
        for _ in range(2):
            client.post(store, {"files": [make_pdf()], "fact_on": "2026-04-01"})
        wrong = client.post(store, {"files": [make_pdf(text="2")], "fact_on": "4月1日"})
        bad = client.post(store, {"files": [make_pdf("a.exe")]})
        paper = Evidence.objects.get()
        rows = [item_of(org.north, code).pk for code in ("T1-01", "T1-05")]
        client.post(use, {"material": [paper.pk], "item": rows})
        page = client.get(reverse("tasks:library")).content.decode()

    assert paper.fact_on == date(2026, 4, 1)
    assert (wrong.status_code, bad.status_code) == (422, 422)
    assert "请按 2022-04-25 的格式" in wrong.content.decode()
    assert "不支持“exe”格式" in bad.content.decode()
    assert users_of(paper) == ["T1-01", "T1-05"]
    assert "已将1个文件用于T1-01、T1-05" in page
    assert "批复.pdf" in page


def test_an_item_that_cannot_take_it_is_said_by_its_code(paper, sign_in, org, people):
    make_submitted(item_of(org.north, "T1-05"), people.secretary)
    rows = [item_of(org.north, code).pk for code in ("T1-01", "T1-05")]
    use = reverse("tasks:use_materials", args=[org.north.pk])
    with time_machine.travel(NOW, tick=False):
        answer = sign_in(people.clerk).post(
            use, {"material": [paper.pk], "item": rows}, follow=True
        )

    said = [str(m) for m in answer.context["messages"]]
    assert said[0] == "已将1个文件用于T1-01。"
    assert said[1].startswith("T1-05：该条目已提交")


def test_the_page_of_a_material_shows_its_revisions_and_verifies(paper, sign_in, people):
    client = sign_in(people.secretary)
    with time_machine.travel(NOW, tick=False):
        answer = client.post(
            reverse("tasks:replace_material", args=[paper.pk]),
            {"file": make_pdf("新批复.pdf", "2")},
            follow=True,
        )
        old = client.get(paper.get_absolute_url()).content.decode()
        check = client.post(reverse("tasks:verify_material", args=[paper.pk])).content.decode()

    page = answer.content.decode()
    assert "已保存新版，1处未提交的使用已换成新版" in page
    assert "第 2 版，共 2 版" in page
    assert "这个文件已有新版" in old
    assert "上传新版</h3>" not in old
    assert "● 一致" in check


def test_a_file_is_dated_while_it_is_uploaded(campaign, sign_in, org, people):
    row = item_of(org.north, "T1-05")
    add = reverse("tasks:add_evidence", args=[row.pk])
    client = sign_in(people.secretary)
    with time_machine.travel(NOW, tick=False):
        wrong = client.post(add, {"files": [make_pdf()], "material_on": "昨天"})
        ahead = client.post(add, {"files": [make_pdf()], "material_on": "2026-06-01"})
        client.post(add, {"files": [make_pdf()], "material_on": "2025-11-01"})
        page = client.get(row.get_absolute_url()).content.decode()

    assert "材料日期请按" in wrong.content.decode()
    assert "材料日期不能晚于今天" in ahead.content.decode()
    assert Evidence.objects.get().fact_on == date(2025, 11, 1)
    assert "▲ 材料日期早于本项开始日期" in page


def test_a_search_finds_by_name_checksum_kind_task_and_use(paper, sign_in, org, people):
    library.store(org.north, make.make_png(), by=people.secretary, now=NOW)
    task = item_of(org.north, "T1-05").item.task_id
    client = sign_in(people.reviewer)

    def shown(**params):
        answer = client.get(reverse("tasks:library"), {"org": org.north.pk, **params})
        return [file.name for file in answer.context["page"]]

    assert shown() == ["照片.png", "批复.pdf"]
    assert shown(q="批复") == shown(q=paper.sha256[:8]) == shown(kind="pdf") == ["批复.pdf"]
    assert shown(task=task) == shown(use="used") == ["批复.pdf"]
    assert shown(use="unused") == ["照片.png"]
    assert shown(task="x", kind="x", use="x") == ["照片.png", "批复.pdf"]


def test_many_files_are_asked_for_as_few(
    paper, sign_in, org, people, django_assert_num_queries, django_assert_max_num_queries
):
    def keep(*texts):
        for text in texts:
            file, _ = library.store(org.north, make_pdf(text=text), by=people.secretary, now=NOW)
            evidence.attach(item_of(org.north, "T1-01"), file, by=people.secretary, now=NOW)
            library.replace(file, make_pdf(text=f"{text}!"), by=people.secretary, now=NOW)

    client, url = sign_in(people.secretary), reverse("tasks:library")
    keep("a")
    client.get(url)
    with django_assert_max_num_queries(40) as first:
        client.get(url)
    keep("b", "c")

    with django_assert_num_queries(len(first)):
        client.get(url)


def test_whoever_sees_many_chooses_one_first(paper, sign_in, people, org):
    page = sign_in(people.reviewer).get(reverse("tasks:library")).content.decode()
    other = sign_in(people.south_secretary).get(reverse("tasks:library"), {"org": org.north.pk})

    assert "请选择党组织" in page
    assert "北一支部" in page
    assert "南一支部" not in page
    assert other.status_code == 404
