"""The reviewer's answer to a question about a material (twin check)."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from branchyear.lib.errors import require
from tasks import rules, twins
from tasks.models import Evidence
from tasks.services import twins as services
from tasks.views.items import fetch
from tasks.views.review import desk


@require_POST
def settle_material(request, pk, evidence_pk):
    """已核实: only what is asked now about this item's own materials."""
    row = fetch(request, pk)
    require(rules.may_see_twins(request.user, row.branch), "材料核实由上级审核人办理。")
    evidence = get_object_or_404(Evidence.objects.filter(links__branch_item=row), pk=evidence_pk)
    about = request.POST.get("about", "")
    asked = twins.questions_about(row, [evidence], user=request.user)
    if any(question.about == about for question in asked):
        services.settle(row, evidence, about, by=request.user, note=request.POST.get("note", ""))
        messages.success(request, "已记为“已核实”。")
    else:
        messages.info(request, "这条提示已不存在，无需核实。")
    return redirect(desk(request.POST, item=row.pk) if "queue" in request.POST else row)
