"""Versions of rows: ``ETag`` when read, ``If-Match`` when written (RFC 9110, 13.1), ``If-None-Match`` to read again.

An ETag is ``"<version>.<digest>"``. The version is the row's own (its ``revision``, or a digest of its columns): a
write compares only that, so that a figure which changes with the day does not refuse it. The digest is of what this
person was shown: the same row read by another person, or on another day, is not "not modified".
"""

import hashlib
import json

from django.core.serializers.json import DjangoJSONEncoder
from rest_framework.utils.encoders import JSONEncoder

from branchyear.rest.errors import Problem


def version_of(row):
    revision = getattr(row, "revision", None)
    if revision is not None:
        return f"r{revision}"
    columns = {field.attname: field.value_from_object(row) for field in row._meta.concrete_fields}
    return "h" + _digest(json.dumps(columns, cls=DjangoJSONEncoder, sort_keys=True, default=str))


def etag_of(row, body, user):
    shown = json.dumps(body, cls=JSONEncoder, sort_keys=True)
    return f'"{version_of(row)}.{_digest(f"{user.pk} {shown}")}"'


def require_match(request, row, current):
    """428 without ``If-Match``, 412 when the row is another by now; ``current`` gives what it is, what was sent
    comes back as ``typed``."""
    given = request.headers.get("If-Match")
    if given is None:
        sentence = "请先读取最新内容，并在 If-Match 头中带回它的 ETag。"
        raise Problem(428, "version-required", sentence)
    versions = {tag.partition(".")[0] for tag in _tags(given)}
    if version_of(row) not in versions:
        raise stale(request, row, current)


def stale(request, row, current, sentence="内容已被他人修改，您的内容没有覆盖它，请核对后再办理。"):
    body = current()
    headers = {"ETag": etag_of(row, body, request.user)}
    return Problem(412, "stale", sentence, headers=headers, current=body, typed=typed_in(request))


def is_known(request, etag):
    """Whether the person has exactly this already (``If-None-Match``)."""
    given = request.headers.get("If-None-Match", "")
    return etag.strip('"') in _tags(given)


def typed_in(request):
    """What was sent, without files."""
    data = request.data
    if hasattr(data, "lists"):
        return {name: values for name, values in data.lists() if name not in request.FILES}
    return data


def _tags(header):
    return {tag.strip().removeprefix("W/").strip('"') for tag in header.split(",")}


def _digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]
