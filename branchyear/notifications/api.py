"""Own notices: read, marked as seen."""

import django_filters

from branchyear.notifications import services
from branchyear.notifications.models import Notice
from branchyear.rest.fields import Shown
from branchyear.rest.filters import is_missing
from branchyear.rest.resources import Resource, act


class NoticeSerializer(Shown):
    """A notice to the person who asks."""

    class Meta:
        model = Notice
        fields = ["id", "kind", "title", "text", "url", "created_at", "read_at"]


class NoticeFilter(django_filters.FilterSet):
    unread = is_missing("read_at")

    class Meta:
        model = Notice
        fields = ["kind", "unread"]


class NoticeViewSet(Resource):
    """收件箱."""

    keyset = ("-created_at", "-pk")
    group, tag = "notices", "通知"
    serializer_class = NoticeSerializer
    filterset_class = NoticeFilter

    read = act(service=services.read, summary="标为已读", needs_version=False)


RESOURCES = (("notices", NoticeViewSet, "notices"),)
