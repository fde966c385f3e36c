"""The one door through which a stored private file leaves, after the view has asked who may have it.

With ``PRIVATE_FILES_ACCEL`` the web server in front sends the bytes (X-Accel-Redirect: it knows ranges, and no
thread of ours waits for a slow line); its location is ``internal``, nobody reaches it by an address. Otherwise, and
for files that are no files of this machine, we send them ourselves.
"""

from urllib.parse import quote

from django.conf import settings
from django.http import FileResponse, HttpResponse


def hand_out(file, *, name, content_type=None, inline=False, policy=None):
    """The answer with a stored file (an opened ``FieldFile``) under ``name``.

    Saved to disk unless ``inline``; nothing on the way keeps a copy. ``policy`` is a Content-Security-Policy
    of its own.
    """
    answer = FileResponse(file, as_attachment=not inline, filename=name, content_type=content_type)
    if settings.PRIVATE_FILES_ACCEL and _is_of_this_machine(file):
        sent_by_us, answer = answer, HttpResponse()
        for header in ("Content-Type", "Content-Disposition"):
            answer.headers[header] = sent_by_us.headers[header]
        answer.headers["X-Accel-Redirect"] = settings.PRIVATE_FILES_ACCEL + quote(file.name)
        file.close()  # not the answer: closing one tells Django that the request has ended
    answer.headers["Cache-Control"] = "private, no-store"
    if policy:
        answer.headers["Content-Security-Policy"] = policy
    return answer


def _is_of_this_machine(file):
    try:
        return bool(file.path)
    except NotImplementedError:  # a bucket of objects
        return False
