"""Builders for inspections: planned, published, drawn, visited, all through the services."""

from datetime import date, datetime, timedelta

from branchyear.lib.dates import CHINA
from tasks.models import Campaign, ChecklistItem, Visit
from tasks.services import inspections, inspectors, visits

# The campaign's year may be any; an inspection of a working week.
NOW = datetime(2026, 5, 12, 9, 30, tzinfo=CHINA)
SOON = timedelta(minutes=5)
CODES = ("T1-01", "T1-05")


def make_inspection(organization, by, *, now=NOW, codes=CODES, **facts):
    """A draft over everything below, one branch of each directly affiliated organisation."""
    day = now.astimezone(CHINA).date()
    values = {
        "title": "五月党建工作督查",
        "kind": "third_party",
        "scope": organization,
        "starts_on": day,
        "ends_on": day + timedelta(days=10),
        "methods": "查阅资料、实地查看",
        "demands": "",
        "announced": False,
        "strata_by": "direct",
        "measure": "number",
        "amount": 1,
    }
    campaign = Campaign.objects.latest("year")
    items = ChecklistItem.objects.filter(task__campaign=campaign, code__in=codes)
    return inspections.draft(
        organization, campaign=campaign, items=items.select_related("task"), by=by, now=now,
        **(values | facts),
    )  # fmt: skip


def make_team(inspection, by, person, *, now=NOW, until=date(2099, 1, 1)):
    return inspectors.join(
        inspection, username=person.username, name=person.name, until=until, unit="某事务所",
        by=by, now=now,
    )  # fmt: skip


def make_published(inspection, by, *, now=NOW):
    return inspections.publish(inspection, revision=inspection.revision, by=by, now=now)


def make_drawn(inspection, by, *, now=NOW):
    """Published and drawn five minutes later."""
    make_published(inspection, by, now=now)
    return inspections.make_draw(inspection, revision=inspection.revision, by=by, now=now + SOON)


def visit_to(inspection, branch):
    """The visit to ``branch``, whether or not it was drawn: the draw is not these tests' matter."""
    visit = inspection.visits.select_related("branch", "inspection__organization", "inspector").get(
        branch=branch
    )
    return visit


def make_visits(organization, by, inspector, *, now=NOW, **facts):
    """Drawn: every branch below ``organization``, each fallen to ``inspector``."""
    inspection = make_inspection(organization, by, now=now, amount=100, **facts)
    make_team(inspection, by, inspector, now=now)
    make_drawn(inspection, by, now=now)
    return inspection


def make_started(visit, by, *, now=NOW + 2 * SOON):
    return visits.start(visit, by=by, now=now)


def told(visit, *verdicts, words="现场没有看到相应的会议记录", **facts):
    """What the inspector writes: a verdict for each line in order."""
    records = {
        row.pk: (verdict, "" if verdict in {"true", ""} else words)
        for row, verdict in zip(visit.records.all(), verdicts, strict=True)
    }
    return visits.Told(records=records, **({"companion": "赵书记"} | facts))


def make_signed(visit, by, *verdicts, now=NOW + 3 * SOON):
    if visit.state == Visit.State.WAITING:
        make_started(visit, by)
    return visits.sign(
        visit,
        told(visit, *(verdicts or ("true", "false"))),
        revision=visit.revision,
        by=by,
        now=now,
    )
