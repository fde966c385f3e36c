"""Inspections: planned, published, drawn, visited, their discrepancies decided. Nothing tells of a visit before its
branch may know."""

import django_filters
from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from branches.api.shown import OfOrganization
from branches.models import Organization
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused
from branchyear.rest.fields import Day, InSight, Shown, Text, Words
from branchyear.rest.filters import is_there
from branchyear.rest.resources import Changes, Makes, Resource, act
from tasks.models import Campaign, ChecklistItem, Draw, Inspection, TeamMember, Visit, VisitRecord
from tasks.services import discrepancies, inspections, inspectors, visits


class RecordSerializer(Shown):
    """One item as it was found, beside what was claimed."""

    item = serializers.CharField(source="item.code")

    class Meta:
        model = VisitRecord
        fields = [
            "id", "item", "claimed_state", "verdict", "words", "statement", "problem", "decided_at",
        ]  # fmt: skip


class VisitSerializer(Shown):
    """A branch that was drawn. Records are there once the inspector has signed."""

    branch_code = serializers.CharField(source="branch.code")
    branch_name = serializers.CharField(source="branch.name")
    records = RecordSerializer(many=True)

    class Meta:
        model = Visit
        fields = [
            "id", "branch", "branch_code", "branch_name", "stratum", "state", "visited_on",
            "signed_at", "missed_reason", "records",
        ]  # fmt: skip


class DrawSerializer(Shown):
    """What was published and when; seed and sample stand in the draw's own document."""

    class Meta:
        model = Draw
        fields = [
            "id", "number", "algorithm", "population_sha256", "size", "commitment", "published_at",
            "drawn_at", "voided_at", "void_reason",
        ]  # fmt: skip


class InspectionSerializer(OfOrganization):
    year = serializers.IntegerField(source="campaign.year")
    scope_code = serializers.CharField(source="scope.code")
    items = serializers.SerializerMethodField()
    draws = DrawSerializer(many=True)
    visits = VisitSerializer(many=True)

    class Meta:
        model = Inspection
        fields = [
            "id", "year", "title", "kind", "organization", "organization_code", "scope_code",
            "starts_on", "ends_on", "announced", "state", "items", "draws", "visits", "ended_at",
        ]  # fmt: skip

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_items(self, inspection):
        return [item.code for item in inspection.items.all()]


class InspectionFilter(django_filters.FilterSet):
    year = django_filters.NumberFilter("campaign__year")

    class Meta:
        model = Inspection
        fields = ["state", "kind", "organization"]


class PlanSerializer(serializers.Serializer):
    """The plan; when it is changed, what is not named stays."""

    title = Words("名称", 100)
    kind = serializers.ChoiceField(label="检查类型", choices=Inspection.Kind.choices)
    scope = InSight(Organization, label="检查范围")
    starts_on = Day("开始日期")
    ends_on = Day("结束日期")
    methods = Words("检查方式", 100, required=False)
    demands = Words("检查要求", 1000, required=False)
    announced = serializers.BooleanField(label="事先通知", default=False)
    strata_by = serializers.ChoiceField(label="分层", choices=Inspection.Strata.choices)
    measure = serializers.ChoiceField(label="抽取方式", choices=Inspection.Measure.choices)
    amount = serializers.IntegerField(label="数量或比例", min_value=1, max_value=500)
    items = serializers.ListField(
        label="检查内容（条目代码）", child=serializers.CharField(max_length=10), allow_empty=False
    )


class NewInspectionSerializer(PlanSerializer):
    organization = InSight(Organization, label="组织检查的单位")


class ChangedPlanSerializer(PlanSerializer):
    def __init__(self, *args, **options):
        super().__init__(*args, partial=True, **options)


class LeaveOutSerializer(serializers.Serializer):
    branch = InSight(Organization, label="党支部")
    reason = Words("理由", 200)


class TakeInSerializer(serializers.Serializer):
    branch = InSight(Organization, label="党支部")


class VoidSerializer(serializers.Serializer):
    reason = Words("作废的理由", 300)


class SummarySerializer(serializers.Serializer):
    summary = Words("总体情况", 2000)


def _records(user):
    """What a visit found, as far as this person may know."""
    rows = VisitRecord.objects.visible_to(user).select_related("item")
    return Prefetch("records", queryset=rows)


class InspectionViewSet(Makes, Changes, Resource):
    """Inspections in sight, with the draws and the visits this person may know of."""

    keyset = ("-starts_on", "-pk")
    group, tag = "inspections", "督查抽查"
    serializer_class = InspectionSerializer
    filterset_class = InspectionFilter
    along, lists_along = ("campaign", "organization", "scope"), ("items", "draws")
    asks_new, asks_change = NewInspectionSerializer, ChangedPlanSerializer

    def get_queryset(self):
        user = self.request.user
        visits = (
            Visit.objects.visible_to(user)
            .select_related("branch")
            .prefetch_related(_records(user))
            .order_by("branch__path")
        )
        return super().get_queryset().prefetch_related(Prefetch("visits", queryset=visits))

    def make(self, asked):
        campaign = Campaign.objects.running(local_day())
        items = _items(campaign, asked.pop("items"))
        organization = asked.pop("organization")
        return self.do(inspections.draft, organization, campaign=campaign, items=items, **asked)

    def change(self, row, asked):
        codes = asked.pop("items", None)
        items = row.items.all() if codes is None else _items(row.campaign, codes)
        facts = {name: getattr(row, name) for name in inspections.FACTS} | asked
        self.do(inspections.change, row, items=items, **facts)

    leave_out = act(LeaveOutSerializer, inspections.leave_out, summary="不列入抽取")
    take_in = act(TakeInSerializer, inspections.take_in, summary="恢复列入抽取")
    publish = act(service=inspections.publish, summary="公布校验值")
    draw = act(service=inspections.make_draw, summary="抽取")
    void = act(VoidSerializer, inspections.declare_void, summary="作废")
    end = act(SummarySerializer, inspections.end, summary="结束检查")


