"""What the person wants to see of the roll."""

from django import forms

from members.models import Category


class RosterForm(forms.Form):
    """The query row above the roster; anything unusable counts as not asked."""

    q = forms.CharField(label="姓名", max_length=50, required=False, strip=True)
    category = forms.ChoiceField(
        label="类别", required=False, choices=[("", "全部类别"), *Category.choices]
    )
    group = forms.ChoiceField(label="党小组", required=False)

    def __init__(self, *args, groups=(), **kwargs):
        super().__init__(*args, **kwargs)
        names = [(str(group.pk), group.name) for group in groups]
        self.fields["group"].choices = [("", "全部党小组"), *names, ("none", "未编入党小组")]

    @property
    def chosen(self):
        """The usable answers; an unknown choice is left out rather than refused."""
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}


class RosterFileForm(forms.Form):
    """The workbook that is brought back."""

    file = forms.FileField(
        label="名册文件",
        allow_empty_file=True,
        error_messages={"required": "请先选择填写好的 Excel 文件。"},
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.et"}),
    )
