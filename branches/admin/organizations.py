"""The tree of organisations in the admin site. Every button ends in a service."""

import base64
from io import BytesIO
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from treebeard.admin import TreeAdmin
from treebeard.forms import TreeNodeChoiceField

from branches import importing, platform, rules, workbooks
from branches.admin.acts import ACTS
from branches.admin.fields import DayField
from branches.admin.offices import AppointmentInline
from branches.columns import INSTRUCTIONS
from branches.models import (
    CHILD_KINDS,
    Appointment,
    Organization,
    OrganizationEvent,
)
from branches.services import appointments, imports, organizations
from branchyear.audit.services import record
from branchyear.lib.admin import (
    EXCEL,
    LookOnly,
    NeverDeleted,
    RefusalsBesideFields,
    as_attachment,
    show,
)
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused
from branchyear.lib.xlsx import filename


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
        """The open organisations in the form of the template, or in the layout of 党建e家."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        is_platform = request.GET.get("layout") == "platform"
        record("organizations.exported", by=request.user, layout="党建e家" if is_platform else "")
        if is_platform:
            return self._book(platform.write_list, "党组织名册(党建e家)")
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
            "instructions": (*INSTRUCTIONS, platform.INSTRUCTION),
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
