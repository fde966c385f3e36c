"""通报: drafted from a month's numbers, edited, published; read by those it went to."""

import django_filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from branches.api.shown import OfOrganization
from branches.models import Organization
from branchyear.rest.fields import InSight, Month
from branchyear.rest.resources import Changes, Makes, Resource, act, calls
from reports.models import Bulletin
from reports.services import bulletins as services


class PartSerializer(serializers.Serializer):
    key, heading, text = (serializers.CharField(read_only=True) for _ in range(3))


class BulletinSerializer(OfOrganization):
    """``parts`` are its words, by ``key``; ``practices`` the ids of the practices printed in it."""

    year = serializers.IntegerField(source="campaign.year")
    parts = PartSerializer(many=True)
    practices = serializers.SerializerMethodField()

    class Meta:
        model = Bulletin
        fields = [
            "id", "year", "organization", "organization_name", "number", "month", "title",
            "audience", "state", "parts", "practices", "drafted_at", "published_at", "seal",
        ]  # fmt: skip

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_practices(self, row):
        return row.practices


class BulletinFilter(django_filters.FilterSet):
    year = django_filters.NumberFilter("campaign__year")

    class Meta:
        model = Bulletin
        fields = ["organization", "state", "month"]


class NewBulletinSerializer(serializers.Serializer):
    organization = InSight(Organization, label="印发单位")
    month = Month("月份")


class WordsSerializer(serializers.Serializer):
    """What is not named stays."""

    title = serializers.CharField(label="标题", min_length=5, max_length=100, required=False)
    audience = serializers.ChoiceField(
        label="发至", choices=Bulletin.Audience.choices, required=False
    )
    texts = serializers.DictField(
        label="内容，按 parts 的 key",
        child=serializers.CharField(max_length=services.MOST, allow_blank=True),
        required=False,
    )
    practices = serializers.ListField(
        label="选用的经验做法",
        child=serializers.IntegerField(min_value=1, max_value=10**18 - 1),
        required=False,
        max_length=100,
    )


class BulletinViewSet(Makes, Changes, Resource):
    """通报."""

    keyset = ("-campaign__year", "-number", "pk")
    group, tag = "reports", "通报"
    serializer_class = BulletinSerializer
    filterset_class = BulletinFilter
    asks_new, asks_change = NewBulletinSerializer, WordsSerializer
    along = ("organization", "campaign")

    make = calls(services.draft)

    def change(self, row, asked):
        unknown = asked.get("texts", {}).keys() - {part["key"] for part in row.parts}
        if unknown:
            sentence = f"没有“{min(unknown)}”这一部分。"
            raise serializers.ValidationError({"texts": [sentence]})
        self.do(
            services.save,
            row,
            title=asked.get("title", row.title),
            audience=asked.get("audience", row.audience),
            texts=asked.get("texts", {}),
            chosen=asked.get("practices", row.practices),
        )

    redraft = act(service=services.redraft, summary="按最新数据重新起草")
    publish = act(service=services.publish, summary="发布")
