"""Scores: frozen numbers alone, with their lines; appeals against them."""

import django_filters
from django.db.models import Prefetch
from rest_framework import serializers

from branches.api.filters import UnderFilter
from branchyear.rest.resources import InSight, Makes, Resource, Words, act
from tasks.models import AppealEvidence, Score, ScoreAppeal, ScoreLine
from tasks.services import score_appeals as appeals


class ScoreLineSerializer(serializers.ModelSerializer):
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


class ScoreViewSet(Resource):
    """Frozen scores of the organisations in sight, in official order."""

    keyset = ("organization__path", "round_id", "pk")
    group, tag = "scores", "考核评分"
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
        )


# --- Appeals --------------------------------------------------------------------------------------


class AppealSerializer(serializers.ModelSerializer):
    score = serializers.IntegerField(source="line.score_id")
    organization = serializers.IntegerField(source="line.score.organization_id")
    organization_name = serializers.CharField(source="line.score.organization.name")
    code = serializers.CharField(source="line.line.code")
    evidence = serializers.SerializerMethodField(label="附件")

    class Meta:
        model = ScoreAppeal
        fields = [
            "id", "score", "line", "code", "organization", "organization_name", "reason", "state",
            "change", "answer", "evidence", "asked_at", "decided_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_evidence(self, appeal) -> list[int]:
        return [link.evidence_id for link in appeal.evidence_links.all()]


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
    queryset = ScoreAppeal.objects.none()
    serializer_class = AppealSerializer
    filterset_fields = ("state", "line")
    asks_new = NewAppealSerializer

    def get_queryset(self):
        rows = ScoreAppeal.objects.visible_to(self.request.user)
        links = AppealEvidence.objects.only("pk", "appeal_id", "evidence_id")
        return rows.select_related(
            "line__line", "line__score__organization", "line__score__round"
        ).prefetch_related(Prefetch("evidence_links", queryset=links))

    def make(self, asked):
        return appeals.appeal(asked["line"], asked["reason"], **self.by_now)

    @act(summary="撤回申诉")
    def withdraw(self, appeal, asked):
        appeals.withdraw(appeal, **self.by_now)

    @act(AppealAnswerSerializer, summary="复核")
    def decide(self, appeal, asked):
        appeals.decide(appeal, **asked, **self.by_now)
