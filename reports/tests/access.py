"""Who gets what at the addresses of reports."""

from datetime import timedelta

from django.utils import timezone

from branchyear.lib.dates import Month
from branchyear.tests.access import ADMINS, NORTH, PEOPLE, Row, resource
from reports.models import GoodPractice, ReportExtension
from reports.services import bulletins, duty, monthly, papers, periods
from reports.tests import make
from tasks.models import Campaign

# Those who answer for more than their own branch.
OVERSEERS = ("reviewer", "general_reviewer", "south_reviewer", "committee", "leader", "department")
# Those who see no organisation at all: the administrators, and a person without office.
BLIND = (*ADMINS, "nobody")

# Those who take ledgers out: everybody with work of his own, but no inspector and no administrator.
EXPORTERS = [p for p in PEOPLE if p not in (*BLIND, "inspector")]

FILLERS = ("secretary", "clerk")
READERS = [p for p in NORTH if p not in FILLERS]  # see the north branch's report, do not write it


def the_report(world):
    return [world.report.pk]


def the_bulletin(world):
    return [world.bulletin.pk]


def the_submitted(world):
    return [world.submitted.pk]


ROWS = {
    # Overview and ledgers
    "reports:overview": Row({200: OVERSEERS, 403: [p for p in PEOPLE if p not in OVERSEERS]}),
    "reports:meeting": Row({200: OVERSEERS, 403: [p for p in PEOPLE if p not in OVERSEERS]}),
    "reports:items": Row({200: [p for p in PEOPLE if p not in BLIND], 403: BLIND}),
    "reports:exports": Row({200: EXPORTERS, 403: [p for p in PEOPLE if p not in EXPORTERS]}),
    "reports:request_export": Row(
        {302: EXPORTERS, 403: [p for p in PEOPLE if p not in EXPORTERS]},
        method="post",
        data={"kind": "checklist", "format": "xlsx"},
    ),
    # An export is its requester's alone.
    "reports:export": Row({302: ["secretary"]}, args=lambda world: [world.export.pk]),
    "reports:download_export": Row({200: ["secretary"]}, args=lambda world: [world.export.pk]),
    "reports:retry_export": Row(
        {302: ["secretary"]}, args=lambda world: [world.failed_export.pk], method="post"
    ),
    # It is made already: who may is told so.
    "reports:cancel_export": Row(
        {409: ["secretary"]}, args=lambda world: [world.export.pk], method="post"
    ),
    # Whoever holds a paper holds its code.
    "reports:verify": Row({200: PEOPLE}),
    "reports:verify_paper": Row({200: PEOPLE}, args=lambda world: [world.paper.shown_code]),
    "reports:score_copy": Row(
        {200: NORTH}, args=lambda world: [world.score.pk], data={"format": "xlsx"}
    ),
    "reports:supervision_copy": Row({200: NORTH}, args=lambda world: [world.supervision.pk]),
    # 述职评议: the north branch's is handed in. 通报: a draft is the committee's.
    "reports:duty": Row({200: [p for p in PEOPLE if p not in BLIND]}),
    # It is handed in: there is nothing to save.
    "reports:save_duty": Row(
        {422: FILLERS, 403: READERS}, args=lambda world: [world.north.pk], method="post"
    ),
    "reports:duty_copy": Row(
        {200: NORTH}, args=lambda world: [world.north.pk], data={"format": "docx"}
    ),
    "reports:withdraw_duty": Row(
        {302: ["secretary"], 409: ["clerk"], 403: READERS},
        args=lambda world: [world.duty.pk],
        method="post",
    ),
    "reports:comment_duty": Row(
        {
            422: ("reviewer", "committee"),
            403: [p for p in NORTH if p not in ("reviewer", "committee")],
        },
        args=lambda world: [world.duty.pk],
        method="post",
    ),
    "reports:bulletins": Row({200: [p for p in PEOPLE if p not in BLIND], 403: BLIND}),
    "reports:bulletin": Row({200: ("committee", "leader")}, args=the_bulletin),
    "reports:save_bulletin": Row(
        {422: ["committee"], 403: ["leader"]}, args=the_bulletin, method="post"
    ),
    "reports:redraft_bulletin": Row(
        {302: ["committee"], 403: ["leader"]}, args=the_bulletin, method="post"
    ),
    "reports:bulletin_copy": Row(
        {200: ("committee", "leader")}, args=the_bulletin, data={"format": "docx"}
    ),
    # Monthly reports
    "reports:burden": Row({200: [p for p in PEOPLE if p not in BLIND]}),
    "reports:reports": Row({200: [p for p in PEOPLE if p not in BLIND]}),
    "reports:matrix": Row({200: OVERSEERS, 403: [p for p in PEOPLE if p not in OVERSEERS]}),
    "reports:reminders": Row({200: OVERSEERS, 403: [p for p in PEOPLE if p not in OVERSEERS]}),
    "reports:urge": Row({200: OVERSEERS, 403: [p for p in PEOPLE if p not in OVERSEERS]}),
    # Nothing is ticked: whoever may is told so.
    "reports:send_urge": Row(
        {409: OVERSEERS, 403: [p for p in PEOPLE if p not in OVERSEERS]}, method="post"
    ),
    "reports:report": Row({200: NORTH}, args=the_report),
    "reports:practices": Row({200: [p for p in PEOPLE if p not in BLIND], 403: BLIND}),
    # It tells of nothing that worked: who may is told so.
    "reports:recommend_practice": Row(
        {409: ["reviewer"], 403: [p for p in NORTH if p != "reviewer"]},
        args=the_submitted,
        method="post",
    ),
    "reports:decide_practice": Row(
        {302: ["committee"], 403: [p for p in NORTH if p != "committee"]},
        args=lambda world: [world.practice.pk],
        method="post",
        data={"decision": "decline", "answer": "做法还不够具体。"},
    ),
    # Above, nobody takes away what was not handed in.
    "reports:report_copy": Row(
        {200: FILLERS, 409: READERS}, args=the_report, data={"format": "docx"}
    ),
    "reports:save_report": Row(
        {302: FILLERS, 403: READERS},
        args=the_report,
        method="post",
        data={"version": 1, **make.WORDS},
    ),
    # The second of the two is told that it is handed in already.
    "reports:submit_report": Row(
        {302: ["secretary"], 409: ["clerk"], 403: READERS},
        args=the_report,
        method="post",
        data={"version": 1, **make.WORDS, "note_committee": "书记外出学习，下月补开。"},
    ),
    # Nothing is ticked: whoever may is told so; who only reads is told before.
    "reports:attach_to_report": Row(
        {409: FILLERS, 403: READERS}, args=the_report, method="post", data={"version": 1}
    ),
    "reports:detach_from_report": Row(
        {404: NORTH}, args=lambda world: [world.report.pk, 0], method="post", data={"version": 1}
    ),
    "reports:withdraw_report": Row(
        {302: ["secretary"], 409: ["clerk"], 403: READERS}, args=the_submitted, method="post"
    ),
    "reports:accept_report": Row(
        {302: ["reviewer"], 403: [p for p in NORTH if p != "reviewer"]},
        args=the_submitted,
        method="post",
    ),
    # Its day is over: who may is told so.
    "reports:ask_extension": Row(
        {409: FILLERS, 403: READERS},
        args=the_report,
        method="post",
        data={"until": "2022-04-28", "reason": "书记外出学习，返回后报送。"},
    ),
    "reports:grant_extension": Row(
        {409: ["reviewer"], 403: [p for p in NORTH if p != "reviewer"]},
        args=the_report,
        method="post",
        data={"until": "2022-04-28", "reason": "书记外出学习，返回后报送。"},
    ),
    "reports:decide_extension": Row(
        {302: ["reviewer"], 403: [p for p in NORTH if p != "reviewer"]},
        args=lambda world: [world.extension.pk],
        method="post",
        data={"decision": "refuse", "answer": "期限已过，请尽快报送。"},
    ),
    "reports:return_report": Row(
        {302: ["reviewer"], 403: [p for p in NORTH if p != "reviewer"]},
        args=the_submitted,
        method="post",
        data={"reason": "请补充存在问题。"},
    ),
    # Still a draft: nothing has been drawn.
    "reports:inspection_report": Row(
        {409: ["committee", "leader", "department"]}, args=lambda world: [world.plan.pk]
    ),
    **resource("exports", ["secretary"], lambda world: [world.export.pk]),
    **resource("monthly-reports", NORTH, the_report),
    **resource("practice", NORTH, lambda world: [world.practice.pk]),
    **resource("duty-report", NORTH, lambda world: [world.duty.pk]),
    **resource("bulletin", ("committee", "leader"), the_bulletin),
    **resource(
        "report-extension", NORTH, lambda world: [ReportExtension.objects.earliest("pk").pk]
    ),
}


