"""Monthly reports: written, handed in, received or returned; requests for a later day."""

import django_filters
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from branches.api.shown import OfOrganization
from branchyear.rest.fields import Day, Shown, Words
from branchyear.rest.resources import Changes, Resource, act
from reports import rules
from reports.models import MonthlyReport, ReportExtension, Tier
from reports.querysets import VERDICTS
from reports.services import extensions, monthly


class MonthlyReportSerializer(OfOrganization):
    """A report and its verdict; figures and words as they were sealed, never a draft's."""

    organization = serializers.IntegerField(source="organization_id")
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
    serializer_class = MonthlyReportSerializer
    filterset_class = MonthlyReportFilter
    asks_change = WordsSerializer

    def rows(self):
        return super().rows().with_words()

    def change(self, report, asked):
        """暂存."""
        texts = report.texts | asked.get("texts", {})
        notes = report.notes | asked["notes"] if "notes" in asked else None
        return self.do(monthly.save, report, texts, notes=notes)

    @act(WordsSerializer, summary="报送（可同时填写）")
    def submit(self, report, asked):
        texts = report.texts | asked["texts"] if "texts" in asked else None
        notes = report.notes | asked["notes"] if "notes" in asked else None
        self.do(monthly.submit, report, texts, notes=notes)

    withdraw = act(service=monthly.withdraw, summary="撤回")

    @act(AcceptSerializer, summary="接收")
    def accept(self, report, asked):
        self.do(monthly.accept, report, seen_round=report.round, **asked)

    @act(ReturnSerializer, summary="退回修改")
    def send_back(self, report, asked):
        self.do(monthly.send_back, report, seen_round=report.round, **asked)

    ask_extension = act(
        LaterSerializer, extensions.ask, summary="申请延期（见 report-extensions/）"
    )
    grant_extension = act(LaterSerializer, extensions.grant, summary="上级主动延期")


# --- Requests for a later day -----------------------------------------------------------------------


class ReportExtensionSerializer(Shown):
    organization = serializers.IntegerField(source="report.organization_id")
    organization_name = serializers.CharField(source="report.organization.name")
    month = serializers.CharField(source="report.period.month")

    class Meta:
        model = ReportExtension
        fields = [
            "id", "report", "organization", "organization_name", "month", "until", "reason",
            "state", "asked_at", "decided_at", "answer",
        ]  # fmt: skip


class VerdictSerializer(serializers.Serializer):
    granted = serializers.BooleanField(label="是否同意")
    answer = Words("审批意见", 300, required=False)


class ReportExtensionViewSet(Resource):
    """月报延期."""

    keyset = ("-asked_at", "-pk")
    group, tag = "reports", "月报"
    serializer_class = ReportExtensionSerializer
    filterset_fields = ("report", "state")
    along = ("report__organization", "report__receiver", "report__period")

    decide = act(VerdictSerializer, extensions.decide, summary="审批延期")
