"""The way into the Party (发展党员): applicants and the steps they have taken."""

from rest_framework import serializers

from branches.api.shown import OfOrganization
from branches.models import Organization
from branchyear.rest.fields import Day, InSight, Text, Words
from branchyear.rest.resources import Changes, Makes, Resource, act
from members.api.movement.transfers import ReasonSerializer
from members.models import AdmissionProgress, Applicant, Sex
from members.services import admissions


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
