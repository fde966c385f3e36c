"""Campaigns with their phases, tasks and items; their content is kept in the admin site alone."""

from django.db.models import Prefetch
from rest_framework import serializers

from branchyear.rest.resources import Resource
from tasks.models import Campaign, ChecklistItem, ItemVersion, Phase, Task

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


class CampaignViewSet(Resource):
    """Campaigns with their phases, tasks and items."""

    keyset = ("-year", "pk")
    group, tag = "campaign", "活动与检查清单"
    serializer_class = CampaignSerializer
    filterset_fields = ["year"]
    lists_along = (
        "phases",
        "tasks",
        Prefetch("tasks__items", queryset=ChecklistItem.objects.asked().select_related("current")),
    )
