"""不合格党员处置: what was decided is registered, the end of a correction is looked at once."""

from rest_framework import serializers

from branches.api.filters import UnderFilter
from branches.api.shown import OfOrganization
from branches.models import Organization
from branchyear.rest.fields import Day, InSight, Words
from branchyear.rest.filters import is_there
from branchyear.rest.resources import Makes, Resource, act, calls
from members.models import Member
from tasks.models import Disposal
from tasks.services import disposals as services


class DisposalSerializer(OfOrganization):
    member_name = serializers.CharField(source="member.name")

    class Meta:
        model = Disposal
        fields = [
            "id", "organization", "organization_code", "organization_name", "member", "member_name",
            "kind", "decided_on", "until", "document_no", "reviewed_on", "result", "at",
        ]  # fmt: skip


class DisposalFilter(UnderFilter):
    reviewed = is_there("reviewed_on")

    class Meta:
        model = Disposal
        fields = ["organization", "member", "kind"]


class NewDisposalSerializer(serializers.Serializer):
    organization = InSight(Organization, label="党支部")
    member = InSight(Member, label="党员")
    kind = serializers.ChoiceField(label="处置", choices=Disposal.Kind.choices)
    decided_on = Day("决定日期")
    until = Day("改正期限", required=False, allow_null=True, help_text="限期改正必填，最长1年")
    document_no = Words("文号", 60, required=False)


class ReviewSerializer(serializers.Serializer):
    reviewed_on = Day("考察日期")
    result = Words("改正情况", 300)


class DisposalViewSet(Makes, Resource):
    """不合格党员处置."""

    keyset = ("-decided_on", "-pk")
    group, tag = "members", "不合格党员处置"
    serializer_class = DisposalSerializer
    filterset_class = DisposalFilter
    asks_new = NewDisposalSerializer
    along = ("organization", "member")

    make = calls(services.register)
    review = act(ReviewSerializer, services.review, summary="登记期满考察")
