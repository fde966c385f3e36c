"""核验: is this the file that was given out, and what was true of it?

Open to everybody with an account: whoever holds a paper holds its code. What the paper consists of is
listed only for those who see its organisation; the others learn about the one file they hold.
"""

from django import forms
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from branches.models import Organization
from branchyear.lib.errors import Refused
from branchyear.lib.paging import page_of
from reports.models import PaperFile
from reports.services import papers

FILES_PER_PAGE = 50


class CodeForm(forms.Form):
    code = forms.CharField(
        label="核验码",
        required=False,
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "placeholder": "如 ABCD-EFGH-JKLM", "autofocus": True}
        ),
        error_messages={"max_length": "核验码是12位，请对照纸上核对。"},
    )

    def clean_code(self):
        return cleaned(papers.code_of, self.cleaned_data["code"])


class ChecksumForm(forms.Form):
    sha256 = forms.CharField(
        label="校验值（SHA-256）",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"max_length": "校验值是64位的数字和字母a至f，请重新复制。"},
    )

    def clean_sha256(self):
        return cleaned(papers.checksum_of, self.cleaned_data["sha256"])


def cleaned(read, text):
    """The service's own sentence beside the box."""
    try:
        return read(text)
    except Refused as refusal:
        raise forms.ValidationError(refusal.sentence) from None


@require_GET
def verify(request):
    """Type the code of a paper."""
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_valid():
        return redirect("reports:verify_paper", form.cleaned_data["code"])
    return render(request, "reports/verify.html", {"form": form})


@never_cache
@require_http_methods(["GET", "POST"])
def verify_paper(request, code):
    """What this paper is; with a checksum (or, without JavaScript, a file) whether it is the same."""
    try:
        paper = papers.find(papers.code_of(code))
    except Refused:
        paper = None
    if paper is None:
        form = CodeForm({"code": code})
        form.is_valid()
        context = {"form": form, "unknown": code[:60]}
        return render(request, "reports/verify.html", context, status=404)
    form, sha256, complaint = ChecksumForm(), "", ""
    if request.method == "POST":
        upload = request.FILES.get("file")
        if upload is None:
            complaint = "请先选择要核对的文件。"
        else:
            sha256 = papers.sum_of(upload)
    elif "sha256" in request.GET:
        form = ChecksumForm(request.GET)
        if form.is_valid():
            sha256 = form.cleaned_data["sha256"]
    context = {
        "paper": paper,
        "form": form,
        "complaint": complaint,
        "sha256": sha256,
        "matches": papers.compare(paper, sha256) if sha256 else [],
        "kinds": KIND_WORDS,
        "of_items": paper.kind == "dossier",
        "page": None,
    }
    if Organization.objects.visible_to(request.user).filter(pk=paper.organization_id).exists():
        files = PaperFile.objects.visible_to(request.user).filter(paper=paper)
        context["page"] = page_of(request.GET, files, FILES_PER_PAGE)
    return render(request, "reports/verify_paper.html", context, status=422 if complaint else 200)


# How the sentence about a file begins that is no evidence.
KIND_WORDS = {
    PaperFile.Role.WHOLE: "整份文件",
    PaperFile.Role.CATALOGUE: "本材料的目录",
    PaperFile.Role.LEDGER: "材料中的报表",
    PaperFile.Role.COVER: "条目情况表",
}
