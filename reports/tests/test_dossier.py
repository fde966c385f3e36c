"""迎检材料: one archive by task, item and file, the same bytes for the same data, each file verifiable."""

import hashlib
import io
import zipfile
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from branchyear.lib.errors import Refused
from members.services import meetings
from members.tests.make import make_member
from reports.dossier import catalogue, contents, package
from reports.kinds import KINDS
from reports.models import Export, Paper
from reports.services import exports, making, papers
from reports.tests import make
from tasks.models import BranchItem, Evidence, ItemFact, ItemMeeting, ItemVersion
from tasks.services import items
from tasks.tests import make as make_tasks

NOW = make.at("2022-05-12 09:30")
DOSSIER = KINDS["dossier"]


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def answers(campaign, org, people):
    """North: one item accepted with two files of the same name, one handed in, the rest untouched."""
    ItemVersion.objects.filter(item__code="T1-01").update(text="批复/备案：“两份”")
    accepted = make_tasks.item_of(org.north, "T1-01")
    for text in ("1", "2"):
        make_tasks.make_evidence(
            accepted, people.secretary, make_tasks.make_pdf("批复.pdf", text), now=NOW
        )
    make_tasks.make_accepted(
        accepted, people.secretary, people.reviewer, now=NOW, fact_on=date(2022, 4, 20)
    )
    make_tasks.make_submitted(
        make_tasks.item_of(org.north, "T1-02"), people.secretary, now=NOW, fact_on=date(2022, 4, 20)
    )


def write(path, organization, by, *, now=NOW, **parameters):
    asked = DOSSIER.asked(organization, parameters, by=by, at=now)
    return DOSSIER.write(asked, path)


def inside(path):
    """Path below the root → content."""
    with zipfile.ZipFile(path) as archive:
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


def rows_of(files):
    sheet = load_workbook(io.BytesIO(files["目录.xlsx"])).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_it_holds_items_with_covers_catalogue_and_sums_and_each_file_is_confirmed(
    answers, org, people, tmp_path
):
    path = tmp_path / "a.zip"

    made = write(path, org.north, people.secretary)

    files = inside(path)
    folder = "T1_任务1/T1-01_批复 备案：“两份”"
    assert sorted(files) == sorted(
        [
            f"{folder}/00_条目情况.pdf",
            f"{folder}/01_批复.pdf",
            f"{folder}/02_批复.pdf",
            "T1_任务1/T1-02_条目T1-02/00_条目情况.pdf",
            "目录.pdf",
            "目录.xlsx",
            "SHA256SUMS",
        ]
    )
    assert made == package.Made(6)
    sums = dict(line.split("  ")[::-1] for line in files.pop("SHA256SUMS").decode().splitlines())
    assert sums == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    paper = Paper.objects.get()
    found = {name: papers.compare(paper, sha256) for name, sha256 in sums.items()}
    assert {name: match.file.path for name, (match,) in found.items()} == {n: n for n in found}
    (proof,) = found[f"{folder}/01_批复.pdf"]
    assert (proof.file.accepted_by, proof.file.accepted_in) == ("吴审核", "市北区局机关党委")
    (whole,) = papers.compare(paper, hashlib.sha256(path.read_bytes()).hexdigest())
    assert whole.file.role == "whole"
    assert_said(files, paper)


def assert_said(files, paper):
    """Cover and catalogue say what stands in the portal, and name the code."""
    cover = PdfReader(io.BytesIO(next(c for n, c in files.items() if "T1-01" in n and "00_" in n)))
    words = "".join(cover.pages[0].extract_text().split())
    rows = rows_of(files)
    by_code = {row[1]: row for row in rows if isinstance(row[0], int)}
    for said in ("审核通过", "已逐人核对党员档案", "01_批复.pdf", "吴审核", paper.shown_code):
        assert said in words
    assert paper.shown_code in rows[1][0]
    assert sum(isinstance(row[0], int) for row in rows) == 5
    assert by_code["T1-01"][3] == "审核通过"
    assert "吴审核" in by_code["T1-01"][-3]
    assert (by_code["T1-02"][3], by_code["T1-02"][-3]) == ("待审核", "—")


def test_the_same_data_make_the_same_bytes_whoever_asks_and_whenever(
    answers, org, people, tmp_path
):
    first, again = tmp_path / "a.zip", tmp_path / "b.zip"
    write(first, org.north, people.secretary, item="T1-01")

    write(again, org.north, people.reviewer, now=NOW + timedelta(days=40), item="T1-01")

    assert again.read_bytes() == first.read_bytes()
    assert Paper.objects.count() == 1


def test_changed_data_are_another_version(answers, org, people):
    def version(by):
        rows = BranchItem.objects.visible_to(by).filter(branch=org.north)
        return contents.read(rows, organization=org.north).version

    before = version(people.secretary)
    items.send_back(
        make_tasks.item_of(org.north), reason="请补充会议记录。", by=people.committee, now=NOW
    )

    assert version(people.reviewer) == version(people.secretary) != before


