"""月末材料包: the committee's report and the ledgers behind it in one archive."""

import io
import zipfile

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from branchyear.lib.errors import Refused
from reports.kinds import KINDS
from reports.models import Export, MonthlyReport, Tier
from reports.services import papers
from reports.tests.test_exports import ask, content_of, do
from reports.tests.test_overview import scatter

pytestmark = pytest.mark.engines


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def answers(campaign, org):
    return scatter(org)


def unpacked(export):
    package = zipfile.ZipFile(io.BytesIO(content_of(export)))
    return {name.partition("/")[2]: package.read(name) for name in package.namelist()}


def test_the_package_holds_report_and_ledgers_with_a_catalogue_and_checksums(
    answers, org, people, sign_in
):
    export = do(ask(people.committee, org.committee, "month_end", "zip", month="2022-04"))

    files = unpacked(export)
    assert export.status == Export.Status.READY
    report = "01_市直机关工委2022年4月工作情况报告"
    assert [name for name in files if name.startswith("01_")] == [
        f"{report}.pdf", f"{report}.docx", f"{report}.xlsx",
    ]  # fmt: skip
    assert {"02_八项任务完成情况汇总表.xlsx", "02_八项任务完成情况汇总表.pdf"} <= set(files)
    catalogue = load_workbook(io.BytesIO(files["00_目录.xlsx"])).active
    listed = [
        row[1].value for row in catalogue.iter_rows(min_row=4) if isinstance(row[0].value, int)
    ]
    assert listed == [name for name in files if not name.startswith(("00_", "SHA"))]
    assert export.rows == len(files) - 1
    assert files["SHA256SUMS"].decode().count("\n") == len(files) - 1
    for content in (content_of(export), files["02_八项任务完成情况汇总表.xlsx"]):
        assert papers.compare(export.paper, papers.hashlib.sha256(content).hexdigest())
    page = sign_in(people.committee).get(export.paper.get_absolute_url())
    assert "02_八项任务完成情况汇总表.xlsx" in page.content.decode()


def test_above_a_report_that_was_not_handed_in_is_named_and_left_out(answers, org, people):
    export = do(ask(people.department, org.city, "month_end", "zip", month="2022-04"))

    assert not [name for name in unpacked(export) if name.startswith("01_")]
    assert "尚未报送" in export.error


def test_it_is_made_by_those_above_the_direct_organisations_only(answers, org, people, sign_in):
    with pytest.raises(Refused, match="市直机关工委"):
        ask(people.reviewer, org.north_office, "month_end", "zip")

    page = sign_in(people.reviewer).get(reverse("reports:exports"))
    assert "月末材料包" not in page.content.decode()


@pytest.mark.parametrize("person", ["committee", "department"])
def test_one_click_on_the_committee_s_report_asks_for_it(person, answers, org, people, sign_in):
    report = MonthlyReport.objects.get(period__tier=Tier.COMMITTEE, period__month="2022-04")
    client = sign_in(getattr(people, person))

    page = client.get(report.get_absolute_url()).content.decode()
    client.post(
        reverse("reports:request_export"),
        {"kind": "month_end", "org": org.committee.pk, "month": "2022-04", "format": "zip"},
    )

    assert "生成月末材料包" in page
    export = Export.objects.get()
    assert (export.kind, export.parameters) == ("month_end", {"month": "2022-04"})
    assert KINDS["month_end"].bears_names
