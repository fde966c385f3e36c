"""How the resources are described (OpenAPI): headings, headers and error bodies that all of them share."""

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter
from rest_framework.serializers import ChoiceField

from branchyear.rest.again import HEADER
from branchyear.rest.errors import MEDIA_TYPE, PREFIX, TITLES
from branchyear.rest.resources import Resource

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "enum": [PREFIX + kind for kind in TITLES]},
        "title": {"type": "string", "description": "错误种类"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "给经办人看的一句话"},
        "errors": {
            "type": "object",
            "description": "按字段的说明",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "current": {"type": "object", "description": "412：现在的内容", "additionalProperties": {}},
        "typed": {"description": "412：您提交的内容，原样带回"},
        "theirs": {
            "type": "object",
            "description": "409：他人所填",
            "additionalProperties": {"type": "string"},
        },
        "who": {"type": "string", "description": "409：由谁修改"},
    },
    "example": {
        "type": PREFIX + "refused",
        "title": TITLES["refused"],
        "status": 409,
        "detail": "请填写整改措施。",
        "errors": {"measure": ["请填写整改措施。"]},
    },
}
WORDS = {
    "400": "提交的内容有误",
    "401": "未登录，或密钥无效",
    "403": "没有权限，或密钥没有这个范围",
    "404": "没有，或不在可见范围",
    "406": "不支持所要的格式",
    "409": "规则不允许；他人已先行修改；同一请求正在办理",
    "412": "版本已旧：附现在的内容和您提交的内容",
    "415": "不支持这种内容格式",
    "422": "幂等键已用于其他内容",
    "428": "没有带 If-Match",
    "429": "过于频繁，见 Retry-After",
}
KEY = OpenApiParameter(
    HEADER, str, OpenApiParameter.HEADER, required=False,
    description="幂等键（8–128个西文字符，如 UUID）。带同一个键重发，只办一次，答复相同，保存48小时。",
    pattern="^[!-~]{8,128}$",
)  # fmt: skip
MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True,
    description="读取时得到的 ETag",
)  # fmt: skip
KNOWN = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, required=False,
    description="已有内容的 ETag；没有变化时答复 304",
)  # fmt: skip


class Schema(AutoSchema):
    def get_tags(self):
        return [self.view.tag] if getattr(self.view, "tag", "") else super().get_tags()

    def get_override_parameters(self):
        found = super().get_override_parameters()
        if not isinstance(self.view, Resource):
            return found
        if self.method == "POST":
            found = [*found, KEY]
        if self._needs_version():
            found = [*found, MATCH]
        if self.method == "GET" and self.view.detail:
            found = [*found, KNOWN]
        return found

    def _needs_version(self):
        if self.method in {"PATCH", "PUT"}:
            return True
        view = getattr(self.view, self.view.action or "", None)
        return bool(getattr(view, "needs_version", False))

    def get_serializer_name(self, serializer, direction):
        """What an act asks for is a small form of its module's (or package's): several have a ``Reason``."""
        name = super().get_serializer_name(serializer, direction)
        if hasattr(getattr(serializer, "Meta", None), "model") or direction != "request":
            return name
        _, _, module = serializer.__class__.__module__.partition(".api.")
        return module.partition(".")[0].capitalize() + name

    def _map_serializer_field(self, field, direction, bypass_extensions=False):
        """What DRF does not tell of fields that are only read: a column of choices that may be empty is "" then,
        and what stands behind a relation that may be empty is its default, None."""
        if field.read_only and field.default is None:
            field.allow_null = True
        model = getattr(getattr(field.parent, "Meta", None), "model", None)
        if isinstance(field, ChoiceField) and field.read_only and model is not None:
            columns = {column.name: column for column in model._meta.concrete_fields}
            column = columns.get(field.source)
            field.allow_blank = field.allow_blank or (column is not None and column.blank)
        return super()._map_serializer_field(field, direction, bypass_extensions)

    def get_request_serializer(self):
        form = {"create": "asks_new", "partial_update": "asks_change"}.get(self.view.action)
        if form and hasattr(self.view, form):
            return getattr(self.view, form)
        return super().get_request_serializer()

    def get_response_serializers(self):
        if isinstance(self.view, Resource):
            if self.view.action == "partial_update" or self._is_act():
                return self.view.get_serializer_class()
        return super().get_response_serializers()

    def _is_act(self):
        return getattr(getattr(self.view, self.view.action or "", None), "is_act", False)

    def _get_response_bodies(self, direction="response"):
        bodies = super()._get_response_bodies(direction)
        if not isinstance(self.view, Resource):
            return bodies
        if self._is_act() and not self.view.detail:
            bodies = {("201" if code == "200" else code): body for code, body in bodies.items()}
        codes = ["400", "401", "403", "406", "429"]
        if self.view.detail:
            codes.append("404")
        if self.method != "GET":
            codes += ["409", "415", "422"]
            if self.view.detail:
                bodies["204"] = {"description": "已办理；这一条因此不再在您的可见范围"}
        elif self.view.action != "retrieve" and self.view.detail:
            codes.append("409")
        elif self.view.detail:
            bodies["304"] = {"description": "没有变化"}
        if self._needs_version():
            codes += ["412", "428"]
        body = {MEDIA_TYPE: {"schema": self._problem()}}
        for code in codes:
            bodies[code] = {"description": WORDS[code], "content": body}
        return dict(sorted(bodies.items()))

    def _problem(self):
        component = ResolvedComponent(
            name="Error", type=ResolvedComponent.SCHEMA, schema=PROBLEM, object=PREFIX
        )
        self.registry.register_on_missing(component)
        return component.ref


class KeyScheme(OpenApiAuthenticationExtension):
    target_class = "branchyear.rest.tokens.TokenAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema):
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "jcjs_…",
            "description": "“我的账号—接口密钥”中生成的密钥",
        }


class ClockTime(OpenApiSerializerFieldExtension):
    """09:30 of the clock on the wall; the format "time" of JSON Schema would want a zone with it."""

    target_class = "rest_framework.fields.TimeField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema, direction):
        clock = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?"
        return {"type": "string", "pattern": f"^{clock}$", "example": "09:30"}


class Amount(OpenApiSerializerFieldExtension):
    """Amounts are answered as text, to the last digit; a program may send them as numbers too."""

    target_class = "rest_framework.fields.DecimalField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema, direction):
        text = auto_schema._map_serializer_field(self.target, direction, bypass_extensions=True)
        if direction != "request":
            return text
        field = self.target
        most = 10 ** (field.max_digits - field.decimal_places) - 1
        least = -most if field.min_value is None else field.min_value
        number = {"type": "number", "minimum": least, "maximum": most}
        return {"oneOf": [{"type": "string", "pattern": text["pattern"]}, number]}
