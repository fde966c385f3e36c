"""The branches' answers to the checklist: saved, proved, handed in, reviewed."""

from dataclasses import replace

import django_filters
from django.db.models import Prefetch
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser

from branchyear.accounts.models import User
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused
from branchyear.rest.fields import Day, Ids, InSight, Shown, Words
from branchyear.rest.resources import Changes, Resource, act
from members.models import Meeting
from tasks.api.filters import OverdueFilter
from tasks.api.problems import ProofSerializer
from tasks.models import BranchItem, ItemEvidence, ItemMeeting, Source
from tasks.services import delegations, items
from tasks.services import evidence as materials


class BranchItemSerializer(Shown):
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
    evidence = Ids("evidence_links", "evidence_id")
    meetings = Ids("meeting_links", "meeting_id")

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

    def get_overdue(self, row) -> bool:
        return row.is_overdue(local_day())


class BranchItemFilter(OverdueFilter):
    place, organization_code = "branch", None
    year = django_filters.NumberFilter("item__task__campaign__year")
    branch_code = django_filters.CharFilter("branch__code")
    task = django_filters.CharFilter("item__task__code")
    item = django_filters.CharFilter("item__code")

    class Meta:
        model = BranchItem
        fields = ["branch", "state", "with_organization"]


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
    serializer_class = BranchItemSerializer
    filterset_class = BranchItemFilter
    along = ("branch", "item__task__campaign", "version", "with_organization")
    lists_along = (
        Prefetch(
            "evidence_links",
            queryset=ItemEvidence.objects.only("pk", "branch_item_id", "evidence_id"),
        ),
        Prefetch("meeting_links", queryset=ItemMeeting.objects.live()),
    )
    asks_change = AnswerSerializer

    def rows(self):
        return super().rows().in_force()

    def change(self, row, asked):
        """暂存."""
        answer = replace(items.answer_of(row), **asked)
        self.do(items.save, row, answer)

    @act(AnswerSerializer, summary="提交审核（可同时填写）")
    def submit(self, row, asked):
        answer = replace(items.answer_of(row), **asked) if asked else None
        self.do(items.submit, row, answer)

    withdraw = act(service=items.withdraw, summary="撤回")
    accept = act(OpinionSerializer, items.accept, summary="审核通过")
    send_back = act(ReturnSerializer, items.send_back, summary="退回修改")

    @act(DelegateSerializer, summary="委托支部委员填报")
    def delegate(self, row, asked):
        name = asked.pop("to")
        to = User.objects.filter(username=name).first()
        if to is None:  # the same sentence as for anybody else who is no member of the committee
            raise Refused("只能委托本支部在任的支部委员。", field="to")
        self.do(delegations.delegate, row, to, **asked)

    mark_done = act(service=delegations.mark_done, summary="受委托人：已填好")
    take_back = act(service=delegations.take_back, summary="收回委托")
    attach = act(ProofSerializer, materials.attach, summary="选用本支部已有的材料")
    detach = act(ProofSerializer, materials.detach, summary="取消一份材料")
    attach_meetings = act(
        MeetingsSerializer, materials.attach_meetings, summary="以组织生活记录为佐证"
    )
    detach_meeting = act(
        MeetingSerializer, materials.detach_meeting, summary="取消一条组织生活记录"
    )

    @act(FileSerializer, summary="上传佐证材料", path="upload", parsers=(MultiPartParser,))
    def upload(self, row, asked):
        self.do(materials.add, row, asked["file"], fact_on=asked["fact_on"])
