"""Acts with a date and a paper: move, merge, split, close. What each asks, and what it will touch."""

from dataclasses import dataclass

from django import forms
from treebeard.forms import TreeNodeChoiceField

from branches.admin.fields import DayField
from branches.figures import figures_of
from branches.models import (
    CHILD_KINDS,
    Organization,
)
from branches.services import organizations


class ActForm(forms.Form):
    """What every act asks: when, and by which paper."""

    on = DayField(label="日期", help_text="批复或决定写明的日期。")
    document_no = forms.CharField(label="文号", max_length=60, required=False)

    def __init__(self, *args, organization, **kwargs):
        super().__init__(*args, **kwargs)
        self.organization = organization
        self.order_fields([name for name in self.fields if name not in {"on", "document_no"}])


class MoveForm(ActForm):
    to = TreeNodeChoiceField(label="调整到", queryset=None, empty_label="请选择新的上级党组织")

    def __init__(self, *args, organization, **kwargs):
        super().__init__(*args, organization=organization, **kwargs)
        kinds = [kind for kind, below in CHILD_KINDS.items() if organization.kind in below]
        parent = Organization.objects.get_parent(organization)
        self.fields["to"].queryset = (
            Organization.objects.open()
            .filter(kind__in=[k for k in kinds if k])
            .exclude(pk=parent.pk if parent else None)
        )


class MergeForm(ActForm):
    into = TreeNodeChoiceField(label="并入", queryset=None, empty_label="请选择保留的党组织")

    def __init__(self, *args, organization, **kwargs):
        super().__init__(*args, organization=organization, **kwargs)
        same = Organization.objects.open().filter(kind=organization.kind)
        self.fields["into"].queryset = same.exclude(pk=organization.pk)


class SplitForm(ActForm):
    code = forms.CharField(label="新党组织编码", max_length=30)
    name = forms.CharField(label="新党组织名称", max_length=100)


@dataclass(frozen=True)
class Act:
    """One act: its words, its form, its service, and what it touches, told before it is done."""

    word: str
    form: type
    run: object
    effects: object


def _below(organization):
    under = Organization.objects.under(organization).exclude(pk=organization.pk).open().count()
    figures = figures_of([organization])[organization.pk]
    parts = [f"下级党组织{under}个"] if under else []
    if figures.get("members"):
        parts.append(f"在册党员{figures['members']}名")
    return "、".join(parts)


def _offices(organization, on):
    held = organization.appointments.in_force(on).select_related("user")
    return [f"{o.user}({o.get_role_display()})" for o in held]


def _effects_of_move(organization, values):
    parent = Organization.objects.get_parent(organization)
    along = _below(organization)
    yield f"“{organization}”的上级由“{parent}”调整为“{values['to']}”。"
    if along:
        yield f"{along}一并调整。"
    yield f"“{values['to']}”及其上级可以查看和审核它，“{parent}”不再能看到。"


def _effects_of_merge(organization, values):
    into, along = values["into"], _below(organization)
    yield f"“{organization}”撤销，并入“{into}”；它的历史记录保留，仍可查阅。"
    if along:
        yield f"{along}转入“{into}”。"
    people = _offices(organization, values["on"])
    if people:
        yield f"以下任职到{values['on']:%Y-%m-%d}为止：{'、'.join(people)}。"


def _effects_of_split(organization, values):
    yield f"新设“{values['name']}”（编码{values['code']}），与“{organization}”同一上级、同一类型。"
    yield "原有党员和任职不变；新党组织的书记等在“任职”中办理。"


def _effects_of_close(organization, values):
    yield f"“{organization}”自{values['on']:%Y-%m-%d}起撤销，历史记录保留，仍可查阅。"
    people = _offices(organization, values["on"])
    if people:
        yield f"以下任职到该日为止：{'、'.join(people)}。"


ACTS = {
    "move": Act("调整隶属关系", MoveForm, organizations.move, _effects_of_move),
    "merge": Act("合并", MergeForm, organizations.merge, _effects_of_merge),
    "split": Act("拆分", SplitForm, organizations.split, _effects_of_split),
    "close": Act("撤销", ActForm, organizations.close, _effects_of_close),
}
