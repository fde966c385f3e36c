"""What the person meant: the answer to an item, a reviewer's opinion, the filters of a list."""

from django import forms

from branchyear.accounts.models import User
from tasks.models import BranchItem

NOTE_MAX = 2000  # the column's length; about two pages of an office paper
REASON_MAX = 500

# What reviewers write most often; offered as a click, always open to be changed.
COMMON_REASONS = (
    "佐证材料不全，请补充后再提交。",
    "佐证材料不清晰或不是本项要求的材料，请更换。",
    "情况说明过于笼统，请写明时间、内容和落实情况。",
    "完成日期与佐证材料不一致，请核对。",
    "填报数字与佐证材料不一致，请核对。",
    "“不适用”的理由不充分，请说明原因或据实填报。",
)


class ItemForm(forms.Form):
    """A branch's answer to one item. Only what is asked; the numbers follow the item's version.

    A draft may be incomplete: what is missing is said when it is handed in, by the service.
    """

    result = forms.ChoiceField(
        label="落实情况",
        choices=BranchItem.Result.choices,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "请从“已落实、正在推进、不适用”中选择一项。"},
    )
    fact_on = forms.DateField(
        label="完成日期",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "请按 2022-04-25 的格式填写日期。"},
    )
    note = forms.CharField(
        label="情况说明",
        required=False,
        max_length=NOTE_MAX,
        widget=forms.Textarea(attrs={"rows": 5, "data-counter": NOTE_MAX}),
        error_messages={"max_length": f"情况说明最多{NOTE_MAX}字，请精简。"},
    )
    version = forms.IntegerField(
        required=False, widget=forms.HiddenInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, data=None, *, branch_item, **kwargs):
        self.branch_item = branch_item
        self.asks = branch_item.version.asks
        kwargs.setdefault("initial", self.stored(branch_item))
        super().__init__(data, **kwargs)
        # The counter tells while typing; cutting a long paste off in silence would lose text.
        self.fields["note"].widget.attrs.pop("maxlength", None)
        for ask in self.asks:
            self.fields[self.number_name(ask["key"])] = forms.IntegerField(
                label=ask["label"],
                required=False,
                min_value=0,
                max_value=9_999_999,
                widget=forms.NumberInput(
                    attrs={
                        "inputmode": "numeric",
                        "min": 0,
                        "step": 1,
                        "data-unit": ask.get("unit", ""),
                    }
                ),
                error_messages={
                    "invalid": "请填写整数，没有的填 0。",
                    "min_value": "数字不能小于 0。",
                    "max_value": "数字过大，请核对。",
                },
            )

    @staticmethod
    def number_name(key):
        return f"number_{key}"

    @classmethod
    def stored(cls, branch_item):
        """What is saved now, as the form's first values."""
        values = {
            "result": branch_item.result,
            "fact_on": branch_item.fact_on,
            "note": branch_item.note,
            "version": branch_item.revision,
        }
        for ask in branch_item.version.asks:
            values[cls.number_name(ask["key"])] = branch_item.numbers.get(ask["key"])
        return values

    @classmethod
    def as_typed(cls, branch_item):
        """What is stored, in the form a browser would send it."""
        values = cls.stored(branch_item)
        return {name: "" if value is None else str(value) for name, value in values.items()}

    def in_words(self, name, value):
        """A value as a person reads it ("" when there is none)."""
        if value in (None, ""):
            return ""
        if name == "result":
            return dict(BranchItem.Result.choices).get(value, value)
        if name == "fact_on":
            return f"{value.year}年{value.month}月{value.day}日"
        unit = self.fields[name].widget.attrs.get("data-unit", "")
        return f"{value}{unit}"

    def answered(self):
        """[(label, words)] of the stored answer, for people who only read it."""
        names = [name for name in self.fields if name != "version"]
        return [(self.fields[n].label, self.in_words(n, self.initial.get(n))) for n in names]

    def clean_note(self):
        # Word and WPS paste other line ends; paragraphs stay, nothing else does.
        return self.cleaned_data["note"].replace("\r\n", "\n").strip()

    @property
    def revision(self):
        """The revision the person had before the eyes when typing."""
        return self.cleaned_data.get("version") or self.branch_item.revision

    @property
    def numbers_asked(self):
        return [self[self.number_name(ask["key"])] for ask in self.asks]

    @property
    def is_changed(self):
        """Something other than the hidden revision differs from what is stored."""
        return bool(set(self.changed_data) - {"version"})

    def numbers(self):
        found = {
            ask["key"]: self.cleaned_data.get(self.number_name(ask["key"])) for ask in self.asks
        }
        return {key: value for key, value in found.items() if value is not None}

    def place(self, field):
        """Where a service's complaint about ``field`` is shown: its box, or above the form."""
        for name in (field, self.number_name(field)):
            if name in self.fields:
                return name
        return None


class ReasonForm(forms.Form):
    """A reviewer's opinion: asked for when returning, free when accepting."""

    reason = forms.CharField(
        label="审核意见",
        max_length=REASON_MAX,
        widget=forms.Textarea(
            attrs={"rows": 1, "placeholder": "退回修改时必填：写清楚要改什么、补什么"}
        ),
        error_messages={
            "required": "退回修改要写明原因，支部才知道改什么。",
            "max_length": f"审核意见最多{REASON_MAX}字。",
        },
    )

    def __init__(self, *args, needed=True, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = needed


class PersonChoice(forms.ModelChoiceField):
    def label_from_instance(self, user):
        return user.name


class DelegationForm(forms.Form):
    """To whom of the committee an item is given, and until when."""

    to = PersonChoice(
        label="委托给",
        queryset=User.objects.none(),
        empty_label="请选择",
        error_messages={
            "required": "请选择支部委员。",
            "invalid_choice": "只能委托本支部在任的支部委员。",
        },
    )
    due_on = forms.DateField(
        label="填好期限",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "请按 2022-04-25 的格式填写日期。"},
    )
    note = forms.CharField(label="要求", required=False, max_length=200)

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, auto_id="id_delegation_%s", **kwargs)
        self.people = people
        if people:
            self.fields["to"].queryset = User.objects.filter(
                pk__in=[person.pk for person in people]
            )
