"""The branches' answers to the checklist: saved, proved, handed in, reviewed."""

from dataclasses import replace

import django_filters
from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser

from branches.models import Organization
from branches.querysets import below
from branchyear.accounts.models import User
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused
from branchyear.rest.resources import Changes, Day, InSight, Resource, Words, act
from members.models import Meeting
from tasks.api.problems import ProofSerializer
from tasks.models import BranchItem, ItemEvidence, ItemMeeting, Source
from tasks.services import delegations, items
from tasks.services import evidence as materials


class BranchItemSerializer(serializers.ModelSerializer):
    """One branch's answer to one item, and where it stands."""

    year = serializers.IntegerField(source="item.task.campaign.year")
    branch_code = serializers.CharField(source="branch.code")
    branch_name = serializers.CharField(source="branch.name")
    task = serializers.CharField(source="item.task.code")
    item = serializers.CharField(source="item.code")
    text = serializers.CharField(source="version.text")
    version = serializers.IntegerField(source="version.number")
    weight = serializers.DecimalField(source="version.weight", max_digits=6, decimal_places=2)
    source = serializers.ChoiceField(source="version.source", choices=Source.choices)
    overdue = serializers.SerializerMethodField()
    numbers = serializers.DictField(child=serializers.IntegerField())
    evidence = serializers.SerializerMethodField()
    meetings = serializers.SerializerMethodField()

    class Meta:
        model = BranchItem
        fields = [
            "id",
            "year",
            "branch",
            "branch_code",
            "branch_name",
            "task",
            "item",
            "text",
            "version",
            "weight",
            "source",
            "opens_on",
            "due_on",
            "overdue",
            "state",
            "with_organization",
            "round",
            "result",
            "fact_on",
            "note",
            "numbers",
            "evidence",
            "first_submitted_at",
            "submitted_at",
            "decided_at",
            "return_reason",
            "updated_at",
            "meetings",
        ]
        read_only_fields = fields

    def get_overdue(self, row) -> bool:
        return row.is_overdue(local_day())

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_meetings(self, row):
        return [link.meeting_id for link in row.meeting_links.all()]

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_evidence(self, row):
        return [link.evidence_id for link in row.evidence_links.all()]


class BranchItemFilter(django_filters.FilterSet):
    """``under`` is an organisation's id: everything at or below it, so also a direct organisation."""

    year = django_filters.NumberFilter("item__task__campaign__year")
    under = django_filters.NumberFilter(method="at_or_below")
    branch_code = django_filters.CharFilter("branch__code")
    task = django_filters.CharFilter("item__task__code")
    item = django_filters.CharFilter("item__code")
    overdue = django_filters.BooleanFilter(method="is_overdue")

    class Meta:
        model = BranchItem
        fields = ["branch", "state", "with_organization"]

    def at_or_below(self, rows, name, value):
        found = Organization.objects.visible_to(self.request.user).filter(pk=value).first()
        return rows.filter(below(found.path, "branch__path")) if found else rows.none()

    def is_overdue(self, rows, name, value):
        late = BranchItem.objects.overdue(local_day()).values("pk")
        return rows.filter(pk__in=late) if value else rows.exclude(pk__in=late)


class AnswerSerializer(serializers.Serializer):
    """What the branch says; only what is named is changed."""

    result = serializers.ChoiceField(
        label="落实情况", choices=BranchItem.Result.choices, required=False, allow_blank=True
    )
    fact_on = Day("完成日期", required=False, allow_null=True)
    note = Words("情况说明", 2000, default=None, allow_null=True, allow_blank=True)
    numbers = serializers.DictField(
        child=serializers.IntegerField(allow_null=True), label="数字", required=False
    )

    def validate(self, asked):
        if asked.get("note") is None:
            asked.pop("note", None)
        return asked


class OpinionSerializer(serializers.Serializer):
    reason = Words("意见", 500, required=False)


class ReturnSerializer(serializers.Serializer):
    reason = Words("退回原因", 500)


