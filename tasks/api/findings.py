"""What 支部体检 finds: read, listed as a problem, explained; the explanations decided."""

import django_filters
from rest_framework import serializers

from branches.api.filters import UnderFilter
from branchyear.lib.dates import local_day
from branchyear.rest.resources import Resource, Words, act
from tasks.health.words import sentence
from tasks.models import Explanation, Finding
from tasks.services import findings as services
from tasks.services import problems


class FindingSerializer(serializers.ModelSerializer):
    """One thing that a rule found, with its sentence as of today."""

    year = serializers.IntegerField(source="rule.campaign.year")
    organization_code = serializers.CharField(source="organization.code")
    organization_name = serializers.CharField(source="organization.name")
    task = serializers.CharField(source="rule.task.code")
    rule = serializers.CharField(source="rule.number")
    rule_name = serializers.CharField(source="rule.name")
    basis = serializers.CharField(source="rule.basis_words")
    sentence = serializers.SerializerMethodField()

    class Meta:
        model = Finding
        fields = [
            "id",
            "year",
            "organization",
            "organization_code",
            "organization_name",
            "task",
            "rule",
            "rule_name",
            "basis",
            "key",
            "severity",
            "sentence",
            "opened_on",
            "changed_on",
            "closed_on",
            "closing",
        ]
        read_only_fields = fields

    def get_sentence(self, finding) -> str:
        return sentence(finding, local_day())


class ExplainSerializer(serializers.Serializer):
    text = Words("情况说明", 500)


class FindingFilter(UnderFilter):
    """``open=true`` is what stands now; ``false`` what has been mended or explained."""

    year = django_filters.NumberFilter("rule__campaign__year")
    task = django_filters.CharFilter("rule__task__code")
    rule = django_filters.CharFilter("rule__number")
    open = django_filters.BooleanFilter("closed_on", lookup_expr="isnull")
    opened_from = django_filters.DateFilter("opened_on", lookup_expr="gte")
    opened_to = django_filters.DateFilter("opened_on", lookup_expr="lte")

    class Meta:
        model = Finding
        fields = ["organization", "severity", "closing"]


class FindingViewSet(Resource):
    """Findings at the organisations in sight. Signals of made-up records (R56) are told to inspectors and
    the working committee alone."""

    keyset = ("organization__path", "rule__number", "pk")
    group, tag = "problems", "支部体检"
    queryset = Finding.objects.none()
    serializer_class = FindingSerializer
    filterset_class = FindingFilter

    def get_queryset(self):
        return Finding.objects.visible_to(self.request.user).select_related(
            "organization", "rule__task", "rule__campaign"
        )

    @act(summary="列入问题清单（见 problems/?finding=）")
    def problem(self, finding, asked):
        problems.list_finding(finding, **self.by_now)

    @act(ExplainSerializer, summary="说明情况（见 explanations/）")
    def explain(self, finding, asked):
        services.explain(finding, asked["text"], **self.by_now)


# --- Explanations ---------------------------------------------------------------------------------


class ExplanationSerializer(serializers.ModelSerializer):
    """Why a warning stands, and what those above say to it."""

    organization_name = serializers.CharField(source="organization.name")
    rule = serializers.CharField(source="rule.number")
    rule_name = serializers.CharField(source="rule.name")

    class Meta:
        model = Explanation
        fields = [
            "id", "organization", "organization_name", "rule", "rule_name", "key", "text", "state",
            "made_up", "given_at", "decided_at", "decision_note",
        ]  # fmt: skip
        read_only_fields = fields


class DecisionSerializer(serializers.Serializer):
    """Yes or no; a no needs its reason."""

    accept = serializers.BooleanField(label="是否同意")
    note = Words("意见", 300, required=False)


class ExplanationFilter(UnderFilter):
    class Meta:
        model = Explanation
        fields = ["organization", "state"]


class ExplanationViewSet(Resource):
    """情况说明."""

    keyset = ("-given_at", "-pk")
    group, tag = "problems", "支部体检"
    queryset = Explanation.objects.none()
    serializer_class = ExplanationSerializer
    filterset_class = ExplanationFilter

    def get_queryset(self):
        rows = Explanation.objects.visible_to(self.request.user)
        return rows.select_related("organization", "rule")

    @act(DecisionSerializer, summary="审核情况说明")
    def decide(self, explanation, asked):
        services.decide(explanation, **asked, **self.by_now)
