"""Who gets what at the addresses of 督查抽查: a draft, and an unannounced one that has begun at the north
branch, where something was not as claimed."""

from datetime import timedelta

from branchyear.tests.access import NORTH, PEOPLE, Row
from tasks.models import VisitRecord
from tasks.services import inspections, visits
from tasks.tests import make_inspections as make
from tasks.tests.make import make_png

OVER = ("committee", "leader", "department")
BLIND = ("admin", "security", "auditor", "nobody")
BUT_COMMITTEE = [p for p in NORTH if p != "committee"]
BUT_INSPECTOR = [p for p in NORTH if p != "inspector"]
BRANCH = ("secretary", "clerk")


def furnish(world, *, now):
    people = world.people
    hour = timedelta(hours=1)
    world.plan = make.make_inspection(world.committee, people.committee, now=now)
    inspections.leave_out(world.plan, world.south, "上月刚接受过检查", by=people.committee, now=now)
    # At the north branch alone: the inspector of the cast sees nothing else.
    world.inspection = make.make_visits(
        world.committee, people.committee, people.inspector, now=now - 3 * hour, scope=world.north
    )
    world.visit = make.visit_to(world.inspection, world.north)
    visits.start(world.visit, by=people.inspector, now=now - 2 * hour)
    first, second = world.visit.records.all()
    visits.add_photo(second, make_png(), by=people.inspector, now=now - 2 * hour)
    told = make.told(world.visit, "true", "false")
    visits.sign(
        world.visit, told, revision=world.visit.revision, by=people.inspector, now=now - hour
    )
    world.record = VisitRecord.objects.get(visit=world.visit, verdict="false")
    world.photo = world.record.photos.get()


def the_plan(world):
    return [world.plan.pk]


def running(world):
    return [world.inspection.pk]


def the_visit(world):
    return [world.visit.pk]


def the_record(world):
    return [world.record.pk]


def member(world):
    return [world.inspection.team.get().pk]


def of_draft(status, **more):
    """What only the committee's reviewer does with its draft."""
    return Row({status: ["committee"], 403: ["leader", "department"]}, args=the_plan, **more)


def of_running(status, args=running, **more):
    return Row({status: ["committee"], 403: BUT_COMMITTEE}, args=args, method="post", **more)


ROWS = {
    "tasks:inspections": Row({200: [p for p in PEOPLE if p not in BLIND], 403: BLIND}),
    "tasks:new_inspection": Row(
        {
            200: ["committee", "department"],
            403: [p for p in PEOPLE if p not in ("committee", "department")],
        }
    ),
    "tasks:inspection": Row({200: NORTH}, args=running),
    "tasks:edit_inspection": of_draft(200),
    "tasks:publish_inspection": of_draft(302, method="post"),
    # Nothing has been published yet.
    "tasks:make_draw": of_draft(409, method="post"),
    "tasks:leave_out": of_draft(422, method="post"),
    # Gone by the time the others ask.
    "tasks:take_in": Row(
        {302: ["committee"]},
        args=lambda world: [world.plan.exclusions.get().pk],
        method="post",
    ),
    "tasks:join_team": of_draft(422, method="post"),
    # From this moment the inspector sees nothing of it any more.
    "tasks:leave_team": Row(
        {302: ["committee"], 403: [p for p in BUT_COMMITTEE if p != "inspector"]},
        args=member,
        method="post",
    ),
    "tasks:prolong_member": of_running(409, member),
    "tasks:void_draw": of_running(422),
    "tasks:deal_out": of_running(302),
    "tasks:end_inspection": of_running(422),
    # The sample of an unannounced inspection is those over it's alone until it is over.
    "tasks:draw": Row({200: NORTH}, args=lambda world: [world.inspection.draw.pk]),
    "tasks:draw_document": Row({200: OVER}, args=lambda world: [world.inspection.draw.pk]),
    "tasks:visit": Row({200: NORTH}, args=the_visit),
    # Signed already.
    "tasks:start_visit": Row(
        {409: ["inspector"], 403: BUT_INSPECTOR}, args=the_visit, method="post"
    ),
    "tasks:save_visit": Row(
        {409: ["inspector"], 403: BUT_INSPECTOR}, args=the_visit, method="post"
    ),
    # Nobody is named; no reason is given.
    "tasks:assign_visit": of_running(409, the_visit),
    "tasks:miss_visit": of_running(409, the_visit),
    # There is no picture.
    "tasks:add_photo": Row(
        {409: ["inspector"], 403: BUT_INSPECTOR}, args=the_record, method="post"
    ),
    "tasks:photo": Row({200: NORTH}, args=lambda world: [world.photo.pk]),
    "tasks:state_record": Row(
        {422: BRANCH, 403: [p for p in NORTH if p not in BRANCH]}, args=the_record, method="post"
    ),
    "tasks:decide_record": of_running(422, the_record),
}
