"""The tree of organisations, and what happens to it. Its keeper, the system administrator, sees it whole."""

import django_filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from branches import rules
from branches.models import BranchType, Kind, Organization
from branches.services import organizations as services
from branchyear.rest.fields import Day, InSight, Shown, Text, Words
from branchyear.rest.filters import is_missing
from branchyear.rest.resources import Changes, Makes, Resource, act, calls


def in_sight(user):
    """What a person sees; the tree's keeper has offices of no sight, yet keeps all of it."""
    if rules.may_manage_organizations(user):
        return Organization.objects.all()
    return Organization.objects.visible_to(user)


class Place(InSight):
    """An organisation named in a request about the tree."""

    def __init__(self, **options):
        super().__init__(Organization, **options)

    def get_queryset(self):
        return in_sight(self.context["request"].user)


class OrganizationSerializer(Shown):
    """An organisation of the tree. ``parent`` is the id of the one above it, null at the top."""

    parent = serializers.SerializerMethodField()
    kind_label = serializers.CharField(read_only=True)
    is_direct = serializers.BooleanField(read_only=True)

    class Meta:
        model = Organization
        fields = [
            "id", "code", "name", "short_name", "kind", "kind_label", "branch_type", "is_direct",
            "order_number", "depth", "parent", "established_on", "closed_on", "approval_no", "contact",
            "place", "covered_units",
        ]  # fmt: skip

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_parent(self, organization):
        return organization.parent_id_


class OrganizationFilter(django_filters.FilterSet):
    open = is_missing("closed_on")
    parent = django_filters.NumberFilter(method="right_under")

    class Meta:
        model = Organization
        fields = ["kind", "branch_type", "open", "parent", "code"]

    def right_under(self, rows, name, value):
        return rows.filter(parent_id_=value)


class OnPaperSerializer(serializers.Serializer):
    """Every change of the tree has its day, and most a paper."""

    on = Day("日期")
    document_no = Words("文号", 60, required=False)


class FoundingSerializer(OnPaperSerializer):
    parent = Place(label="上级党组织")
    kind = serializers.ChoiceField(label="类型", choices=Kind.choices)
    code = Words("编码", 30)
    name = Words("名称", 100)
    short_name = Words("简称", 40, required=False)
    order_number = serializers.IntegerField(
        label="排序号", min_value=0, max_value=99999, required=False
    )
    branch_type = serializers.ChoiceField(
        label="党支部类型", choices=BranchType.choices, required=False
    )


class OrganizationFactsSerializer(OnPaperSerializer):
    """Plain facts; what is not named stays."""

    branch_type = serializers.ChoiceField(
        label="党支部类型", choices=BranchType.choices, required=False
    )
    covered_units = Text("覆盖处(科)室", 2000)
    established_on = Day("成立日期", required=False, allow_null=True)
    approval_no = Text("批复文号", 60)
    contact = Text("联系人", 50)
    place = Text("活动场所", 100)


class RenameSerializer(OnPaperSerializer):
    name = Words("名称", 100)
    short_name = Words("简称", 40, required=False)


class MoveSerializer(OnPaperSerializer):
    to = Place(label="新的上级党组织")


class MergeSerializer(OnPaperSerializer):
    into = Place(label="并入的党组织")


class SplitSerializer(OnPaperSerializer):
    code = Words("编码", 30)
    name = Words("名称", 100)


class GroupSerializer(serializers.Serializer):
    name = Words("名称", 100)
    on = Day("日期")


class OrganizationViewSet(Makes, Changes, Resource):
    """党组织."""

    keyset = ("path",)
    group, tag = "organizations", "党组织"
    serializer_class = OrganizationSerializer
    filterset_class = OrganizationFilter
    asks_new, asks_change = FoundingSerializer, OrganizationFactsSerializer

    def rows(self):
        return in_sight(self.request.user).with_parent_id()

    make = calls(services.establish)
    change = calls(services.change)
    rename = act(RenameSerializer, services.rename, summary="更名")
    move = act(MoveSerializer, services.move, summary="调整隶属关系")
    merge = act(MergeSerializer, services.merge, summary="并入")
    split = act(SplitSerializer, services.split, summary="分设")
    found_group = act(GroupSerializer, services.found_group, summary="成立党小组")
    close = act(OnPaperSerializer, services.close, summary="撤销")
