"""Who gets what at the addresses of absences, probation and admission: all of the north branch."""

from datetime import date

from branchyear.lib.dates import local_day
from branchyear.tests.access import LEDGERS, Row
from members.services import absences, admissions
from members.tests.make import make_member
from members.tests.rows.people import KEEPERS, ONLOOKERS, SEEING


def furnish(world):
    admissions.load_steps()  # a transactional test before this one emptied the tables
    world.absence = absences.register_absence(
        make_member(world.north, "流动"),
        kind="overseas",
        since=date(2022, 1, 1),
        destination="国外",
        contact_person="赵书记",
        by=None,
    )
    world.probationer = make_member(
        world.north,
        "预备",
        category="probationary",
        admitted_on=date(2022, 1, 1),
        formal_on=None,
    )
    world.applicant = admissions.register_applicant(
        world.north, facts={"name": "申请人"}, applied_on=local_day(), by=None
    )


def absence(world):
    return [world.absence.pk]


def probationer(world):
    return [world.probationer.pk]


def applicant(world):
    return [world.applicant.pk]


OTHERS = [p for p in LEDGERS if p not in {"secretary", "clerk"}]


def asked(args):
    """An empty form comes back to the branch with its questions; those above may not."""
    return Row({422: ["secretary", "clerk"], 403: OTHERS}, args=args, method="post")


ROWS = {
    "members:absences": Row({200: SEEING}),
    "members:register_absence": Row({200: KEEPERS, 403: ONLOOKERS}),
    "members:absence": Row({200: LEDGERS}, args=absence),
    "members:add_contact": asked(absence),
    "members:suspend": asked(absence),
    "members:end_absence": asked(absence),
    "members:probation": Row({200: LEDGERS}, args=probationer),
    "members:convert": asked(probationer),
    "members:extend_probation": asked(probationer),
    "members:end_probation": asked(probationer),
    "members:admissions": Row({200: SEEING}),
    "members:new_applicant": Row({200: KEEPERS, 403: ONLOOKERS}),
    "members:applicant": Row({200: LEDGERS}, args=applicant),
    "members:edit_applicant": Row({200: ["secretary", "clerk"], 403: OTHERS}, args=applicant),
    "members:register_steps": asked(applicant),
    "members:stop_applicant": asked(applicant),
    # Nothing to resume: the branch is told so.
    "members:resume_applicant": Row(
        {409: ["secretary", "clerk"], 403: OTHERS}, args=applicant, method="post"
    ),
}
