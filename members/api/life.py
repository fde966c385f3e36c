"""Organisation life: meetings recorded, revised, voided; talks."""

import django_filters
from rest_framework import serializers

from branches.api.filters import UnderFilter
from branches.models import Organization
from branchyear.lib.errors import Refused
from branchyear.rest.fields import Count, Day, InSight, Shown, Text, Words
from branchyear.rest.filters import between, is_there
from branchyear.rest.resources import Changes, Makes, Resource, act
from members.models import Attendance, Meeting, MeetingKind, Talk
from members.services import meetings, talks


class MeetingSerializer(Shown):
    """A meeting that was held. Who was absent stays on the page; here are the numbers."""

    organization_name = serializers.CharField(source="organization.name", read_only=True)
    group_name = serializers.CharField(source="group.name", default=None, read_only=True)
    kind_name = serializers.CharField(source="get_kind_display", read_only=True)
    is_void = serializers.BooleanField(read_only=True)

    class Meta:
        model = Meeting
        fields = [
            "id", "organization", "organization_name", "group", "group_name", "kind", "kind_name",
            "includes_lecture", "on", "starts_at", "place", "host", "recorder", "lecturer", "topic",
            "minutes", "resolution", "follow_up", "hours", "due", "present", "is_void",
            "void_reason", "created_at", "updated_at",
        ]  # fmt: skip


class MeetingFilter(UnderFilter):
    """Void records only when asked for."""

    since, until = between("on")
    void = is_there("voided_at")

    class Meta:
        model = Meeting
        fields = ["organization", "group", "kind"]


VOTE = ("matter", "voters_due", "voters_present", "in_favour", "against", "abstained")


class VoteSerializer(serializers.Serializer):
    matter = Words("表决事项", 200)
    voters_due = Count("应到有表决权党员")
    voters_present = Count("实到有表决权党员")
    in_favour = Count("赞成")
    against = Count("反对", required=False, default=0)
    abstained = Count("弃权", required=False, default=0)


class AbsenceLineSerializer(serializers.Serializer):
    member = serializers.IntegerField(label="党员", min_value=1)
    status = serializers.ChoiceField(label="原因", choices=Attendance.Status.choices)


class MeetingFactsSerializer(serializers.Serializer):
    """What is said about a meeting; what is not named stays. ``due`` are the ids of those due (not named: as the
    kind of meeting says), ``absences`` who of them was away and why."""

    on = Day("日期", required=False)
    topic = serializers.CharField(label="主题", max_length=200, required=False)
    starts_at = serializers.TimeField(label="开始时间", required=False, allow_null=True)
    place, host = Text("地点", 100), Text("主持人", 50)
    recorder, lecturer = Text("记录人", 50), Text("讲课人", 50)
    includes_lecture = serializers.BooleanField(label="会上安排了党课", required=False)
    minutes, resolution = Text("主要内容", 20000), Text("决议", 20000)
    follow_up = Text("落实情况", 20000)
    hours = serializers.DecimalField(
        label="计入学时", max_digits=4, decimal_places=1, min_value=0, required=False
    )
    due = serializers.ListField(
        label="应到", child=serializers.IntegerField(min_value=1), required=False, max_length=2000
    )
    absences = AbsenceLineSerializer(label="缺席", many=True, required=False, max_length=2000)
    votes = VoteSerializer(label="表决", many=True, required=False, max_length=50)


class NewMeetingSerializer(MeetingFactsSerializer):
    organization = InSight(Organization, label="党支部")
    group = InSight(Organization, label="党小组", required=False, allow_null=True)
    kind = serializers.ChoiceField(label="类型", choices=MeetingKind.choices)
    on = Day("日期")
    topic = serializers.CharField(label="主题", max_length=200)
    again = serializers.BooleanField(label="同日同主题的另一次活动", default=False)


class VoidSerializer(serializers.Serializer):
    reason = Words("作废原因", 200)


class MeetingViewSet(Makes, Changes, Resource):
    """组织生活记录."""

    keyset = ("-on", "-pk")
    group, tag = "life", "组织生活"
    serializer_class = MeetingSerializer
    filterset_class = MeetingFilter
    along = ("organization", "group")
    asks_new, asks_change = NewMeetingSerializer, MeetingFactsSerializer

    def make(self, asked):
        people, votes = _people(asked), asked.pop("votes", ())
        branch, again = asked.pop("organization"), asked.pop("again")
        return self.do(
            meetings.record_meeting, branch, facts=asked, votes=votes, again=again, **people
        )

    def change(self, meeting, asked):
        """Who was due, who came and the votes stay as they are unless they are named."""
        people, votes = _people(asked), asked.pop("votes", None)
        if votes is None:
            votes = [{name: getattr(v, name) for name in VOTE} for v in meeting.votes.all()]
        if not people:
            there = dict(meeting.attendances.values_list("member_id", "status"))
            away = {pk: s for pk, s in there.items() if s != Attendance.Status.PRESENT}
            people = {"due": list(there), "absences": away}
        facts = {name: getattr(meeting, name) for name in meetings.REVISABLE} | asked
        return self.do(meetings.revise_meeting, meeting, facts=facts, votes=votes, **people)

    void = act(VoidSerializer, meetings.void_meeting, summary="作废")


def _people(asked):
    """``due`` and ``absences`` as the service takes them, of what was named."""
    found = {}
    if "due" in asked:
        found["due"] = asked.pop("due")
    if "absences" in asked:
        found["absences"] = {a["member"]: a["status"] for a in asked.pop("absences")}
    return found


# --- Talks ----------------------------------------------------------------------------------------


class TalkSerializer(Shown):
    """A talk. What was said stays on the page; here is that it was held."""

    speaker_name = serializers.CharField(source="speaker.name")
    listener_name = serializers.CharField(source="listener.name")

    class Meta:
        model = Talk
        fields = [
            "id", "organization", "on", "kind", "speaker", "speaker_name", "listener",
            "listener_name", "voided_at",
        ]  # fmt: skip


class NewTalksSerializer(serializers.Serializer):
    """One person's talk with one other."""

    organization = InSight(Organization, label="党支部")
    speaker = serializers.IntegerField(label="谈话人", min_value=1)
    listener = serializers.IntegerField(label="谈话对象", min_value=1)
    on = Day("谈话日期")
    content = Words("主要内容", 500, required=False)
    opinion = Words("意见建议", 300, required=False)


class TalkFilter(UnderFilter):
    since, until = between("on")
    member = django_filters.NumberFilter(method="of_member")

    class Meta:
        model = Talk
        fields = ["organization", "kind"]

    def of_member(self, rows, name, value):
        return rows.filter(speaker=value) | rows.filter(listener=value)


class TalkViewSet(Makes, Resource):
    """谈心谈话."""

    keyset = ("-on", "-pk")
    group, tag = "life", "组织生活"
    serializer_class = TalkSerializer
    filterset_class = TalkFilter
    asks_new = NewTalksSerializer
    along = ("organization", "speaker", "listener")

    def make(self, asked):
        branch, listener = asked.pop("organization"), asked.pop("listener")
        made = self.do(talks.record_talks, branch, listeners=[listener], **asked)
        if not made:
            raise Refused("这两人当日的谈话已经登记。", field="listener")
        return made[0]

    void = act(service=talks.void_talk, summary="作废")
