"""Accounts in the admin site. Here and not beside the model, because offices decide who may do what."""

from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Prefetch
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from branches import rules
from branches.admin import OfficesBesides, links_of
from branches.models import Appointment, SecondFactorRole
from branches.roles import Role
from branches.services import accounts, appointments, safety, tokens
from branchyear.accounts.lockout import attempts_that_lock
from branchyear.accounts.models import SecondFactor, User
from branchyear.lib.admin import LookOnly, NeverDeleted, RefusalsBesideFields
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused
from branchyear.tokens.models import ApiToken


class UserForm(forms.ModelForm):
    phone = forms.CharField(label="联系电话", max_length=20, required=False)

    class Meta:
        model = User
        fields = ("username", "name", "email", "phone")


class RoleFilter(admin.SimpleListFilter):
    title = "职责"
    parameter_name = "role"

    def lookups(self, request, model_admin):
        return [*Role.choices, ("none", "无职责")]

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        held = Appointment.objects.in_force(local_day()).filter(user=OuterRef("pk"))
        if self.value() == "none":
            return queryset.filter(~Exists(held))
        return queryset.filter(Exists(held.filter(role=self.value())))


class LockFilter(admin.SimpleListFilter):
    title = "锁定"
    parameter_name = "locked"

    def lookups(self, request, model_admin):
        return [("1", "已锁定")]

    def queryset(self, request, queryset):
        return queryset.filter(is_locked=True) if self.value() == "1" else queryset


class OfficeInline(OfficesBesides, NeverDeleted, admin.TabularInline):
    """The offices of a person, past ones too."""

    model = Appointment
    fk_name = "user"
    extra = 0
    autocomplete_fields = ("organization",)
    fields = ("organization", "role", "starts_on", "ends_on", "document_no", "handle")
    readonly_fields = ("handle",)

    def has_change_permission(self, request, obj=None):
        return False

    def has_add_permission(self, request, obj=None):
        return obj is not None and super().has_add_permission(request, obj)

    def get_queryset(self, request):
        self.reader = request.user  # an inline is made anew for each request
        return super().get_queryset(request).select_related("organization", "user")

    @admin.display(description="办理")
    def handle(self, office):
        return links_of(office, self.reader)


@dataclass(frozen=True)
class Act:
    """Something an administrator does to an account, with the sentence that asks him first."""

    word: str
    run: object
    sentence: str
    fits: object
    may: object = rules.may_keep_account


ACTS = {
    "reset": Act(
        "重置密码",
        accounts.reset_password,
        "将生成新的一次性密码，原密码立即失效，已登录的会话全部退出，锁定同时解除。"
        "新密码只显示一次，请当面或密封交给本人。",
        lambda user: True,
    ),
    "unlock": Act(
        "解除锁定",
        accounts.unlock_account,
        "该账号因连续输错密码被锁定。请核实确为本人后再解除。",
        lambda user: user.is_locked,
    ),
    "reset_code": Act(
        "重置动态验证码",
        accounts.reset_second_factor,
        "本人的手机或恢复码已丢失时办理。重置后原验证码和恢复码作废，已登录的会话全部退出；"
        "职责须用动态验证码的，下次登录时重新启用。请先当面核实确为本人。",
        lambda user: user.has_code,
        rules.may_reset_second_factor,
    ),
    "close": Act(
        "停用账号",
        accounts.close_account,
        "停用后本人立即退出，不能再登录；以往办理的记录保留。任职不会自动免去，请另行办理。",
        lambda user: user.is_active,
    ),
    "reopen": Act(
        "启用账号",
        accounts.reopen_account,
        "启用后本人可用原密码登录。",
        lambda user: not user.is_active,
    ),
}


