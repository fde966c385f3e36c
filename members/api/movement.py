"""Members who move, are away or on the way into the Party: transfers, absences, admissions, training."""

import django_filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from branches.api.shown import OfOrganization
from branches.models import Organization
from branchyear.rest.fields import Day, Ids, InSight, Month, Shown, Text, Words
from branchyear.rest.resources import Changes, Makes, Resource, act, calls
from members import soundness
from members.models import (
    Absence,
    AbsenceContact,
    AdmissionProgress,
    Applicant,
    Category,
    Member,
    Sex,
    Training,
    Transfer,
)
from members.services import absences, admissions, training, transfers


@extend_schema_field({"type": "string", "pattern": "^([0-9]{4}-(0[1-9]|1[0-2]))?$"})
class PaidTo(Month):
    """As ``Month``, kept as text; nothing may be said."""

    def __init__(self):
        super().__init__("党费交至", required=False, default="")

    def to_internal_value(self, value):
        return str(super().to_internal_value(value)) if value else ""


# --- Transfers ------------------------------------------------------------------------------------


class TransferSerializer(Shown):
    """组织关系转接."""

    member_name = serializers.CharField(source="member.name")

    class Meta:
        model = Transfer
        fields = [
            "id", "member", "member_name", "sender", "sender_name", "receiver", "receiver_name",
            "state", "letter_no", "issued_on", "valid_until", "dues_paid_to", "reason",
            "received_on", "slip_on", "closing_note",
        ]  # fmt: skip


class LetterSerializer(serializers.Serializer):
    letter_no = Words("介绍信编号", 60, required=False)
    issued_on = Day("开具日期")
    valid_until = Day("有效期至", required=False, allow_null=True, default=None)
    dues_paid_to = PaidTo()


class IssueSerializer(LetterSerializer):
    """Inside the city's organs a branch (by its code, it may be out of sight), elsewhere a name."""

    member = InSight(Member, label="党员")
    receiver_code = Words("转入党支部编码", 30, required=False)
    receiver_name = Words("转入单位", 100, required=False)
    reason = Words("转接原因", 200, required=False)

    def validate_receiver_code(self, code):
        if not code:
            return None
        found = Organization.objects.open().branches().filter(code=code).first()
        if found is None:
            raise serializers.ValidationError("没有这个编码的党支部。")
        return found


class TakeInSerializer(LetterSerializer):
    organization = InSight(Organization, label="转入党支部")
    name = Words("姓名", 50)
    id_number = Words("公民身份号码", 18)
    category = serializers.ChoiceField(label="党员类别", choices=Category.choices)
    admitted_on = Day("入党时间")
    formal_on = Day("转正时间", required=False, allow_null=True, default=None)
    unit = Words("所在处(科)室", 100, required=False)
    sender_name = Words("转出单位", 100)
    on = Day("接收日期")


class ReceiveSerializer(serializers.Serializer):
    on = Day("接收日期")


class ReasonSerializer(serializers.Serializer):
    reason = Words("原因", 200)


class SlipSerializer(serializers.Serializer):
    received_on = Day("对方接收日期")
    slip_on = Day("回执日期")


class TransferFilter(django_filters.FilterSet):
    since = django_filters.DateFilter("issued_on", lookup_expr="gte")
    until = django_filters.DateFilter("issued_on", lookup_expr="lte")

    class Meta:
        model = Transfer
        fields = ["member", "sender", "receiver", "state"]


class TransferViewSet(Makes, Resource):
    """组织关系转接."""

    keyset = ("-issued_on", "-pk")
    group, tag = "members", "组织关系转接"
    serializer_class = TransferSerializer
    filterset_class = TransferFilter
    asks_new = IssueSerializer

    along = ("member__organization", "sender", "receiver")

    def make(self, asked):
        """开具介绍信."""
        member, receiver = asked.pop("member"), asked.pop("receiver_code")
        return self.do(transfers.issue, member, receiver=receiver or None, **asked)

    @act(TakeInSerializer, summary="接收市直机关以外转入的党员", detail=False)
    def take_in(self, asked):
        person = {
            name: asked.pop(name)
            for name in ("name", "id_number", "category", "admitted_on", "formal_on", "unit")
        }
        number = person["id_number"] = person["id_number"].upper()
        if not soundness.id_number_problem(number):
            person |= {
                "birth_date": soundness.birth_date_in(number),
                "sex": soundness.sex_in(number),
            }
        branch = asked.pop("organization")
        return self.do(transfers.take_in, branch, person=person, **asked)

    receive = act(ReceiveSerializer, transfers.receive, summary="接收")
    refuse = act(ReasonSerializer, transfers.refuse, summary="退回介绍信")
    withdraw = act(ReasonSerializer, transfers.withdraw, summary="撤回介绍信")
    slip = act(SlipSerializer, transfers.register_slip, summary="登记回执")


# --- Absences -------------------------------------------------------------------------------------


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


# --- Admissions -----------------------------------------------------------------------------------


class ProgressSerializer(serializers.ModelSerializer):
    step = serializers.CharField(source="step.code")
    step_name = serializers.CharField(source="step.name")

    class Meta:
        model = AdmissionProgress
        fields = ["step", "step_name", "on", "note", "days", "hours"]


class AdmissionSerializer(OfOrganization):
    """Somebody on the way into the Party. The ID number is masked for every role."""

    id_number = serializers.CharField(source="masked_id_number")
    progress = ProgressSerializer(many=True)

    class Meta:
        model = Applicant
        fields = [
            "id", "organization", "organization_name", "name", "sex", "birth_date", "id_number",
            "unit", "mentors", "state", "stopped_reason", "member", "progress",
        ]  # fmt: skip


