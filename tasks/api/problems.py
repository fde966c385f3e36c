"""The lists of problems: listed, planned, put right, handed in, closed or sent back; requests for more time."""

import django_filters
from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from branches.api.filters import UnderFilter
from branches.models import Organization
from branchyear.lib.dates import local_day
from branchyear.rest.resources import Day, InSight, Makes, Resource, Words, act
from tasks.models import Campaign, Evidence, Extension, Problem, ProblemEvidence, Task
from tasks.services import problems as services


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
        fields = ["organization", "state", "origin", "heading", "finding", "branch_item"]

    def is_overdue(self, rows, name, value):
        late = Problem.objects.overdue(local_day()).values("pk")
        return rows.filter(pk__in=late) if value else rows.exclude(pk__in=late)


class NewProblemSerializer(serializers.Serializer):
    """自行登记."""

    organization = InSight(Organization, label="党组织")
    title = Words("问题表现", 300)
    task = serializers.CharField(
        label="所属任务",
        max_length=10,
        required=False,
        allow_null=True,
        help_text="本年度任务代码，如 T3",
    )
    found_on = Day("发现日期", required=False)

    def validate_task(self, code):
        campaign = Campaign.objects.running(local_day())
        task = Task.objects.filter(campaign=campaign, code=code).first() if code else None
        if code and task is None:
            raise serializers.ValidationError("没有这项任务。")
        return task


class PlanSerializer(serializers.Serializer):
    cause = Words("原因", 500)
    measure = Words("整改措施", 500)
    responsible = Words("责任人", 50)
    responsible_leader = Words("责任领导", 50, required=False)
    due_on = Day("整改时限", required=False, help_text="不填的，按通常时限")


class ResultSerializer(serializers.Serializer):
    result = Words("整改结果", 1000)


class ReasonSerializer(serializers.Serializer):
    reason = Words("原因", 500)


class NoteSerializer(serializers.Serializer):
    note = Words("意见", 1000, required=False)


class ReopenSerializer(ReasonSerializer):
    due_on = Day("新的整改时限", required=False)


class AskExtensionSerializer(serializers.Serializer):
    due_wanted = Day("申请延至")
    reason = Words("理由", 300)


class ProofSerializer(serializers.Serializer):
    evidence = InSight(Evidence, label="材料")


class ProblemViewSet(Makes, Resource):
    """Problems of the organisations in sight, of every state."""

    keyset = ("organization__path", "campaign__year", "number", "pk")
    group, tag = "problems", "问题整改"
    queryset = Problem.objects.none()
    serializer_class = ProblemSerializer
    filterset_class = ProblemFilter

    def get_queryset(self):
        links = ProblemEvidence.objects.only("pk", "problem_id", "evidence_id")
        return (
            Problem.objects.visible_to(self.request.user)
            .select_related("organization", "campaign", "task", "rule")
            .prefetch_related(Prefetch("evidence_links", queryset=links))
        )

    asks_new = NewProblemSerializer

    def make(self, asked):
        organization = asked.pop("organization")
        return services.list_problem(
            organization, origin=Problem.Origin.HAND, **asked, **self.by_now
        )

    @act(PlanSerializer, summary="填写整改措施、责任人、时限")
    def plan(self, problem, asked):
        services.plan(problem, services.Plan(**asked), revision=problem.revision, **self.by_now)

    @act(ProofSerializer, summary="选用本支部已有的材料为佐证")
    def attach(self, problem, asked):
        services.attach_evidence(problem, asked["evidence"], **self.by_now)

    @act(ProofSerializer, summary="取消一份佐证")
    def detach(self, problem, asked):
        services.detach_evidence(problem, asked["evidence"], **self.by_now)

    @act(ResultSerializer, summary="申请销号")
    def hand_in(self, problem, asked):
        services.hand_in(problem, asked["result"], revision=problem.revision, **self.by_now)

    @act(NoteSerializer, summary="验收通过，销号")
    def close(self, problem, asked):
        services.close(problem, note=asked["note"], revision=problem.revision, **self.by_now)

    @act(ReasonSerializer, summary="验收不通过")
    def send_back(self, problem, asked):
        services.send_back(problem, asked["reason"], revision=problem.revision, **self.by_now)

    @act(ReopenSerializer, summary="重新整改")
    def reopen(self, problem, asked):
        reason = asked.pop("reason")
        services.reopen(problem, reason, revision=problem.revision, **asked, **self.by_now)

    @act(AskExtensionSerializer, summary="申请延期（见 extensions/）")
    def ask_extension(self, problem, asked):
        services.ask_extension(problem, asked["due_wanted"], asked["reason"], **self.by_now)


# --- Extensions -----------------------------------------------------------------------------------


class ExtensionSerializer(serializers.ModelSerializer):
    organization = serializers.IntegerField(source="problem.organization_id")
    organization_name = serializers.CharField(source="problem.organization.name")
    number = serializers.IntegerField(source="problem.number")

    class Meta:
        model = Extension
        fields = [
            "id", "problem", "number", "organization", "organization_name", "due_before",
            "due_wanted", "reason", "state", "asked_at", "decided_at", "decision_note",
        ]  # fmt: skip
        read_only_fields = fields


class GrantSerializer(serializers.Serializer):
    grant = serializers.BooleanField(label="是否同意")
    note = Words("意见", 300, required=False)


class ExtensionViewSet(Resource):
    """整改延期."""

    keyset = ("-asked_at", "-pk")
    group, tag = "problems", "问题整改"
    queryset = Extension.objects.none()
    serializer_class = ExtensionSerializer
    filterset_fields = ("problem", "state")

    def get_queryset(self):
        rows = Extension.objects.visible_to(self.request.user)
        return rows.select_related("problem__organization", "problem__campaign")

    @act(GrantSerializer, summary="审批延期")
    def decide(self, extension, asked):
        services.decide_extension(extension, **asked, **self.by_now)
