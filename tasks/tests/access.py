"""Who gets what at the addresses of the campaign year."""

from datetime import timedelta
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from branchyear.demo.paper import pdf
from branchyear.lib.dates import local_day
from branchyear.tests.access import NORTH, PEOPLE, Row
from members.tests.make import make_member
from tasks.models import BranchItem, Campaign, Disposal, Finding, SelfCheck, SelfCheckAnswer
from tasks.services import findings, offline, problems
from tasks.tests import access_api, access_inspections, access_scores, make

BRANCH = ("secretary", "clerk")
WATCHING = tuple(person for person in NORTH if person not in BRANCH)
REVIEWERS = ("reviewer", "general_reviewer", "south_reviewer", "committee")
BLIND = ("admin", "security", "auditor", "nobody")


def furnish(world):
    """A campaign that runs today; in the north branch an open item with a file, and a submitted one."""
    today = local_day()
    campaign = make.make_running_campaign()
    span = timedelta(days=30)
    Campaign.objects.filter(pk=campaign.pk).update(starts_on=today - span, ends_on=today + span)
    campaign.phases.update(starts_on=today - span, ends_on=today + span)
    BranchItem.objects.update(opens_on=today - span, due_on=today + span)
    people, now = world.people, timezone.now()
    world.campaign = campaign
    world.branch_item = make.item_of(world.north, "T1-05")
    paper = SimpleUploadedFile("批复.pdf", pdf(["批复"]))  # a real one: it is read for canaries
    world.evidence = make.make_evidence(world.branch_item, people.secretary, paper, now=now)
    world.submitted_item = make.make_submitted(
        make.item_of(world.north, "T1-01"), people.secretary, now=now, fact_on=today
    )
    book = BytesIO()
    offline.write_workbook(book, world.north, by=people.secretary)
    world.checklist = offline.take(book, branch=world.north, by=people.secretary)
    findings.evaluate(day=today, organization=world.north)
    world.finding = Finding.objects.filter(organization=world.north, severity="unknown").first()
    world.explanation = findings.explain(
        world.finding, "正在核对档案，下周补登记。", by=people.secretary, now=now
    )
    findings.decide(
        world.explanation, accept=False, note="请先登记班子。", by=people.reviewer, now=now
    )
    world.self_check = SelfCheck.objects.create(organization=world.north, campaign=campaign)
    world.answer = SelfCheckAnswer.objects.create(
        self_check=world.self_check, heading="S1", result="met", by=people.secretary, at=now
    )
    world.problem = make.make_problem(world.north, people.secretary, now=now)
    planned = make.make_problem(world.north, people.secretary, "缺少活动经费", now=now)
    make.make_planned(planned, people.secretary, now=now)
    world.extension = problems.ask_extension(
        planned, planned.due_on + span, "等待经费下达", by=people.secretary, now=now
    )
    access_scores.furnish(world)
    world.disposal = Disposal.objects.create(
        organization=world.north,
        member=make_member(world.north, "某某"),
        kind="correction",
        decided_on=today - span,
        until=today,
        by=people.secretary,
    )

    access_inspections.furnish(world, now=now)


def item(world):
    return [world.branch_item.pk]


def submitted(world):
    return [world.submitted_item.pk]


def material(world):
    return [world.evidence.pk]


def problem(world):
    return [world.problem.pk]


TOO_LONG = {"reason": "长" * 501}

SEEING = [p for p in PEOPLE if p not in BLIND]

KEEPERS = [p for p in SEEING if "secretary" in p or p == "clerk"]
CLOSERS = ("reviewer", "committee")
OTHERS = [p for p in NORTH if p not in CLOSERS]
LISTING = (*BRANCH, *CLOSERS)
ONLY_LOOKING = [p for p in NORTH if p not in LISTING]

