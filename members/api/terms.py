"""Elected bodies: terms (届次) with their elections, and posts (党内职务)."""

from rest_framework import serializers

from branches.api.shown import OfOrganization
from branches.models import Organization, Term, TermReminder
from branches.services import terms
from branchyear.rest.fields import Count, Day, InSight, Text, Words
from branchyear.rest.resources import Changes, Makes, Resource, act, calls
from members.models import Member, Post, PostHeld
from members.services import elections, posts


class TermSerializer(OfOrganization):
    due_on = serializers.DateField()

    class Meta:
        model = Term
        fields = [
            "id", "organization", "organization_name", "number", "elected_on", "years", "expires_on",
            "extended_to", "extension_no", "due_on", "ended_on", "seats", "candidates", "voters_due",
            "voters_present", "request_no", "approval_no", "filed_on", "late_reason", "remarks",
        ]  # fmt: skip


class ElectionFactsSerializer(serializers.Serializer):
    """The facts of an election; what is not named stays."""

    elected_on = Day("选举日期", required=False)
    seats = Count("应选名额", required=False, allow_null=True)
    candidates = Count("候选人数", required=False, allow_null=True)
    voters_due = Count("应到有选举权党员", required=False, allow_null=True)
    voters_present = Count("实到有选举权党员", required=False, allow_null=True)
    request_no = Text("请示文号", 60)
    approval_no = Text("批复文号", 60)
    filed_on = Day("备案日期", required=False, allow_null=True)
    late_reason = Text("未按期换届原因", 300)
    remarks = Text("备注", 300)


class SeatSerializer(serializers.Serializer):
    member = InSight(Member, label="党员")
    post = serializers.ChoiceField(
        label="党内职务", choices=[c for c in Post.choices if c[0] != Post.GROUP_LEADER]
    )
    votes = Count("得票数", required=False, allow_null=True, default=None)
    duties = Words("分工", 200, required=False)


class NewTermSerializer(ElectionFactsSerializer):
    """换届: the election and who was elected."""

    organization = InSight(Organization, label="党组织")
    elected_on = Day("选举日期")
    elected = SeatSerializer(label="当选人员", many=True, max_length=30)


class ExtendSerializer(serializers.Serializer):
    to = Day("延期至")
    document_no = Words("批复文号", 60)
    request_no = Words("请示文号", 60, required=False)


class RemindSerializer(serializers.Serializer):
    how = serializers.ChoiceField(label="方式", choices=TermReminder.How.choices)
    on = Day("提醒日期")
    note = Words("说明", 200, required=False)


class ByElectionSerializer(serializers.Serializer):
    on = Day("补选日期")
    elected = SeatSerializer(label="补选人员", many=True, allow_empty=False, max_length=30)
    voters_due = Count("应到有选举权党员", required=False, allow_null=True, default=None)
    voters_present = Count("实到有选举权党员", required=False, allow_null=True, default=None)
    document_no = Words("批复文号", 60, required=False)
    reason = Words("原因", 200, required=False)


class TermViewSet(Makes, Changes, Resource):
    """届次."""

    keyset = ("organization__path", "-elected_on", "pk")
    group, tag = "organizations", "届次与班子"
    serializer_class = TermSerializer
    filterset_fields = ("organization", "number")
    asks_new, asks_change = NewTermSerializer, ElectionFactsSerializer
    along = ("organization",)

    def make(self, asked):
        organization, seats = asked.pop("organization"), _seats(asked.pop("elected"))
        return self.do(elections.record_election, organization, terms.Election(**asked), seats)

    change = calls(terms.correct_term)
    extend = act(ExtendSerializer, terms.extend, summary="登记延期换届")
    remind = act(RemindSerializer, terms.remind, summary="提醒换届")

    @act(ByElectionSerializer, summary="补选")
    def by_election(self, term, asked):
        self.do(elections.by_election, term, _seats(asked.pop("elected")), **asked)


def _seats(lines):
    return [posts.Seat(**line) for line in lines]


class PostSerializer(OfOrganization):
    member_name = serializers.CharField(source="member.name")

    class Meta:
        model = PostHeld
        fields = [
            "id", "member", "member_name", "organization", "organization_name", "term", "post",
            "duties", "votes", "starts_on", "ends_on", "document_no",
        ]  # fmt: skip


class PostFactsSerializer(serializers.Serializer):
    duties = Text("分工", 200)
    document_no = Text("批复(备案)文号", 60)


class EndPostSerializer(serializers.Serializer):
    on = Day("免职日期")
    reason = Words("原因", 200)
    document_no = Words("文号", 60, required=False)


class PostViewSet(Changes, Resource):
    """党内任职."""

    keyset = ("organization__path", "starts_on", "pk")
    group, tag = "organizations", "届次与班子"
    serializer_class = PostSerializer
    filterset_fields = ("organization", "member", "term", "post")
    asks_change = PostFactsSerializer
    along = ("organization", "member__organization")

    def change(self, held, asked):
        stored = {"duties": held.duties, "document_no": held.document_no}
        return self.do(posts.change_post, held, **(stored | asked))

    end = act(EndPostSerializer, posts.end_post, summary="免职")