def _items(campaign, codes):
    found = {i.code: i for i in ChecklistItem.objects.asked().filter(task__campaign=campaign)}
    if missing := [code for code in codes if code not in found]:
        raise Refused(f"本年度没有条目{missing[0]}。", field="items")
    return [found[code] for code in dict.fromkeys(codes)]


# --- Visits ---------------------------------------------------------------------------------------


class FoundSerializer(serializers.Serializer):
    """What was found at one line (its id in ``records``)."""

    record = serializers.IntegerField(min_value=1)
    verdict = serializers.ChoiceField(
        label="检查结论", choices=VisitRecord.Verdict.choices, allow_blank=True
    )
    words = Words("情况", 500, required=False)


class VisitWordsSerializer(serializers.Serializer):
    """What the inspector writes; what is not named stays."""

    records = FoundSerializer(many=True, required=False)
    visited_on = Day("检查日期", required=False, allow_null=True)
    companion = Text("支部陪同人员", 50)
    opinion = Text("当场意见", 1000)
    demand = Text("整改要求", 500)


class MissSerializer(serializers.Serializer):
    reason = Words("未检查的原因", 300)


class AssignSerializer(serializers.Serializer):
    member = InSight(TeamMember, label="检查人员（team-members/ 的编号）")


class VisitViewSet(Changes, Resource):
    """Visits. ``records`` are there for the inspector from the beginning, for all others once he has signed."""

    keyset = ("-inspection_id", "branch__path", "pk")
    group, tag = "inspections", "督查抽查"
    serializer_class = VisitSerializer
    filterset_fields = ("inspection", "branch", "state")
    asks_change = VisitWordsSerializer
    along = ("branch", "inspection__organization", "inspection__campaign")

    def get_queryset(self):
        return super().get_queryset().prefetch_related(_records(self.request.user))

    def change(self, visit, asked):
        self.do(visits.save, visit, _told(visit, asked))

    start = act(service=visits.start, summary="开始检查")

    @act(VisitWordsSerializer, summary="签字")
    def sign(self, visit, asked):
        self.do(visits.sign, visit, _told(visit, asked))

    miss = act(MissSerializer, visits.miss, summary="未检查")
    assign = act(AssignSerializer, inspectors.assign, summary="安排检查人员")


def _told(visit, asked):
    stored = {name: getattr(visit, name) for name in ("visited_on", *visits.LIMITS)}
    lines = {line["record"]: (line["verdict"], line["words"]) for line in asked.pop("records", ())}
    return visits.Told(records=lines, **(stored | asked))


# --- Discrepancies --------------------------------------------------------------------------------


class DiscrepancySerializer(RecordSerializer):
    """What was claimed and not found."""

    inspection = serializers.IntegerField(source="visit.inspection_id")
    branch = serializers.IntegerField(source="visit.branch_id")
    branch_name = serializers.CharField(source="visit.branch.name")

    class Meta(RecordSerializer.Meta):
        fields = [
            "id", "inspection", "visit", "branch", "branch_name", "item", "text", "claimed_state",
            "verdict", "words", "statement", "stated_at", "problem", "decision_note", "decided_at",
        ]  # fmt: skip
        read_only_fields = fields


class StatementSerializer(serializers.Serializer):
    statement = Words("情况说明", 500)


class ListSerializer(serializers.Serializer):
    responsible = Words("责任人", 50)
    due_on = Day("整改时限")


class DropSerializer(serializers.Serializer):
    note = Words("不列入的理由", 300)


class DiscrepancyFilter(django_filters.FilterSet):
    inspection = django_filters.NumberFilter("visit__inspection")
    branch = django_filters.NumberFilter("visit__branch")
    decided = is_there("decided_at")

    class Meta:
        model = VisitRecord
        fields = ["visit", "verdict"]


class DiscrepancyViewSet(Resource):
    """Discrepancies of signed visits."""

    keyset = ("-pk",)
    group, tag = "inspections", "督查抽查"
    serializer_class = DiscrepancySerializer
    filterset_class = DiscrepancyFilter
    along = (
        "item__task", "branch_item", "visit__branch", "visit__inspection__organization",
        "visit__inspection__campaign",
    )  # fmt: skip

    def rows(self):
        return super().rows().discrepancies()

    state = act(StatementSerializer, discrepancies.state, summary="被查支部说明情况")
    list_as_problem = act(ListSerializer, discrepancies.list_as_problem, summary="列入问题清单")
    drop = act(DropSerializer, discrepancies.drop, summary="不列入")
