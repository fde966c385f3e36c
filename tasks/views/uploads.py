"""Files that come with a form: what is told before choosing, and what is taken."""

from django.conf import settings

from branchyear.lib.errors import Refused
from tasks import files
from tasks.services import evidence as materials

# What a person is told before choosing a file; the browser checks it first, the service decides.
LIMITS = {
    "bytes": settings.EVIDENCE_MAX_BYTES,
    "accept": ",".join(f".{extension}" for extension in files.EXTENSIONS),
    "words": (
        f"单个文件不超过{settings.EVIDENCE_MAX_BYTES // 1024 // 1024}MB,每项最多"
        f"{settings.EVIDENCE_MAX_PER_ITEM}份；可以上传{files.WORDS_ALLOWED}。"
    ),
}


def add_files(request, row, complaints):
    """Add each chosen file; the number taken. What cannot be taken is complained of by name."""
    added = 0
    for upload in request.FILES.getlist("files"):
        try:
            materials.add(row, upload, by=request.user)
            added += 1
        except Refused as error:
            if error.field != "file":
                raise
            complaints["evidence"].append(error.sentence)
    return added
