"""The campaign of a year with its phases and its eight tasks; a new year is opened from a template."""

from decimal import Decimal

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, Sum
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path

from branchyear.lib.admin import NeverDeleted
from branchyear.lib.admin import show as show_refusal
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused
from tasks import rules, template
from tasks.admin.parts import Lines, ThroughServices
from tasks.models import Campaign, Phase, Task
from tasks.services import campaign as services
from tasks.wording import in_chinese


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
            warn_about_points(request, form.instance)

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


def warn_about_points(request, campaign):
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
        warn_about_points(request, obj.campaign)
