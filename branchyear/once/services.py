"""Claim a form's key, keep what came of it, forget it after some days."""

import hashlib
import re
import secrets
from datetime import timedelta

from branchyear.lib.bulk import insert_unless_there
from branchyear.once.models import Posting

FIELD = "once"  # the hidden field, written by {% once %}
WELL_FORMED = re.compile(r"[A-Za-z0-9_-]{16,64}")
# Longer than any page stays open; the key of a form opened later is a new one anyway.
KEPT = timedelta(days=7)
ANSWERS_KEPT = timedelta(hours=48)  # a program's retries: the rush of a due day and the day after


def new_key():
    """A key nobody guesses, for one form on one page."""
    return secrets.token_urlsafe(16)


def key_of(request):
    """The digest under which this post is kept; None for a form without a (well-formed) key.

    With the person, so that nobody meets another's; with the address, because a form whose buttons go
    to different addresses asks for different things.
    """
    typed = request.POST.get(FIELD, "")
    if not WELL_FORMED.fullmatch(typed):
        return None
    words = f"{request.user.pk}\n{request.get_full_path()}\n{typed}"
    return hashlib.sha256(words.encode()).hexdigest()


def content_of(request):
    """The digest of everything typed, chosen and uploaded."""
    digest = hashlib.sha256()
    for name, values in sorted(request.POST.lists()):
        if name not in {FIELD, "csrfmiddlewaretoken"}:
            digest.update(repr((name, values)).encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            whole = hashlib.sha256()
            for chunk in file.chunks():
                whole.update(chunk)
            file.seek(0)
            digest.update(repr((name, file.name, whole.hexdigest())).encode())
    return digest.hexdigest()


def claim(key, content):
    """``(posting, whether this is the first)``; inside the transaction of what the form does.

    Of several at the same moment the first goes on and the others wait here until it is through: then
    they find its row, or, where it came to nothing, one of them is the first.
    """
    posting = Posting(key=key, content=content)
    if insert_unless_there(posting, "key"):
        return posting, True
    # Still there, for only ``expire`` takes old ones away, and what came to nothing is gone before we are let on.
    return Posting.objects.get(key=key), False


def keep_answer(posting, status, answer):
    """What a program was answered, for when it asks again."""
    posting.status, posting.answer = status, answer
    posting.save(update_fields=["status", "answer"])


def expire(*, now):
    """Forget what was posted long ago; how many."""
    answers = Posting.objects.filter(status__isnull=False, at__lt=now - ANSWERS_KEPT)
    return answers.delete()[0] + Posting.objects.filter(at__lt=now - KEPT).delete()[0]
