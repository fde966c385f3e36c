"""Papers given out under a code, and files compared with them."""

import hashlib
import re
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from branchyear.audit.models import Entry
from reports.models import PaperFile
from reports.models.papers import ALPHABET
from reports.services import papers
from reports.tests import make
from tasks.models import BranchItem
from tasks.services import items
from tasks.tests import make as make_tasks

NOW = make.at("2022-05-12 09:30")
CONTENT = b"%PDF-1.4\n%1\n%%EOF\n"
SUM = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


def issue(org, people, version="1", **changes):
    values = {
        "organization": org.north,
        "title": "2022年迎检材料",
        "by": people.secretary,
        "now": NOW,
    }
    return papers.issue("dossier", version=version, **(values | changes))


@pytest.fixture
def paper(campaign, org, people):
    """A paper with one file, which proves an accepted item."""
    item = make_tasks.item_of(org.north)
    make_tasks.make_accepted(
        item, people.secretary, people.reviewer, now=NOW, fact_on=date(2022, 4, 20)
    )
    item.refresh_from_db()
    paper = issue(org, people)
    file = PaperFile(
        role=PaperFile.Role.EVIDENCE,
        path="T1/T1-01/01_批复.pdf",
        sha256=SUM,
        size=len(CONTENT),
        about="T1-01 条目",
        branch_item=item,
        state="审核通过",
        accepted_by="吴审核",
        accepted_in="市北区局机关党委",
        accepted_at=item.decided_at,
    )
    papers.enter(paper, [file])
    return paper


def ask(client, paper, **query):
    return client.get(reverse("reports:verify_paper", args=[paper.shown_code]), query)


def words(answer):
    return re.sub(r"<[^>]+>|\s", "", answer.content.decode())


@pytest.mark.engines
def test_the_same_version_of_the_data_is_the_same_paper(org, people):
    first = issue(org, people)

    again = issue(org, people, by=people.reviewer, now=NOW + timedelta(days=1))
    other = issue(org, people, version="2")

    assert again == first
    assert (again.issued_by, again.issued_at) == (people.secretary, NOW)
    assert other.code != first.code
    assert Entry.objects.filter(verb="paper.issued").count() == 2


def test_a_code_has_sixty_bits_and_no_sign_that_is_misread(org, people):
    codes = [issue(org, people, version=str(n)).code for n in range(20)]

    assert len(ALPHABET) ** len(codes[0]) >= 2**60
    assert not set("".join(codes)) & set("01IO")
    assert len(set(codes)) == 20


@pytest.mark.parametrize("written", ["{}-{}-{}", " {} {} {} ", "{}{}{}", "{}—{}－{}"])
def test_a_code_is_read_however_it_is_typed(written, org, people):
    parts = issue(org, people).shown_code.split("-")

    assert papers.code_of(written.format(*parts).lower()) == "".join(parts)


@pytest.mark.parametrize(
    ("typed", "told"), [("", "请输入"), ("ABCD-EFGH-JKL0", "没有“0”"), ("ABCD", "现有4位")]
)
def test_a_code_that_cannot_be_one_is_answered_beside_the_box(typed, told, people, sign_in):
    answer = sign_in(people.nobody).get(reverse("reports:verify"), {"code": typed})

    assert told in words(answer)
    assert f'value="{typed}"' in answer.content.decode() or not typed


def test_a_code_nobody_gave_out_is_said_to_be_unknown(people, sign_in):
    client = sign_in(people.secretary)

    answer = client.get(reverse("reports:verify"), {"code": "abcd efgh jklm"}, follow=True)

    assert (answer.status_code, "没有查到核验码" in words(answer)) == (404, True)


def test_the_same_file_is_confirmed_with_who_accepted_it_and_when(paper, people, sign_in):
    answer = ask(sign_in(people.inspector), paper, sha256=SUM.upper())

    assert "●一致" in words(answer)
    assert "此文件、此版本由市北区局机关党委吴审核于2022年5月12日审核通过" in words(answer)
    assert "又有变动" not in words(answer)


def test_one_altered_byte_is_not_the_same(paper, people, sign_in):
    altered = CONTENT.replace(b"1\n%%", b"2\n%%")

    answer = ask(sign_in(people.inspector), paper, sha256=hashlib.sha256(altered).hexdigest())

    assert ("■不一致" in words(answer), "●一致" in words(answer)) == (True, False)


def test_an_uploaded_file_is_compared_and_nothing_of_it_is_kept(paper, people, sign_in, settings):
    url = reverse("reports:verify_paper", args=[paper.code])
    client = sign_in(people.secretary)
    before = sorted(settings.MEDIA_ROOT.rglob("*"))

    same = client.post(url, {"file": SimpleUploadedFile("x.bin", CONTENT)})
    other = client.post(url, {"file": SimpleUploadedFile("x.bin", CONTENT + b" ")})
    none = client.post(url)

    assert "●一致" in words(same)
    assert "■不一致" in words(other)
    assert (none.status_code, "请先选择" in words(none)) == (422, True)
    assert sorted(settings.MEDIA_ROOT.rglob("*")) == before


def test_a_checksum_that_cannot_be_one_is_answered_beside_the_box(paper, people, sign_in):
    answer = ask(sign_in(people.secretary), paper, sha256="abc")

    assert "64位" in words(answer)
    assert "不一致" not in words(answer)


def test_what_was_returned_afterwards_is_said_to_have_moved(paper, people, sign_in):
    row = BranchItem.objects.with_words().get(pk=paper.files.get().branch_item_id)
    items.send_back(row, reason="请补充会议记录。", by=people.committee, now=NOW)

    answer = ask(sign_in(people.secretary), paper, sha256=SUM)

    assert "签发以后该条目又有变动，现为“退回修改”" in words(answer)


def test_the_files_are_listed_only_for_those_who_see_the_organisation(paper, people, sign_in):
    own = words(ask(sign_in(people.secretary), paper))
    foreign = words(ask(sign_in(people.south_secretary), paper))

    assert "01_批复.pdf" in own
    assert "北一支部" in foreign
    assert "01_批复.pdf" not in foreign


@pytest.mark.engines
def test_files_noted_twice_stand_once(paper):
    again = PaperFile(role="whole", path="a.zip", sha256="0" * 64, size=1)

    papers.enter(paper, [again])
    papers.enter(paper, [PaperFile(role="whole", path="a.zip", sha256="0" * 64, size=1)])

    assert paper.files.count() == 2
