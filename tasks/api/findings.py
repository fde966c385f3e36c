"""What 支部体检 finds: read, listed as a problem, explained; the explanations decided."""

import django_filters
from rest_framework import serializers

from branches.api.filters import UnderFilter
from branches.api.shown import OfOrganization
from branchyear.lib.dates import local_day
from branchyear.rest.fields import Words
from branchyear.rest.filters import between, is_missing
from branchyear.rest.resources import Resource, act
from tasks.health.words import sentence
from tasks.models import Explanation, Finding
from tasks.services import findings as services
from tasks.services import problems


class FindingSerializer(OfOrganization):
    """One thing that a rule found, with its sentence as of today."""

    year = serializers.IntegerField(source="rule.campaign.year")
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

    def get_sentence(self, finding) -> str:
        return sentence(finding, local_day())


class ExplainSerializer(serializers.Serializer):
    text = Words("情况说明", 500)


class FindingFilter(UnderFilter):
    """``open=true`` is what stands now; ``false`` what has been mended or explained."""

    year = django_filters.NumberFilter("rule__campaign__year")
    task = django_filters.CharFilter("rule__task__code")
    rule = django_filters.CharFilter("rule__number")
    open = is_missing("closed_on")
    opened_from, opened_to = between("opened_on")

    class Meta:
        model = Finding
        fields = ["organization", "severity", "closing"]


class FindingViewSet(Resource):
    """Findings at the organisations in sight. Signals of made-up records (R56) are told to inspectors and
    the working committee alone."""

    keyset = ("organization__path", "rule__number", "pk")
    group, tag = "problems", "支部体检"
    serializer_class = FindingSerializer
    filterset_class = FindingFilter
    along = ("organization", "rule__task", "rule__campaign")

    problem = act(service=problems.list_finding, summary="列入问题清单（见 problems/?finding=）")
    explain = act(ExplainSerializer, services.explain, summary="说明情况（见 explanations/）")


# --- Explanations ---------------------------------------------------------------------------------


class ExplanationSerializer(OfOrganization):
    """Why a warning stands, and what those above say to it."""

    rule = serializers.CharField(source="rule.number")
    rule_name = serializers.CharField(source="rule.name")

    class Meta:
        model = Explanation
        fields = [
            "id", "organization", "organization_name", "rule", "rule_name", "key", "text", "state",
            "made_up", "given_at", "decided_at", "decision_note",
        ]  # fmt: skip


class DecisionSerializer(serializers.Serializer):
    """Yes or no; a no needs its reason."""

    accept = serializers.BooleanField(label="是否同意")
    note = Words("意见", 300, required=False)


class ExplanationViewSet(Resource):
    """情况说明."""

    keyset = ("-given_at", "-pk")
    group, tag = "problems", "支部体检"
    serializer_class = ExplanationSerializer
    filterset_base, filterset_fields = UnderFilter, ("organization", "state")
    along = ("organization", "rule")

    decide = act(DecisionSerializer, services.decide, summary="审核情况说明")
