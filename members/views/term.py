"""One term: its record put right (更正), and put off with the approval from above (延期换届)."""

from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from branches import rules as branch_rules
from branches import terms as arithmetic
from branches.models import Term
from branches.services import terms as services
from branchyear.lib.dates import in_words
from branchyear.lib.errors import Refused, require
from members.forms_terms import CorrectionForm, ExtensionForm
from members.services import elections
from members.views.termform import answer, organization_or_404


@require_http_methods(["GET", "POST"])
def correct_term(request, pk):
    """更正换届登记."""
    terms = Term.objects.visible_to(request.user).select_related("organization")
    term = get_object_or_404(terms, pk=pk)
    require(branch_rules.may_keep_term(request.user, term.organization))
    form = CorrectionForm(request.POST or None, initial=CorrectionForm.of(term))

    def act():
        version = form.cleaned_data["version"]
        services.correct_term(
            term,
            revision=int(version) if version.isdecimal() else 0,
            by=request.user,
            **form.facts,
        )
        return "已更正。"

    context = {
        "heading": f"更正第{term.number}届换届登记",
        "button": "保存更正",
        "note": "届满日期按选举日期和任期自动计算；更正前后的内容都有记录。",
    }
    return answer(request, term.organization, form, act, context, version=lambda: term.revision)


@require_http_methods(["GET", "POST"])
def extension(request, pk):
    """延期换届: the paper of approval and the day."""
    organization = organization_or_404(request.user, pk)
    require(branch_rules.may_extend_term(request.user, organization))
    term = elections.running_term(organization)
    if term is None:
        raise Refused("还没有登记本届班子，请先登记换届。")
    initial = {
        "to": term.extended_to,
        "document_no": term.extension_no,
        "request_no": term.request_no,
        "version": term.revision,
    }
    form = ExtensionForm(request.POST or None, initial=initial)

    def act():
        asked = dict(form.cleaned_data)
        asked["revision"] = asked.pop("version") or 0
        services.extend(term, by=request.user, **asked)
        return f"已登记延期至{term.extended_to:%Y年%-m月%-d日}。"

    latest = arithmetic.latest_extension(term.expires_on)
    context = {
        "heading": "登记延期换届",
        "button": "登记延期",
        "facts": [("届满日期", in_words(term.expires_on)), ("最晚可延至", in_words(latest))],
        "note": f"延期须经上级党组织批准，延长期限一般不超过1年。依据：{arithmetic.EXTENSION_BASIS}。",
    }
    return answer(request, organization, form, act, context, version=lambda: term.revision)
