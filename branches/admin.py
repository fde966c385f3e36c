"""Organisations and offices in the admin site. Every button ends in a service."""

import base64
from dataclasses import dataclass
from io import BytesIO
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from treebeard.admin import TreeAdmin
from treebeard.forms import TreeNodeChoiceField

from branches import importing, rules, workbooks
from branches.figures import figures_of
from branches.models import (
    CHILD_KINDS,
    Appointment,
    Organization,
    OrganizationEvent,
)
from branches.roles import ADMIN_ROLES, BRANCH_ROLES, Role
from branches.services import appointments, imports, organizations
from branchyear.audit.services import record
from branchyear.lib.admin import (
    EXCEL,
    LookOnly,
    NeverDeleted,
    RefusalsBesideFields,
    as_attachment,
    show,
    workbook_answer,
)
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused
from branchyear.lib.layout import Column, Layout
from branchyear.lib.xlsx import filename


class DayField(forms.DateField):
    """A day with the admin's calendar; today unless told otherwise."""

    def __init__(self, **options):
        super().__init__(**{"widget": AdminDateWidget(), "initial": local_day, **options})


class OrganizationForm(forms.ModelForm):
    """Facts of an organisation; for a new one also its place and its papers."""

    parent = TreeNodeChoiceField(
        label="上级党组织",
        queryset=Organization.objects.none(),
        required=False,
        empty_label="(无，仅市委组织部)",
    )
    on = DayField(label="变动日期", help_text="成立、更名或变更的日期，记入沿革。")
    document_no = forms.CharField(label="文号", max_length=60, required=False)

    class Meta:
        model = Organization
        fields = (
            "kind",
            "code",
            "name",
            "short_name",
            "order_number",
            "branch_type",
            "covered_units",
            "established_on",
            "approval_no",
            "contact",
            "place",
        )
        widgets = {"covered_units": forms.Textarea(attrs={"rows": 3, "cols": 40})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "parent" in self.fields:
            holding = [kind for kind, below in CHILD_KINDS.items() if kind and below]
            self.fields["parent"].queryset = Organization.objects.open().filter(kind__in=holding)

    def _post_clean(self):
        # A branch without a type is a standing one; that is the service's to say, not the form's.
        super()._post_clean()
        self.instance.branch_type = self.instance.branch_type or ""


class OpenFilter(admin.SimpleListFilter):
    title = "状态"
    parameter_name = "open"

    def lookups(self, request, model_admin):
        return [("1", "正常"), ("0", "已撤销")]

    def queryset(self, request, queryset):
        if self.value() in {"0", "1"}:
            return queryset.filter(closed_on__isnull=self.value() == "1")
        return queryset


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
        return super().get_queryset(request).select_related("user", "organization")

    @admin.display(description="办理")
    def handle(self, office):
        return link_to_end(office)


def link_to_end(office):
    """The link by which an office is ended; none for one that is over."""
    if office.pk is None:
        return "—"
    today = local_day()
    if office.ends_on is not None and office.ends_on < today:
        return "已免职"
    word = "免职" if office.starts_on <= today else "取消任职"
    end = format_html(
        '<a href="{}">{}</a>', reverse("admin:branches_appointment_end", args=[office.pk]), word
    )
    if office.role not in BRANCH_ROLES or office.starts_on > today:
        return end
    hand_over = reverse("branches:hand_over", args=[office.pk])
    return format_html('{} <a href="{}">交接</a>', end, hand_over)


class EventInline(LookOnly, admin.TabularInline):
    """The history (沿革), newest first."""

    model = OrganizationEvent
    fk_name = "organization"
    fields = readonly_fields = ("on", "what", "sentence", "by", "at")
    verbose_name_plural = "沿革"

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("by", "other", "organization")

    @admin.display(description="内容")
    def sentence(self, event):
        return event.sentence


# --- Acts with a date and a paper: move, merge, split, close ----------------------------------------


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
    yield f"新设“{values['name']}”(编码{values['code']}),与“{organization}”同一上级、同一类型。"
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


class ImportForm(forms.Form):
    file = forms.FileField(
        label="党组织名册(Excel)",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.et"}),
    )


@admin.register(Organization)
class OrganizationAdmin(RefusalsBesideFields, NeverDeleted, TreeAdmin):
    """The tree. What happens to an organisation happens through its service, never by saving a row."""

    form = OrganizationForm
    list_display = ("name", "kind_label", "code", "order_number", "secretary", "state")
    list_filter = ("kind", OpenFilter, "branch_type")
    search_fields = ("name", "short_name", "code")
    search_help_text = "名称、简称或编码"
    list_per_page = 100
    inlines = (AppointmentInline, EventInline)
    actions = None
    change_list_template = "admin/branches/organization/change_list.html"
    change_form_template = "admin/branches/organization/change_form.html"
    PLACE = ("parent", "kind", "code")
    NAMES = ("name", "short_name", "order_number")
    FACTS = ("branch_type", "covered_units", "contact", "place")

    class Media:
        js = ("js/admin_tree.js",)

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            return [
                (None, {"fields": self.PLACE + self.NAMES}),
                ("基本情况", {"fields": self.FACTS}),
                ("依据", {"fields": ("on", "document_no")}),
            ]
        facts = (*self.FACTS, "established_on", "approval_no")
        fieldsets = [
            (None, {"fields": ("above", "kind_label", "code", *self.NAMES)}),
            ("基本情况", {"fields": facts}),
        ]
        if self.has_change_permission(request, obj):
            fieldsets.append(("本次变更的依据", {"fields": ("on", "document_no")}))
        return fieldsets

    def get_readonly_fields(self, request, obj=None):
        return () if obj is None else ("above", "kind_label", "code")

    def get_queryset(self, request):
        return super().get_queryset(request).with_secretary_name(local_day())

    def get_search_results(self, request, queryset, search_term):
        queryset, distinct = super().get_search_results(request, queryset, search_term)
        if "autocomplete" in request.path:  # nobody is appointed in a closed one
            queryset = queryset.open()
        return queryset, distinct

    def save_model(self, request, obj, form, change):
        values = form.cleaned_data
        if not change:
            facts = {key: values[key] for key in (*self.FACTS, "short_name") if values[key]}
            new = organizations.establish(
                parent=values["parent"],
                kind=values["kind"],
                code=values["code"],
                name=values["name"],
                order_number=values["order_number"],
                on=values["on"],
                document_no=values["document_no"],
                by=request.user,
                **facts,
            )
            obj.pk, obj._state.adding = new.pk, False
        else:
            self._save_changes(obj.pk, values, by=request.user)
        obj.refresh_from_db()

    @staticmethod
    def _save_changes(pk, values, *, by):
        now = Organization.objects.get(pk=pk)
        facts = {key: values[key] for key in organizations.FACTS if key in values}
        if values["name"] != now.name:
            short_name = facts.pop("short_name")
            organizations.rename(
                now,
                name=values["name"],
                short_name=short_name,
                on=values["on"],
                document_no=values["document_no"],
                by=by,
            )
        organizations.change(
            now, on=values["on"], document_no=values["document_no"], by=by, **facts
        )
        organizations.reorder(now, order_number=values["order_number"], by=by)

    def save_formset(self, request, form, formset, change):
        mine = formset.model is Appointment
        offices = [f.instance for f in formset.extra_forms if f.has_changed()] if mine else []
        for office in offices:
            office.organization = form.instance
        appointments.appoint_many(offices, by=request.user)
        formset.new_objects, formset.changed_objects, formset.deleted_objects = offices, [], []

    # --- columns ---

    @admin.display(description="类型", ordering="kind")
    def kind_label(self, organization):
        return organization.kind_label

    @admin.display(description="上级党组织")
    def above(self, organization):
        return Organization.objects.get_parent(organization) or "—"

    @admin.display(description="党支部书记")
    def secretary(self, organization):
        if not organization.is_branch:
            return "—"
        return organization.secretary_name or "空缺"

    @admin.display(description="状态", ordering="closed_on")
    def state(self, organization):
        return "正常" if organization.is_open else f"{organization.closed_on}撤销"

    # --- more pages ---

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("import/", view(self.import_view), name="branches_organization_import"),
            path("import/template/", view(self.template), name="branches_organization_template"),
            path("export/", view(self.export), name="branches_organization_export"),
            path("<int:pk>/act/<str:verb>/", view(self.act), name="branches_organization_act"),
            *super().get_urls(),
        ]

    def move_node(self, request):
        """Dragging a row would move an organisation without a date and a paper."""
        raise PermissionDenied("请在党组织页面上用“调整隶属关系”办理，需填写日期和文号。")

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["acts"] = (
            [
                (act.word, reverse("admin:branches_organization_act", args=[obj.pk, verb]))
                for verb, act in ACTS.items()
            ]
            if obj and obj.is_open and self.has_change_permission(request, obj)
            else []
        )
        return super().render_change_form(request, context, add, change, form_url, obj)

    def act(self, request, pk, verb):
        """One of the acts: asked, shown with what it touches, confirmed, done."""
        organization = get_object_or_404(Organization, pk=pk)
        if verb not in ACTS or not self.has_change_permission(request, organization):
            raise PermissionDenied
        act = ACTS[verb]
        form = act.form(request.POST or None, organization=organization)
        effects = []
        if request.method == "POST" and form.is_valid():
            try:
                effects = list(act.effects(organization, form.cleaned_data))
                with transaction.atomic():
                    done = act.run(organization, by=request.user, **form.cleaned_data)
                    if "confirmed" not in request.POST:
                        transaction.set_rollback(True)  # only tried, to hear a refusal in time
            except Refused as refusal:
                show(form, refusal)
                effects = []
            else:
                if "confirmed" in request.POST:
                    self.message_user(
                        request, f"“{organization}”{act.word}已办理。", messages.SUCCESS
                    )
                    target = done or organization
                    return redirect("admin:branches_organization_change", target.pk)
        organization = Organization.objects.get(pk=pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": organization,
            "title": f"{act.word}：{organization}",
            "form": form,
            "word": act.word,
            "effects": effects,
        }
        return TemplateResponse(request, "admin/branches/organization/act.html", context)

    # --- Excel ---

    def _require_importer(self, request):
        if not rules.may_manage_organizations(request.user):
            raise PermissionDenied

    def template(self, request):
        self._require_importer(request)
        return self._book(workbooks.write_template, "导入模板")

    def export(self, request):
        """The open organisations in the form of the template."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        record("organizations.exported", by=request.user)
        return self._book(workbooks.write_list, "党组织名册")

    @staticmethod
    def _book(write, title):
        file = BytesIO()
        write(file)
        answer = HttpResponse(file.getvalue(), content_type=EXCEL)
        return as_attachment(answer, filename(title, "", "", local_day(), "xlsx"))

    def import_view(self, request):
        """Upload → what each row would do → confirm → the result with the one-time passwords."""
        self._require_importer(request)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "导入党组织",
            "instructions": importing.INSTRUCTIONS,
            "form": ImportForm(),
        }
        if request.method == "POST" and "confirmed" in request.POST:
            self._carry_out(request, context)
        elif request.method == "POST":
            self._check(request, context)
        return TemplateResponse(request, "admin/branches/organization/import.html", context)

    def _check(self, request, context):
        form = context["form"] = ImportForm(request.POST, request.FILES)
        if not form.is_valid():
            return
        file = form.cleaned_data["file"]
        try:
            plan = importing.plan(file)
        except Refused as refusal:
            form.add_error("file", refusal.sentence)
            return
        context.update(_report(plan), plan=plan, file_name=file.name)
        if plan.is_sound:
            self._forget(request)
            file.seek(0)
            kept = default_storage.save(f"imports/{request.user.pk}/{uuid4().hex}.xlsx", file)
            request.session["import"] = [kept, file.name]

    def _carry_out(self, request, context):
        kept, name = request.session.get("import") or (None, "")
        if not kept or not default_storage.exists(kept):
            context["form"].full_clean()
            messages.warning(request, "要导入的文件已经处理过或已过期，请重新上传。")
            return
        try:
            with default_storage.open(kept) as file:
                result = imports.carry_out(file, on=local_day(), by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return
        finally:
            self._forget(request)
        file = BytesIO()
        workbooks.write_result(file, result, made_by=str(request.user), made_at=timezone.now())
        context.update(
            _report(result.plan),
            plan=result.plan,
            result=result,
            file_name=name,
            # The passwords travel in this one answer and are kept nowhere.
            book=f"data:{EXCEL};base64,{base64.b64encode(file.getvalue()).decode()}",
            book_name=filename("党组织导入结果", "", "", local_day(), "xlsx"),
        )

    @staticmethod
    def _forget(request):
        kept, _ = request.session.pop("import", None) or (None, "")
        if kept:
            default_storage.delete(kept)


def _report(plan):
    """The rows worth showing, wrong ones first; what stays as it is is only counted."""
    wrong = [row for row in plan.rows if row.problems]
    changing = [row for row in plan.rows if not row.problems and row.verdict != "不变"]
    return {"shown": wrong + changing, "same": plan.counts["不变"]}


# --- Offices ------------------------------------------------------------------------------------------


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
        "handle",
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

    @admin.display(description="办理")
    def handle(self, office):
        return link_to_end(office)

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
