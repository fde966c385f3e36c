"""检查组: who goes out, until when he sees the branches drawn for him."""

import django_filters
from rest_framework import serializers

from branchyear.rest.fields import Day, InSight, Shown, Words
from branchyear.rest.filters import is_there
from branchyear.rest.resources import Makes, Resource, act, calls
from tasks.models import Inspection, TeamMember
from tasks.services import inspectors as services


class TeamMemberSerializer(Shown):
    username = serializers.CharField(source="user.username")
    name = serializers.CharField(source="user.name")

    class Meta:
        model = TeamMember
        fields = ["id", "inspection", "username", "name", "unit", "until", "added_at", "left_at"]


class TeamMemberFilter(django_filters.FilterSet):
    left = is_there("left_at")

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
    serializer_class = TeamMemberSerializer
    filterset_class = TeamMemberFilter
    asks_new = JoinSerializer
    along = ("user", "inspection__organization")

    make = calls(services.join)
    prolong = act(UntilSerializer, services.prolong, summary="调整权限截止日期")
    leave = act(service=services.leave, summary="退出检查组")
