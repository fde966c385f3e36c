"""Monthly reports for other systems: read only, scoped like the pages."""

import django_filters
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, viewsets

from reports import rules
from reports.models import MonthlyReport, Tier
from reports.querysets import VERDICTS
from reports.services import monthly


class MonthlyReportSerializer(serializers.ModelSerializer):
    """A report and its verdict; figures and words as they were sealed, never a draft's."""

    organization = serializers.IntegerField(source="organization_id")
    organization_code = serializers.CharField(source="organization.code")
    organization_name = serializers.CharField(source="organization.name")
    receiver = serializers.IntegerField(source="receiver_id")
    month = serializers.CharField(source="period.month")
    tier = serializers.ChoiceField(source="period.tier", choices=Tier.choices)
    due_on = serializers.DateField(source="period.due_on")
    extended_to = serializers.DateField()
    verdict = serializers.SerializerMethodField()
    figures = serializers.SerializerMethodField()
    texts = serializers.SerializerMethodField()

    class Meta:
        model = MonthlyReport
        fields = [
            "id",
            "organization",
            "organization_code",
            "organization_name",
            "receiver",
            "month",
            "tier",
            "due_on",
            "extended_to",
            "state",
            "verdict",
            "round",
            "first_submitted_at",
            "submitted_at",
            "decided_at",
            "figures",
            "texts",
            "seal",
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(VERDICTS))
    def get_verdict(self, report):
        return monthly.verdict(report, timezone.now())

    @extend_schema_field(serializers.ListField(child=serializers.DictField()))
    def get_figures(self, report):
        return report.figures.get("rows", [])

    @extend_schema_field(serializers.DictField(child=serializers.CharField()))
    def get_texts(self, report):
        user = self.context["request"].user
        return report.texts if rules.may_read_words(user, report) else {}


class MonthlyReportFilter(django_filters.FilterSet):
    month = django_filters.CharFilter("period__month")
    tier = django_filters.ChoiceFilter(field_name="period__tier", choices=Tier.choices)
    verdict = django_filters.ChoiceFilter(
        choices=[
            ("ontime", "按期"),
            ("extended", "经批准延期"),
            ("late", "逾期"),
            ("missing", "未报"),
            ("waiting", "未到期"),
        ],
        method="judged",
    )

    class Meta:
        model = MonthlyReport
        fields = ["organization", "receiver", "state"]

    def judged(self, rows, name, value):
        return rows.expected().judged(value, timezone.now())


class MonthlyReportViewSet(viewsets.ReadOnlyModelViewSet):
    """Monthly reports of the organisations in sight."""

    queryset = MonthlyReport.objects.none()
    serializer_class = MonthlyReportSerializer
    filterset_class = MonthlyReportFilter

    def get_queryset(self):
        return (
            MonthlyReport.objects.visible_to(self.request.user)
            .with_words()
            .order_by("-period__month", "organization__path", "pk")
        )