def test_a_direct_organisation_has_a_folder_for_each_branch(answers, org, people):
    rows = BranchItem.objects.visible_to(people.reviewer).under(org.north_office)

    found = contents.read(rows, organization=org.north_office)

    assert {sheet.path.split("/")[0] for sheet in found.sheets} == {
        "01-01_北一支部", "01-02_北二支部", "01-03-01_北四支部",
    }  # fmt: skip
    assert [line["number"] for line in catalogue.lines(found.sheets)] == list(range(1, 14))


def test_contents_are_read_in_as_many_statements_for_one_branch_as_for_three(
    answers, org, django_assert_num_queries
):
    for organization in (org.north, org.north_office):
        rows = BranchItem.objects.under(organization)
        with django_assert_num_queries(8):
            contents.read(rows, organization=organization)


def test_a_recorded_meeting_even_a_void_one_and_a_ledger_stand_in_the_catalogue(
    answers, org, people, tmp_path
):
    make_member(org.north)
    row = make_tasks.item_of(org.north, "T2-01")
    facts = {"kind": "theme_day", "on": date(2022, 4, 21), "topic": "学习支部工作条例"}
    meeting = meetings.record_meeting(org.north, facts=facts, by=people.secretary, now=NOW)
    ItemMeeting.objects.create(branch_item=row, meeting=meeting, attached_by=people.secretary)
    ItemFact.objects.create(
        branch_item=row, kind="roster", as_of=NOW.date(), digest="d" * 64,
        attached_by=people.secretary, data={"summary": "1名党员", "head": ["姓名"], "rows": [["张三"]]},
    )  # fmt: skip
    meetings.void_meeting(meeting, reason="登记重复了", by=people.secretary, now=NOW)
    path = tmp_path / "a.zip"

    write(path, org.north, people.secretary, item="T2-01")

    files = inside(path)
    assert "主题党日：学习支部工作条例" in str(rows_of(files))
    assert "已作废：登记重复了" in str(rows_of(files))
    assert "党员名册：1名党员" in str(rows_of(files))
    (cover,) = (content for name, content in files.items() if "00_" in name)
    assert "张三" in PdfReader(io.BytesIO(cover)).pages[0].extract_text()


@pytest.mark.parametrize("fault", [package.MISSING, package.DAMAGED])
def test_a_lost_or_altered_file_is_named_and_never_packed(fault, answers, org, people, tmp_path):
    evidence = Evidence.objects.first()
    default_storage.delete(evidence.file.name)
    if fault == package.DAMAGED:
        default_storage.save(evidence.file.name, io.BytesIO(b"%PDF-1.4 other"))
    path = tmp_path / "a.zip"

    made = write(path, org.north, people.secretary, item="T1-01")

    files = inside(path)
    assert made == package.Made(4, "有1个文件没有装入，见目录备注。")
    assert not any(name.endswith("01_批复.pdf") for name in files)
    assert fault in str(rows_of(files))


def test_it_is_asked_for_and_fetched_in_the_export_centre(answers, org, people, sign_in):
    client = sign_in(people.secretary)
    page = client.get(reverse("reports:exports"), {"kind": "dossier"}).content.decode()
    client.post(
        reverse("reports:request_export"),
        {"kind": "dossier", "org": org.north.pk, "format": "zip", "item": "T1-02"},
    )
    export = Export.objects.get()
    making.render(export.pk, now=NOW)

    listed = client.get(reverse("reports:exports")).content.decode()
    answer = client.get(reverse("reports:download_export", args=[export.pk]))

    export.refresh_from_db()
    assert "生成压缩包" in page
    assert (export.status, export.rows) == ("ready", 3)
    assert export.expires_on == date(2022, 5, 26)
    assert export.paper.shown_code in listed
    assert "3 个文件" in listed
    content = b"".join(answer.streaming_content)
    assert papers.compare(export.paper, hashlib.sha256(content).hexdigest())


def test_what_is_too_wide_too_large_or_empty_is_refused_in_words(
    answers, org, people, settings, sign_in
):
    def ask(organization, format="zip", **parameters):
        exports.request_export(
            "dossier",
            organization=organization,
            format=format,
            parameters=parameters,
            by=people.committee,
        )

    with pytest.raises(Refused, match="请先选择一个单位"):
        ask(org.committee)
    with pytest.raises(Refused, match="没有符合条件"):
        ask(org.north, state="returned")
    with pytest.raises(Refused, match="请选择 压缩包"):
        ask(org.north, format="xlsx")
    settings.DOSSIER_MAX_BYTES = 10
    with pytest.raises(Refused, match="请按任务分别生成"):
        ask(org.north)

    page = sign_in(people.committee).get(reverse("reports:exports"), {"kind": "dossier"})
    assert "请先选择一个单位" in page.content.decode()
    assert "生成压缩包" not in page.content.decode()
    with pytest.raises(PermissionDenied):
        exports.request_export(
            "dossier", organization=org.north, format="zip", parameters={}, by=people.inspector
        )
