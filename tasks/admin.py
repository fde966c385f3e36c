"""The campaign's content in the admin site; the branches' answers only to look at.

Every save ends in a service, so that content is versioned and leaves a trace. The system administrator
sees how far an item is, not what a branch wrote: administrators do not read the Party's business.
"""

import json
from decimal import Decimal

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Count, Q, Sum
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html_join

from branches.models import BranchType
from branchyear.lib.admin import LookOnly, NeverDeleted, RefusalsBesideFields
from branchyear.lib.admin import show as show_refusal
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused
from tasks import admin_clocks, admin_facts, admin_inspections, admin_scores, rules, template  # noqa: F401 register their pages
from tasks.models import (
    BranchItem,
    Campaign,
    ChecklistItem,
    Evidence,
    ItemStep,
    ItemVersion,
    Phase,
    Rule,
    Source,
    Task,
)
from tasks.services import campaign as services
from tasks.wording import in_chinese

VERIFY_WORDS = [("computed", "系统核算"), ("evidence", "佐证材料"), ("self-declared", "支部申报")]


class PrettyJSON(forms.JSONField):
    """JSON that a person can read: one entry a line."""

    def __init__(self, **options):
        options["widget"] = forms.Textarea(attrs={"rows": options.pop("rows", 8), "cols": 70})
        options.setdefault(
            "error_messages", {"invalid": "不是有效的 JSON,请检查括号、引号和逗号。"}
        )
        super().__init__(**options)

    def prepare_value(self, value):
        if isinstance(value, (dict, list)):
            return json.dumps(value, ensure_ascii=False, indent=2)
        return super().prepare_value(value)


class Lines(forms.CharField):
    """A list of words, one a line."""

    def __init__(self, **options):
        super().__init__(
            **{
                "widget": forms.Textarea(attrs={"rows": 3, "cols": 60}),
                "help_text": "每行一项。",
                "required": False,
                **options,
            }
        )

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value):
        if isinstance(value, list):
            return value
        return [line.strip() for line in (value or "").splitlines() if line.strip()]

    def has_changed(self, initial, data):
        return self.to_python(initial) != self.to_python(data)


class ThroughServices(RefusalsBesideFields, NeverDeleted):
    """What was changed in the form goes to ``revise(row as stored, by=…, **changes)``."""

    formfield_overrides = {models.JSONField: {"form_class": PrettyJSON}}
    revise = None

    def save_model(self, request, obj, form, change):
        stored = type(obj).objects.get(pk=obj.pk)
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        type(self).revise(stored, by=request.user, **changes)


class ReadOnlyInline(NeverDeleted, admin.TabularInline):
    """Rows to look at under another one."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


# --- Campaign -------------------------------------------------------------------------------------


class PartInline(NeverDeleted, admin.TabularInline):
    """Phases and tasks are edited; which there are is the template's to say."""

    extra = 0
    can_delete = False
    readonly_fields = ("code",)

    def has_add_permission(self, request, obj=None):
        return False


class PhaseForm(forms.ModelForm):
    goals = Lines(label="目标", widget=forms.Textarea(attrs={"rows": 4, "cols": 44}))

    class Meta:
        model = Phase
        fields = ("name", "starts_on", "ends_on", "goals")


class PhaseInline(PartInline):
    model = Phase
    form = PhaseForm
    fields = ("code", "name", "starts_on", "ends_on", "goals")
    verbose_name_plural = "阶段(改动起止日期，随阶段的条目期限一并修订)"


class TaskInline(PartInline):
    model = Task
    fields = ("code", "name", "weight", "description", "source")


