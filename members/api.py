"""Members for other systems: read only, scoped like the pages, numbers masked."""

import django_filters
from rest_framework import serializers, viewsets

from members.models import Member


class MemberSerializer(serializers.ModelSerializer):
    """A member on the roll. ID number and telephone are masked for every role."""

    organization_name = serializers.CharField(source="organization.name", read_only=True)
    group_name = serializers.CharField(source="group.name", default=None, read_only=True)
    id_number = serializers.CharField(source="masked_id_number", read_only=True)
    phone = serializers.CharField(source="masked_phone", read_only=True)

    class Meta:
        model = Member
        fields = [
            "id", "name", "sex", "ethnicity", "birth_date", "id_number", "phone", "education",
            "degree", "organization", "organization_name", "group", "group_name", "category",
            "standing", "unit", "post", "party_post", "admitted_on", "formal_on",
            "is_leading_cadre", "is_retired",
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
        rows = Member.objects.visible_to(self.request.user)
        return rows.select_related("organization", "group").order_by(
            "organization__path", "name_key", "pk"
        )
