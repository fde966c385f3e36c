"""The campaign year for other systems: read only, scoped like the pages."""

import django_filters
from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, viewsets

from branches.models import Organization
from branches.querysets import below
from branchyear.lib.dates import local_day
from tasks.models import (
    BranchItem,
    Campaign,
    ChecklistItem,
    Evidence,
    ItemEvidence,
    ItemVersion,
    Phase,
    Source,
    Task,
)

# --- Campaigns ------------------------------------------------------------------------------------


class PhaseSerializer(serializers.ModelSerializer):
    class Meta:
        model = Phase
        fields = ["code", "name", "starts_on", "ends_on", "goals", "self_check", "source"]


class AskSerializer(serializers.Serializer):
    """A number the item asks for."""

    key = serializers.CharField()
    label = serializers.CharField()
    unit = serializers.CharField(required=False)


class VersionSerializer(serializers.ModelSerializer):
    asks = AskSerializer(many=True)

    class Meta:
        model = ItemVersion
        fields = [
            "number",
            "text",
            "evidence",
            "verify",
            "rules",
            "asks",
            "weight",
            "phases",
            "opens_on",
            "due_on",
            "applies_to",
            "source",
            "basis",
        ]


class ChecklistItemSerializer(serializers.ModelSerializer):
    """An item as it is asked now."""

    version = VersionSerializer(source="current")

    class Meta:
        model = ChecklistItem
        fields = ["id", "code", "order", "version"]


class TaskSerializer(serializers.ModelSerializer):
    items = ChecklistItemSerializer(many=True)

    class Meta:
        model = Task
        fields = ["code", "name", "weight", "description", "source", "source_note", "items"]


class CampaignSerializer(serializers.ModelSerializer):
    phases = PhaseSerializer(many=True)
    tasks = TaskSerializer(many=True)

    class Meta:
        model = Campaign
        fields = [
            "id",
            "year",
            "code",
            "name",
            "starts_on",
            "ends_on",
            "scope",
            "issued_by",
            "reports_to",
            "version",
            "phases",
            "tasks",
        ]


class CampaignViewSet(viewsets.ReadOnlyModelViewSet):
    """Campaigns with their phases, tasks and items."""

    queryset = Campaign.objects.none()
    serializer_class = CampaignSerializer
    filterset_fields = ["year"]

    def get_queryset(self):
        asked = ChecklistItem.objects.asked().select_related("current")
        return Campaign.objects.visible_to(self.request.user).prefetch_related(
            "phases", "tasks", Prefetch("tasks__items", queryset=asked)
        )


# --- The branches' answers ------------------------------------------------------------------------


class BranchItemSerializer(serializers.ModelSerializer):
    """One branch's answer to one item, and where it stands."""

    year = serializers.IntegerField(source="item.task.campaign.year")
    branch_code = serializers.CharField(source="branch.code")
    branch_name = serializers.CharField(source="branch.name")
    task = serializers.CharField(source="item.task.code")
    item = serializers.CharField(source="item.code")
    text = serializers.CharField(source="version.text")
    version = serializers.IntegerField(source="version.number")
    weight = serializers.DecimalField(source="version.weight", max_digits=6, decimal_places=2)
    source = serializers.ChoiceField(source="version.source", choices=Source.choices)
    overdue = serializers.SerializerMethodField()
    evidence = serializers.SerializerMethodField()

    class Meta:
        model = BranchItem
        fields = [
            "id",
            "year",
            "branch",
            "branch_code",
            "branch_name",
            "task",
            "item",
            "text",
            "version",
            "weight",
            "source",
            "opens_on",
            "due_on",
            "overdue",
            "state",
            "with_organization",
            "round",
            "result",
            "fact_on",
            "note",
            "numbers",
            "evidence",
            "first_submitted_at",
            "submitted_at",
            "decided_at",
            "return_reason",
            "updated_at",
        ]
        read_only_fields = fields

    def get_overdue(self, row) -> bool:
        return row.is_overdue(local_day())

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_evidence(self, row):
        return [link.evidence_id for link in row.evidence_links.all()]


class BranchItemFilter(django_filters.FilterSet):
    """``under`` is an organisation's id: everything at or below it, so also a direct organisation."""

    year = django_filters.NumberFilter("item__task__campaign__year")
    under = django_filters.NumberFilter(method="at_or_below")
    branch_code = django_filters.CharFilter("branch__code")
    task = django_filters.CharFilter("item__task__code")
    item = django_filters.CharFilter("item__code")
    overdue = django_filters.BooleanFilter(method="is_overdue")

    class Meta:
        model = BranchItem
        fields = ["branch", "state", "with_organization"]

    def at_or_below(self, rows, name, value):
        found = Organization.objects.visible_to(self.request.user).filter(pk=value).first()
        return rows.filter(below(found.path, "branch__path")) if found else rows.none()

    def is_overdue(self, rows, name, value):
        late = BranchItem.objects.overdue(local_day()).values("pk")
        return rows.filter(pk__in=late) if value else rows.exclude(pk__in=late)


class BranchItemViewSet(viewsets.ReadOnlyModelViewSet):
    """Answers of the branches in sight, of branches that still exist."""

    queryset = BranchItem.objects.none()
    serializer_class = BranchItemSerializer
    filterset_class = BranchItemFilter

    def get_queryset(self):
        links = ItemEvidence.objects.only("pk", "branch_item_id", "evidence_id")
        return (
            BranchItem.objects.visible_to(self.request.user)
            .in_force()
            .select_related("branch", "item__task__campaign", "version")
            .prefetch_related(Prefetch("evidence_links", queryset=links))
            .order_by("branch__path", "item__task__order", "item__order", "pk")
        )


# --- Evidence -------------------------------------------------------------------------------------


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


class EvidenceViewSet(viewsets.ReadOnlyModelViewSet):
    """Files of the organisations in sight: names, sizes, checksums."""

    queryset = Evidence.objects.none()
    serializer_class = EvidenceSerializer
    filterset_class = EvidenceFilter

    def get_queryset(self):
        return Evidence.objects.visible_to(self.request.user).prefetch_related("links")
