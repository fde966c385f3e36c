"""The door to the private files."""

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from branchyear.audit.services import record
from branchyear.lib.errors import Refused
from tasks.models import Evidence

# What a browser shows without running anything; all else is only ever saved to disk.
PREVIEWS = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
}
# Nothing inside a previewed file may run, load or frame anything, whatever it contains.
LOCKED = "sandbox; default-src 'none'; img-src 'self'; object-src 'self'; style-src 'unsafe-inline'"


@require_GET
def evidence(request, pk):
    """Hand out one file to whoever sees its branch; ``?preview=1`` shows a picture or a PDF.

    Each time is in the audit trail: files hold names and signatures.
    """
    found = get_object_or_404(
        Evidence.objects.visible_to(request.user).select_related("organization"), pk=pk
    )
    kind = PREVIEWS.get(found.extension) if request.GET.get("preview") else None
    try:
        content = found.file.open("rb")
    except OSError:
        raise Refused(
            f"文件“{found.name}”暂时取不到，请稍后再试；如仍不行，请告诉系统管理员。"
        ) from None
    record(
        "evidence.downloaded",
        found,
        by=request.user,
        organization=found.organization,
        preview=bool(kind),
    )
    response = FileResponse(
        content,
        as_attachment=not kind,
        filename=found.name,
        content_type=kind or "application/octet-stream",
    )
    response["Content-Security-Policy"] = LOCKED
    response["Cache-Control"] = "private, no-store"
    return response
