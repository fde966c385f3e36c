"""Scores for other systems: read only, scoped like the pages; frozen numbers alone, with their lines."""

import django_filters
from django.db.models import Prefetch
from rest_framework import serializers, viewsets

from tasks.api_problems import UnderFilter
from tasks.models import Score, ScoreLine


class ScoreLineSerializer(serializers.ModelSerializer):
    """One line: the facts it was made of and its three columns."""

    code = serializers.CharField(source="line.code")
    title = serializers.CharField(source="line.title")
    kind = serializers.CharField(source="line.kind")
    rule = serializers.CharField(source="line.rule")

    class Meta:
        model = ScoreLine
        fields = [
            "code", "title", "kind", "rule", "counted", "facts", "numerator", "denominator",
            "spot_failed", "spot_facts", "facts_digest", "self_points", "checked_points",
            "spot_points", "points", "appealed", "reviewer",
        ]  # fmt: skip
        read_only_fields = fields


class ScoreSerializer(serializers.ModelSerializer):
    """The score of one organisation in one frozen round."""

    year = serializers.IntegerField(source="round.campaign.year")
    round_name = serializers.CharField(source="round.name")
    starts_on = serializers.DateField(source="round.starts_on")
    ends_on = serializers.DateField(source="round.ends_on")
    state = serializers.CharField(source="round.state")
    rubric = serializers.IntegerField(source="round.rubric.number")
    organization_code = serializers.CharField(source="organization.code")
    organization_name = serializers.CharField(source="organization.name")
    lines = ScoreLineSerializer(many=True)

    class Meta:
        model = Score
        fields = [
            "id", "year", "round", "round_name", "starts_on", "ends_on", "state", "rubric",
            "organization", "organization_code", "organization_name", "self_total",
            "checked_total", "spot_total", "frozen_total", "frozen_band", "total", "band",
            "digest", "lines",
        ]  # fmt: skip
        read_only_fields = fields


class ScoreFilter(UnderFilter):
    year = django_filters.NumberFilter("round__campaign__year")
    state = django_filters.CharFilter("round__state")

    class Meta:
        model = Score
        fields = ["organization", "round", "band"]


class ScoreViewSet(viewsets.ReadOnlyModelViewSet):
    """Frozen scores of the organisations in sight, in official order."""

    queryset = Score.objects.none()
    serializer_class = ScoreSerializer
    filterset_class = ScoreFilter

    def get_queryset(self):
        lines = ScoreLine.objects.select_related("line").order_by("line__order", "pk")
        return (
            Score.objects.visible_to(self.request.user)
            .exclude(frozen_total=None)
            .select_related("organization", "round__campaign", "round__rubric")
            .prefetch_related(Prefetch("lines", queryset=lines))
            .order_by("organization__path", "round_id")
        )