class ApplicantFactsSerializer(serializers.Serializer):
    """What is known of the person; what is not named stays."""

    name = serializers.CharField(label="姓名", max_length=50, required=False)
    sex = serializers.ChoiceField(
        label="性别", choices=Sex.choices, required=False, allow_blank=True
    )
    birth_date = Day("出生日期", required=False, allow_null=True)
    id_number = Text("公民身份号码", 18)
    unit = Text("所在处(科)室", 100)
    mentors = Text("培养联系人", 100)


class NewApplicantSerializer(ApplicantFactsSerializer):
    organization = InSight(Organization, label="党支部")
    name = serializers.CharField(label="姓名", max_length=50)
    applied_on = Day("递交入党申请书日期")


class StepSerializer(serializers.Serializer):
    step = Words("步骤代码", 40)
    on = Day("日期")
    days = serializers.IntegerField(
        label="天数", min_value=1, max_value=60, required=False, allow_null=True, default=None
    )
    hours = serializers.DecimalField(
        label="学时", max_digits=5, decimal_places=1, required=False, allow_null=True, default=None
    )
    note = Words("说明", 200, required=False)


class StepsSerializer(serializers.Serializer):
    steps = StepSerializer(many=True, allow_empty=False, max_length=40)

    def validate_steps(self, lines):
        known = {step.code for step in admissions.steps_in_force()}
        for line in lines:
            if line["step"] not in known:
                raise serializers.ValidationError(f"没有步骤“{line['step']}”。")
        return lines


class AdmissionViewSet(Makes, Changes, Resource):
    """发展党员."""

    keyset = ("organization__path", "pk")
    group, tag = "members", "发展党员"
    serializer_class = AdmissionSerializer
    filterset_fields = ("organization", "state")
    asks_new, asks_change = NewApplicantSerializer, ApplicantFactsSerializer

    along = ("organization",)
    lists_along = ("progress__step",)

    def make(self, asked):
        branch, applied_on = asked.pop("organization"), asked.pop("applied_on")
        stored = dict.fromkeys(admissions.FACTS, "") | {"birth_date": None}
        facts = stored | asked
        return self.do(admissions.register_applicant, branch, facts=facts, applied_on=applied_on)

    def change(self, applicant, asked):
        facts = {name: getattr(applicant, name) for name in admissions.FACTS} | asked
        return self.do(admissions.change_applicant, applicant, facts=facts)

    @act(StepsSerializer, summary="登记步骤")
    def steps(self, applicant, asked):
        reported = {line.pop("step"): admissions.Taken(**line) for line in asked["steps"]}
        self.do(admissions.register_steps, applicant, reported)

    stop = act(ReasonSerializer, admissions.stop, summary="终止培养")
    resume = act(service=admissions.resume, summary="恢复培养")


# --- Training -------------------------------------------------------------------------------------


class TrainingSerializer(Shown):
    """教育培训, with the ids of those who took part."""

    members = Ids("records", "member_id")

    class Meta:
        model = Training
        fields = [
            "id", "organization", "title", "kind", "starts_on", "ends_on", "organiser", "hours",
            "members", "voided_at",
        ]  # fmt: skip


class TrainingFactsSerializer(serializers.Serializer):
    """What it was and who took part; what is not named stays."""

    title = serializers.CharField(label="内容", max_length=200, required=False)
    kind = serializers.ChoiceField(label="形式", choices=Training.Kind.choices, required=False)
    starts_on = Day("开始日期", required=False)
    ends_on = Day("结束日期", required=False)
    hours = serializers.DecimalField(label="学时", max_digits=5, decimal_places=1, required=False)
    organiser = Text("组织单位", 100)
    members = InSight(Member, label="参加的党员", many=True, required=False, allow_empty=False)


class NewTrainingSerializer(TrainingFactsSerializer):
    organization = InSight(Organization, label="登记的党支部")
    title = serializers.CharField(label="内容", max_length=200)
    kind = serializers.ChoiceField(label="形式", choices=Training.Kind.choices)
    starts_on = Day("开始日期")
    hours = serializers.DecimalField(label="学时", max_digits=5, decimal_places=1)
    members = InSight(Member, label="参加的党员", many=True, allow_empty=False)


class TrainingFilter(django_filters.FilterSet):
    since = django_filters.DateFilter("starts_on", lookup_expr="gte")
    until = django_filters.DateFilter("starts_on", lookup_expr="lte")

    class Meta:
        model = Training
        fields = ["organization", "kind"]


class TrainingViewSet(Makes, Changes, Resource):
    """教育培训."""

    keyset = ("-starts_on", "-pk")
    group, tag = "life", "教育培训"
    serializer_class = TrainingSerializer
    filterset_class = TrainingFilter
    asks_new, asks_change = NewTrainingSerializer, TrainingFactsSerializer

    along = ("organization",)
    lists_along = ("records",)

    def make(self, asked):
        branch, members = asked.pop("organization"), asked.pop("members")
        asked.setdefault("ends_on", asked["starts_on"])
        facts = training.Facts(**asked)
        return self.do(training.record_training, branch, facts=facts, members=members)

    def change(self, row, asked):
        members = asked.pop("members", None)
        if members is None:
            members = Member.objects.filter(training_records__training=row)
        stored = {name: getattr(row, name) for name in training.Facts.__dataclass_fields__}
        facts = training.Facts(**(stored | asked))
        return self.do(training.revise_training, row, facts=facts, members=members)

    void = act(service=training.void_training, summary="作废")
