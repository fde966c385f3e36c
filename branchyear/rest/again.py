"""``Idempotency-Key``: the same request sent again is answered as the first was, and does nothing more.

The key, the work and the answer are one transaction in the table of posted forms (``branchyear.once``): there is
never a key without its work. Only what succeeded is kept, for 48 hours at least; what was refused did nothing and may be
sent again under the same key. The same key with another body is told (422); while the first is still being worked on,
the second hears so (409, ``Retry-After``).

Semantics: pretix (stored response, 409 with Retry-After, errors not remembered), Stripe (body compared).
"""

import hashlib
import json
import re
from contextlib import contextmanager

from django.core.cache import cache
from django.db import transaction
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from branchyear.once import services as once
from branchyear.rest.errors import Problem

HEADER = "Idempotency-Key"
WELL_FORMED = re.compile(r"[\x21-\x7e]{8,128}")
AT_WORK = 300  # seconds: above the longest request
RETRY_AFTER = 5


def perform(request, work):
    """``work()`` gives the response; inside a transaction, once for each key."""
    typed = request.headers.get(HEADER)
    if request.method != "POST" or typed is None:
        with transaction.atomic():
            return work()
    if not WELL_FORMED.fullmatch(typed):
        raise Problem(400, "invalid", f"{HEADER} 应为8至128个可见的西文字符，如一个 UUID。")
    words = f"api\n{request.user.pk}\n{request.get_full_path()}\n{typed}"
    key = hashlib.sha256(words.encode()).hexdigest()
    with _alone(key), transaction.atomic():
        posting, is_first = once.claim(key, content_of(request))
        if not is_first:
            return _replay(posting, content_of(request))
        response = work()
        shown = {name: response[name] for name in ("ETag", "Location") if name in response}
        kept = {"data": response.data, "headers": shown}
        once.keep_answer(posting, response.status_code, json.dumps(kept, cls=JSONEncoder))
        return response


def _replay(posting, content):
    if posting.content != content:
        sentence = f"这个 {HEADER} 已用于内容不同的请求，没有办理。请换一个新的。"
        raise Problem(422, "key-reused", sentence)
    kept = json.loads(posting.answer)
    headers = {**kept["headers"], "Idempotent-Replayed": "true"}
    return Response(kept["data"], status=posting.status, headers=headers)


@contextmanager
def _alone(key):
    """A mark in the shared cache while the first is at work. It only saves waiting: should the cache lose it, the
    second waits in the database for the first one's row."""
    mark = f"api-at-work:{key}"
    if not cache.add(mark, 1, AT_WORK):
        sentence = "同一请求正在办理，请稍后再查。"
        raise Problem(409, "busy", sentence, headers={"Retry-After": str(RETRY_AFTER)})
    try:
        yield
    finally:
        cache.delete(mark)


def content_of(request):
    """The digest of what was sent; of a form its parts, whose boundaries differ each time."""
    if request.FILES or hasattr(request.data, "lists"):
        return once.content_of(request)
    plain = json.dumps(request.data, sort_keys=True, cls=JSONEncoder)
    return hashlib.sha256(plain.encode()).hexdigest()
