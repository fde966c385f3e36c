"""What the person at the door meant."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import validate_password

from branchyear.accounts import lockout


class LoginForm(AuthenticationForm):
    username = forms.CharField(
        label="账号",
        max_length=150,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "username"}),
    )
    password = forms.CharField(
        label="密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    error_messages = {
        "invalid_login": "账号或密码不正确，请核对后重新输入。忘记密码请联系本单位系统管理员重置。",
        "inactive": "该账号已停用，请联系系统管理员。",
    }


class PasswordForm(forms.Form):
    """The old password once, the new one twice."""

    old_password = forms.CharField(
        label="当前密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )
    new_password1 = forms.CharField(
        label="新密码",
        strip=False,
        help_text="至少10个字符，包含大写字母、小写字母、数字、符号中的至少3类。",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    new_password2 = forms.CharField(
        label="再输一遍新密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, user, request, **kwargs):
        self.user, self.request = user, request
        super().__init__(*args, **kwargs)

    def clean_old_password(self):
        if not lockout.proves(self.request, self.user, self.cleaned_data["old_password"]):
            raise forms.ValidationError("当前密码不正确。首次登录请填写发给您的一次性密码。")
        return self.cleaned_data["old_password"]

    def clean_new_password1(self):
        password = self.cleaned_data["new_password1"]
        validate_password(password, self.user)
        if self.user.check_password(password):
            raise forms.ValidationError("新密码不能与当前密码相同。")
        return password

    def clean(self):
        values = super().clean()
        if values.get("new_password1") and values.get("new_password2") is not None:
            if values["new_password1"] != values["new_password2"]:
                self.add_error("new_password2", "两次输入的新密码不一致。")
        return values
