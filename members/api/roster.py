"""The roll: read, added to, mended, and where each member stands. Numbers are written, but read masked only, by
every role: unmasking is an act of its own on the pages, with a reason."""

import django_filters
from rest_framework import serializers

from branches.api.filters import UnderFilter
from branches.models import Organization
from branchyear.rest.fields import Day, InSight, Shown, Text, Words
from branchyear.rest.resources import Changes, Makes, Resource, act, calls
from members.models import Category, Meeting, Member, Sex, Standing
from members.services import probation
from members.services import roster as services


class MemberSerializer(Shown):
    """A member on the roll. ID number and telephone are masked for every role.

    ``missing`` counts the required facts of the roster that are empty.
    """

    organization_name = serializers.CharField(source="organization.name", read_only=True)
    group_name = serializers.CharField(source="group.name", default=None, read_only=True)
    id_number = serializers.CharField(source="masked_id_number", read_only=True)
    phone = serializers.CharField(source="masked_phone", read_only=True)

    missing = serializers.IntegerField(read_only=True)

    class Meta:
        model = Member
        fields = [
            "id", "name", "sex", "ethnicity", "birth_date", "id_number", "phone", "education",
            "degree", "organization", "organization_name", "group", "group_name", "category",
            "standing", "unit", "post", "party_post", "admitted_on", "formal_on",
            "is_leading_cadre", "is_retired", "is_excused", "native_place", "worked_from",
            "joined_branch_on", "joined_from", "left_on", "probation_extended_to",
            "platform_entered_on", "missing",
        ]  # fmt: skip


class MemberFilter(UnderFilter):
    organization = django_filters.NumberFilter("organization_id")
    group = django_filters.NumberFilter("group_id")

    class Meta:
        model = Member
        fields = ["organization", "group", "category", "standing"]


def _day(label):
    return Day(label, required=False, allow_null=True)


class FactsSerializer(serializers.Serializer):
    """Facts of a record; what is not named stays."""

    name = serializers.CharField(label="姓名", max_length=50, required=False)
    sex = serializers.ChoiceField(
        label="性别", choices=Sex.choices, required=False, allow_blank=True
    )
    ethnicity, native_place = Text("民族", 20), Text("籍贯", 50)
    birth_date = _day("出生日期")
    id_number, phone = Text("公民身份号码", 18), Text("联系电话", 20)
    education, degree = Text("学历", 20), Text("学位", 20)
    worked_from, admitted_on, formal_on = _day("参加工作时间"), _day("入党时间"), _day("转正时间")
    category = serializers.ChoiceField(label="党员类别", choices=Category.choices, required=False)
    unit, post = Text("所在处(科)室", 100), Text("行政职务", 100)
    group = InSight(Organization, label="所在党小组", required=False, allow_null=True)
    is_leading_cadre = serializers.BooleanField(label="党员领导干部", required=False)
    is_unit_head = serializers.BooleanField(
        label="处(科)室主要负责人", required=False, allow_null=True
    )
    is_retired = serializers.BooleanField(label="离退休", required=False)
    is_excused = serializers.BooleanField(label="年老体弱或行动不便", required=False)
    joined_branch_on, joined_from = _day("组织关系转入时间"), Text("转入来源", 100)
    platform_entered_on = _day("“党建e家”入库日期")
    remarks = Text("备注", 300)


class NewMemberSerializer(FactsSerializer):
    organization = InSight(Organization, label="所在党支部")
    name = serializers.CharField(label="姓名", max_length=50)


class StandingSerializer(serializers.Serializer):
    standing = serializers.ChoiceField(label="状态", choices=Standing.choices)
    on = Day("日期")
    reason = Words("原因", 200, required=False)
    document_no = Words("文号", 60, required=False)


class ConvertSerializer(serializers.Serializer):
    formal_on = Day("转正时间")
    meeting = InSight(Meeting, label="支部党员大会", required=False, allow_null=True, default=None)
    document_no = Words("批复文号", 60, required=False)


class ProbationSerializer(serializers.Serializer):
    to = Day("延长至")
    reason = Words("原因", 200)
    document_no = Words("批复文号", 60, required=False)


class EndProbationSerializer(serializers.Serializer):
    on = Day("决定日期")
    reason = Words("原因", 200)
    document_no = Words("批复文号", 60, required=False)


class MemberViewSet(Makes, Changes, Resource):
    """党员名册."""

    keyset = ("organization__path", "name_key", "pk")
    group, tag = "members", "党员"
    serializer_class = MemberSerializer
    filterset_class = MemberFilter
    along = ("organization", "group")
    asks_new, asks_change = NewMemberSerializer, FactsSerializer

    def rows(self):
        return super().rows().with_missing()

    def make(self, asked):
        return self.do(services.add_member, asked.pop("organization"), **asked)

    change = calls(services.revise_member)
    stand = act(StandingSerializer, services.change_standing, summary="变更状态")
    convert = act(ConvertSerializer, probation.convert, summary="转正")
    extend_probation = act(ProbationSerializer, probation.extend_probation, summary="延长预备期")
    end_probation = act(EndProbationSerializer, probation.end_probation, summary="取消预备党员资格")
