"""Pages by keyset: each begins after the last row of the one before, so that the thousandth costs what the first
does, and rows that come or go meanwhile are neither skipped nor shown twice."""

from datetime import date, datetime

from django.core import signing
from django.db.models import Q
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

SIZE, MOST = 50, 500
CURSOR, PAGE_SIZE = "cursor", "page_size"
SALT = "branchyear.rest.keyset"


class Keyset(BasePagination):
    """``view.keyset`` names the order; its last column is unique. ``count`` stands on the first page alone."""

    def paginate_queryset(self, queryset, request, view=None):
        self.request, order = request, view.keyset
        self.size = _size(request.query_params.get(PAGE_SIZE))
        rows = queryset.order_by(*order)
        cursor = request.query_params.get(CURSOR)
        self.count = None
        if cursor is None:
            self.count = rows.order_by().count()
        else:
            rows = rows.filter(_after(order, _opened(cursor, len(order))))
        found = list(rows[: self.size + 1])
        self.next = None
        if len(found) > self.size:
            found = found[: self.size]
            values = [_value(found[-1], name.lstrip("-")) for name in order]
            self.next = signing.dumps(values, salt=SALT)
        return found

    def get_paginated_response(self, data):
        body = {"next": None, "results": data}
        if self.count is not None:
            body = {"count": self.count} | body
        if self.next:
            here = self.request.build_absolute_uri()
            body["next"] = replace_query_param(here, CURSOR, self.next)
        return Response(body)

    def get_paginated_response_schema(self, schema):
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {
                "count": {
                    "type": "integer",
                    "description": "符合条件的总数，只在第一页给出",
                    "example": 123,
                },
                "next": {
                    "type": "string",
                    "format": "uri",
                    "nullable": True,
                    "description": "下一页的地址；最后一页为 null",
                },
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view):
        return [
            {
                "name": CURSOR,
                "in": "query",
                "required": False,
                "description": "上一页 next 中的游标，原样带回",
                "schema": {"type": "string"},
            },
            {
                "name": PAGE_SIZE,
                "in": "query",
                "required": False,
                "description": f"每页行数，1–{MOST}，默认{SIZE}",
                "schema": {"type": "integer", "minimum": 1, "maximum": MOST},
            },
        ]


def _size(asked):
    if asked is None:
        return SIZE
    if not (asked.isascii() and asked.isdigit() and len(asked) < 5 and 1 <= int(asked) <= MOST):
        raise ValidationError({PAGE_SIZE: [f"每页行数应为1至{MOST}的整数。"]})
    return int(asked)


def _opened(cursor, length):
    try:
        values = signing.loads(cursor, salt=SALT)
    except signing.BadSignature:
        values = None
    if not isinstance(values, list) or len(values) != length:
        raise ValidationError({CURSOR: ["游标无效，请从第一页重新读取。"]})
    return values


def _after(order, values):
    """(a, b, c) > (x, y, z), column by column, each in its direction."""
    condition, same = Q(), Q()
    for name, value in zip(order, values, strict=True):
        field = name.lstrip("-")
        way = "lt" if name.startswith("-") else "gt"
        condition |= same & Q(**{f"{field}__{way}": value})
        same &= Q(**{field: value})
    # The first column alone lets the database begin in its index.
    first = order[0].lstrip("-")
    way = "lte" if order[0].startswith("-") else "gte"
    return Q(**{f"{first}__{way}": values[0]}) & condition


def _value(row, path):
    for name in path.split("__"):
        row = getattr(row, name)
    return row.isoformat() if isinstance(row, date | datetime) else row
