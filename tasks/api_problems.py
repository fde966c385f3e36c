"""What 支部体检 finds and the lists of problems, for other systems: read only, scoped like the pages."""

import django_filters
from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, viewsets

from branches.models import Organization
from branches.querysets import below
from branchyear.lib.dates import local_day
from tasks.health.words import sentence
from tasks.models import Finding, Problem, ProblemEvidence


class UnderFilter(django_filters.FilterSet):
    """``under`` is an organisation's id: everything at or below it."""

    under = django_filters.NumberFilter(method="at_or_below")
    organization_code = django_filters.CharFilter("organization__code")

    def at_or_below(self, rows, name, value):
        found = Organization.objects.visible_to(self.request.user).filter(pk=value).first()
        return rows.filter(below(found.path, "organization__path")) if found else rows.none()


# --- Findings -------------------------------------------------------------------------------------


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


class FindingViewSet(viewsets.ReadOnlyModelViewSet):
    """Findings at the organisations in sight. Signals of made-up records (R56) are told to inspectors and
    the working committee alone."""

    queryset = Finding.objects.none()
    serializer_class = FindingSerializer
    filterset_class = FindingFilter

    def get_queryset(self):
        return (
            Finding.objects.visible_to(self.request.user)
            .select_related("organization", "rule__task", "rule__campaign")
            .order_by("organization__path", "rule__number", "pk")
        )


# --- Problems -------------------------------------------------------------------------------------


class ProblemSerializer(serializers.ModelSerializer):
    """One problem on the lists: what is wrong, what is done, by whom and when, how it ended."""

    year = serializers.IntegerField(source="campaign.year")
    organization_code = serializers.CharField(source="organization.code")
    organization_name = serializers.CharField(source="organization.name")
    task = serializers.CharField(source="task.code", allow_null=True, default=None)
    rule = serializers.CharField(source="rule.number", allow_null=True, default=None)
    overdue = serializers.SerializerMethodField()
    evidence = serializers.SerializerMethodField()

    class Meta:
        model = Problem
        fields = [
            "id",
            "year",
            "organization",
            "organization_code",
            "organization_name",
            "number",
            "task",
            "origin",
            "rule",
            "finding",
            "heading",
            "branch_item",
            "title",
            "cause",
            "measure",
            "responsible",
            "responsible_leader",
            "found_on",
            "due_on",
            "overdue",
            "state",
            "result",
            "closed_on",
            "repeats",
            "evidence",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields

    def get_overdue(self, problem) -> bool:
        late = problem.due_on is not None and problem.due_on < local_day()
        return late and problem.state != Problem.State.CLOSED

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_evidence(self, problem):
        return [link.evidence_id for link in problem.evidence_links.all()]


class ProblemFilter(UnderFilter):
    year = django_filters.NumberFilter("campaign__year")
    task = django_filters.CharFilter("task__code")
    rule = django_filters.CharFilter("rule__number")
    overdue = django_filters.BooleanFilter(method="is_overdue")
    due_from = django_filters.DateFilter("due_on", lookup_expr="gte")
    due_to = django_filters.DateFilter("due_on", lookup_expr="lte")

    class Meta:
        model = Problem
        fields = ["organization", "state", "origin", "heading"]

    def is_overdue(self, rows, name, value):
        late = Problem.objects.overdue(local_day()).values("pk")
        return rows.filter(pk__in=late) if value else rows.exclude(pk__in=late)


class ProblemViewSet(viewsets.ReadOnlyModelViewSet):
    """Problems of the organisations in sight, of every state."""

    queryset = Problem.objects.none()
    serializer_class = ProblemSerializer
    filterset_class = ProblemFilter

    def get_queryset(self):
        links = ProblemEvidence.objects.only("pk", "problem_id", "evidence_id")
        return (
            Problem.objects.visible_to(self.request.user)
            .select_related("organization", "campaign", "task", "rule")
            .prefetch_related(Prefetch("evidence_links", queryset=links))
            .order_by("organization__path", "campaign__year", "number")
        )
