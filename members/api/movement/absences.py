"""Members away (流动) or out of touch (失联): registered, contacted, suspended, ended."""

from rest_framework import serializers

from branchyear.rest.fields import Day, InSight, Shown, Words
from branchyear.rest.resources import Makes, Resource, act, calls
from members.models import Absence, AbsenceContact, Member
from members.services import absences


class ContactSerializer(serializers.ModelSerializer):
    class Meta:
        model = AbsenceContact
        fields = ["on", "how", "result", "reached"]


class AbsenceSerializer(Shown):
    """流动、失联登记."""

    member_name = serializers.CharField(source="member.name")
    contact_due = serializers.DateField(allow_null=True)
    contacts = ContactSerializer(many=True)

    class Meta:
        model = Absence
        fields = [
            "id", "organization", "member", "member_name", "kind", "since", "destination", "reason",
            "contact_person", "last_contact_on", "contact_due", "suspended_on", "decision_no",
            "ended_on", "ending", "contacts",
        ]  # fmt: skip


class NewAbsenceSerializer(serializers.Serializer):
    member = InSight(Member, label="党员")
    kind = serializers.ChoiceField(label="类别", choices=Absence.Kind.choices)
    since = Day("外出(失联)时间")
    destination = Words("去向", 100, required=False)
    reason = Words("原因", 100, required=False)
    contact_person = Words("支部联系人", 50, required=False)
    last_contact_on = Day("最近联系时间", required=False, allow_null=True, default=None)


class NewContactSerializer(serializers.Serializer):
    on = Day("日期")
    how = Words("方式", 50)
    result = Words("情况", 300)
    reached = serializers.BooleanField(label="已联系上", default=True)


class SuspendSerializer(serializers.Serializer):
    on = Day("决定日期")
    decision_no = Words("决定(批复)文号", 60)


class EndAbsenceSerializer(serializers.Serializer):
    on = Day("日期")
    outcome = serializers.ChoiceField(label="结束情况", choices=list(absences.OUTCOMES.items()))
    ending = Words("说明", 100, required=False)
    decision_no = Words("批准文号", 60, required=False)


class AbsenceViewSet(Makes, Resource):
    """流动、失联登记."""

    keyset = ("-since", "-pk")
    group, tag = "members", "流动、失联党员"
    serializer_class = AbsenceSerializer
    filterset_fields = ("organization", "member", "kind")
    asks_new = NewAbsenceSerializer
    along = ("organization", "member__organization")
    lists_along = ("contacts",)

    make = calls(absences.register_absence)
    contact = act(NewContactSerializer, absences.add_contact, summary="登记一次联系")
    suspend = act(SuspendSerializer, absences.suspend, summary="登记停止党籍决定")
    end = act(EndAbsenceSerializer, absences.end_absence, summary="结束登记")
