"""What people ask of the organisation pages."""

from django import forms

from branches.models import Kind


class HandoverForm(forms.Form):
    """To whom an office goes: an account that exists, or a new one."""

    username = forms.CharField(
        label="接收人账号",
        max_length=150,
        help_text="已有账号的填原账号；没有的填新账号名，系统自动开通并给出一次性密码。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "请填写接收人的账号。"},
    )
    name = forms.CharField(
        label="接收人姓名",
        max_length=50,
        help_text="已有账号的，姓名须与账号一致，防止交错人。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "请填写接收人的姓名。"},
    )
    document_no = forms.CharField(
        label="任职文号", max_length=60, required=False, help_text="有批复或任职文件的填写。"
    )


class SubstituteForm(forms.Form):
    """Who acts for a reviewer, from when to when."""

    username = forms.CharField(
        label="代理人账号",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "请填写代理人的账号。"},
    )
    name = forms.CharField(
        label="代理人姓名",
        max_length=50,
        help_text="须与账号的姓名一致，防止转错人。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "请填写代理人的姓名。"},
    )
    starts_on = forms.DateField(
        label="自",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": "请填写起始日期。",
            "invalid": "请按 2022-04-25 的格式填写日期。",
        },
    )
    ends_on = forms.DateField(
        label="至",
        help_text="含当日，到期自动结束。",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": "请填写截止日期。",
            "invalid": "请按 2022-04-25 的格式填写日期。",
        },
    )


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