class TemplateForm(forms.Form):
    """Which template, for which year."""

    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100)
    file = forms.FileField(
        label="模板文件",
        required=False,
        help_text="YAML 文件，2MB 以内；不选择时使用自带的 2022 年工作方案模板。",
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file is not None and file.size > 2 * 1024 * 1024:
            raise forms.ValidationError("模板文件超过2MB。")
        return file


@admin.register(Campaign)
class CampaignAdmin(ThroughServices, admin.ModelAdmin):
    """One row a year. A new year is opened from a template."""

    revise = staticmethod(services.revise_campaign)
    list_display = ("year", "name", "starts_on", "ends_on", "items", "version", "opened_at")
    list_display_links = ("year", "name")
    inlines = (PhaseInline, TaskInline)
    readonly_fields = ("year", "code", "starts_on", "ends_on", "version", "opened_at")
    fieldsets = (
        (None, {"fields": ("year", "name", ("starts_on", "ends_on"), ("version", "opened_at"))}),
        ("文件", {"fields": ("scope", "issued_by", "reports_to", "parent_document")}),
        ("要求", {"fields": ("aims", "reporting", "grading"), "classes": ("collapse",)}),
    )

    def has_add_permission(self, request):
        return False  # opened from a template

    def get_queryset(self, request):
        asked = Count("tasks__items", filter=Q(tasks__items__retired_at=None))
        return super().get_queryset(request).annotate(items_=asked)

    @admin.display(description="检查条目")
    def items(self, campaign):
        return f"{campaign.items_}项"

    def save_formset(self, request, form, formset, change):
        formset.save(commit=False)
        revise = services.revise_phase if formset.model is Phase else services.revise_task
        for row, names in formset.changed_objects:
            stored = formset.model.objects.get(pk=row.pk)
            revise(stored, by=request.user, **{name: getattr(row, name) for name in names})
        if formset.model is Task and formset.changed_objects:
            _warn_about_points(request, form.instance)

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("open/", view(self.open_view), name="tasks_campaign_open"),
            *super().get_urls(),
        ]

    def open_view(self, request):
        """Open a year from a template, or bring it up to date."""
        if not rules.may_revise(request.user):
            raise PermissionDenied("活动内容由系统管理员维护。")
        form = TemplateForm(
            request.POST or None, request.FILES or None, initial={"year": local_day().year}
        )
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            try:
                plan = template.parse(file.read()) if file else template.read("campaign_2022")
                year = form.cleaned_data["year"]
                campaign = services.open_campaign(plan, year=year, by=request.user)
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, f"{campaign}已就绪(第{campaign.version}版)。")
                return redirect("admin:tasks_campaign_change", campaign.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "按模板启动或更新",
            "form": form,
        }
        return TemplateResponse(request, "admin/tasks/campaign/open.html", context)


def _warn_about_points(request, campaign):
    """Points that do not add up are allowed while editing, and said each time."""
    total = campaign.tasks.aggregate(total=Sum("weight"))["total"] or Decimal(0)
    if total != template.TOTAL:
        messages.warning(
            request, f"各任务分值之和现为{total.normalize():f}，应为{template.TOTAL}。"
        )
    asked = Q(items__retired_at=None)
    for task in campaign.tasks.annotate(sum_=Sum("items__current__weight", filter=asked)):
        total = task.sum_ or Decimal(0)
        if total != task.weight:
            messages.warning(
                request,
                f"任务{task.code}分值为{task.weight.normalize():f}，"
                f"条目分值之和现为{total.normalize():f}，请核对。",
            )


@admin.register(Task)
class TaskAdmin(ThroughServices, admin.ModelAdmin):
    revise = staticmethod(services.revise_task)
    list_display = ("code", "name", "campaign", "weight", "points", "source")
    list_display_links = ("code", "name")
    list_filter = ("campaign", "source")
    search_fields = ("code", "name")
    fields = ("campaign", "code", "name", "weight", "description", "source", "source_note", "notes")
    readonly_fields = ("campaign", "code", "notes")

    def has_add_permission(self, request):
        return False  # comes with the template

    def get_queryset(self, request):
        asked = Q(items__retired_at=None)
        return (
            super()
            .get_queryset(request)
            .select_related("campaign")
            .annotate(points_=Sum("items__current__weight", filter=asked))
        )

    @admin.display(description="条目分值合计")
    def points(self, task):
        return task.points_

    @admin.display(description="来源说明(显示)")
    def notes(self, task):
        return in_chinese(task.source_note)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        _warn_about_points(request, obj.campaign)


# --- Items ----------------------------------------------------------------------------------------


