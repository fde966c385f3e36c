"""The lists of problems: listed, planned, put right, handed in, closed or sent back; requests for more time."""

import django_filters
from django.db.models import Prefetch
from rest_framework import serializers

from branches.api.shown import OfOrganization
from branches.models import Organization
from branchyear.lib.dates import local_day
from branchyear.rest.fields import Day, Ids, InSight, Shown, Words
from branchyear.rest.filters import between
from branchyear.rest.resources import Makes, Resource, act
from tasks.api.filters import OverdueFilter
from tasks.models import Campaign, Evidence, Extension, Problem, ProblemEvidence, Task
from tasks.services import problems as services


class ProblemSerializer(OfOrganization):
    """One problem on the lists: what is wrong, what is done, by whom and when, how it ended."""

    year = serializers.IntegerField(source="campaign.year")
    task = serializers.CharField(source="task.code", allow_null=True, default=None)
    rule = serializers.CharField(source="rule.number", allow_null=True, default=None)
    overdue = serializers.SerializerMethodField()
    evidence = Ids("evidence_links", "evidence_id")

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

    def get_overdue(self, problem) -> bool:
        late = problem.due_on is not None and problem.due_on < local_day()
        return late and problem.state != Problem.State.CLOSED


class ProblemFilter(OverdueFilter):
    year = django_filters.NumberFilter("campaign__year")
    task = django_filters.CharFilter("task__code")
    rule = django_filters.CharFilter("rule__number")
    due_from, due_to = between("due_on")

    class Meta:
        model = Problem
        fields = ["organization", "state", "origin", "heading", "finding", "branch_item"]


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
    serializer_class = ProblemSerializer
    filterset_class = ProblemFilter
    along = ("organization", "campaign", "task", "rule")
    lists_along = (
        Prefetch(
            "evidence_links",
            queryset=ProblemEvidence.objects.only("pk", "problem_id", "evidence_id"),
        ),
    )
    asks_new = NewProblemSerializer

    def make(self, asked):
        organization = asked.pop("organization")
        return self.do(services.list_problem, organization, origin=Problem.Origin.HAND, **asked)

    @act(PlanSerializer, summary="填写整改措施、责任人、时限")
    def plan(self, problem, asked):
        self.do(services.plan, problem, services.Plan(**asked))

    attach = act(ProofSerializer, services.attach_evidence, summary="选用本支部已有的材料为佐证")
    detach = act(ProofSerializer, services.detach_evidence, summary="取消一份佐证")
    hand_in = act(ResultSerializer, services.hand_in, summary="申请销号")
    close = act(NoteSerializer, services.close, summary="验收通过，销号")
    send_back = act(ReasonSerializer, services.send_back, summary="验收不通过")
    reopen = act(ReopenSerializer, services.reopen, summary="重新整改")
    ask_extension = act(
        AskExtensionSerializer, services.ask_extension, summary="申请延期（见 extensions/）"
    )


# --- Extensions -----------------------------------------------------------------------------------


class ExtensionSerializer(Shown):
    organization = serializers.IntegerField(source="problem.organization_id")
    organization_name = serializers.CharField(source="problem.organization.name")
    number = serializers.IntegerField(source="problem.number")

    class Meta:
        model = Extension
        fields = [
            "id", "problem", "number", "organization", "organization_name", "due_before",
            "due_wanted", "reason", "state", "asked_at", "decided_at", "decision_note",
        ]  # fmt: skip


class GrantSerializer(serializers.Serializer):
    grant = serializers.BooleanField(label="是否同意")
    note = Words("意见", 300, required=False)


class ExtensionViewSet(Resource):
    """整改延期."""

    keyset = ("-asked_at", "-pk")
    group, tag = "problems", "问题整改"
    serializer_class = ExtensionSerializer
    filterset_fields = ("problem", "state")
    along = ("problem__organization", "problem__campaign")

    decide = act(GrantSerializer, services.decide_extension, summary="审批延期")
