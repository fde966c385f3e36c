"""检查组: who goes out, until when he sees the branches drawn for him."""

import django_filters
from rest_framework import serializers

from branchyear.rest.resources import Day, InSight, Makes, Resource, Words, act
from tasks.models import Inspection, TeamMember
from tasks.services import inspectors as services


class TeamMemberSerializer(serializers.ModelSerializer):
    username = serializers.CharField(source="user.username")
    name = serializers.CharField(source="user.name")

    class Meta:
        model = TeamMember
        fields = ["id", "inspection", "username", "name", "unit", "until", "added_at", "left_at"]
        read_only_fields = fields


class TeamMemberFilter(django_filters.FilterSet):
    left = django_filters.BooleanFilter("left_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = TeamMember
        fields = ["inspection"]


class JoinSerializer(serializers.Serializer):
    inspection = InSight(Inspection, label="督查抽查")
    username = Words("账号", 150)
    name = Words("姓名", 50)
    unit = Words("所在单位", 100, required=False)
    until = Day("权限至")


class UntilSerializer(serializers.Serializer):
    until = Day("权限至")


class TeamMemberViewSet(Makes, Resource):
    """检查人员. Seen by those over the inspection, as on its page."""

    keyset = ("-inspection_id", "pk")
    group, tag = "inspections", "督查抽查"
    queryset = TeamMember.objects.none()
    serializer_class = TeamMemberSerializer
    filterset_class = TeamMemberFilter
    asks_new = JoinSerializer

    def get_queryset(self):
        rows = TeamMember.objects.visible_to(self.request.user)
        return rows.select_related("user", "inspection__organization")

    def make(self, asked):
        return services.join(asked.pop("inspection"), **asked, **self.by_now)

    @act(UntilSerializer, summary="调整权限截止日期")
    def prolong(self, member, asked):
        services.prolong(member, asked["until"], **self.by_now)

    @act(summary="退出检查组")
    def leave(self, member, asked):
        services.leave(member, **self.by_now)
