"""Inspections for other systems: read only, scoped like the pages; nothing tells of a visit before its branch
may know."""

import django_filters
from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, viewsets

from tasks.models import Draw, Inspection, Visit, VisitRecord


class RecordSerializer(serializers.ModelSerializer):
    """One item as it was found, beside what was claimed."""

    item = serializers.CharField(source="item.code")

    class Meta:
        model = VisitRecord
        fields = [
            "id", "item", "claimed_state", "verdict", "words", "statement", "problem", "decided_at",
        ]  # fmt: skip
        read_only_fields = fields


class VisitSerializer(serializers.ModelSerializer):
    """A branch that was drawn. Records are there once the inspector has signed."""

    branch_code = serializers.CharField(source="branch.code")
    branch_name = serializers.CharField(source="branch.name")
    records = RecordSerializer(many=True)

    class Meta:
        model = Visit
        fields = [
            "id", "branch", "branch_code", "branch_name", "stratum", "state", "visited_on",
            "signed_at", "missed_reason", "records",
        ]  # fmt: skip
        read_only_fields = fields


class DrawSerializer(serializers.ModelSerializer):
    """What was published and when; seed and sample stand in the draw's own document."""

    class Meta:
        model = Draw
        fields = [
            "id", "number", "algorithm", "population_sha256", "size", "commitment", "published_at",
            "drawn_at", "voided_at", "void_reason",
        ]  # fmt: skip
        read_only_fields = fields


class InspectionSerializer(serializers.ModelSerializer):
    year = serializers.IntegerField(source="campaign.year")
    organization_code = serializers.CharField(source="organization.code")
    scope_code = serializers.CharField(source="scope.code")
    items = serializers.SerializerMethodField()
    draws = DrawSerializer(many=True)
    visits = VisitSerializer(many=True)

    class Meta:
        model = Inspection
        fields = [
            "id", "year", "title", "kind", "organization", "organization_code", "scope_code",
            "starts_on", "ends_on", "announced", "state", "items", "draws", "visits", "ended_at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_items(self, inspection):
        return [item.code for item in inspection.items.all()]


class InspectionFilter(django_filters.FilterSet):
    year = django_filters.NumberFilter("campaign__year")

    class Meta:
        model = Inspection
        fields = ["state", "kind", "organization"]


class InspectionViewSet(viewsets.ReadOnlyModelViewSet):
    """Inspections in sight, with the draws and the visits this person may know of."""

    queryset = Inspection.objects.none()
    serializer_class = InspectionSerializer
    filterset_class = InspectionFilter

    def get_queryset(self):
        user = self.request.user
        records = VisitRecord.objects.visible_to(user).select_related("item")
        visits = (
            Visit.objects.visible_to(user)
            .select_related("branch")
            .prefetch_related(Prefetch("records", queryset=records))
            .order_by("branch__path")
        )
        return (
            Inspection.objects.visible_to(user)
            .select_related("campaign", "organization", "scope")
            .prefetch_related("items", "draws", Prefetch("visits", queryset=visits))
            .order_by("-starts_on", "-pk")
        )
