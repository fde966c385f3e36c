"""自查: the six headings answered, signed by the secretary, given back by those above."""

import django_filters
from django.db.models import Prefetch
from rest_framework import serializers

from branches.api.filters import UnderFilter
from branches.api.shown import OfOrganization
from branches.models import Organization
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused
from branchyear.rest.fields import InSight, Shown, Words
from branchyear.rest.filters import is_there
from branchyear.rest.resources import Changes, Makes, Resource, act
from tasks.models import Campaign, SelfCheck, SelfCheckAnswer
from tasks.services import self_check as services

Result = SelfCheckAnswer.Result


class AnswerSerializer(Shown):
    """What the branch says to one heading, beside what the findings suggested then."""

    class Meta:
        model = SelfCheckAnswer
        fields = ["heading", "suggested", "result", "reason", "at"]


class SelfCheckSerializer(OfOrganization):
    year = serializers.IntegerField(source="campaign.year")
    answers = AnswerSerializer(many=True)

    class Meta:
        model = SelfCheck
        fields = [
            "id", "year", "organization", "organization_code", "organization_name", "is_signed",
            "signed_at", "reopen_reason", "answers",
        ]  # fmt: skip


class SelfCheckFilter(UnderFilter):
    year = django_filters.NumberFilter("campaign__year")
    signed = is_there("signed_at")

    class Meta:
        model = SelfCheck
        fields = ["organization"]


class AnswerLineSerializer(serializers.Serializer):
    """One heading by its code, as ``self-checks/`` and the page show it."""

    heading = Words("自查项", 10)
    result = serializers.ChoiceField(label="自查结果", choices=Result.choices)
    reason = Words("说明", 500, required=False)


class AnswersSerializer(serializers.Serializer):
    """Headings that are not named stay as they were."""

    answers = AnswerLineSerializer(label="各项结果", many=True, min_length=1, max_length=50)


class NewSelfCheckSerializer(AnswersSerializer):
    organization = InSight(Organization, label="党支部")


class SignSerializer(serializers.Serializer):
    """Signed as answered; named headings are answered anew before."""

    answers = AnswerLineSerializer(label="各项结果", many=True, required=False, max_length=50)


class ReopenSerializer(serializers.Serializer):
    reason = Words("退回原因", 300)


class SelfCheckViewSet(Makes, Changes, Resource):
    """自查."""

    keyset = ("-campaign__year", "organization__path", "pk")
    group, tag = "problems", "自查"
    serializer_class = SelfCheckSerializer
    filterset_class = SelfCheckFilter
    asks_new, asks_change = NewSelfCheckSerializer, AnswersSerializer
    along = ("organization", "campaign")
    lists_along = (Prefetch("answers", queryset=SelfCheckAnswer.objects.defer("evidence")),)

    def make(self, asked):
        answers = _told(asked["answers"])
        return self.do(services.save, asked["organization"], answers, revision=0)

    def change(self, check, asked):
        _require_running(check)
        answers = _told(asked["answers"])
        self.do(services.save, check.organization, answers, revision=check.revision)

    @act(SignSerializer, summary="签发")
    def sign(self, check, asked):
        _require_running(check)
        stored = {row.heading: (row.result, row.reason) for row in check.answers.all()}
        answers = stored | _told(asked.get("answers", ()))
        self.do(services.sign, check.organization, answers, revision=check.revision)

    reopen = act(ReopenSerializer, services.reopen, summary="退回")


def _told(lines):
    return {line["heading"]: (line["result"], line["reason"]) for line in lines}


def _require_running(check):
    """The services speak of this year's self-check of the branch; an earlier year's stays as it is."""
    running = Campaign.objects.running(local_day())
    if running is None or check.campaign_id != running.pk:
        raise Refused("往年的自查不能再改。")
