"""What people ask of the organisation pages."""

from django import forms

from branches.models import Kind


class FindForm(forms.Form):
    """The query row above the table of organisations."""

    STATES = (("open", "正常"), ("closed", "已撤销"), ("all", "全部"))

    q = forms.CharField(
        label="党组织",
        required=False,
        max_length=50,
        widget=forms.TextInput(attrs={"placeholder": "名称、简称或编码", "type": "search"}),
    )
    kind = forms.ChoiceField(label="类型", required=False, choices=[("", "全部"), *Kind.choices])
    state = forms.ChoiceField(label="状态", required=False, choices=STATES, initial="open")

    @property
    def chosen(self):
        """Cleaned values; a value that nobody offers counts as not given."""
        self.is_valid()
        return {
            "q": self.cleaned_data.get("q", "").strip(),
            "kind": self.cleaned_data.get("kind", ""),
            "state": self.cleaned_data.get("state") or "open",
        }
