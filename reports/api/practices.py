"""经验做法: recommended from a report, taken up, adopted or declined."""

from rest_framework import serializers

from branches.api.filters import UnderFilter
from branches.api.shown import OfOrganization
from branchyear.rest.fields import InSight
from branchyear.rest.resources import Makes, Resource, act, calls
from reports.models import GoodPractice, MonthlyReport
from reports.services import practices as services


class PracticeSerializer(OfOrganization):
    month = serializers.CharField(source="report.period.month")

    class Meta:
        model = GoodPractice
        fields = [
            "id", "report", "month", "organization", "organization_code", "organization_name",
            "text", "state", "bulletin", "answer", "recommended_at", "decided_at",
        ]  # fmt: skip


class RecommendSerializer(serializers.Serializer):
    report = InSight(MonthlyReport, label="月报")


class AdoptSerializer(serializers.Serializer):
    bulletin = serializers.CharField(label="哪一期简报", min_length=2, max_length=100)


class DeclineSerializer(serializers.Serializer):
    answer = serializers.CharField(label="未采用的原因", min_length=2, max_length=300)


class PracticeViewSet(Makes, Resource):
    """经验做法."""

    keyset = ("-recommended_at", "-pk")
    group, tag = "reports", "经验做法"
    serializer_class = PracticeSerializer
    filterset_base, filterset_fields = UnderFilter, ("organization", "state")
    asks_new = RecommendSerializer
    along = ("organization", "report__period", "report__organization", "report__receiver")

    make = calls(services.recommend)
    take_up = act(service=services.take_up, summary="选用")
    adopt = act(AdoptSerializer, services.adopt, summary="简报采用")
    decline = act(DeclineSerializer, services.decline, summary="不采用")
