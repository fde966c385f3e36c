"""Who gets what at the addresses of uploaded rosters."""

from datetime import date

from branchyear.tests.access import Row
from members.models import RosterUpload
from members.tests.rows.people import SEEING

FILLERS = ("secretary", "clerk", "second_secretary", "fourth_secretary", "south_secretary", "archive_secretary", "reviewer", "south_reviewer")  # fmt: skip
OTHERS = [p for p in SEEING if p not in FILLERS]


def furnish(world):
    world.upload = RosterUpload.objects.create(
        organization=world.north,
        by=world.people.secretary,
        filename="名册.xlsx",
        sha256="0" * 64,
        state="failed",
        expires_on=date(2099, 1, 1),
    )


def _upload(world):
    return [world.upload.pk]


ROWS = {
    "members:roster_upload": Row({200: FILLERS, 403: OTHERS}),
    "members:roster_workbook": Row({200: FILLERS, 403: OTHERS}),
    "members:roster_export": Row({}, method="post"),  # no organisation named
    "members:roster_uploads": Row({200: SEEING}),
    "members:roster_report": Row({200: ["secretary"]}, args=_upload),
    "members:roster_confirm": Row({409: ["secretary"]}, args=_upload, method="post"),
    "members:roster_findings": Row({409: ["secretary"]}, args=_upload),
}