class ItemForm(forms.ModelForm):
    """An item with the content of its current version; what is changed makes the next one."""

    text = forms.CharField(
        label="内容", max_length=200, widget=forms.Textarea(attrs={"rows": 2, "cols": 70})
    )
    evidence = Lines(label="应交材料")
    verify = forms.MultipleChoiceField(
        label="核验方式",
        choices=VERIFY_WORDS,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="选“佐证材料”的，已落实时必须上传文件。",
    )
    rules = Lines(label="关联规则", help_text="体检规则编号，如 R09，每行一个。")
    asks = PrettyJSON(
        label="填报数字",
        required=False,
        rows=3,
        help_text='如 [{"key": "posts", "label": "设立示范岗、责任区", "unit": "个"}],空为不填数字。',
    )
    weight = forms.DecimalField(label="分值", min_value=0, max_digits=6, decimal_places=2)
    phases = forms.MultipleChoiceField(
        label="阶段",
        widget=forms.CheckboxSelectMultiple,
        help_text="只改阶段、不改日期时，日期随阶段。",
    )
    opens_on = forms.DateField(label="开始填报", widget=admin.widgets.AdminDateWidget)
    due_on = forms.DateField(label="完成期限", widget=admin.widgets.AdminDateWidget)
    applies_to = forms.MultipleChoiceField(
        label="适用支部类型",
        choices=BranchType.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="不选为全部支部。",
    )
    source = forms.ChoiceField(label="来源", choices=Source.choices, widget=forms.RadioSelect)
    basis = forms.CharField(
        label="依据", max_length=300, required=False, widget=forms.TextInput(attrs={"size": 70})
    )
    base = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = ChecklistItem
        fields = ("task", "code", "order")

    def __init__(self, *args, instance=None, initial=None, **kwargs):
        current = instance.current if instance is not None and instance.pk else None
        stored = {}
        if current is not None:
            stored = {name: getattr(current, name) for name in services.CONTENT}
            stored["base"] = current.number
        super().__init__(*args, instance=instance, initial={**stored, **(initial or {})}, **kwargs)
        phases = Phase.objects.order_by("campaign", "order")
        if current is not None:
            phases = phases.filter(campaign=instance.task.campaign_id)
        labels = {phase.code: f"{phase.code} {phase}" for phase in phases}
        self.fields["phases"].choices = list(labels.items())

    def clean_asks(self):
        return self.cleaned_data["asks"] or []

    def clean_base(self):
        base, item = self.cleaned_data["base"], self.instance
        if item.pk and base is not None and base != item.current.number:
            raise forms.ValidationError("该条目刚刚已由他人修订，请打开新版本再改。")
        return base


class VersionInline(ReadOnlyInline):
    """Every version, the newest first; none is ever edited."""

    model = ItemVersion
    fk_name = "item"
    verbose_name_plural = "各版本(只读)"
    fields = (
        "number",
        "text",
        "weight",
        "phase_codes",
        "opens_on",
        "due_on",
        "source",
        "reading",
        "created_at",
        "created_by",
    )
    readonly_fields = fields
    ordering = ("-number",)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("created_by", "item")

    @admin.display(description="阶段")
    def phase_codes(self, version):
        return "、".join(version.phases)

    @admin.display(description="依据")
    def reading(self, version):
        return version.basis_words


class RetiredFilter(admin.SimpleListFilter):
    title = "状态"
    parameter_name = "retired"

    def lookups(self, request, model_admin):
        return [("0", "在用"), ("1", "已停用")]

    def queryset(self, request, queryset):
        if self.value() in {"0", "1"}:
            return queryset.filter(retired_at__isnull=self.value() == "0")
        return queryset


@admin.register(ChecklistItem)
class ChecklistItemAdmin(ThroughServices, admin.ModelAdmin):
    """What is asked. Saving makes a new version; what has been accepted keeps the one it had."""

    form = ItemForm
    inlines = (VersionInline,)
    list_display = (
        "code",
        "text",
        "weight",
        "phases",
        "window",
        "source",
        "number",
        "is_asked",
    )
    list_display_links = ("code", "text")
    list_filter = ("task__campaign", "task", "current__source", RetiredFilter)
    list_per_page = 60
    list_select_related = ("task__campaign", "current")
    search_fields = ("code", "current__text", "current__basis")
    actions = ("retire", "restore")
    content = (
        "text",
        "evidence",
        "verify",
        "rules",
        "asks",
        "weight",
        "phases",
        ("opens_on", "due_on"),
        "applies_to",
        "source",
        "basis",
        "base",
    )

    def get_fieldsets(self, request, obj=None):
        return (
            (None, {"fields": (("task", "code", "order"),)}),
            ("内容(保存后形成新版本，已审核通过的不受影响)", {"fields": self.content}),
        )

    def get_readonly_fields(self, request, obj=None):
        return ("task", "code", "order") if obj else ()

    def get_inlines(self, request, obj):
        return self.inlines if obj else ()

    def save_model(self, request, obj, form, change):
        names = [name for name in form.changed_data if name in services.CONTENT]
        if change:
            item = ChecklistItem.objects.select_related("task__campaign", "current").get(pk=obj.pk)
            before = item.current
            changes = {name: form.cleaned_data[name] for name in names}
            version = services.revise_item(item, by=request.user, **changes)
            if version.pk != before.pk:
                messages.info(request, f"已形成第{version.number}版，未完成的支部条目随之更新。")
        else:
            content = {name: form.cleaned_data[name] for name in services.CONTENT}
            item = services.add_item(
                obj.task, code=obj.code, order=obj.order, by=request.user, **content
            )
            obj.pk, obj._state.adding = item.pk, False
        _warn_about_points(request, item.task.campaign)

    @admin.action(description="停用所选条目(保留已填内容，不再要求)", permissions=["change"])
    def retire(self, request, queryset):
        for item in queryset.select_related("task__campaign"):
            services.retire_item(item, by=request.user)
        messages.success(request, "所选条目已停用。")

    @admin.action(description="恢复所选条目", permissions=["change"])
    def restore(self, request, queryset):
        for item in queryset.select_related("task__campaign"):
            services.restore_item(item, by=request.user)
        messages.success(request, "所选条目已恢复。")

    @admin.display(description="内容", ordering="current__text")
    def text(self, item):
        return item.current.text

    @admin.display(description="分值", ordering="current__weight")
    def weight(self, item):
        return item.current.weight

    @admin.display(description="阶段")
    def phases(self, item):
        return "、".join(item.current.phases)

    @admin.display(description="填报期间", ordering="current__due_on")
    def window(self, item):
        opens_on, due_on = item.current.opens_on, item.current.due_on
        return f"{opens_on.month}月{opens_on.day}日至{due_on.month}月{due_on.day}日"

    @admin.display(description="来源", ordering="current__source")
    def source(self, item):
        return item.current.get_source_display()

    @admin.display(description="版本", ordering="current__number")
    def number(self, item):
        return f"第{item.current.number}版"

    @admin.display(description="在用", boolean=True)
    def is_asked(self, item):
        return item.retired_at is None


