"""督办单: issued, answered, closed or given back."""

from rest_framework import serializers

from branches.api.filters import UnderFilter
from branches.models import Organization
from branchyear.rest.resources import Day, InSight, Makes, Resource, Words, act
from tasks.models import Supervision
from tasks.services import supervision as services


class SupervisionSerializer(serializers.ModelSerializer):
    """A letter of supervision and what was answered."""

    year = serializers.IntegerField(source="campaign.year")
    organization_code = serializers.CharField(source="organization.code")
    organization_name = serializers.CharField(source="organization.name")

    class Meta:
        model = Supervision
        fields = [
            "id", "year", "number", "organization", "organization_code", "organization_name",
            "title", "content", "basis", "due_on", "state", "reply", "replied_at", "closed_on",
            "issued_at",
        ]  # fmt: skip
        read_only_fields = fields


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


class SupervisionFilter(UnderFilter):
    class Meta:
        model = Supervision
        fields = ["organization", "state"]


class SupervisionViewSet(Makes, Resource):
    """督办单."""

    keyset = ("-pk",)
    group, tag = "problems", "督办"
    queryset = Supervision.objects.none()
    serializer_class = SupervisionSerializer
    filterset_class = SupervisionFilter
    asks_new = NewSupervisionSerializer

    def get_queryset(self):
        rows = Supervision.objects.visible_to(self.request.user)
        return rows.select_related("organization", "campaign")

    def make(self, asked):
        return services.issue(asked.pop("organization"), **asked, **self.by_now)

    @act(ReplySerializer, summary="回复办理情况")
    def reply(self, row, asked):
        services.reply(row, asked["text"], revision=row.revision, **self.by_now)

    @act(CloseSerializer, summary="办结")
    def close(self, row, asked):
        services.close(row, text=asked["text"], revision=row.revision, **self.by_now)

    @act(SendBackSerializer, summary="退回重办")
    def send_back(self, row, asked):
        services.send_back(
            row, asked["text"], due_on=asked["due_on"], revision=row.revision, **self.by_now
        )

    @act(WithdrawSerializer, summary="撤销")
    def withdraw(self, row, asked):
        services.withdraw(row, asked["text"], revision=row.revision, **self.by_now)
