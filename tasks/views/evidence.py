"""The door to the private files."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from branchyear.audit.services import record
from branchyear.lib.errors import Refused
from branchyear.lib.private import hand_out
from tasks.models import Evidence
from tasks.previews import READERS, preview_of

# What a browser shows by itself without running anything.
INLINE = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
}
# Besides, what we show as text and tables; all else is only ever saved to disk.
PREVIEWS = frozenset({*INLINE, *READERS})
# Nothing inside a previewed file may run, load or frame anything, whatever it contains.
LOCKED = "sandbox; default-src 'none'; img-src 'self'; object-src 'self'; style-src 'unsafe-inline'"

# Our own page of escaped words: no script, no form, no picture, no frame. Same origin, so that older
# browsers find the style sheets; downloads, for its one button.
LOCKED_PAGE = (
    "sandbox allow-same-origin allow-downloads; default-src 'none'; style-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)


@require_GET
def evidence(request, pk):
    """Hand out one file to whoever sees its branch; ``?preview=1`` shows a picture or a PDF,
    and of a Word or Excel file the words.

    Each time is in the audit trail: files hold names and signatures.
    """
    found = get_object_or_404(
        Evidence.objects.visible_to(request.user).select_related("organization", "uploaded_by"),
        pk=pk,
    )
    wanted = bool(request.GET.get("preview")) and found.extension in PREVIEWS
    kind = INLINE.get(found.extension) if wanted else None
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
        preview=wanted,
    )
    if wanted and kind is None:
        return in_words(request, found, content)
    return hand_out(
        content,
        name=found.name,
        content_type=kind or "application/octet-stream",
        inline=bool(kind),
        policy=LOCKED,
    )


def in_words(request, found, content):
    """The words of a Word or Excel file, on a page of its own where nothing runs."""
    with content:
        preview = preview_of(found.extension, content)
    response = render(request, "tasks/preview.html", {"row": found, "preview": preview})
    response["Content-Security-Policy"] = LOCKED_PAGE
    response["Cache-Control"] = "private, no-store"
    return response
