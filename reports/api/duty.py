"""述职评议: an organisation's words about its year, handed in, commented on by those above."""

import django_filters
from rest_framework import serializers

from branches.api.filters import UnderFilter
from branches.models import Organization
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused
from branchyear.rest.resources import Changes, InSight, Makes, Resource, Words, act
from reports.models import DutyReport
from reports.services import duty as services
from tasks.models import Campaign


class TextsSerializer(serializers.Serializer):
    """What is not named stays."""

    done = Words("主要工作和成效", services.MOST, required=False, default=None)
    problems = Words("存在问题和原因", services.MOST, required=False, default=None)
    next = Words("下一步打算", services.MOST, required=False, default=None)


class DutyReportSerializer(serializers.ModelSerializer):
    """``texts`` of a draft are shown to those alone who write it."""

    year = serializers.IntegerField(source="campaign.year")
    organization_code = serializers.CharField(source="organization.code")
    organization_name = serializers.CharField(source="organization.name")
    texts = serializers.SerializerMethodField()

    class Meta:
        model = DutyReport
        fields = [
            "id", "year", "organization", "organization_code", "organization_name", "state", "texts",
            "submitted_at", "comment", "comment_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_texts(self, row) -> dict[str, str]:
        user = self.context["request"].user
        is_draft = row.state == DutyReport.State.DRAFT
        return {} if is_draft and not services.may_write(user, row.organization) else row.texts


class DutyReportFilter(UnderFilter):
    year = django_filters.NumberFilter("campaign__year")

    class Meta:
        model = DutyReport
        fields = ["organization", "state"]


class NewDutyReportSerializer(TextsSerializer):
    organization = InSight(Organization, label="党组织")


class CommentSerializer(serializers.Serializer):
    text = serializers.CharField(label="点评", min_length=5, max_length=500)
    back = serializers.BooleanField(label="退回修改", default=False)


class DutyReportViewSet(Makes, Changes, Resource):
    """述职报告."""

    keyset = ("-campaign__year", "organization__path", "pk")
    group, tag = "reports", "述职评议"
    queryset = DutyReport.objects.none()
    serializer_class = DutyReportSerializer
    filterset_class = DutyReportFilter
    asks_new, asks_change = NewDutyReportSerializer, TextsSerializer

    def get_queryset(self):
        rows = DutyReport.objects.visible_to(self.request.user)
        return rows.select_related("organization", "campaign")

    def make(self, asked):
        organization = asked.pop("organization")
        campaign = Campaign.objects.running(local_day())
        if campaign is None or not services.reports_on(organization):
            raise Refused("这个党组织现在不用填写述职报告。", field="organization")
        return services.save(organization, campaign, asked, revision=0, **self.by_now)

    def change(self, row, asked):
        texts = _over(row, asked)
        services.save(row.organization, row.campaign, texts, revision=row.revision, **self.by_now)

    @act(TextsSerializer, summary="提交（可同时填写）")
    def submit(self, row, asked):
        texts = _over(row, asked)
        services.submit(row.organization, row.campaign, texts, revision=row.revision, **self.by_now)

    @act(summary="撤回")
    def withdraw(self, row, asked):
        services.withdraw(row, revision=row.revision, **self.by_now)

    @act(CommentSerializer, summary="点评或退回")
    def comment(self, row, asked):
        services.comment(
            row, asked["text"], back=asked["back"], revision=row.revision, **self.by_now
        )


def _over(row, asked):
    return row.texts | {key: text for key, text in asked.items() if text is not None}
