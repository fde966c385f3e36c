"""What the person at the door meant."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import validate_password

from branchyear.accounts import captcha, lockout


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
    captcha = forms.CharField(label="验证题", max_length=20, required=False)
    error_messages = {
        "invalid_login": "账号或密码不正确，请核对后重新输入。忘记密码请联系系统管理员重置。",
        "inactive": "该账号已停用，请联系系统管理员。",
    }

    def __init__(self, request=None, *args, asks_captcha=False, **kwargs):
        super().__init__(request, *args, **kwargs)
        self.asks_captcha = asks_captcha
        if self.is_bound:  # after a wrong password that is what is typed again
            del self.fields["username"].widget.attrs["autofocus"]
            self.fields["password"].widget.attrs["autofocus"] = True
        if not asks_captcha:
            del self.fields["captcha"]

    def clean_captcha(self):
        given = self.cleaned_data["captcha"]
        if not captcha.is_right(self.request, given):
            raise forms.ValidationError(
                "答案不正确，请看新的一题，并重新输入密码。" if given else "请先回答验证题。"
            )
        return given

    def clean(self):
        """Without the right answer the password is not looked at, and nothing is counted."""
        return self.cleaned_data if "captcha" in self.errors else super().clean()


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
        if not getattr(self.request, "axes_locked_out", False):
            validate_password(password, self.user)
        return password

    def clean(self):
        values = super().clean()
        if values.get("new_password1") and values.get("new_password2") is not None:
            if values["new_password1"] != values["new_password2"]:
                self.add_error("new_password2", "两次输入的新密码不一致。")
        return values


class CodeForm(forms.Form):
    """The code from the telephone; ``paper`` also takes one of the recovery codes."""

    code = forms.CharField(
        label="动态验证码",
        max_length=20,
        widget=forms.TextInput(
            attrs={"autofocus": True, "autocomplete": "one-time-code", "inputmode": "numeric"}
        ),
        error_messages={"required": "请输入6位动态验证码。"},
    )
