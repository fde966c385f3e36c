"""Own notices: read, marked as seen."""

import django_filters
from rest_framework import serializers

from branchyear.notifications import services
from branchyear.notifications.models import Notice
from branchyear.rest.resources import Resource, act


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


class NoticeViewSet(Resource):
    """收件箱."""

    keyset = ("-created_at", "-pk")
    group, tag = "notices", "通知"
    queryset = Notice.objects.none()
    serializer_class = NoticeSerializer
    filterset_class = NoticeFilter

    def get_queryset(self):
        return Notice.objects.visible_to(self.request.user)

    @act(summary="标为已读", needs_version=False)
    def read(self, notice, asked):
        services.read(notice, **self.by)


RESOURCES = (("notices", NoticeViewSet, "notices"),)
