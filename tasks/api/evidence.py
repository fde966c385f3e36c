"""Files of the branches: what is known of them. They are uploaded to an item or a problem, and given out by the
pages alone, with a trace."""

import django_filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from branchyear.rest.resources import Resource
from tasks.models import Evidence


class EvidenceSerializer(serializers.ModelSerializer):
    """What is known about a file; the file itself is handed out by the pages only, with a trace."""

    items = serializers.SerializerMethodField()

    class Meta:
        model = Evidence
        fields = [
            "id",
            "organization",
            "name",
            "extension",
            "size",
            "sha256",
            "fact_on",
            "uploaded_at",
            "items",
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_items(self, evidence):
        return [link.branch_item_id for link in evidence.links.all()]


class EvidenceFilter(django_filters.FilterSet):
    item = django_filters.NumberFilter("links__branch_item")

    class Meta:
        model = Evidence
        fields = ["organization", "extension", "sha256"]


class EvidenceViewSet(Resource):
    """Files of the organisations in sight: names, sizes, checksums."""

    keyset = ("-pk",)
    group, tag = "campaign", "佐证材料"
    queryset = Evidence.objects.none()
    serializer_class = EvidenceSerializer
    filterset_class = EvidenceFilter

    def get_queryset(self):
        return Evidence.objects.visible_to(self.request.user).prefetch_related("links")
