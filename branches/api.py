"""Organisations for other systems: read only, scoped like the pages."""

import django_filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, viewsets

from branches.models import Organization


class OrganizationSerializer(serializers.ModelSerializer):
    """An organisation of the tree. ``parent`` is the id of the one above it, null at the top."""

    parent = serializers.SerializerMethodField()
    kind_label = serializers.CharField(read_only=True)
    is_direct = serializers.BooleanField(read_only=True)

    class Meta:
        model = Organization
        fields = [
            "id", "code", "name", "short_name", "kind", "kind_label", "branch_type", "is_direct",
            "order_number", "depth", "parent", "established_on", "closed_on",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_parent(self, organization):
        return organization.parent_id_


class OrganizationFilter(django_filters.FilterSet):
    open = django_filters.BooleanFilter("closed_on", lookup_expr="isnull")
    parent = django_filters.NumberFilter(method="right_under")

    class Meta:
        model = Organization
        fields = ["kind", "branch_type", "open", "parent", "code"]

    def right_under(self, rows, name, value):
        return rows.filter(parent_id_=value)


class OrganizationViewSet(viewsets.ReadOnlyModelViewSet):
    """党组织."""

    queryset = Organization.objects.none()
    serializer_class = OrganizationSerializer
    filterset_class = OrganizationFilter

    def get_queryset(self):
        return Organization.objects.visible_to(self.request.user).with_parent_id()