ROWS = {
    **access_inspections.ROWS,
    "tasks:problems": Row({200: SEEING}),
    "tasks:problem_lists": Row({200: SEEING}, data={"list": "correction"}),
    # A committee keeps a list of its own; the working committee lists at the branches.
    "tasks:new_problem": Row(
        {
            200: [*KEEPERS, "reviewer", "general_reviewer", "south_reviewer"],
            403: ["committee", "leader", "department", "inspector"],
        }
    ),
    "tasks:list_many_findings": Row(
        {
            200: [*KEEPERS, "reviewer", "general_reviewer", "south_reviewer"],
            403: ["committee", "leader", "department", "inspector"],
        }
    ),
    # What is unknown is no problem yet; the item has not been returned.
    "tasks:list_finding": Row(
        {409: LISTING, 403: ONLY_LOOKING}, args=lambda world: [world.finding.pk], method="post"
    ),
    "tasks:list_item": Row({409: LISTING, 403: ONLY_LOOKING}, args=item, method="post"),
    "tasks:list_answer": Row(
        {409: LISTING, 403: ONLY_LOOKING}, args=lambda world: [world.answer.pk], method="post"
    ),
    "tasks:problem": Row({200: NORTH}, args=problem),
    "tasks:plan_problem": Row({422: BRANCH, 403: WATCHING}, args=problem, method="post"),
    "tasks:add_problem_evidence": Row({422: BRANCH, 403: WATCHING}, args=problem, method="post"),
    "tasks:detach_problem_evidence": Row(
        {200: BRANCH, 403: WATCHING},
        args=lambda world: [world.problem.pk, world.evidence.pk],
        method="post",
    ),
    "tasks:hand_in_problem": Row({422: BRANCH, 403: WATCHING}, args=problem, method="post"),
    "tasks:verify_problem": Row({422: CLOSERS, 403: OTHERS}, args=problem, method="post"),
    "tasks:reopen_problem": Row({422: CLOSERS, 403: OTHERS}, args=problem, method="post"),
    "tasks:ask_problem_extension": Row({422: BRANCH, 403: WATCHING}, args=problem, method="post"),
    # Refused without a reason.
    "tasks:decide_problem_extension": Row(
        {409: CLOSERS, 403: OTHERS}, args=lambda world: [world.extension.pk], method="post"
    ),
    "tasks:disposals": Row({200: [p for p in SEEING if p != "inspector"]}),
    "tasks:register_disposal": Row(
        {200: KEEPERS, 403: [p for p in SEEING if p not in (*KEEPERS, "inspector")]}
    ),
    "tasks:review_disposal": Row(
        {422: BRANCH, 403: [p for p in WATCHING if p != "inspector"]},
        args=lambda world: [world.disposal.pk],
        method="post",
    ),
    "tasks:checkup": Row({200: SEEING}),
    "tasks:checkup_list": Row({200: SEEING}, data={"rule": "R01"}),
    "tasks:explain": Row(
        {422: BRANCH, 403: WATCHING}, args=lambda world: [world.finding.pk], method="post"
    ),
    # Already decided.
    "tasks:decide_explanation": Row(
        {
            409: ("reviewer", "committee"),
            403: [p for p in NORTH if p not in ("reviewer", "committee")],
        },
        args=lambda world: [world.explanation.pk],
        method="post",
        data={"decision": "accept"},
    ),
    "tasks:self_check": Row({200: SEEING}),
    "tasks:save_self_check": Row(
        {422: BRANCH, 403: WATCHING},
        args=lambda world: [world.north.pk],
        method="post",
        data={"revision": "1"},
    ),
    # Not signed yet: there is nothing to give back.
    "tasks:reopen_self_check": Row(
        {
            409: ("reviewer", "committee"),
            403: [p for p in NORTH if p not in ("reviewer", "committee")],
        },
        args=lambda world: [world.self_check.pk],
        method="post",
        data={"reason": "请核实党员名册情况。"},
    ),
    "tasks:checklist": Row({200: [p for p in PEOPLE if p not in BLIND], 403: BLIND}),
    "tasks:branch_checklist": Row({200: NORTH}, args=lambda world: [world.north.pk]),
    "tasks:submit_done": Row({200: BRANCH, 403: WATCHING}, args=lambda world: [world.north.pk]),
    "tasks:checklist_excel": Row({200: BRANCH, 403: WATCHING}, args=lambda world: [world.north.pk]),
    "tasks:checklist_workbook": Row(
        {200: BRANCH, 403: WATCHING}, args=lambda world: [world.north.pk]
    ),
    # An upload is its uploader's alone; this one has nothing to save.
    "tasks:checklist_report": Row({200: ["secretary"]}, args=lambda world: [world.checklist.pk]),
    "tasks:checklist_confirm": Row(
        {409: ["secretary"]}, args=lambda world: [world.checklist.pk], method="post"
    ),
    "tasks:item": Row({200: NORTH}, args=item),
    "tasks:save_item": Row({302: BRANCH, 403: WATCHING}, args=item, method="post"),
    "tasks:submit_item": Row({422: BRANCH, 403: WATCHING}, args=item, method="post"),
    "tasks:withdraw_item": Row({409: BRANCH, 403: WATCHING}, args=item, method="post"),
    "tasks:add_evidence": Row({422: BRANCH, 403: WATCHING}, args=item, method="post"),
    "tasks:attach_evidence": Row({422: BRANCH, 403: WATCHING}, args=item, method="post"),
    "tasks:detach_evidence": Row(
        {302: BRANCH, 403: WATCHING},
        args=lambda world: [world.branch_item.pk, world.evidence.pk],
        method="post",
    ),
    "tasks:attach_meetings": Row({422: BRANCH, 403: WATCHING}, args=item, method="post"),
    "tasks:use_facts": Row({422: BRANCH, 403: WATCHING}, args=item, method="post"),
    "tasks:drop_fact": Row(
        {403: WATCHING}, args=lambda world: [world.branch_item.pk, "roster"], method="post"
    ),
    "tasks:settle_material": Row(
        {302: CLOSERS, 403: OTHERS},
        args=lambda world: [world.branch_item.pk, world.evidence.pk],
        method="post",
    ),
    # Not linked to this item: there is nothing to take off.
    "tasks:detach_meeting": Row(
        {403: WATCHING}, args=lambda world: [world.branch_item.pk, 0], method="post"
    ),
    "tasks:evidence": Row({200: NORTH}, args=lambda world: [world.evidence.pk]),
    "tasks:library": Row({200: SEEING, 403: BLIND}),
    "tasks:material": Row({200: NORTH}, args=material),
    "tasks:verify_material": Row({200: NORTH}, args=material, method="post"),
    "tasks:replace_material": Row({422: BRANCH, 403: WATCHING}, args=material, method="post"),
    "tasks:date_material": Row({302: BRANCH, 403: WATCHING}, args=material, method="post"),
    "tasks:store_material": Row(
        {422: BRANCH, 403: WATCHING}, args=lambda world: [world.north.pk], method="post"
    ),
    "tasks:use_materials": Row(
        {302: BRANCH, 403: WATCHING}, args=lambda world: [world.north.pk], method="post"
    ),
    # Nobody is chosen; it was given to nobody.
    "tasks:delegate_item": Row({422: BRANCH, 403: WATCHING}, args=item, method="post"),
    "tasks:take_back_item": Row({409: BRANCH, 403: WATCHING}, args=item, method="post"),
    # The branch's own people pass the door of the form; the item was given to nobody.
    "tasks:filled_item": Row({403: NORTH}, args=item, method="post"),
    "tasks:accept_item": Row(
        {422: ["reviewer"], 403: [p for p in NORTH if p != "reviewer"]},
        args=submitted,
        method="post",
        data=TOO_LONG,
    ),
    "tasks:return_item": Row(
        {
            422: ["reviewer", "committee"],
            403: [p for p in NORTH if p not in ("reviewer", "committee")],
        },
        args=submitted,
        method="post",
    ),
    "tasks:review": Row({200: REVIEWERS, 403: [p for p in PEOPLE if p not in REVIEWERS]}),
    "tasks:review_clocks": Row(
        {200: (*REVIEWERS, "leader", "department"), 403: [*KEEPERS, "inspector", *BLIND]}
    ),
    "tasks:review_batch": Row({200: REVIEWERS, 403: [p for p in PEOPLE if p not in REVIEWERS]}),
    "tasks:accept_many": Row(
        {302: REVIEWERS, 403: [p for p in PEOPLE if p not in REVIEWERS]}, method="post"
    ),
    **access_scores.ROWS,
    **access_api.ROWS,
}
