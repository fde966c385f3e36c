"""Files that come with a form: what is told before choosing, and what is taken."""

from django import forms
from django.conf import settings

from branchyear.lib.errors import Refused
from tasks import files
from tasks.services import evidence as materials

# What a person is told before choosing a file; the browser checks it first, the service decides.
LIMITS = {
    "bytes": settings.EVIDENCE_MAX_BYTES,
    "accept": ",".join(f".{extension}" for extension in files.EXTENSIONS),
    "words": (
        f"单个文件不超过{settings.EVIDENCE_MAX_BYTES // 1024 // 1024}MB，每项最多"
        f"{settings.EVIDENCE_MAX_PER_ITEM}份；可以上传{files.WORDS_ALLOWED}。"
    ),
}


class MaterialDayForm(forms.Form):
    """The day of what the chosen files show, beside the answer's own form."""

    material_on = forms.DateField(
        required=False,
        error_messages={"invalid": "材料日期请按 2022-04-25 的格式填写。"},
    )


def add_files(request, row, complaints):
    """Add each chosen file with the day given for them; the number taken. What cannot be taken is
    complained of by name."""
    uploads = request.FILES.getlist("files")
    form = MaterialDayForm(request.POST)
    if uploads and not form.is_valid():
        complaints["evidence"].extend(form.errors["material_on"])
        return 0
    added = 0
    for upload in uploads:
        try:
            materials.add(row, upload, by=request.user, fact_on=form.cleaned_data["material_on"])
            added += 1
        except Refused as error:
            if error.field == "fact_on":
                complaints["evidence"].append(error.sentence)
                return added
            if error.field != "file":
                raise
            complaints["evidence"].append(error.sentence)
    return added
