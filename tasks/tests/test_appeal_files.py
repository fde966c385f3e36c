"""Files that come with an appeal: kept in the library, seen like its other files, until the appeal is answered."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from branchyear.audit.models import Entry
from branchyear.lib.dates import local_day
from branchyear.lib.errors import BadFile, Refused
from tasks.models import AppealEvidence, Evidence, Score, ScoreAppeal, ScoreLine
from tasks.services import score_appeals, scores
from tasks.tests import make

REASON = "该项材料已于六月补交并审核通过，请复核。"


@pytest.fixture
def line(org, people, settings, tmp_path):
    """A frozen line of the north branch; its appeals may be made today."""
    settings.MEDIA_ROOT = tmp_path / "files"
    make.make_running_campaign()
    today, now = local_day(), timezone.now()
    round_ = scores.open_round(
        make.BranchItem.objects.first().item.task.campaign, name="上月", by=people.committee, now=now,
        starts_on=today - timedelta(days=30), ends_on=today - timedelta(days=1), self_until=today,
    )  # fmt: skip
    make.freeze(round_, by=people.committee, now=now)
    score = Score.objects.get(round=round_, organization=org.north)
    return ScoreLine.objects.select_related("line", "score__round", "score__organization").get(
        score=score, line__code="T1"
    )


def appeal(line, by, *uploads):
    return score_appeals.appeal(line, REASON, uploads=uploads, by=by, now=timezone.now())


def test_files_go_with_the_appeal_and_a_file_the_library_has_is_not_stored_again(line, people):
    row = appeal(line, people.secretary, make.make_pdf("批复.pdf"))
    score_appeals.add_evidence(
        row, make.make_pdf("同一份.pdf"), by=people.clerk, now=timezone.now()
    )
    score_appeals.add_evidence(
        row, make.make_pdf("另一份.pdf", "2"), by=people.clerk, now=timezone.now()
    )

    names = [link.evidence.name for link in row.evidence_links.all()]
    traces = Entry.objects.filter(verb="evidence.added", detail__appeal=row.pk)
    assert names == ["批复.pdf", "另一份.pdf"]
    assert Evidence.objects.filter(organization=line.score.organization).count() == 2
    assert Evidence.objects.with_use().filter(is_used=True).count() == 2
    assert traces.count() == 2


def test_a_bad_file_keeps_the_appeal_back(line, people):
    bad = SimpleUploadedFile("材料.pdf", b"MZ this is a program")

    with pytest.raises(BadFile):
        appeal(line, people.secretary, make.make_pdf(), bad)

    assert not ScoreAppeal.objects.exists()
    assert not Evidence.objects.exists()


def test_nothing_is_added_once_it_is_answered_and_nothing_by_others(line, people):
    row, more = appeal(line, people.secretary), make.make_pdf()
    for other in (people.second_secretary, people.reviewer, people.committee):
        with pytest.raises(PermissionDenied):
            score_appeals.add_evidence(row, more, by=other, now=timezone.now())
    score_appeals.decide(
        row,
        grant=False,
        answer="材料不在考核期内，维持原分。",
        by=people.committee,
        now=timezone.now(),
    )

    with pytest.raises(Refused, match="已复核"):
        score_appeals.add_evidence(row, more, by=people.secretary, now=timezone.now())

    assert not AppealEvidence.objects.exists()


def test_the_committee_reads_them_on_the_sheet_and_a_foreign_branch_does_not(line, people, sign_in):
    row = appeal(line, people.secretary, make.make_pdf("六月补交的批复.pdf"))
    file = row.evidence_links.get().evidence

    sheet = sign_in(people.committee).get(line.score.get_absolute_url()).content.decode()
    taken = sign_in(people.committee).get(f"/evidence/{file.pk}/")
    used = sign_in(people.secretary).get(f"/evidence/{file.pk}/about/").content.decode()
    foreign = sign_in(people.south_secretary)

    assert "六月补交的批复.pdf" in sheet
    assert taken.status_code == 200
    assert "申诉：" in used
    assert foreign.get(f"/evidence/{file.pk}/").status_code == 404
    assert foreign.post(f"/scores/appeals/{row.pk}/evidence/").status_code == 404
    assert not AppealEvidence.objects.visible_to(people.south_secretary).exists()


def test_the_form_takes_files_and_says_beside_them_what_is_wrong(line, people, sign_in):
    client, address = sign_in(people.secretary), f"/scores/{line.score_id}/appeal/"
    bad = SimpleUploadedFile("材料.exe", b"MZ")

    refused = client.post(address, {"line": "T1", "reason": REASON, "files": [bad]})
    done = client.post(address, {"line": "T1", "reason": REASON, "files": [make.make_pdf()]})
    row = ScoreAppeal.objects.get()
    more = client.post(
        f"/scores/appeals/{row.pk}/evidence/", {"files": [make.make_pdf("又一份.pdf", "2")]}
    )

    assert refused.status_code == 422
    assert "请重新选择附件后提交" in refused.content.decode()
    assert REASON in refused.content.decode()
    assert (done.status_code, more.status_code) == (302, 302)
    assert row.evidence_links.count() == 2
