"""Which files of the library go with appeals against scores: told to the library."""

from tasks.materials import Use, uses_files
from tasks.models import AppealEvidence


@uses_files(
    lambda: AppealEvidence.objects.select_related("appeal__line__line", "appeal__line__score")
)
def told(link):
    appeal = link.appeal
    return Use(
        f"申诉：{appeal.line.line}",
        f"{appeal.line.score.get_absolute_url()}#line-{appeal.line.line.code}",
        "submitted" if appeal.state == appeal.State.ASKED else "locked",
        appeal.get_state_display(),
    )
