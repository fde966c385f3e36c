"""Own notices for other systems: read only."""

import django_filters
from rest_framework import serializers, viewsets

from branchyear.notifications.models import Notice


class NoticeSerializer(serializers.ModelSerializer):
    """A notice to the person who asks."""

    class Meta:
        model = Notice
        fields = ["id", "kind", "title", "text", "url", "created_at", "read_at"]
        read_only_fields = fields


class NoticeFilter(django_filters.FilterSet):
    unread = django_filters.BooleanFilter("read_at", lookup_expr="isnull")

    class Meta:
        model = Notice
        fields = ["kind", "unread"]


class NoticeViewSet(viewsets.ReadOnlyModelViewSet):
    """收件箱."""

    queryset = Notice.objects.none()
    serializer_class = NoticeSerializer
    filterset_class = NoticeFilter

    def get_queryset(self):
        return Notice.objects.visible_to(self.request.user)
