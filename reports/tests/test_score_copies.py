"""The score sheet: the same paper while nothing changed, and a tampered file that is not accepted."""

import hashlib
from io import BytesIO

import pytest
import time_machine
from pypdf import PdfReader

from reports.models import Paper
from reports.services import papers, score_copies
from tasks.models import Score
from tasks.services import score_appeals
from tasks.tests import make
from tasks.tests.test_scores import JULY, line_of, make_round, score_of, spoil


@pytest.fixture
def score(org, people):
    half = make_round(make.make_campaign(), people.committee)
    spoil(org, 3)
    make.freeze(half, by=people.committee, now=JULY)
    return score_of(half, org.north)


def test_a_tampered_sheet_fails_verification(score, people):
    _, content = score_copies.give_out(score, "pdf", by=people.secretary, now=JULY)

    paper = Paper.objects.get(kind="score")
    said = "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    assert paper.shown_code in said
    assert f"{score.total}" in said
    assert score_copies.give_out(score, "pdf", by=people.committee, now=JULY)[1] == content
    tampered = content.replace(b"/Count 1", b"/Count 2") + b"\n"
    assert len(papers.compare(paper, hashlib.sha256(content).hexdigest())) == 1
    assert papers.compare(paper, hashlib.sha256(tampered).hexdigest()) == []


def test_the_same_score_is_the_same_paper_and_an_appeal_makes_another(score, people):
    form = "xlsx"
    with time_machine.travel(JULY):
        first = score_copies.give_out(score, form, by=people.secretary, now=JULY)
    again = score_copies.give_out(score, form, by=people.committee, now=JULY)
    assert first == again
    appeal = score_appeals.appeal(
        line_of(score, "T1"), "该条目已审核通过，请复核。", by=people.secretary, now=JULY
    )
    score_appeals.decide(
        appeal, grant=True, change=1, answer="情况属实，予以调整。", by=people.committee, now=JULY
    )

    other = score_copies.give_out(
        Score.objects.select_related("round__rubric", "organization").get(pk=score.pk),
        form, by=people.secretary, now=JULY,
    )  # fmt: skip

    assert other[1] != first[1]
    assert Paper.objects.filter(kind="score").count() == 2
