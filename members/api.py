"""Members for other systems: read only, scoped like the pages, numbers masked."""

import django_filters
from rest_framework import serializers, viewsets

from branches.models import Organization
from members.models import Meeting, Member


class MemberSerializer(serializers.ModelSerializer):
    """A member on the roll. ID number and telephone are masked for every role.

    ``missing`` counts the required facts of the roster that are empty.
    """

    organization_name = serializers.CharField(source="organization.name", read_only=True)
    group_name = serializers.CharField(source="group.name", default=None, read_only=True)
    id_number = serializers.CharField(source="masked_id_number", read_only=True)
    phone = serializers.CharField(source="masked_phone", read_only=True)

    missing = serializers.IntegerField(read_only=True)

    class Meta:
        model = Member
        fields = [
            "id", "name", "sex", "ethnicity", "birth_date", "id_number", "phone", "education",
            "degree", "organization", "organization_name", "group", "group_name", "category",
            "standing", "unit", "post", "party_post", "admitted_on", "formal_on",
            "is_leading_cadre", "is_retired", "is_excused", "native_place", "worked_from",
            "joined_branch_on", "joined_from", "left_on", "probation_extended_to",
            "platform_entered_on", "missing",
        ]  # fmt: skip
        read_only_fields = fields


class MemberFilter(django_filters.FilterSet):
    organization = django_filters.NumberFilter("organization_id")

    class Meta:
        model = Member
        fields = ["organization", "category", "standing"]


class MemberViewSet(viewsets.ReadOnlyModelViewSet):
    """党员名册."""

    queryset = Member.objects.none()
    serializer_class = MemberSerializer
    filterset_class = MemberFilter

    def get_queryset(self):
        rows = Member.objects.visible_to(self.request.user).with_missing()
        return rows.select_related("organization", "group").order_by(
            "organization__path", "name_key", "pk"
        )


class MeetingSerializer(serializers.ModelSerializer):
    """A meeting that was held. Who was absent stays on the page; here are the numbers."""

    organization_name = serializers.CharField(source="organization.name", read_only=True)
    group_name = serializers.CharField(source="group.name", default=None, read_only=True)
    kind_name = serializers.CharField(source="get_kind_display", read_only=True)
    is_void = serializers.BooleanField(read_only=True)

    class Meta:
        model = Meeting
        fields = [
            "id", "organization", "organization_name", "group", "group_name", "kind", "kind_name",
            "includes_lecture", "on", "starts_at", "place", "host", "recorder", "lecturer", "topic",
            "minutes", "resolution", "follow_up", "hours", "due", "present", "is_void",
            "void_reason", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields


class MeetingFilter(django_filters.FilterSet):
    """``under`` is an organisation's id: everything at or below it. Void records only when asked for."""

    under = django_filters.NumberFilter(method="at_or_below")
    since = django_filters.DateFilter("on", lookup_expr="gte")
    until = django_filters.DateFilter("on", lookup_expr="lte")
    void = django_filters.BooleanFilter("voided_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Meeting
        fields = ["organization", "group", "kind"]

    def at_or_below(self, rows, name, value):
        found = Organization.objects.visible_to(self.request.user).filter(pk=value).first()
        return rows.under(found) if found else rows.none()


class MeetingViewSet(viewsets.ReadOnlyModelViewSet):
    """组织生活记录."""

    queryset = Meeting.objects.none()
    serializer_class = MeetingSerializer
    filterset_class = MeetingFilter

    def get_queryset(self):
        rows = Meeting.objects.visible_to(self.request.user)
        return rows.select_related("organization", "group").order_by("-on", "-pk")
