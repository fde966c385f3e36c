"""What 督办单 ask of the organisation they went to, and of the working committee, today."""

from django.db.models import BigAutoField

from branchyear.lib.composed import composed
from branchyear.lib.routes import path_to
from tasks.models import Supervision
from tasks.rules_scores import may_run_scores

State = Supervision.State
SHOWN = 3  # the home page has room for eight things of every kind


@composed(organization=BigAutoField())
def to_answer(organization):
    rows = Supervision.objects.to_answer().filter(organization=organization)
    return rows.select_related("campaign").order_by("due_on", "pk")[:SHOWN]


def supervision_todos(organization, today):
    """To be answered, the first due first. One statement."""
    for row in to_answer(organization=organization.pk):
        yield {
            "what": f"办理{row}：{row.title}",
            "why": "工委督办，办理后书面回复" if row.state == State.ISSUED else "工委要求重新办理",
            "url": row.get_absolute_url(),
            "button": "去回复",
            "due": row.due_on,
            "urgent": row.due_on < today or row.state == State.REOPENED,
        }


def supervision_oversight_todos(top, user, today):
    """Of the committee: replies to be looked at."""
    if not may_run_scores(user):
        return
    if waiting := Supervision.objects.under(top).filter(state=State.REPLIED).count():
        yield {
            "what": f"核办{waiting}件督办回复",
            "why": "承办单位已回复办理情况，等待办结或退回",
            "url": f"{path_to('tasks:supervisions')}?org={top.pk}&state={State.REPLIED}",
            "button": "去核办",
        }
