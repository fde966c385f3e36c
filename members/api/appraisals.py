"""民主评议党员: one row is a branch's year, with what was said of each member."""

from django.db.models import Prefetch
from rest_framework import serializers

from branches.api.filters import UnderFilter
from branches.api.shown import OfOrganization
from branches.models import Organization
from branchyear.rest.fields import Day, InSight, Shown, Text, Words
from branchyear.rest.resources import Changes, Makes, Resource
from members.models import Appraisal, AppraisalResult, Grade, Meeting
from members.services import appraisals as services


class ResultSerializer(Shown):
    member_name = serializers.CharField(source="member.name")

    class Meta:
        model = AppraisalResult
        fields = ["member", "member_name", *services.COLUMNS]


class AppraisalSerializer(OfOrganization):
    results = ResultSerializer(many=True)

    class Meta:
        model = Appraisal
        fields = [
            "id", "organization", "organization_code", "organization_name", "year", "on", "meeting",
            "over_third_reason", "results", "at",
        ]  # fmt: skip


def _grade(label):
    return serializers.ChoiceField(
        label=label, choices=Grade.choices, required=False, allow_blank=True, default=""
    )


def _votes(label):
    return serializers.IntegerField(
        label=label, min_value=0, max_value=services.VOTES_MAX, required=False, allow_null=True,
        default=None,
    )  # fmt: skip


class LineSerializer(serializers.Serializer):
    """What the branch says of one member; what is not named is empty."""

    member = serializers.IntegerField(label="党员", min_value=1, max_value=10**18 - 1)
    took_part = serializers.BooleanField(label="参加评议", required=False, default=True)
    self_grade, grade = _grade("自评"), _grade("等次")
    votes_excellent, votes_qualified = _votes("优秀票"), _votes("合格票")
    votes_barely, votes_unqualified = _votes("基本合格票"), _votes("不合格票")
    opinion = Words("支部意见", 300, required=False)


class ChangedAppraisalSerializer(serializers.Serializer):
    """What is not named stays, members among them."""

    on = Day("评议日期", required=False)
    meeting = InSight(Meeting, label="评议会议", required=False, allow_null=True)
    over_third_reason = Text("优秀超过三分之一的说明", 300)
    results = LineSerializer(label="评议结果", many=True, required=False, max_length=2000)


class NewAppraisalSerializer(ChangedAppraisalSerializer):
    """Everybody on the branch's roll has a line; grades may still be open."""

    organization = InSight(Organization, label="党支部")
    year = serializers.IntegerField(label="年度", min_value=2000, max_value=2200)
    on = Day("评议日期")
    results = LineSerializer(label="评议结果", many=True, min_length=1, max_length=2000)


class AppraisalViewSet(Makes, Changes, Resource):
    """民主评议党员."""

    keyset = ("-year", "organization__path", "pk")
    group, tag = "life", "民主评议"
    serializer_class = AppraisalSerializer
    filterset_base, filterset_fields = UnderFilter, ("organization", "year")
    asks_new, asks_change = NewAppraisalSerializer, ChangedAppraisalSerializer
    along = ("organization",)
    lists_along = (
        Prefetch(
            "results",
            queryset=AppraisalResult.objects.select_related("member").only(
                "appraisal", "member__name", *services.COLUMNS
            ),
        ),
    )

    def make(self, asked):
        results = _told(asked.pop("results"))
        branch, year = asked.pop("organization"), asked.pop("year")
        return self.do(services.record_appraisal, branch, year, results=results, **asked)

    def change(self, row, asked):
        stored = {
            result.member_id: services.Result(
                **{name: getattr(result, name) for name in services.COLUMNS}
            )
            for result in row.results.all()
        }
        facts = {name: getattr(row, name) for name in ("on", "meeting", "over_third_reason")}
        results = stored | _told(asked.pop("results", ()))
        self.do(
            services.record_appraisal, row.organization, row.year, results=results,
            revision=row.revision, **(facts | asked),
        )  # fmt: skip


def _told(lines):
    """``{member's id: Result}``; a member named twice counts as named last."""
    return {line.pop("member"): services.Result(**line) for line in map(dict, lines)}
