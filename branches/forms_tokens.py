"""What the person wants a key for."""

from django import forms
from django.conf import settings

from branchyear.tokens.scopes import ACCESS, GROUPS

NONE = ("", "不开放")


class TokenForm(forms.Form):
    """Purpose, time, and for each group of resources nothing, reading or writing; the password once more."""

    name = forms.CharField(
        label="用途",
        max_length=60,
        help_text="写明供哪个系统、做什么用。",
        widget=forms.TextInput(attrs={"placeholder": "如：机关OA每晚同步名册"}),
        error_messages={"required": "请填写用途，如“机关OA同步名册”。"},
    )
    days = forms.IntegerField(
        label="有效期（天）",
        min_value=1,
        max_value=settings.API_TOKEN_MOST_DAYS,
        initial=settings.API_TOKEN_DAYS,
        help_text=f"到期自动失效，最长{settings.API_TOKEN_MOST_DAYS}天。",
        error_messages={"required": "请填写有效期。", "invalid": "请填写整数。"},
    )
    password = forms.CharField(
        label="当前密码",
        strip=False,
        help_text="生成密钥须再次核对本人密码。",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "请填写当前密码。"},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for group, word in GROUPS.items():
            self.fields[f"may_{group}"] = forms.ChoiceField(
                label=word, required=False, choices=[NONE, *ACCESS.items()]
            )
        self.order_fields(["name", "days", *(f"may_{group}" for group in GROUPS), "password"])

    @property
    def groups(self):
        return [self[f"may_{group}"] for group in GROUPS]

    @property
    def scopes(self):
        chosen = {group: self.cleaned_data.get(f"may_{group}") for group in GROUPS}
        return [f"{group}:{access}" for group, access in chosen.items() if access]

    def refuse(self, refused):
        """Put the service's sentence beside its field."""
        field = refused.field
        self.add_error(field if field in self.fields else None, refused.sentence)
