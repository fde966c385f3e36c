"""What the person meant: training, transfers, absences, probation, admission."""

from django import forms

from branchyear.lib.dates import Month
from branchyear.lib.errors import Refused
from branchyear.lib.forms import Several
from members.models import Absence, Category, Member, Sex, Training
from members.services.absences import OUTCOMES


class Day(forms.DateField):
    """A day, with the browser's calendar."""

    def __init__(self, label, **options):
        options.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        super().__init__(label=label, **options)


class Text(forms.CharField):
    def __init__(self, label, length, **options):
        super().__init__(label=label, max_length=length, **options)


class Paid(Text):
    """党费交至: a month, or nothing."""

    def __init__(self):
        super().__init__(
            "党费交至",
            7,
            required=False,
            widget=forms.TextInput(attrs={"type": "month", "placeholder": "2022-04"}),
        )

    def clean(self, value):
        value = super().clean(value)
        try:
            return str(Month.parse(value)) if value else ""
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class Person(forms.ModelChoiceField):
    """One member of the branch; the form says which may be chosen."""

    def __init__(self):
        super().__init__(label="党员", queryset=Member.objects.none(), empty_label="请选择")


class People(Several):
    """Names to tick."""

    widget = forms.CheckboxSelectMultiple


class ServiceForm(forms.Form):
    """A form that ends in one service; a refusal is shown beside its field, with everything typed."""

    def attempt(self, act):
        """Call ``act(cleaned_data)``; True when it was done, its answer in ``result``."""
        if not self.is_valid():
            return False
        try:
            self.result = act(self.cleaned_data)
        except Refused as refusal:
            field = refusal.field if refusal.field in self.fields else None
            self.add_error(field, refusal.sentence)
            return False
        return True


# --- Training ---------------------------------------------------------------------------------------


