"""The tree of organisations, and what happens to it. Its keeper, the system administrator, sees it whole."""

import django_filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from branches import rules
from branches.models import BranchType, Kind, Organization
from branches.services import organizations as services
from branchyear.rest.resources import Changes, Day, InSight, Makes, Resource, Words, act


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


class OrganizationSerializer(serializers.ModelSerializer):
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
        read_only_fields = fields

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_parent(self, organization):
        return organization.parent_id_


class OrganizationFilter(django_filters.FilterSet):
    open = django_filters.BooleanFilter("closed_on", lookup_expr="isnull")
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
    covered_units = serializers.CharField(
        label="覆盖处(科)室", max_length=2000, required=False, allow_blank=True
    )
    established_on = Day("成立日期", required=False, allow_null=True)
    approval_no = serializers.CharField(
        label="批复文号", max_length=60, required=False, allow_blank=True
    )
    contact = serializers.CharField(label="联系人", max_length=50, required=False, allow_blank=True)
    place = serializers.CharField(
        label="活动场所", max_length=100, required=False, allow_blank=True
    )


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
    queryset = Organization.objects.none()
    serializer_class = OrganizationSerializer
    filterset_class = OrganizationFilter
    asks_new, asks_change = FoundingSerializer, OrganizationFactsSerializer

    def get_queryset(self):
        return in_sight(self.request.user).with_parent_id()

    def make(self, asked):
        return services.establish(**asked, **self.by)

    def change(self, organization, asked):
        services.change(organization, **asked, **self.by)

    @act(RenameSerializer, summary="更名")
    def rename(self, organization, asked):
        services.rename(organization, **asked, **self.by)

    @act(MoveSerializer, summary="调整隶属关系")
    def move(self, organization, asked):
        services.move(organization, **asked, **self.by)

    @act(MergeSerializer, summary="并入")
    def merge(self, organization, asked):
        services.merge(organization, **asked, **self.by)

    @act(SplitSerializer, summary="分设")
    def split(self, organization, asked):
        services.split(organization, **asked, **self.by)

    @act(GroupSerializer, summary="成立党小组")
    def found_group(self, organization, asked):
        services.found_group(organization, **asked, **self.by)

    @act(OnPaperSerializer, summary="撤销")
    def close(self, organization, asked):
        services.close(organization, **asked, **self.by)
