"""Scores: frozen numbers alone, with their lines; appeals against them."""

import django_filters
from django.db.models import Prefetch
from rest_framework import serializers

from branches.api.filters import UnderFilter
from branches.api.shown import OfOrganization
from branchyear.rest.fields import Ids, InSight, Shown, Words
from branchyear.rest.resources import Makes, Resource, act, calls
from tasks.models import AppealEvidence, Score, ScoreAppeal, ScoreLine
from tasks.services import score_appeals as appeals


class ScoreLineSerializer(Shown):
    """One line: the facts it was made of and its three columns."""

    code = serializers.CharField(source="line.code")
    title = serializers.CharField(source="line.title")
    kind = serializers.CharField(source="line.kind")
    rule = serializers.CharField(source="line.rule")

    class Meta:
        model = ScoreLine
        fields = [
            "id", "code", "title", "kind", "rule", "counted", "facts", "numerator", "denominator",
            "spot_failed", "spot_facts", "facts_digest", "self_points", "checked_points",
            "spot_points", "points", "appealed", "reviewer",
        ]  # fmt: skip


class ScoreSerializer(OfOrganization):
    """The score of one organisation in one frozen round."""

    year = serializers.IntegerField(source="round.campaign.year")
    round_name = serializers.CharField(source="round.name")
    starts_on = serializers.DateField(source="round.starts_on")
    ends_on = serializers.DateField(source="round.ends_on")
    state = serializers.CharField(source="round.state")
    rubric = serializers.IntegerField(source="round.rubric.number")
    lines = ScoreLineSerializer(many=True)

    class Meta:
        model = Score
        fields = [
            "id", "year", "round", "round_name", "starts_on", "ends_on", "state", "rubric",
            "organization", "organization_code", "organization_name", "self_total",
            "checked_total", "spot_total", "frozen_total", "frozen_band", "total", "band",
            "digest", "lines",
        ]  # fmt: skip


class ScoreFilter(UnderFilter):
    year = django_filters.NumberFilter("round__campaign__year")
    state = django_filters.CharFilter("round__state")

    class Meta:
        model = Score
        fields = ["organization", "round", "band"]


class ScoreViewSet(Resource):
    """Frozen scores of the organisations in sight, in official order."""

    keyset = ("organization__path", "round_id", "pk")
    group, tag = "scores", "考核评分"
    serializer_class = ScoreSerializer
    filterset_class = ScoreFilter
    along = ("organization", "round__campaign", "round__rubric")
    lists_along = (
        Prefetch(
            "lines",
            queryset=ScoreLine.objects.select_related("line").order_by("line__order", "pk"),
        ),
    )

    def rows(self):
        return super().rows().exclude(frozen_total=None)


# --- Appeals --------------------------------------------------------------------------------------


class AppealSerializer(Shown):
    score = serializers.IntegerField(source="line.score_id")
    organization = serializers.IntegerField(source="line.score.organization_id")
    organization_name = serializers.CharField(source="line.score.organization.name")
    code = serializers.CharField(source="line.line.code")
    evidence = Ids("evidence_links", "evidence_id", label="附件")

    class Meta:
        model = ScoreAppeal
        fields = [
            "id", "score", "line", "code", "organization", "organization_name", "reason", "state",
            "change", "answer", "evidence", "asked_at", "decided_at",
        ]  # fmt: skip


class NewAppealSerializer(serializers.Serializer):
    line = InSight(ScoreLine, label="考核项")
    reason = Words("申诉理由", 500)


class AppealAnswerSerializer(serializers.Serializer):
    grant = serializers.BooleanField(label="是否调整")
    answer = Words("复核意见", 500)
    change = serializers.DecimalField(
        label="加减分",
        max_digits=6,
        decimal_places=2,
        required=False,
        allow_null=True,
        default=None,
    )


class AppealViewSet(Makes, Resource):
    """考核申诉."""

    keyset = ("-pk",)
    group, tag = "scores", "考核评分"
    serializer_class = AppealSerializer
    filterset_fields = ("state", "line")
    along = ("line__line", "line__score__organization", "line__score__round")
    lists_along = (
        Prefetch(
            "evidence_links",
            queryset=AppealEvidence.objects.only("pk", "appeal_id", "evidence_id"),
        ),
    )
    asks_new = NewAppealSerializer

    make = calls(appeals.appeal)
    withdraw = act(service=appeals.withdraw, summary="撤回申诉")
    decide = act(AppealAnswerSerializer, appeals.decide, summary="复核")
