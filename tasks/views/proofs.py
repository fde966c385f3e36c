"""What proves an item: files uploaded or chosen, recorded meetings; put on and taken off."""

from django.http import Http404
from django.views.decorators.http import require_POST

from branchyear.lib.errors import Refused
from tasks.models import Evidence
from tasks.services import evidence as materials
from tasks.services import facts
from tasks.views import ticked
from tasks.views.items import done, fetch, page, work


@require_POST
def add_evidence(request, pk):
    """上传: keeps what is typed and adds the chosen files."""
    return work(request, pk, then=ask_for_files)


@require_POST
def attach_evidence(request, pk):
    """从支部材料库选用: keeps what is typed and uses the ticked files of the branch here too."""
    return work(request, pk, then=attach)


@require_POST
def detach_evidence(request, pk, evidence_pk):
    """Take a file off this item; it stays with the branch and with other items."""
    return work(request, pk, then=lambda *args: detach(*args, evidence_pk))


@require_POST
def attach_meetings(request, pk):
    """选用组织生活记录: keeps what is typed and lets the ticked meetings prove the item."""
    return work(request, pk, then=use_meetings)


@require_POST
def detach_meeting(request, pk, meeting_pk):
    """Take a meeting off this item; its record stays."""
    return work(request, pk, then=lambda *args: drop_meeting(*args, meeting_pk))


@require_POST
def use_facts(request, pk):
    """用平台数据作佐证: keeps what is typed and seals the ticked ledgers as they stand now."""
    return work(request, pk, then=seal)


@require_POST
def drop_fact(request, pk, kind):
    """Take a ledger off this item."""
    return work(request, pk, then=lambda *args: unseal(*args, kind))


# --- Behind the buttons ---------------------------------------------------------------------------


def ask_for_files(request, row, said):
    if not request.FILES.getlist("files"):
        complaints = {"evidence": ["请先点“选择文件”，选好后再点“上传”。"], "form": []}
        return page(request, row, complaints=complaints, status=422)
    return done(request, row, said)


def attach(request, row, said):
    chosen = ticked.files(request, row)
    if not chosen:
        complaints = {"evidence": ["请先在支部材料库中勾选要用的文件。"], "form": []}
        return page(request, row, complaints=complaints, status=422)
    for evidence in chosen:
        materials.attach(row, evidence, by=request.user)
    return done(request, fetch(request, row.pk), f"已选用{len(chosen)}个文件。")


def detach(request, row, said, evidence_pk):
    evidence = Evidence.objects.visible_to(request.user).filter(pk=evidence_pk).first()
    if evidence is None:
        raise Http404
    materials.detach(row, evidence, by=request.user)
    return done(request, fetch(request, row.pk), f"已从本项移除“{evidence.name}”。")


def use_meetings(request, row, said):
    chosen = ticked.meetings(request, row)
    if not chosen:
        complaints = {"evidence": ["请先勾选要用的组织生活记录。"], "form": []}
        return page(request, row, complaints=complaints, status=422)
    count = materials.attach_meetings(row, chosen, by=request.user)
    return done(request, fetch(request, row.pk), f"已选用{count}条组织生活记录，不用再上传。")


def drop_meeting(request, row, said, meeting_pk):
    link = row.meeting_links.filter(meeting=meeting_pk).select_related("meeting").first()
    if link is None:
        raise Http404
    materials.detach_meeting(row, link.meeting, by=request.user)
    return done(request, fetch(request, row.pk), "已从本项移除该记录，记录本身不受影响。")


def seal(request, row, said):
    chosen = ticked.facts(request)
    if not chosen:
        complaints = {"evidence": ["请先勾选要用的平台数据。"], "form": []}
        return page(request, row, complaints=complaints, status=422)
    try:
        facts.use(row, chosen, by=request.user)
    except Refused as error:
        if error.field != "evidence":
            raise
        complaints = {"evidence": [error.sentence], "form": []}
        return page(request, row, complaints=complaints, status=422)
    return done(request, fetch(request, row.pk), "已用平台数据作佐证，不用再上传。")


def unseal(request, row, said, kind):
    if not row.fact_links.filter(kind=kind).exists():
        raise Http404
    facts.drop(row, kind, by=request.user)
    return done(request, fetch(request, row.pk), "已从本项移除该项平台数据，台账本身不受影响。")