def furnish(world):
    """The north branch's reports of the campaign's first two months: one to do, one handed in; and
    its secretary's exports: one ready, one failed."""
    campaign = Campaign.objects.first() or make.make_campaign()
    periods.set_up(campaign)
    second = campaign.starts_on + timedelta(days=31)
    periods.open_periods(today=second)
    world.report = make.report_of(world.north, f"{campaign.starts_on:%Y-%m}")
    world.submitted = monthly.submit(
        make.report_of(world.north, f"{second:%Y-%m}"),
        make.WORDS,
        by=world.people.secretary,
        now=make.at(f"{second} 09:00"),
        notes={"committee": "书记外出学习，下月补开。"},  # where the world has a committee
    )
    world.extension = ReportExtension.objects.create(
        report=world.report,
        until=campaign.starts_on + timedelta(days=27),
        reason="书记外出学习，返回后报送。",
        asked_by=world.people.secretary,
        asked_at=make.at(f"{campaign.starts_on} 09:00"),
    )
    world.practice = GoodPractice.objects.create(
        report=world.report,
        organization=world.north,
        text="支部主题党日与业务结合。",
        state="direct",
        recommended_by=world.people.reviewer,
        recommended_at=make.at(f"{second} 10:00"),
    )
    now, people = timezone.now(), world.people
    world.bulletin = bulletins.draft(
        world.committee, Month.of(campaign.starts_on), by=people.committee, now=now
    )
    said = dict.fromkeys(("done", "problems", "next"), "对照八项任务逐项落实，长期坚持。")
    world.duty = duty.submit(world.north, campaign, said, revision=1, by=people.secretary, now=now)
    world.export = make.make_export(world.north, world.people.secretary)
    world.failed_export = make.make_export(
        world.north, world.people.secretary, status="failed", format="pdf"
    )
    world.paper = papers.issue(
        "dossier",
        organization=world.north,
        version="1",
        title="迎检材料",
        by=world.people.secretary,
        now=make.at(f"{second} 10:00"),
    )