@admin.register(User)
class UserAdmin(RefusalsBesideFields, NeverDeleted, admin.ModelAdmin):
    """Accounts: opened with a one-time password that is shown once, never with a chosen one."""

    form = UserForm
    list_display = ("username", "name", "offices", "is_active", "locked", "last_login")
    list_filter = ("is_active", LockFilter, "must_change_password", RoleFilter)
    search_fields = ("username", "name", "email")
    search_help_text = "账号、姓名或邮箱"
    list_per_page = 50
    actions = None
    inlines = (OfficeInline,)
    change_form_template = "admin/accounts/user/change_form.html"
    STATE = ("is_active", "locked", "must_change_password", "password_changed_at", "last_login")

    def get_queryset(self, request):
        held = Appointment.objects.in_force(local_day()).select_related("organization")
        by_network, everywhere = attempts_that_lock(OuterRef("username"))
        return (
            super()
            .get_queryset(request)
            .annotate(
                is_locked=Exists(by_network) | Exists(everywhere),
                has_code=Exists(SecondFactor.objects.filter(user=OuterRef("pk"))),
            )
            .prefetch_related(Prefetch("appointments", held, to_attr="held"))
        )

    def get_fieldsets(self, request, obj=None):
        fieldsets = [(None, {"fields": ("username", "name", "email", "phone")})]
        if obj is not None:
            fieldsets.append(("状态", {"fields": self.STATE}))
        return fieldsets

    def get_readonly_fields(self, request, obj=None):
        if obj is None:
            return ()
        if rules.may_open_accounts(request.user):
            return ("username", *self.STATE)
        return ("username", "name", "email", "phone", *self.STATE)

    def save_model(self, request, obj, form, change):
        facts = {key: form.cleaned_data.get(key) for key in ("name", "email", "phone")}
        if change:
            given = {key: value for key, value in facts.items() if value is not None}
            accounts.change_account(User.objects.get(pk=obj.pk), by=request.user, **given)
            return
        user, request.one_time_password = accounts.open_account(
            username=form.cleaned_data["username"], by=request.user, **facts
        )
        obj.pk, obj._state.adding = user.pk, False
        obj.refresh_from_db()

    def save_formset(self, request, form, formset, change):
        offices = [f.instance for f in formset.extra_forms if f.has_changed()]
        for office in offices:
            office.user = form.instance
        appointments.appoint_many(offices, by=request.user)
        formset.new_objects, formset.changed_objects, formset.deleted_objects = offices, [], []

    def response_add(self, request, obj, post_url_continue=None):
        return self._show_once(request, obj, request.one_time_password, "开通账号")

    def _show_once(self, request, user, password, word):
        """The only page that ever shows this password; it is not kept, not even for a reload."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"{word}：{user}",
            "account": user,
            "password": password,
        }
        return TemplateResponse(request, "admin/accounts/user/password.html", context)

    # --- columns ---

    @admin.display(description="任职")
    def offices(self, user):
        return "、".join(f"{o.organization.label} {o.get_role_display()}" for o in user.held)

    @admin.display(description="锁定")
    def locked(self, user):
        return "已锁定" if getattr(user, "is_locked", False) else "否"

    # --- acts ---

    def get_urls(self):
        act = self.admin_site.admin_view(self.act)
        return [
            path("<int:pk>/act/<str:verb>/", act, name="accounts_user_act"),
            *super().get_urls(),
        ]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["acts"] = (
            [
                (act.word, reverse("admin:accounts_user_act", args=[obj.pk, verb]))
                for verb, act in ACTS.items()
                if act.fits(obj) and act.may(request.user, obj)
            ]
            if obj
            else []
        )
        return super().render_change_form(request, context, add, change, form_url, obj)

    def act(self, request, pk, verb):
        """Ask, then do; a new password is shown in the answer itself."""
        user = get_object_or_404(self.get_queryset(request), pk=pk)
        if verb not in ACTS or not self.has_change_permission(request, user):
            raise PermissionDenied
        act = ACTS[verb]
        if not act.may(request.user, user):
            raise PermissionDenied("管理员账号由安全管理员办理；本人的密码请在“修改密码”中修改。")
        if request.method == "POST":
            try:
                password = act.run(user, by=request.user)
            except Refused as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
                return redirect("admin:accounts_user_change", user.pk)
            if password:
                return self._show_once(request, user, password, act.word)
            self.message_user(request, f"“{user}”{act.word}已办理。", messages.SUCCESS)
            return redirect("admin:accounts_user_change", user.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"{act.word}：{user}({user.username})",
            "sentences": [act.sentence],
            "button": act.word,
        }
        return TemplateResponse(request, "admin/confirm.html", context)


@admin.register(SecondFactorRole)
class SecondFactorRoleAdmin(RefusalsBesideFields, admin.ModelAdmin):
    """Which offices ask for the code from the telephone: named and unnamed by the security administrator."""

    list_display = ("role",)
    fields = ("role",)
    actions = None

    def has_add_permission(self, request):
        return rules.may_name_second_factor_roles(request.user)

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return rules.may_name_second_factor_roles(request.user)

    def save_model(self, request, obj, form, change):
        obj.pk = safety.name_role(form.cleaned_data["role"], by=request.user).pk

    def delete_model(self, request, obj):
        safety.unname_role(obj, by=request.user)


@admin.register(ApiToken)
class TokenAdmin(LookOnly, admin.ModelAdmin):
    """Everybody's keys for programs, begun only; the security administrator ends them."""

    list_display = (
        "start",
        "name",
        "user",
        "scope_words",
        "expires_at",
        "last_used_at",
        "revoked_at",
    )
    list_filter = ("revoked_at",)
    search_fields = ("name", "start", "user__username", "user__name")
    search_help_text = "用途、密钥开头、账号或姓名"
    list_select_related = ("user",)
    list_per_page = 50
    actions = ("withdraw",)
    fields = ("start", "name", "user", "scope_words", "made_at", "expires_at", "last_used_at",
              "last_used_ip", "revoked_at", "revoked_by")  # fmt: skip
    readonly_fields = fields

    @admin.display(description="权限范围")
    def scope_words(self, token):
        return token.scope_words

    @admin.action(description="收回所选密钥（即时失效）")
    def withdraw(self, request, rows):
        live = list(rows.filter(revoked_at=None).select_related("user"))
        for token in live:
            tokens.withdraw(token, by=request.user, now=timezone.now())
        self.message_user(request, f"已收回{len(live)}个密钥。", messages.SUCCESS)
