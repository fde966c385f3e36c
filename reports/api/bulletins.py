"""通报: drafted from a month's numbers, edited, published; read by those it went to."""

import django_filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from branches.models import Organization
from branchyear.rest.resources import Changes, InSight, Makes, Resource, act
from members.api.movement import MonthField
from reports.models import Bulletin
from reports.services import bulletins as services


class PartSerializer(serializers.Serializer):
    key, heading, text = (serializers.CharField(read_only=True) for _ in range(3))


class BulletinSerializer(serializers.ModelSerializer):
    """``parts`` are its words, by ``key``; ``practices`` the ids of the practices printed in it."""

    year = serializers.IntegerField(source="campaign.year")
    organization_name = serializers.CharField(source="organization.name")
    parts = PartSerializer(many=True)
    practices = serializers.SerializerMethodField()

    class Meta:
        model = Bulletin
        fields = [
            "id", "year", "organization", "organization_name", "number", "month", "title",
            "audience", "state", "parts", "practices", "drafted_at", "published_at", "seal",
        ]  # fmt: skip
        read_only_fields = fields

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
    month = MonthField("月份")


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
    queryset = Bulletin.objects.none()
    serializer_class = BulletinSerializer
    filterset_class = BulletinFilter
    asks_new, asks_change = NewBulletinSerializer, WordsSerializer

    def get_queryset(self):
        rows = Bulletin.objects.visible_to(self.request.user)
        return rows.select_related("organization", "campaign")

    def make(self, asked):
        return services.draft(asked["organization"], asked["month"], **self.by_now)

    def change(self, row, asked):
        unknown = asked.get("texts", {}).keys() - {part["key"] for part in row.parts}
        if unknown:
            sentence = f"没有“{min(unknown)}”这一部分。"
            raise serializers.ValidationError({"texts": [sentence]})
        services.save(
            row,
            title=asked.get("title", row.title),
            audience=asked.get("audience", row.audience),
            texts=asked.get("texts", {}),
            chosen=asked.get("practices", row.practices),
            revision=row.revision,
            **self.by_now,
        )

    @act(summary="按最新数据重新起草")
    def redraft(self, row, asked):
        services.redraft(row, revision=row.revision, **self.by_now)

    @act(summary="发布")
    def publish(self, row, asked):
        services.publish(row, revision=row.revision, **self.by_now)
