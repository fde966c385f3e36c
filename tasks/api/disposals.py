"""不合格党员处置: what was decided is registered, the end of a correction is looked at once."""

import django_filters
from rest_framework import serializers

from branches.api.filters import UnderFilter
from branches.models import Organization
from branchyear.rest.resources import Day, InSight, Makes, Resource, Words, act
from members.models import Member
from tasks.models import Disposal
from tasks.services import disposals as services


class DisposalSerializer(serializers.ModelSerializer):
    organization_code = serializers.CharField(source="organization.code")
    organization_name = serializers.CharField(source="organization.name")
    member_name = serializers.CharField(source="member.name")

    class Meta:
        model = Disposal
        fields = [
            "id", "organization", "organization_code", "organization_name", "member", "member_name",
            "kind", "decided_on", "until", "document_no", "reviewed_on", "result", "at",
        ]  # fmt: skip
        read_only_fields = fields


class DisposalFilter(UnderFilter):
    reviewed = django_filters.BooleanFilter("reviewed_on", lookup_expr="isnull", exclude=True)

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
    queryset = Disposal.objects.none()
    serializer_class = DisposalSerializer
    filterset_class = DisposalFilter
    asks_new = NewDisposalSerializer

    def get_queryset(self):
        rows = Disposal.objects.visible_to(self.request.user)
        return rows.select_related("organization", "member")

    def make(self, asked):
        return services.register(asked.pop("organization"), **asked, **self.by_now)

    @act(ReviewSerializer, summary="登记期满考察")
    def review(self, row, asked):
        services.review(row, **asked, **self.by_now)
