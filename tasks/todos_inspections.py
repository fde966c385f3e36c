"""What inspections ask today: of whoever runs them, of the inspector, of a branch that was visited."""

from django.db.models import BigAutoField, OuterRef
from django.urls import reverse

from branchyear.lib.composed import composed
from branchyear.lib.counts import number_of
from tasks.models import Inspection, Visit, VisitRecord

State = Inspection.State


def running_todos(organization, today):
    """What waits for the organiser: a hash that waits for its draw, branches nobody goes to, discrepancies
    nobody has decided, an inspection whose days are over. One line for each inspection."""
    here = {"visit__inspection": OuterRef("pk")}
    undecided = VisitRecord.objects.undecided().filter(**here)
    alone = Visit.objects.filter(
        inspection=OuterRef("pk"), inspector=None, state=Visit.State.WAITING
    )
    rows = (
        Inspection.objects.filter(
            organization=organization, state__in=[State.PUBLISHED, State.RUNNING]
        )
        .annotate(
            undecided_=number_of(undecided, "visit__inspection"),
            alone_=number_of(alone, "inspection"),
        )
        .order_by("ends_on", "pk")
    )
    for row in rows:
        if row.state == State.PUBLISHED:
            why, button = "校验值已公布，等待抽取", "去抽取"
        elif row.undecided_:
            why, button = f"{row.undecided_}处与填报不符，等待处理", "去处理"
        elif row.alone_:
            why, button = f"{row.alone_}个支部还没有安排检查人员", "去安排"
        elif row.ends_on < today:
            why, button = "检查时间已过，请督促完成并结束检查", "去查看"
        else:
            continue
        yield {
            "what": row.title,
            "why": why,
            "url": row.get_absolute_url(),
            "button": button,
            "due": row.ends_on,
            "urgent": row.ends_on < today,
        }


@composed(branch=BigAutoField())
def not_found(branch):
    rows = VisitRecord.objects.undecided().filter(
        visit__branch=branch, statement="", visit__inspection__state=State.RUNNING
    )
    return rows.order_by("pk").values_list("visit", flat=True)


def answer_todos(branch, today=None):
    """What a branch may still say to what an inspector did not find: one line."""
    found = not_found(branch=branch.pk)
    if found:
        yield {
            "what": f"检查发现{len(found)}处与填报不符",
            "why": "与实际不一致的，可以填写情况说明",
            "url": reverse("tasks:visit", args=[found[0]]),
            "button": "去说明",
        }
