"""Files of the branches: what is known of them. They are uploaded to an item or a problem, and given out by the
pages alone, with a trace."""

import django_filters

from branchyear.rest.fields import Ids, Shown
from branchyear.rest.resources import Resource
from tasks.models import Evidence


class EvidenceSerializer(Shown):
    """What is known about a file; the file itself is handed out by the pages only, with a trace."""

    items = Ids("links", "branch_item_id")

    class Meta:
        model = Evidence
        fields = [
            "id",
            "organization",
            "name",
            "extension",
            "size",
            "sha256",
            "fact_on",
            "uploaded_at",
            "items",
        ]


class EvidenceFilter(django_filters.FilterSet):
    item = django_filters.NumberFilter("links__branch_item")

    class Meta:
        model = Evidence
        fields = ["organization", "extension", "sha256"]


class EvidenceViewSet(Resource):
    """Files of the organisations in sight: names, sizes, checksums."""

    keyset = ("-pk",)
    group, tag = "campaign", "佐证材料"
    serializer_class = EvidenceSerializer
    filterset_class = EvidenceFilter
    lists_along = ("links",)
