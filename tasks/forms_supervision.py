"""What the person meant with a 督办单. The services decide."""

from django import forms

from branches.models import Organization
from members.forms_movement import Day, Text
from tasks.forms_problems import ProblemForm, _area


class SupervisionForm(ProblemForm):
    organization = forms.ModelChoiceField(
        label="承办单位", queryset=Organization.objects.none(), empty_label="请选择"
    )
    title = Text("事项", 100)
    content = _area("督办要求", 1000, 4, help_text="要做什么、做到什么程度")
    basis = Text("督办依据", 300, help_text="文件、条款或事实")
    due_on = Day("办理时限")

    def __init__(self, *args, organizations, **options):
        super().__init__(*args, **options)
        self.fields["organization"].queryset = organizations


class ReplyForm(ProblemForm):
    reply = _area("办理情况", 1000, 4, help_text="做了什么、结果如何、还有什么没有完成")


class CloseForm(ProblemForm):
    text = _area("意见", 500, 2, required=False)


class BackForm(ProblemForm):
    text = _area("原因", 500, 2)
    due_on = Day("新的办理时限")


class WithdrawForm(ProblemForm):
    text = _area("撤销原因", 500, 2)