class TrainingForm(ServiceForm):
    title = Text("内容", 200)
    kind = forms.ChoiceField(label="形式", choices=Training.Kind.choices)
    starts_on = Day("开始日期")
    ends_on = Day("结束日期", required=False, help_text="当天结束的可以不填。")
    hours = forms.DecimalField(
        label="学时", max_digits=5, decimal_places=1, help_text="一天8学时、半天4学时、1小时1学时。"
    )
    organiser = Text("组织单位", 100, required=False)
    members = People(
        label="参加的党员",
        queryset=Member.objects.none(),
        required=False,
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["members"].queryset = people


# --- Transfers --------------------------------------------------------------------------------------


class LetterForm(ServiceForm):
    letter_no = Text("介绍信编号", 60, required=False)
    issued_on = Day("开具日期")
    valid_until = Day("有效期至", required=False)
    dues_paid_to = Paid()


class IssueForm(LetterForm):
    """The letter; whither it goes was chosen before (inside: a branch; outside: a name)."""

    member = Person()
    receiver = forms.ModelChoiceField(label="转入党支部", queryset=None, empty_label="请选择")
    receiver_name = Text(
        "转入单位", 100, help_text="按对方党组织全称填写，如：某省某市某局机关党委。"
    )
    reason = Text("转接原因", 200, required=False)
    field_order = ["member", "receiver", "receiver_name"]

    def __init__(self, *args, people, branches, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = people
        if branches is None:
            del self.fields["receiver"]
        else:
            self.fields["receiver"].queryset = branches
            del self.fields["receiver_name"]


class TakeInForm(LetterForm):
    name = Text("姓名", 50)
    id_number = Text("公民身份号码", 18, help_text="性别和出生日期由号码得出。")
    category = forms.ChoiceField(label="党员类别", choices=Category.choices)
    admitted_on = Day("入党时间")
    formal_on = Day("转正时间", required=False, help_text="预备党员不填。")
    unit = Text("所在处(科)室", 100, required=False)
    sender_name = Text("转出单位", 100, help_text="介绍信上落款的党组织全称。")
    on = Day("接收日期")
    field_order = [
        "name", "id_number", "category", "admitted_on", "formal_on", "unit",
        "sender_name", "letter_no", "issued_on", "valid_until", "dues_paid_to", "on",
    ]  # fmt: skip


class ReceiveForm(ServiceForm):
    on = Day("接收日期")


class ReasonForm(ServiceForm):
    reason = Text("原因", 200)


class SlipForm(ServiceForm):
    on = Day("对方接收日期", help_text="按回执上的日期填写。")
    slip_on = Day("回执日期")


# --- Absences ---------------------------------------------------------------------------------------


class AbsenceForm(ServiceForm):
    member = Person()
    kind = forms.ChoiceField(label="类别", choices=Absence.Kind.choices, widget=forms.RadioSelect)
    since = Day("外出（失联）时间")
    destination = Text("去向", 100, required=False, help_text="失联党员不填。")
    reason = Text("原因", 100, required=False)
    contact_person = Text("支部联系人", 50, required=False)
    last_contact_on = Day("最近联系时间", required=False)

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = people


class ContactForm(ServiceForm):
    on = Day("日期")
    how = Text("方式", 50)
    result = Text("情况", 300)
    reached = forms.BooleanField(label="已联系上", required=False)


class SuspendForm(ServiceForm):
    on = Day("决定日期")
    decision_no = Text("决定（批复）文号", 60)


class EndAbsenceForm(ServiceForm):
    on = Day("日期")
    outcome = forms.ChoiceField(
        label="结束情况", choices=OUTCOMES.items(), widget=forms.RadioSelect
    )
    ending = Text("说明", 100, required=False)
    decision_no = Text("批准文号", 60, required=False, help_text="恢复党籍、除名的必填。")


# --- Probation --------------------------------------------------------------------------------------


class ConvertForm(ServiceForm):
    formal_on = Day("转正时间")
    meeting = forms.ModelChoiceField(
        label="支部党员大会",
        queryset=None,
        required=False,
        empty_label="（不关联会议记录）",
        help_text="讨论通过转正的那次党员大会，来自组织生活记录。",
    )
    document_no = Text("批复文号", 60, required=False)

    def __init__(self, *args, meetings, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["meeting"].queryset = meetings


class ExtendForm(ServiceForm):
    to = Day("延长至")
    reason = Text("原因", 200)
    document_no = Text("批复文号", 60, required=False)


class EndProbationForm(ServiceForm):
    on = Day("决定日期")
    reason = Text("原因", 200)
    document_no = Text("批复文号", 60, required=False)


# --- Admission --------------------------------------------------------------------------------------


class ApplicantForm(ServiceForm):
    name = Text("姓名", 50)
    applied_on = Day("递交入党申请书日期")
    id_number = Text(
        "公民身份号码",
        18,
        required=False,
        help_text="可以先不填，接收为预备党员前补齐；填写后性别和出生日期自动得出。",
    )
    sex = forms.ChoiceField(label="性别", choices=[("", "—"), *Sex.choices], required=False)
    birth_date = Day("出生日期", required=False)
    unit = Text("所在处(科)室", 100, required=False)
    mentors = Text("培养联系人", 100, required=False, help_text="一至两名正式党员。")
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)


class StepsForm(ServiceForm):
    """A day for each step that is still open; a step that must last asks how long."""

    def __init__(self, *args, steps, **kwargs):
        super().__init__(*args, **kwargs)
        self.steps = steps
        for step in steps:
            self.fields[f"on_{step.code}"] = Day(step.name, required=False)
            self.fields[f"note_{step.code}"] = Text(f"{step.name}说明", 200, required=False)
            if step.min_days or step.min_hours:
                self.fields[f"days_{step.code}"] = forms.IntegerField(
                    label="天数", min_value=1, max_value=60, required=False
                )
                self.fields[f"hours_{step.code}"] = forms.DecimalField(
                    label="学时", max_digits=5, decimal_places=1, required=False
                )
