"""What the person meant: a problem, its plan, its result, a disposal. The services decide."""

from django import forms

from branchyear.lib.errors import Conflict, Refused
from members.forms_movement import Day, ServiceForm, Text
from members.models import Member
from tasks.models import Disposal, Task


class ProblemForm(ServiceForm):
    """As any form of a service; that somebody was faster is said above it, with what is stored now."""

    def __init__(self, *args, **options):
        # Several of them stand on one page.
        options.setdefault("auto_id", f"{type(self).__name__.removesuffix('Form').lower()}_%s")
        super().__init__(*args, **options)

    def attempt(self, act):
        if not self.is_valid():
            return False
        try:
            self.result = act(self.cleaned_data)
        except Conflict:
            raise
        except Refused as refusal:
            field = refusal.field if refusal.field in self.fields else None
            self.add_error(field, refusal.sentence)
            return False
        return True


def _area(label, length, rows=3, **options):
    widget = forms.Textarea(attrs={"rows": rows})
    return Text(label, length, widget=widget, **options)


class NewProblemForm(ServiceForm):
    """自行登记: what is wrong, where it belongs, when it was found."""

    title = _area("问题表现", 300, help_text="写清楚是什么问题，例如：党员活动室没有悬挂入党誓词")
    task = forms.ModelChoiceField(
        label="所属任务",
        queryset=Task.objects.none(),
        required=False,
        empty_label="请选择（可不选）",
    )
    found_on = Day("发现日期")

    def __init__(self, *args, campaign=None, **options):
        super().__init__(*args, **options)
        self.fields["task"].queryset = Task.objects.filter(campaign=campaign)


class ListManyForm(ProblemForm):
    """批量列入: who is responsible, and by when; what is left is filled in problem by problem."""

    responsible = Text("责任人", 50, help_text="由一人负责这一批；个别不同的，列入后可以改")
    due_on = Day("整改时限", required=False, help_text="不填的，按每个问题的通常时限")


class PlanForm(ProblemForm):
    cause = _area("原因", 500)
    measure = _area("整改措施", 500)
    responsible = Text("责任人", 50)
    responsible_leader = Text("责任领导", 50, required=False)
    due_on = Day("整改时限")


class ResultForm(ProblemForm):
    result = _area("整改结果", 1000, 4)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["result"].help_text = "写明做了什么、现在怎么样"


class ExtensionForm(ProblemForm):
    due_wanted = Day("申请延至")
    reason = _area("理由", 300, 2)


class ReopenForm(ProblemForm):
    reason = _area("原因", 500, 2)
    due_on = Day("新的整改时限")


class VerdictForm(ProblemForm):
    """验收: the remark is needed when it is not passed."""

    reason = _area("验收意见", 500, 2, required=False)


class DisposalForm(ServiceForm):
    member = forms.ModelChoiceField(
        label="党员", queryset=Member.objects.none(), empty_label="请选择"
    )
    kind = forms.ChoiceField(label="处置", choices=[("", "请选择"), *Disposal.Kind.choices])
    decided_on = Day("决定日期")
    until = Day("改正期限", required=False, help_text="限期改正时必填，最长1年")
    document_no = Text("文号", 60, required=False)

    def __init__(self, *args, organization, **options):
        super().__init__(*args, **options)
        self.fields["member"].queryset = Member.objects.filter(organization=organization)


class ReviewForm(ServiceForm):
    reviewed_on = Day("考察日期")
    result = Text("改正情况", 300)
