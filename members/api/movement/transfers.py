"""Transfers of the organisational relation (组织关系转接): letters issued, received, given back; members taken in from
outside the city's organs."""

import django_filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from branches.models import Organization
from branchyear.rest.fields import Day, InSight, Month, Shown, Words
from branchyear.rest.filters import between
from branchyear.rest.resources import Makes, Resource, act
from members.models import Category, Member, Transfer
from members.services import transfers


@extend_schema_field({"type": "string", "pattern": "^([0-9]{4}-(0[1-9]|1[0-2]))?$"})
class PaidTo(Month):
    """As ``Month``, kept as text; nothing may be said."""

    def __init__(self):
        super().__init__("党费交至", required=False, default="")

    def to_internal_value(self, value):
        return str(super().to_internal_value(value)) if value else ""


class TransferSerializer(Shown):
    """组织关系转接."""

    member_name = serializers.CharField(source="member.name")

    class Meta:
        model = Transfer
        fields = [
            "id", "member", "member_name", "sender", "sender_name", "receiver", "receiver_name",
            "state", "letter_no", "issued_on", "valid_until", "dues_paid_to", "reason",
            "received_on", "slip_on", "closing_note",
        ]  # fmt: skip


class LetterSerializer(serializers.Serializer):
    letter_no = Words("介绍信编号", 60, required=False)
    issued_on = Day("开具日期")
    valid_until = Day("有效期至", required=False, allow_null=True, default=None)
    dues_paid_to = PaidTo()


class IssueSerializer(LetterSerializer):
    """Inside the city's organs a branch (by its code, it may be out of sight), elsewhere a name."""

    member = InSight(Member, label="党员")
    receiver_code = Words("转入党支部编码", 30, required=False)
    receiver_name = Words("转入单位", 100, required=False)
    reason = Words("转接原因", 200, required=False)

    def validate_receiver_code(self, code):
        if not code:
            return None
        found = Organization.objects.open().branches().filter(code=code).first()
        if found is None:
            raise serializers.ValidationError("没有这个编码的党支部。")
        return found


class TakeInSerializer(LetterSerializer):
    organization = InSight(Organization, label="转入党支部")
    name = Words("姓名", 50)
    id_number = Words("公民身份号码", 18)
    category = serializers.ChoiceField(label="党员类别", choices=Category.choices)
    admitted_on = Day("入党时间")
    formal_on = Day("转正时间", required=False, allow_null=True, default=None)
    unit = Words("所在处(科)室", 100, required=False)
    sender_name = Words("转出单位", 100)
    on = Day("接收日期")


class ReceiveSerializer(serializers.Serializer):
    on = Day("接收日期")


class ReasonSerializer(serializers.Serializer):
    reason = Words("原因", 200)


class SlipSerializer(serializers.Serializer):
    received_on = Day("对方接收日期")
    slip_on = Day("回执日期")


class TransferFilter(django_filters.FilterSet):
    since, until = between("issued_on")

    class Meta:
        model = Transfer
        fields = ["member", "sender", "receiver", "state"]


class TransferViewSet(Makes, Resource):
    """组织关系转接."""

    keyset = ("-issued_on", "-pk")
    group, tag = "members", "组织关系转接"
    serializer_class = TransferSerializer
    filterset_class = TransferFilter
    asks_new = IssueSerializer
    along = ("member__organization", "sender", "receiver")

    def make(self, asked):
        """开具介绍信."""
        member, receiver = asked.pop("member"), asked.pop("receiver_code")
        return self.do(transfers.issue, member, receiver=receiver or None, **asked)

    @act(TakeInSerializer, summary="接收市直机关以外转入的党员", detail=False)
    def take_in(self, asked):
        person = {
            name: asked.pop(name)
            for name in ("name", "id_number", "category", "admitted_on", "formal_on", "unit")
        }
        branch = asked.pop("organization")
        return self.do(transfers.take_in, branch, person=person, **asked)

    receive = act(ReceiveSerializer, transfers.receive, summary="接收")
    refuse = act(ReasonSerializer, transfers.refuse, summary="退回介绍信")
    withdraw = act(ReasonSerializer, transfers.withdraw, summary="撤回介绍信")
    slip = act(SlipSerializer, transfers.register_slip, summary="登记回执")
