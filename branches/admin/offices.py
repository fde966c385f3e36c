"""Offices in the admin site: given here, ended here, never erased."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html_join

from branches import rules
from branches.admin.fields import DayField
from branches.models import (
    Appointment,
)
from branches.roles import ADMIN_ROLES, BRANCH_ROLES, Role
from branches.services import appointments
from branchyear.audit.services import record
from branchyear.lib.admin import (
    NeverDeleted,
    RefusalsBesideFields,
    show,
    workbook_answer,
)
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused
from branchyear.lib.layout import Column, Layout


class InForceFilter(admin.SimpleListFilter):
    title = "状态"
    parameter_name = "force"

    def lookups(self, request, model_admin):
        return [("now", "在任"), ("past", "已免职"), ("future", "尚未开始")]

    def queryset(self, request, queryset):
        today = local_day()
        if self.value() == "now":
            return queryset.in_force(today)
        if self.value() == "past":
            return queryset.filter(ends_on__lt=today)
        if self.value() == "future":
            return queryset.filter(starts_on__gt=today)
        return queryset


def _roles_of(user):
    """The roles this administrator may give."""
    return [(role.value, role.label) for role in Role if rules.may_appoint(user, role)]


class OfficesBesides:
    """What the two places share where offices are given: only roles the person may give."""

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        if db_field.name == "role":
            kwargs["choices"] = [("", "---------"), *_roles_of(request.user)]
        return super().formfield_for_choice_field(db_field, request, **kwargs)


class AppointmentInline(OfficesBesides, NeverDeleted, admin.TabularInline):
    """The offices at an organisation: those held are shown, new ones may be added."""

    model = Appointment
    extra = 0
    autocomplete_fields = ("user",)
    fields = ("user", "role", "starts_on", "ends_on", "document_no", "handle")
    readonly_fields = ("handle",)

    def has_change_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        self.reader = request.user  # an inline is made anew for each request
        return super().get_queryset(request).select_related("user", "organization")

    @admin.display(description="办理")
    def handle(self, office):
        return links_of(office, self.reader)


def links_of(office, reader):
    """What this administrator may do about an office: end it, hand it over, have it acted for; none for one that is
    over."""
    if office.pk is None:
        return "—"
    today = local_day()
    if office.ends_on is not None and office.ends_on < today:
        return "已免职"
    if not rules.may_appoint(reader, office.role):
        return "—"
    begun = office.starts_on <= today
    links = [("admin:branches_appointment_end", "免职" if begun else "取消任职")]
    if begun and rules.may_substitute(reader, office):
        links.append(("branches:substitute", "转办"))
    if begun and office.role in BRANCH_ROLES:
        links.append(("branches:hand_over", "交接"))
    return format_html_join(
        " ",
        '<a href="{}">{}</a>',
        ((reverse(name, args=[office.pk]), word) for name, word in links),
    )


class EndForm(forms.Form):
    on = DayField(label="免职日期", help_text="当日仍在任，次日起失效。")


@admin.register(Appointment)
class AppointmentAdmin(RefusalsBesideFields, OfficesBesides, NeverDeleted, admin.ModelAdmin):
    """Offices: given here, ended here, never erased."""

    list_display = (
        "user",
        "organization",
        "role",
        "starts_on",
        "ends_on",
        "acting_for",
    )
    list_filter = (InForceFilter, "role", "organization__kind")
    search_fields = ("user__name", "user__username", "organization__name", "organization__code")
    search_help_text = "姓名、账号、党组织名称或编码"
    list_select_related = ("user", "organization", "acting_for")
    autocomplete_fields = ("user", "organization")
    fields = ("user", "organization", "role", "starts_on", "ends_on", "document_no")
    date_hierarchy = "starts_on"
    list_per_page = 50
    actions = ("end_selected",)
    change_list_template = "admin/branches/appointment/change_list.html"
    COLUMNS = (
        Column("user", "姓名", 12),
        Column("username", "账号", 16),
        Column("organization", "党组织", 36),
        Column("code", "党组织编码", 14),
        Column("role", "职责", 20),
        Column("starts_on", "自", 14, kind="date"),
        Column("ends_on", "至", 14, kind="date"),
        Column("document_no", "任职文号", 20),
    )

    def has_change_permission(self, request, obj=None):
        return False

    def has_end_permission(self, request):
        return bool(_roles_of(request.user))

    def get_changeform_initial_data(self, request):
        return {"starts_on": local_day(), **super().get_changeform_initial_data(request)}

    def save_model(self, request, obj, form, change):
        appointments.appoint_many([obj], by=request.user)

    def get_list_display(self, request):
        @admin.display(description="办理")
        def handle(office):
            return links_of(office, request.user)

        return (*super().get_list_display(request), handle)

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/end/", view(self.end), name="branches_appointment_end"),
            path("export/", view(self.export), name="branches_appointment_export"),
            *super().get_urls(),
        ]

    def end(self, request, pk):
        """End an office with a day, or take back one that has not begun."""
        office = get_object_or_404(
            Appointment.objects.select_related("user", "organization"), pk=pk
        )
        if not rules.may_appoint(request.user, office.role):
            raise PermissionDenied(
                "管理员职责由安全管理员办理。"
                if office.role in ADMIN_ROLES
                else "此项任职由系统管理员办理。"
            )
        begun = office.starts_on <= local_day()
        form = EndForm(request.POST or None) if begun else None
        if request.method == "POST" and (form is None or form.is_valid()):
            try:
                if begun:
                    appointments.end_appointment(
                        office, on=form.cleaned_data["on"], by=request.user
                    )
                else:
                    appointments.withdraw_appointment(office, by=request.user)
            except Refused as refusal:
                show(form or EndForm(request.POST), refusal)
            else:
                word = "免职" if begun else "取消任职"
                self.message_user(request, f"{office}{word}已办理。", messages.SUCCESS)
                return redirect("admin:branches_organization_change", office.organization_id)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"{'免职' if begun else '取消任职'}：{office}",
            "form": form,
            "sentences": [
                f"{office.user}自{office.starts_on}起任{office.organization}"
                f"{office.get_role_display()}。",
                "免职后该人员不再能查看和办理相应事项，已办理的记录保留。",
            ],
            "button": "免职" if begun else "取消任职",
        }
        return TemplateResponse(request, "admin/confirm.html", context)

    @admin.action(description="免职(今日为止)", permissions=["end"])
    def end_selected(self, request, offices):
        """End those chosen that are in force, with today as the last day."""
        today, done = local_day(), 0
        for office in offices.in_force(today).select_related("user", "organization"):
            if rules.may_appoint(request.user, office.role):
                appointments.end_appointment(office, on=today, by=request.user)
                done += 1
        self.message_user(request, f"已办理{done}人免职，今日为止。", messages.SUCCESS)

    def export(self, request):
        """The list as filtered on the screen, as an Excel book."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        offices = self.get_changelist_instance(request).get_queryset(request)
        offices = offices.select_related("user", "organization")
        record("appointments.exported", by=request.user, rows=offices.count())
        layout = Layout(
            "任职名册",
            self.COLUMNS,
            made_by=str(request.user),
            made_at=timezone.now(),
            signatures=(),
        )
        rows = (
            {
                "user": o.user.name,
                "username": o.user.username,
                "organization": o.organization.name,
                "code": o.organization.code,
                "role": o.get_role_display(),
                "starts_on": o.starts_on,
                "ends_on": o.ends_on,
                "document_no": o.document_no,
            }
            for o in offices
        )
        return workbook_answer("任职名册", "", [(layout, rows)], local_day())