@admin.register(Rule)
class RuleAdmin(ThroughServices, admin.ModelAdmin):
    """Words and thresholds of the check-up; the check itself is code, under its name."""

    revise = staticmethod(services.revise_rule)
    list_display = ("number", "name", "task", "severity", "evaluated", "basis_status", "is_used")
    list_display_links = ("number", "name")
    list_filter = ("campaign", "task")
    list_per_page = 60
    list_select_related = ("task", "campaign")
    search_fields = ("number", "code", "name", "statement", "message", "basis")
    readonly_fields = ("campaign", "task", "number", "code", "inputs", "reading")
    fieldsets = (
        (None, {"fields": (("campaign", "task"), ("number", "code"), "name", "statement")}),
        ("阈值", {"fields": ("params", "severity", "evaluated", "inputs")}),
        ("提示", {"fields": ("message", "expected_fix")}),
        ("依据", {"fields": ("reading", "basis", "basis_status", "difference")}),
    )

    def has_add_permission(self, request):
        return False  # a rule without its code would check nothing

    @admin.display(description="依据(显示)")
    def reading(self, rule):
        return in_chinese(rule.basis)

    @admin.display(description="在用", boolean=True)
    def is_used(self, rule):
        return rule.retired_at is None


# --- To look at -----------------------------------------------------------------------------------


class StepInline(ReadOnlyInline):
    model = ItemStep
    fields = ("at", "kind", "round", "organization", "by_name")
    readonly_fields = fields

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("organization")


@admin.register(BranchItem)
class BranchItemAdmin(LookOnly, admin.ModelAdmin):
    """Where each answer stands. What the branch wrote is not the administrators' to read."""

    list_display = ("branch", "code", "state", "due_on", "with_organization", "round", "updated_at")
    list_filter = ("item__task__campaign", "state", "item__task")
    list_select_related = ("branch", "item__task", "with_organization")
    search_fields = ("branch__name", "branch__code", "item__code")
    show_full_result_count = False
    view_on_site = False
    inlines = (StepInline,)
    fields = (
        "branch",
        "item",
        "version",
        ("opens_on", "due_on"),
        ("state", "with_organization", "round"),
        ("first_submitted_at", "submitted_at", "submitted_by"),
        "decided_at",
        ("updated_by", "updated_at"),
    )
    readonly_fields = ("updated_at",)

    @admin.display(description="条目", ordering="item__code")
    def code(self, row):
        return row.item.code


@admin.register(Evidence)
class EvidenceAdmin(LookOnly, admin.ModelAdmin):
    """Which files there are, not what stands in them."""

    list_display = ("name", "organization", "extension", "size", "uploaded_by", "uploaded_at")
    list_filter = ("extension", "uploaded_at")
    list_select_related = ("organization", "uploaded_by")
    search_fields = ("name", "organization__name", "sha256")
    show_full_result_count = False
    view_on_site = False
    fields = (
        "name",
        "organization",
        "extension",
        "size",
        "sha256",
        "fact_on",
        "uploaded_by",
        "uploaded_at",
        "used",
    )
    readonly_fields = ("used",)

    @admin.display(description="用于条目")
    def used(self, evidence):
        links = evidence.links.values_list("branch_item", "branch_item__item__code").order_by("pk")
        rows = [(reverse("admin:tasks_branchitem_change", args=[pk]), code) for pk, code in links]
        return format_html_join("、", '<a href="{}">{}</a>', rows)
