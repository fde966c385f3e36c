"""述职评议: an organisation's words about its year, handed in, commented on by those above."""

import django_filters
from rest_framework import serializers

from branches.api.filters import UnderFilter
from branches.api.shown import OfOrganization
from branches.models import Organization
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused
from branchyear.rest.fields import InSight, Words
from branchyear.rest.resources import Changes, Makes, Resource, act
from reports.models import DutyReport
from reports.services import duty as services
from tasks.models import Campaign


class TextsSerializer(serializers.Serializer):
    """What is not named stays."""

    done = Words("主要工作和成效", services.MOST, required=False, default=None)
    problems = Words("存在问题和原因", services.MOST, required=False, default=None)
    next = Words("下一步打算", services.MOST, required=False, default=None)


class DutyReportSerializer(OfOrganization):
    """``texts`` of a draft are shown to those alone who write it."""

    year = serializers.IntegerField(source="campaign.year")
    texts = serializers.SerializerMethodField()

    class Meta:
        model = DutyReport
        fields = [
            "id", "year", "organization", "organization_code", "organization_name", "state", "texts",
            "submitted_at", "comment", "comment_at",
        ]  # fmt: skip

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
    serializer_class = DutyReportSerializer
    filterset_class = DutyReportFilter
    asks_new, asks_change = NewDutyReportSerializer, TextsSerializer
    along = ("organization", "campaign")

    def make(self, asked):
        organization = asked.pop("organization")
        campaign = Campaign.objects.running(local_day())
        if campaign is None or not services.reports_on(organization):
            raise Refused("这个党组织现在不用填写述职报告。", field="organization")
        return self.do(services.save, organization, campaign, asked, revision=0)

    def change(self, row, asked):
        self._write(services.save, row, asked)

    @act(TextsSerializer, summary="提交（可同时填写）")
    def submit(self, row, asked):
        self._write(services.submit, row, asked)

    withdraw = act(service=services.withdraw, summary="撤回")
    comment = act(CommentSerializer, services.comment, summary="点评或退回")

    def _write(self, service, row, asked):
        texts = row.texts | {key: text for key, text in asked.items() if text is not None}
        self.do(service, row.organization, row.campaign, texts, revision=row.revision)
