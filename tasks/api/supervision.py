"""督办单: issued, answered, closed or given back."""

from rest_framework import serializers

from branches.api.filters import UnderFilter
from branches.api.shown import OfOrganization
from branches.models import Organization
from branchyear.rest.fields import Day, InSight, Words
from branchyear.rest.resources import Makes, Resource, act, calls
from tasks.models import Supervision
from tasks.services import supervision as services


class SupervisionSerializer(OfOrganization):
    """A letter of supervision and what was answered."""

    year = serializers.IntegerField(source="campaign.year")

    class Meta:
        model = Supervision
        fields = [
            "id", "year", "number", "organization", "organization_code", "organization_name",
            "title", "content", "basis", "due_on", "state", "reply", "replied_at", "closed_on",
            "issued_at",
        ]  # fmt: skip


class NewSupervisionSerializer(serializers.Serializer):
    organization = InSight(Organization, label="承办单位")
    title = Words("事项", 100)
    content = Words("督办要求", 1000)
    basis = Words("督办依据", 300)
    due_on = Day("办理时限")


class ReplySerializer(serializers.Serializer):
    text = Words("办理情况", 1000)


class CloseSerializer(serializers.Serializer):
    text = Words("意见", 1000, required=False)


class SendBackSerializer(serializers.Serializer):
    text = Words("原因", 500)
    due_on = Day("新的办理时限")


class WithdrawSerializer(serializers.Serializer):
    text = Words("撤销原因", 500)


class SupervisionViewSet(Makes, Resource):
    """督办单."""

    keyset = ("-pk",)
    group, tag = "problems", "督办"
    serializer_class = SupervisionSerializer
    filterset_base, filterset_fields = UnderFilter, ("organization", "state")
    asks_new = NewSupervisionSerializer
    along = ("organization", "campaign")

    make = calls(services.issue)
    reply = act(ReplySerializer, services.reply, summary="回复办理情况")
    close = act(CloseSerializer, services.close, summary="办结")
    send_back = act(SendBackSerializer, services.send_back, summary="退回重办")
    withdraw = act(WithdrawSerializer, services.withdraw, summary="撤销")
