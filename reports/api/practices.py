"""经验做法: recommended from a report, taken up, adopted or declined."""

from rest_framework import serializers

from branches.api.filters import UnderFilter
from branchyear.rest.resources import InSight, Makes, Resource, act
from reports.models import GoodPractice, MonthlyReport
from reports.services import practices as services


class PracticeSerializer(serializers.ModelSerializer):
    organization_code = serializers.CharField(source="organization.code")
    organization_name = serializers.CharField(source="organization.name")
    month = serializers.CharField(source="report.period.month")

    class Meta:
        model = GoodPractice
        fields = [
            "id", "report", "month", "organization", "organization_code", "organization_name",
            "text", "state", "bulletin", "answer", "recommended_at", "decided_at",
        ]  # fmt: skip
        read_only_fields = fields


class PracticeFilter(UnderFilter):
    class Meta:
        model = GoodPractice
        fields = ["organization", "state"]


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
    queryset = GoodPractice.objects.none()
    serializer_class = PracticeSerializer
    filterset_class = PracticeFilter
    asks_new = RecommendSerializer

    def get_queryset(self):
        rows = GoodPractice.objects.visible_to(self.request.user)
        return rows.select_related(
            "organization", "report__period", "report__organization", "report__receiver"
        )

    def make(self, asked):
        return services.recommend(asked["report"], **self.by_now)

    @act(summary="选用")
    def take_up(self, row, asked):
        services.take_up(row, **self.by_now)

    @act(AdoptSerializer, summary="简报采用")
    def adopt(self, row, asked):
        services.adopt(row, **asked, **self.by_now)

    @act(DeclineSerializer, summary="不采用")
    def decline(self, row, asked):
        services.decline(row, **asked, **self.by_now)
