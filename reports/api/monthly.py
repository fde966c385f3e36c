"""Monthly reports: written, handed in, received or returned; requests for a later day."""

import django_filters
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from branchyear.rest.resources import Changes, Day, Resource, Words, act
from reports import rules
from reports.models import MonthlyReport, ReportExtension, Tier
from reports.querysets import VERDICTS
from reports.services import extensions, monthly


class MonthlyReportSerializer(serializers.ModelSerializer):
    """A report and its verdict; figures and words as they were sealed, never a draft's."""

    organization = serializers.IntegerField(source="organization_id")
    organization_code = serializers.CharField(source="organization.code")
    organization_name = serializers.CharField(source="organization.name")
    receiver = serializers.IntegerField(source="receiver_id")
    month = serializers.CharField(source="period.month")
    tier = serializers.ChoiceField(source="period.tier", choices=Tier.choices)
    due_on = serializers.DateField(source="period.due_on")
    extended_to = serializers.DateField(allow_null=True)
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


def _texts(label):
    child = serializers.CharField(max_length=20000, allow_blank=True)
    return serializers.DictField(label=label, child=child, required=False)


class WordsSerializer(serializers.Serializer):
    """The words of the report by section, explanations by check; what is not named stays."""

    texts, notes = _texts("各部分文字"), _texts("情况说明")


class AcceptSerializer(serializers.Serializer):
    reason = Words("意见", 500, required=False)


class ReturnSerializer(serializers.Serializer):
    reason = Words("退回原因", 500)


class LaterSerializer(serializers.Serializer):
    until = Day("延至")
    reason = Words("理由", 300)


class MonthlyReportViewSet(Changes, Resource):
    """Monthly reports of the organisations in sight."""

    keyset = ("-period__month", "organization__path", "pk")
    group, tag = "reports", "月报"
    queryset = MonthlyReport.objects.none()
    serializer_class = MonthlyReportSerializer
    filterset_class = MonthlyReportFilter

    def get_queryset(self):
        return MonthlyReport.objects.visible_to(self.request.user).with_words()

    asks_change = WordsSerializer

    def change(self, report, asked):
        """暂存."""
        texts = report.texts | asked.get("texts", {})
        notes = report.notes | asked["notes"] if "notes" in asked else None
        return monthly.save(report, texts, revision=report.revision, notes=notes, **self.by_now)

    @act(WordsSerializer, summary="报送（可同时填写）")
    def submit(self, report, asked):
        texts = report.texts | asked["texts"] if "texts" in asked else None
        notes = report.notes | asked["notes"] if "notes" in asked else None
        monthly.submit(report, texts, revision=report.revision, notes=notes, **self.by_now)

    @act(summary="撤回")
    def withdraw(self, report, asked):
        monthly.withdraw(report, **self.by_now)

    @act(AcceptSerializer, summary="接收")
    def accept(self, report, asked):
        monthly.accept(report, reason=asked["reason"], seen_round=report.round, **self.by_now)

    @act(ReturnSerializer, summary="退回修改")
    def send_back(self, report, asked):
        monthly.send_back(report, reason=asked["reason"], seen_round=report.round, **self.by_now)

    @act(LaterSerializer, summary="申请延期（见 report-extensions/）")
    def ask_extension(self, report, asked):
        extensions.ask(report, **asked, **self.by_now)

    @act(LaterSerializer, summary="上级主动延期")
    def grant_extension(self, report, asked):
        extensions.grant(report, **asked, **self.by_now)


# --- Requests for a later day -----------------------------------------------------------------------


class ReportExtensionSerializer(serializers.ModelSerializer):
    organization = serializers.IntegerField(source="report.organization_id")
    organization_name = serializers.CharField(source="report.organization.name")
    month = serializers.CharField(source="report.period.month")

    class Meta:
        model = ReportExtension
        fields = [
            "id", "report", "organization", "organization_name", "month", "until", "reason",
            "state", "asked_at", "decided_at", "answer",
        ]  # fmt: skip
        read_only_fields = fields


class VerdictSerializer(serializers.Serializer):
    granted = serializers.BooleanField(label="是否同意")
    answer = Words("审批意见", 300, required=False)


class ReportExtensionViewSet(Resource):
    """月报延期."""

    keyset = ("-asked_at", "-pk")
    group, tag = "reports", "月报"
    queryset = ReportExtension.objects.none()
    serializer_class = ReportExtensionSerializer
    filterset_fields = ("report", "state")

    def get_queryset(self):
        rows = ReportExtension.objects.visible_to(self.request.user)
        return rows.select_related("report__organization", "report__receiver", "report__period")

    @act(VerdictSerializer, summary="审批延期")
    def decide(self, extension, asked):
        extensions.decide(extension, **asked, **self.by_now)
