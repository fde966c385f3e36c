"""What the person meant: a plan, who goes out, what is decided. The services decide."""

from django import forms

from branches.models import Organization
from branches.querysets import below
from branchyear.lib.forms import Several
from members.forms_movement import Day, Text
from tasks.forms_problems import ProblemForm, _area
from tasks.models import ChecklistItem, Inspection, TeamMember


class Items(Several):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, item):
        return f"{item.code} {item.current.text}"


class InspectionForm(ProblemForm):
    """The plan: whom, when, what, how drawn."""

    title = Text("名称", 100)
    kind = forms.ChoiceField(label="检查类型", choices=Inspection.Kind.choices)
    scope = forms.ModelChoiceField(
        label="检查范围", queryset=Organization.objects.none(), empty_label=None
    )
    starts_on = Day("开始日期")
    ends_on = Day("结束日期")
    methods = Text("检查方式", 100, required=False)
    demands = _area("检查要求", 1000, 2, required=False)
    announced = forms.TypedChoiceField(
        label="是否事先通知",
        choices=[("0", "不事先通知（到支部开始检查时才告知）"), ("1", "事先通知支部和上级党组织")],
        coerce=lambda value: value == "1",
    )
    strata_by = forms.ChoiceField(label="分层", choices=Inspection.Strata.choices)
    measure = forms.ChoiceField(label="抽取方式", choices=Inspection.Measure.choices)
    amount = forms.IntegerField(
        label="数量或比例", min_value=1, max_value=500, help_text="每层至少抽取1个支部"
    )
    items = Items(label="检查内容", queryset=ChecklistItem.objects.none(), required=False)

    def __init__(self, *args, organization, campaign, **options):
        super().__init__(*args, **options)
        places = Organization.objects.open().filter(below(organization.path))
        self.fields["scope"].queryset = places.filter(depth__lte=Organization.DIRECT_DEPTH).exclude(
            kind="group"
        )
        self.fields["items"].queryset = (
            ChecklistItem.objects.asked()
            .filter(task__campaign=campaign)
            .select_related("task", "current")
            .order_by("task__order", "order")
        )


class LeaveOutForm(ProblemForm):
    branch = forms.ModelChoiceField(
        label="党支部", queryset=Organization.objects.none(), empty_label="请选择"
    )
    reason = Text("理由", 200, help_text="随名单一并公布")

    def __init__(self, *args, inspection, **options):
        super().__init__(*args, **options)
        self.fields["branch"].queryset = (
            Organization.objects.branches().open().filter(below(inspection.scope.path))
        )


class JoinForm(ProblemForm):
    username = Text("账号", 150, help_text="第三方人员的账号由系统管理员开通")
    name = Text("姓名", 50)
    unit = Text("所在单位", 100, required=False)
    until = Day("权限截止日期", help_text="含当日，到期后立即不能查看")


class UntilForm(ProblemForm):
    until = Day("权限截止日期")


class AssignForm(ProblemForm):
    member = forms.ModelChoiceField(label="检查人员", queryset=TeamMember.objects.none())

    def __init__(self, *args, inspection, **options):
        super().__init__(*args, **options)
        self.fields["member"].queryset = inspection.team.filter(left_at=None)


class ReasonForm(ProblemForm):
    reason = _area("理由", 300, 2)


class SummaryForm(ProblemForm):
    summary = _area("总体情况", 2000, 4, help_text="印在检查报告开头")


class StateForm(ProblemForm):
    statement = _area("情况说明", 500, 2)


class ListForm(ProblemForm):
    responsible = Text("责任人", 50)
    due_on = Day("整改时限")


class DropForm(ProblemForm):
    note = Text("不列入的理由", 300)