class DelegateSerializer(serializers.Serializer):
    to = serializers.CharField(label="支部委员的账号", max_length=150)
    due_on = Day("填好期限", required=False, allow_null=True, default=None)
    note = Words("要求", 200, required=False)


class MeetingsSerializer(serializers.Serializer):
    meetings = InSight(Meeting, label="组织生活记录", many=True, allow_empty=False)


class MeetingSerializer(serializers.Serializer):
    meeting = InSight(Meeting, label="组织生活记录")


class FileSerializer(serializers.Serializer):
    file = serializers.FileField(label="文件")
    fact_on = Day("材料日期", required=False, allow_null=True, default=None)


class BranchItemViewSet(Changes, Resource):
    """Answers of the branches in sight, of branches that still exist."""

    keyset = ("branch__path", "item__task__order", "item__order", "pk")
    group, tag = "campaign", "活动与检查清单"
    queryset = BranchItem.objects.none()
    serializer_class = BranchItemSerializer
    filterset_class = BranchItemFilter

    def get_queryset(self):
        links = ItemEvidence.objects.only("pk", "branch_item_id", "evidence_id")
        return (
            BranchItem.objects.visible_to(self.request.user)
            .in_force()
            .select_related("branch", "item__task__campaign", "version", "with_organization")
            .prefetch_related(
                Prefetch("evidence_links", queryset=links),
                Prefetch("meeting_links", queryset=ItemMeeting.objects.live()),
            )
        )

    asks_change = AnswerSerializer

    def change(self, row, asked):
        """暂存."""
        answer = replace(items.answer_of(row), **asked)
        items.save(row, answer, revision=row.revision, **self.by_now)

    @act(AnswerSerializer, summary="提交审核（可同时填写）")
    def submit(self, row, asked):
        answer = replace(items.answer_of(row), **asked) if asked else None
        items.submit(row, answer, revision=row.revision, **self.by_now)

    @act(summary="撤回")
    def withdraw(self, row, asked):
        items.withdraw(row, revision=row.revision, **self.by_now)

    @act(OpinionSerializer, summary="审核通过")
    def accept(self, row, asked):
        items.accept(row, reason=asked["reason"], revision=row.revision, **self.by_now)

    @act(ReturnSerializer, summary="退回修改")
    def send_back(self, row, asked):
        items.send_back(row, reason=asked["reason"], revision=row.revision, **self.by_now)

    @act(DelegateSerializer, summary="委托支部委员填报")
    def delegate(self, row, asked):
        name = asked.pop("to")
        to = User.objects.filter(username=name).first()
        if to is None:  # the same sentence as for anybody else who is no member of the committee
            raise Refused("只能委托本支部在任的支部委员。", field="to")
        delegations.delegate(row, to, **asked, **self.by_now)

    @act(summary="受委托人：已填好")
    def mark_done(self, row, asked):
        delegations.mark_done(row, **self.by_now)

    @act(summary="收回委托")
    def take_back(self, row, asked):
        delegations.take_back(row, **self.by_now)

    @act(ProofSerializer, summary="选用本支部已有的材料")
    def attach(self, row, asked):
        materials.attach(row, asked["evidence"], **self.by_now)

    @act(ProofSerializer, summary="取消一份材料")
    def detach(self, row, asked):
        materials.detach(row, asked["evidence"], **self.by_now)

    @act(MeetingsSerializer, summary="以组织生活记录为佐证")
    def attach_meetings(self, row, asked):
        materials.attach_meetings(row, asked["meetings"], **self.by_now)

    @act(MeetingSerializer, summary="取消一条组织生活记录")
    def detach_meeting(self, row, asked):
        materials.detach_meeting(row, asked["meeting"], **self.by_now)

    @act(FileSerializer, summary="上传佐证材料", path="upload", parsers=(MultiPartParser,))
    def upload(self, row, asked):
        materials.add(row, asked["file"], fact_on=asked["fact_on"], **self.by_now)
