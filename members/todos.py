"""What a branch's people ask of it today: letters to receive, probations that end, members to be contacted, steps of
admission that are due; and above it, whole numbers that wait for a second person. Plain mappings, for the home page;
a constant number of statements however many people there are."""

from collections import defaultdict

from django.db.models import BigAutoField, Count, Exists, F, Min, Q, Sum
from django.utils import timezone

from branchyear.lib.composed import composed
from branchyear.lib.dates import local_day
from branchyear.lib.routes import path_to
from branchyear.lib.tellers import told
from members import admission, deadlines, second_person
from members.completeness import completeness_of
from members.models import (
    Absence,
    AdmissionStep,
    Applicant,
    Transfer,
)
from members.services import probation


def roster_todos(branch):
    """What the roster still lacks (R09), as one line."""
    found = completeness_of(branch)
    if found.is_complete:
        return []
    lacks = "、".join(f"{required.label}{number}人" for required, number in found.lacks)
    return [
        {
            "what": f"党员名册缺{found.missing}项信息",
            "why": f"缺{lacks}",
            "url": f"{path_to('members:roster')}?org={branch.pk}&lacking=any",
            "button": "去补齐",
        }
    ]


def numbers_todos(user, top):
    """Requests for whole numbers that wait for this person's yes (``members.second_person``), as one line."""
    found = second_person.waiting_for(user, now=timezone.now()).order_by()
    found = found.aggregate(waiting=Count("pk"), people=Sum("people"), until=Min("lapses_at"))
    if not found["waiting"]:
        return []
    return [
        {
            "what": f"审批{found['waiting']}项完整号码下载申请",
            "why": f"申请下载{found['people']}名党员的完整身份号码和电话，须您批准",
            "url": f"{path_to('members:numbers')}?org={top.pk}",
            "button": "去审批",
            "due": local_day(found["until"]),
        }
    ]


def movement_todos(branch, today, there=None):
    """The mappings of ``branchyear.home.Todo``, what waits for others first.

    ``there``: the names in ``movement_there`` of which there is anything; None: each is asked.
    """
    return told(TELLERS, there, branch, today)


def movement_there(branch, today):
    """Conditions by name: whether there is anything of the kind to look at. Most branches have none of most, and a
    statement that is asked anyway tells that of all."""
    return {
        "has_letters": Exists(_letters.build(branch, today)),
        "has_probations": Exists(probation.may_end_in(branch, today + deadlines.SOON)),
        "has_absences": Exists(_away.build(branch)),
        "has_admissions": Exists(_on_the_way.build(branch)),
    }


@composed(branch=BigAutoField())
def _letters(branch, today):
    rows = Transfer.objects.filter(
        Q(receiver=branch) | Q(sender=branch, valid_until__lt=today), state=Transfer.State.ISSUED
    )
    return rows.select_related("member").order_by("valid_until", "pk")


def _transfers(branch, today):
    """Letters to be received, and own letters that nobody has answered in time (R36)."""
    for row in _letters(branch=branch.pk, today=today):
        if row.receiver_id == branch.pk:
            yield {
                "what": f"接收{row.member.name}的组织关系",
                "why": f"{row.sender_name}已开具介绍信，核对后接收或退回",
                "url": row.get_absolute_url(),
                "button": "去接收",
                "due": row.valid_until,
                "urgent": row.valid_until < today,
            }
        else:
            yield {
                "what": f"{row.member.name}的介绍信已到期，尚未收到回执",
                "why": f"联系党员和{row.receiver_name}；需要时撤回后重新开具",
                "url": row.get_absolute_url(),
                "button": "去办理",
                "due": row.valid_until,
                "urgent": True,
            }


def _probations(branch, today):
    """Within 30 days of the end, and after it (R39)."""
    for end, member in probation.due_in(branch, today + deadlines.SOON):
        if end is None:
            continue  # the day is missing in the roster, which says so itself
        late = end < today
        yield {
            "what": f"讨论预备党员{member.name}转正",
            "why": "预备期已届满，尚未讨论转正"
            if late
            else "收到转正申请后召开党员大会讨论，报上级党委审批",
            "url": path_to("members:probation", member.pk),
            "button": "去办理",
            "due": end,
            "urgent": late,
        }


@composed(branch=BigAutoField())
def _away(branch):
    rows = Absence.objects.filter(organization=branch, ended_on=None, suspended_on=None)
    return rows.select_related("member")


def _absences(branch, today):
    """Members away who are to be contacted (R37), lost ones whose half year is over (R38)."""
    for row in _away(branch=branch.pk):
        due = row.contact_due
        if due is not None and due - today <= deadlines.CONTACT_SOON:
            yield {
                "what": f"联系{row.get_kind_display()}{row.member.name}",
                "why": "联系后登记一行情况即可",
                "url": row.get_absolute_url(),
                "button": "去登记",
                "due": due,
                "urgent": due < today,
            }
        months = deadlines.whole_months(row.since, today)
        if row.kind == Absence.Kind.LOST and months >= deadlines.LOST_MONTHS:
            yield {
                "what": f"党员{row.member.name}失去联系已{months}个月",
                "why": "多方查找并留存记录；查找不到的，按程序研究停止党籍",
                "url": row.get_absolute_url(),
                "button": "去办理",
                "urgent": True,
            }


@composed(branch=BigAutoField())
def _on_the_way(branch):
    """Once for each step taken."""
    return Applicant.objects.filter(
        organization=branch, state__in=[Applicant.State.RUNNING, Applicant.State.ADMITTED]
    ).annotate(step_=F("progress__step__number"), on_=F("progress__on"))


def _admissions(branch, today):
    """The next step of whoever is on the way, when its limit comes near or is over (R40)."""
    rows = _on_the_way(branch=branch.pk)
    if not rows:
        return
    steps = list(AdmissionStep.objects.filter(is_active=True).order_by("number"))
    applicants, taken_by = {}, defaultdict(dict)
    for row in rows:
        applicants.setdefault(row.pk, row)
        if row.step_ is not None:  # none registered yet
            taken_by[row.pk][row.step_] = row.on_
    for row in applicants.values():
        due = admission.next_due(steps, taken_by[row.pk])
        if due is None or due.latest is None or due.latest - today > deadlines.SOON:
            continue
        yield {
            "what": f"发展党员：{row.name}“{due.step.name}”",
            "why": f"依据{due.step.basis}" if due.step.basis else "到规定时限",
            "url": row.get_absolute_url(),
            "button": "去登记",
            "due": due.latest,
            "urgent": due.is_late(today),
        }


TELLERS = {
    "has_letters": _transfers,
    "has_probations": _probations,
    "has_absences": _absences,
    "has_admissions": _admissions,
}
