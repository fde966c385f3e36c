"""One's own exports: asked for, fetched, cancelled."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import renderers, serializers
from rest_framework.decorators import action

from branches.api.shown import OfOrganization
from branches.models import Organization
from branchyear.lib.errors import require
from branchyear.lib.private import hand_out
from branchyear.rest.fields import InSight
from branchyear.rest.resources import Makes, Resource, act
from reports import rules
from reports.kinds import KINDS
from reports.models import Export
from reports.selection import NAMES
from reports.services import exports as services

NO_LEDGERS = "您的职务不导出台账。"


class AnyFile(renderers.JSONRenderer):
    """Errors as everywhere; the file itself goes out as it is."""

    media_type = "*/*"


class ExportSerializer(OfOrganization):
    title = serializers.SerializerMethodField()
    code = serializers.SerializerMethodField()

    class Meta:
        model = Export
        fields = (
            "id",
            "kind",
            "title",
            "organization",
            "organization_name",
            "parameters",
            "format",
            "status",
            "done_units",
            "total_units",
            "requested_at",
            "started_at",
            "finished_at",
            "error",
            "filename",
            "rows",
            "pages",
            "size",
            "sha256",
            "made_at",
            "code",
            "expires_on",
        )

    def get_code(self, export) -> str:
        return export.paper.shown_code if export.paper else ""

    def get_title(self, export) -> str:
        return KINDS[export.kind].title if export.kind in KINDS else export.kind


class NewExportSerializer(serializers.Serializer):
    """The kind (as on the page of exports), for which organisation, under which conditions."""

    kind = serializers.ChoiceField(
        label="台账", choices=[(kind.key, kind.title) for kind in KINDS.values()]
    )
    organization = InSight(Organization, label="党组织")
    format = serializers.ChoiceField(label="格式", choices=Export.Format.choices)
    parameters = serializers.DictField(
        label="条件", child=serializers.CharField(max_length=100, allow_blank=True), default=dict,
        help_text=f"可用的条件：{'、'.join(NAMES)}",
    )  # fmt: skip

    def validate_parameters(self, given):
        if unknown := set(given) - set(NAMES):
            raise serializers.ValidationError(f"没有条件“{min(unknown)}”。")
        return {name: given.get(name, "") for name in NAMES}


class ExportViewSet(Makes, Resource):
    """Ledgers this person has asked for, newest first."""

    keyset = ("-requested_at", "-pk")
    group, tag = "exports", "台账导出"
    serializer_class = ExportSerializer
    filterset_fields = ("kind", "status", "format")
    along = ("organization", "paper")
    asks_new = NewExportSerializer

    def make(self, asked):
        require(rules.may_export(self.request.user), NO_LEDGERS)
        return self.do(services.request_export, **asked)

    retry = act(service=services.retry_export, summary="重新生成")
    cancel = act(service=services.cancel_export, summary="取消")

    @extend_schema(
        summary="下载文件（留痕）",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
        filters=False,
    )
    @action(detail=True, renderer_classes=[AnyFile])
    def file(self, request, pk):
        export = self.get_object()
        content = self.do(services.download, export)
        return hand_out(content, name=export.filename)
