"""检查报告: the paper of an inspection, under a code once it is over."""

import hashlib
import io

from django.utils import timezone
from pypdf import PdfReader

from reports.services import inspection_papers, papers
from tasks.models import Inspection, VisitRecord
from tasks.services import discrepancies, inspections
from tasks.tests.make import make_campaign
from tasks.tests.make_inspections import NOW, SOON, make_signed, make_visits, visit_to


def printed(inspection, by):
    file = io.BytesIO()
    inspection = Inspection.objects.get(pk=inspection.pk)
    return inspection_papers.print_report(
        inspection, file, by=by, now=timezone.now()
    ), file.getvalue()


def test_the_report_is_the_same_twice_and_an_altered_one_is_found_out(org, people):
    make_campaign()
    plan = make_visits(org.committee, people.committee, people.inspector, scope=org.north)
    make_signed(visit_to(plan, org.north), people.inspector)
    entry = VisitRecord.objects.discrepancies().select_related(
        "visit__branch", "visit__inspection__organization", "visit__inspection__campaign",
        "item__task", "branch_item",
    ).get()  # fmt: skip
    draft, _ = printed(plan, people.committee)
    discrepancies.list_as_problem(
        entry, responsible="赵书记", due_on=NOW.date(), by=people.committee, now=NOW + 3 * SOON
    )
    inspections.end(
        plan,
        "总体较好，个别记录不全。",
        revision=plan.revision,
        by=people.committee,
        now=NOW + 4 * SOON,
    )

    paper, content = printed(plan, people.committee)
    again, copy = printed(plan, people.leader)

    assert draft is None
    assert (again, copy) == (paper, content)
    assert papers.compare(paper, hashlib.sha256(content).hexdigest())
    assert not papers.compare(paper, hashlib.sha256(content + b"\n").hexdigest())
    words = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    words = "".join(words.split())
    for told in (plan.draw.commitment, paper.shown_code, "列入问题清单第1号", "总体较好"):
        assert told in words
