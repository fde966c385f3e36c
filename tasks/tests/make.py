"""Builders: a campaign, answers, files, and items in every state, all made through the services."""

import io
import zipfile
from datetime import date, datetime
from functools import cache

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from branchyear.demo.plan import plan_for
from branchyear.lib.dates import CHINA, local_day
from branchyear.tests.kept import kept, the_city
from tasks import template
from tasks.models import BranchItem, Campaign, Problem
from tasks.services import evidence, freezing, items, problems
from tasks.services.campaign import open_campaign

YEAR = 2026
# A working morning in the second phase, when items of the first two phases can be filled in.
NOW = datetime(YEAR, 5, 12, 9, 30, tzinfo=CHINA)


def make_campaign(year=YEAR):
    """The real campaign, opened for ``year``, given to every branch there is."""
    if Campaign.objects.exists():
        return open_really(year)
    return kept(("campaign", year, the_city()), lambda: open_really(year))


def open_really(year=YEAR):
    """The same through the service, however often it was asked for before."""
    return open_campaign(bundled(), year=year, by=None)


def make_running_campaign():
    """One that has run for some months today, given to every branch: before June last year's, put off (as in the demo)."""
    if Campaign.objects.exists():
        return open_running()
    return kept(("running campaign", local_day(), the_city()), open_running)


def open_running():
    plan, year = plan_for(local_day())
    return open_campaign(plan, year=year, by=None)


@cache
def bundled():
    """The template that comes along, read once."""
    return template.read("campaign_2022")


def item_of(branch, code="T1-01"):
    """The branch's row of one item. T1-01 asks for no file, T1-05 does, T7-01 asks for numbers."""
    return BranchItem.objects.with_words().get(branch=branch, item__code=code)


def make_answer(**changes):
    """A complete answer."""
    values = {
        "result": "done",
        "fact_on": date(YEAR, 4, 20),
        "note": "已逐人核对党员档案，名册共12人。",
    }
    return items.Answer(**(values | changes))


def make_pdf(name="批复.pdf", text="1"):
    """A small file whose content differs with ``text``."""
    return SimpleUploadedFile(name, b"%PDF-1.4\n%" + text.encode() + b"\n%%EOF\n")


def make_png(name="照片.png", size=(4, 4), colour="red"):
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return SimpleUploadedFile(name, buffer.getvalue())


def make_zip(name, *parts, text="x"):
    """A zip container with these parts: the skeleton of docx, xlsx, ofd."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in parts:
            archive.writestr(part, text)
    return SimpleUploadedFile(name, buffer.getvalue())


def make_evidence(branch_item, by, upload=None, *, now=NOW):
    return evidence.add(branch_item, upload or make_pdf(), by=by, now=now)


def make_draft(branch_item, by, *, now=NOW, **changes):
    answer = make_answer(**changes)
    return items.save(branch_item, answer, revision=branch_item.revision, by=by, now=now)


def make_submitted(branch_item, by, *, now=NOW, **changes):
    if branch_item.version.asks_for_evidence and not branch_item.evidence_links.exists():
        make_evidence(branch_item, by, now=now)
    return items.submit(branch_item, make_answer(**changes), by=by, now=now)


def make_accepted(branch_item, by, *reviewers, now=NOW, **changes):
    """Handed in by ``by`` and accepted by each reviewer in turn."""
    make_submitted(branch_item, by, now=now, **changes)
    for reviewer in reviewers:
        items.accept(branch_item, by=reviewer, now=now)
    return branch_item


def make_returned(branch_item, by, reviewer, *, reason="请补充会议记录。", now=NOW, **changes):
    make_submitted(branch_item, by, now=now, **changes)
    return items.send_back(branch_item, reason=reason, by=reviewer, now=now)


def make_problem(organization, by, title="会议室没有悬挂入党誓词", *, now=NOW, **facts):
    """A problem written by hand; with a finding, the finding listed."""
    finding = facts.pop("finding", None)
    if finding is not None:
        return problems.list_finding(finding, by=by, now=now)
    return problems.list_problem(
        organization, origin=Problem.Origin.HAND, title=title, by=by, now=now, **facts
    )


def make_planned(problem, by, *, now=NOW, **changes):
    values = {
        "cause": "平时检查督促不够",
        "measure": "本月内制作并悬挂到位",
        "responsible": "赵书记",
        "responsible_leader": "分管领导",
    }
    wanted = problems.Plan(**(values | changes))
    return problems.plan(problem, wanted, revision=problem.revision, by=by, now=now)


def make_handed_in(problem, by, *, now=NOW):
    """Planned, proved and handed in."""
    make_planned(problem, by, now=now)
    problems.add_evidence(problem, make_pdf(), by=by, now=now)
    return problems.hand_in(
        problem, "已制作并悬挂，见照片。", revision=problem.revision, by=by, now=now
    )


def freeze(round_, *, by, now):
    """定格, asked for and carried out at once."""
    freezing.freeze(round_, by=by, now=now)
    freezing.carry_out(round_.pk, now=now)
    round_.refresh_from_db()
    return round_
