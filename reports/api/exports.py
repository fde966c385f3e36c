"""One's own exports."""

from rest_framework import serializers, viewsets

from reports.kinds import KINDS
from reports.models import Export


class ExportSerializer(serializers.ModelSerializer):
    title = serializers.SerializerMethodField()
    organization_name = serializers.CharField(source="organization.name")
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
        read_only_fields = fields

    def get_code(self, export) -> str:
        return export.paper.shown_code if export.paper else ""

    def get_title(self, export) -> str:
        return KINDS[export.kind].title if export.kind in KINDS else export.kind


class ExportViewSet(viewsets.ReadOnlyModelViewSet):
    """Ledgers this person has asked for, newest first. The files are fetched on the pages."""

    queryset = Export.objects.none()
    serializer_class = ExportSerializer
    filterset_fields = ("kind", "status", "format")

    def get_queryset(self):
        return Export.objects.visible_to(self.request.user).select_related("organization", "paper")
