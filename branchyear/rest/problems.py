"""Every error has the same body: ``application/problem+json`` (RFC 9457), with a sentence in Chinese.

``type`` names the kind (the table in docs/api.md), ``title`` its words, ``detail`` the sentence for the person;
``errors`` gives sentences by field. What was typed comes back where somebody else was faster (``typed``, beside
``current`` or ``theirs``).
"""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from branchyear.audit.services import record
from branchyear.lib.errors import Conflict, Refused
from branchyear.rest.errors import MEDIA_TYPE, Problem, problem

NON_FIELD = "non_field_errors"

_SENTENCES = {
    401: "请登录，或在 Authorization 头中给出有效的接口密钥。",
    404: "没有这个内容，或不在您的可见范围。地址应以“/”结尾。",
    406: "只提供 JSON 格式。",
}


def answer(status_code, sentence, *, kind=None, headers=None, **more):
    body = problem(status_code, sentence, kind=kind, **more)
    return Response(body, status=status_code, content_type=MEDIA_TYPE, headers=headers)


def explain(error, context):
    """DRF's exception handler: a rule's refusal, a person's mistake and DRF's own errors, all in one form."""
    if isinstance(error, Conflict):
        return answer(
            409, error.sentence, kind="conflict", theirs=_plain(error.theirs), who=str(error.who or ""),
            errors=_at(error),
        )  # fmt: skip
    if isinstance(error, Refused):
        return answer(409, error.sentence, errors=_at(error))
    if isinstance(error, Problem):
        sentence = str(error.detail)
        return answer(
            error.status_code, sentence, kind=error.kind, headers=error.headers, **error.more
        )
    if isinstance(error, PermissionDenied | exceptions.PermissionDenied):
        _note(context["request"])
        return answer(403, str(error) or "您没有办理此事项的权限。")
    if isinstance(error, ValidationError):
        fields = getattr(error, "error_dict", None)
        errors = (
            {name: [text for e in found for text in e.messages] for name, found in fields.items()}
            if fields
            else {NON_FIELD: list(error.messages)}
        )
        return answer(400, _first(errors), errors=errors)
    if isinstance(error, exceptions.ValidationError):
        errors = _by_field(error.detail)
        return answer(400, _first(errors), errors=errors)
    response = exception_handler(error, context)
    if response is None:
        return None
    code = response.status_code
    sentence = _SENTENCES.get(code) if isinstance(error, Http404) else None
    sentence = sentence or _SENTENCES.get(code, "") or str(getattr(error, "detail", error))
    if isinstance(error, exceptions.AuthenticationFailed):
        sentence = str(error.detail)
    if isinstance(error, exceptions.Throttled):
        sentence = f"请求过于频繁，请在{int(error.wait or 1)}秒后重试。"
    if code == status.HTTP_405_METHOD_NOT_ALLOWED:
        sentence = f"这个地址不支持 {context['request'].method}。"
    kept = ("WWW-Authenticate", "Retry-After", "Allow")
    headers = {name: response[name] for name in kept if name in response}
    return answer(code, sentence, headers=headers)


def _note(request):
    """An attempt beyond one's rights is in the trail, as on the pages."""
    if request.method not in {"GET", "HEAD", "OPTIONS"} and request.user.is_authenticated:
        record("access.denied", by=request.user, path=request.path, method=request.method)


def _at(error):
    """By field; a refusal of several lines (``errors``, by line) names each."""
    if not error.field:
        return None
    lines = getattr(error, "errors", None) or {}
    return {error.field: [error.sentence]} | {
        f"{error.field}.{line}": [sentence] for line, sentence in lines.items()
    }


def _plain(theirs):
    return {str(name): str(value) for name, value in (theirs or {}).items()}


def _by_field(detail, name=NON_FIELD):
    """DRF's nested details as ``{"lines.0.amount": [sentences]}``."""
    if isinstance(detail, dict):
        found = {}
        for key, value in detail.items():
            inner = str(key) if name == NON_FIELD else f"{name}.{key}"
            found |= _by_field(value, name if key == NON_FIELD else inner)
        return found
    if isinstance(detail, list):
        if all(isinstance(each, str) for each in detail):
            return {name: [str(each) for each in detail]}
        found = {}
        for number, each in enumerate(detail):
            found |= _by_field(each, str(number) if name == NON_FIELD else f"{name}.{number}")
        return found
    return {name: [str(detail)]}


def _first(errors):
    name, sentences = next(iter(errors.items()), ("", []))
    sentence = sentences[0] if sentences else "提交的内容有误。"
    return sentence if name in {NON_FIELD, ""} else f"{name}：{sentence}"
