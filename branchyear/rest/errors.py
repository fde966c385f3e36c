"""The kinds of errors, and the body that says them (``problems`` makes the answers)."""

from rest_framework import exceptions

MEDIA_TYPE = "application/problem+json"
PREFIX = "urn:branchyear:problem:"
# kind → title; the kinds are stable, programs may tell them apart.
TITLES = {
    "invalid": "提交的内容有误",
    "unauthenticated": "未登录或密钥无效",
    "forbidden": "没有权限",
    "not-found": "没有找到",
    "method": "不支持这种操作",
    "not-acceptable": "不支持所要的格式",
    "refused": "现在不能办理",
    "conflict": "他人已先行修改",
    "busy": "同一请求正在办理",
    "stale": "内容已有更新",
    "version-required": "需要写明版本",
    "key-reused": "幂等键已用于其他内容",
    "media-type": "不支持这种内容格式",
    "throttled": "请求过于频繁",
    "error": "请求未能完成",
}
_OF_STATUS = {
    400: "invalid",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    405: "method",
    406: "not-acceptable",
    409: "refused",
    415: "media-type",
    429: "throttled",
}


class Problem(exceptions.APIException):
    """An error of the API's own, with its kind and whatever the program needs to go on."""

    def __init__(self, status_code, kind, sentence, *, headers=None, **more):
        super().__init__(sentence)
        self.status_code, self.kind, self.headers, self.more = status_code, kind, headers, more


def problem(status_code, sentence, *, kind=None, **more):
    """The body."""
    kind = kind or _OF_STATUS.get(status_code, "error")
    body = {"type": PREFIX + kind, "title": TITLES[kind], "status": status_code, "detail": sentence}
    return body | {name: value for name, value in more.items() if value not in (None, {}, "")}
