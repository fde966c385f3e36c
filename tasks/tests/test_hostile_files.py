"""Hostile files: each is refused with a sentence or kept harmless; nothing breaks, runs or gets out."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.html import escape

from branchyear.lib.errors import BadFile
from tasks import files
from tasks.models import Evidence
from tasks.services import twins
from tasks.tests import hostile, make
from tasks.views.evidence import PREVIEWS

SENTENCE = re.compile(r"[\u4e00-\u9fff].*。$")
EVERYTHING = hostile.everything()


def judged(name, content):
    """The facts of a file that is taken, or the sentence."""
    try:
        return files.examine(hostile.upload_of(name, content)), ""
    except BadFile as error:
        return None, error.sentence if error.field == "file" else ""


def test_there_are_four_hundred_and_each_is_taken_or_told_why_not():
    assert len(EVERYTHING) >= 400
    assert len(hostile.RECIPES) >= 40
    taken, unclear = 0, []
    for recipe, name, content in EVERYTHING:
        facts, sentence = judged(name, content)
        if facts is None:
            if not SENTENCE.search(sentence) or len(sentence) > 260:
                unclear.append((recipe, name, sentence))
            continue
        taken += 1
        assert facts.extension in files.EXTENSIONS
        assert not {"/", "\\", "\0", "\u202e"} & set(facts.name)

    assert unclear == []
    assert 0 < taken < len(EVERYTHING) / 2


@pytest.mark.parametrize(
    "recipe",
    ["nothing", "a page", "a program", "macros", "a bomb", "a password", "a picture flood"],
)
def test_what_can_never_be_good_is_never_taken(recipe):
    for name, content in hostile.files_of(recipe):
        assert judged(name, content)[0] is None, name


@pytest.mark.django_db
def test_posted_together_they_break_nothing_and_are_served_as_what_they_are(
    org, people, sign_in, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path / "files"
    client = sign_in(people.secretary)
    url = reverse("tasks:store_material", args=[org.north.pk])
    for start in range(0, len(EVERYTHING), 88):
        part = [SimpleUploadedFile(n, c) for _, n, c in EVERYTHING[start : start + 88]]
        answer = client.post(url, {"files": part})

        assert answer.status_code in (302, 422)

    kept = list(Evidence.objects.all())
    assert kept
    wrong = []
    for paper in kept:
        place = Path(paper.file.path).resolve()
        if not re.fullmatch(rf"evidence/{org.north.pk}/[0-9a-f]{{32}}\.[a-z]+", paper.file.name):
            wrong.append((paper.name, paper.file.name))
        if settings.MEDIA_ROOT not in place.parents:
            wrong.append((paper.name, place))
    assert wrong == []
    assert {p for p in tmp_path.rglob("*") if p.is_file()} == {Path(p.file.path) for p in kept}
    for paper in kept:
        twins.fingerprint(paper.pk)
        for query in ({"preview": "1"}, {})[: 2 if paper.extension in PREVIEWS else 1]:
            wrong += harm_in(client.get(reverse("tasks:evidence", args=[paper.pk]), query), paper)
    assert wrong == []


def harm_in(answer, paper):
    """What is wrong with how a file is handed out."""
    if answer.status_code != 200 or answer["X-Content-Type-Options"] != "nosniff":
        yield paper.name, answer.status_code
    kind, policy = answer["Content-Type"].split(";")[0], answer["Content-Security-Policy"]
    if (
        not policy.startswith("sandbox")
        or "allow-scripts" in policy
        or "default-src 'none'" not in policy
    ):
        yield paper.name, policy
    if kind == "text/html":
        page = answer.content.decode()
        if answer.streaming or paper.extension not in ("docx", "xlsx") or "<script" in page:
            yield paper.name, page
        if hostile.PAGE.decode()[:60] in page:
            yield paper.name, "words not escaped"
        return
    assert b"".join(answer.streaming_content)
    disposition = answer["Content-Disposition"]
    if "\n" in disposition or "\r" in disposition:
        yield paper.name, disposition
    if not disposition.startswith("attachment") and kind not in (
        "application/pdf",
        "image/jpeg",
        "image/png",
    ):
        yield paper.name, kind


@pytest.mark.django_db
def test_on_the_page_each_refusal_stands_by_the_name_of_its_file(org, people, sign_in):
    url = reverse("tasks:store_material", args=[org.north.pk])
    page = sign_in(people.secretary).post(
        url, {"files": [make.make_png("一.pdf"), SimpleUploadedFile("二.jpg", hostile.PAGE)]}
    )

    text = page.content.decode()
    assert escape("“一.pdf”不是PDF文件（实际为png），内容与扩展名不一致") in text
    assert escape("“二.jpg”不是图片文件") in text
    assert settings.EVIDENCE_MAX_BYTES == 20 * 1024 * 1024
