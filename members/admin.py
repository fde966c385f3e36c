"""What the administrators keep for the members: the steps of admission (步骤因地而异), the roster layouts of other
systems; and, the security administrator, from how many people on whole numbers are approved by a second person."""

from django import forms
from django.contrib import admin

from branchyear.lib.admin import NeverDeleted, RefusalsBesideFields
from members.importing.columns import FIELDS, KEY
from members.models import AdmissionStep, NumbersRule, RosterProfile, RosterProfileColumn
from members.services import admissions, numbers, profiles


class StepForm(forms.ModelForm):
    class Meta:
        model = AdmissionStep
        fields = admissions.STEP_FACTS
        help_texts = {
            "is_required": "必经的步骤未登记时，不能登记后面的步骤。",
            "counted_from": "填步骤序号；下面三个月数都自这一步的日期起算。",
            "not_before": "早于此时间的不能登记。",
            "not_after": "晚于此时间的可以登记，页面上标出。",
            "min_days": "与学时满足其一即可，如集中培训不少于3天或24学时。",
            "basis": "文件名称和条款，显示在步骤下面。",
        }


@admin.register(AdmissionStep)
class AdmissionStepAdmin(RefusalsBesideFields, NeverDeleted, admin.ModelAdmin):
    """Order, code and stage are the plan's; names, limits and basis are edited."""

    form = StepForm
    list_display = ("number", "stage", "name", "counted_from", "not_before", "not_after", "basis")
    list_display_links = ("name",)
    list_filter = ("stage", "is_active")
    search_fields = ("name",)

    def has_add_permission(self, request):
        return False

    def save_model(self, request, obj, form, change):
        stored = AdmissionStep.objects.get(pk=obj.pk)
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        if changes:
            admissions.revise_step(stored, by=request.user, **changes)


MIN_COLUMNS = 3  # fewer do not tell one layout from another


class ColumnForm(forms.ModelForm):
    """A column chosen from what the roster knows, by the names people know."""

    field = forms.ChoiceField(
        label="本系统的内容",
        choices=[("", "请选择"), *((f.key, f.title) for f in FIELDS if f.key != KEY)],
    )

    class Meta:
        model = RosterProfileColumn
        fields = ["order", "field", "title", "form"]


class ColumnSet(forms.BaseInlineFormSet):
    """A layout is of use only with names and a few columns more."""

    def clean(self):
        super().clean()
        kept = [
            form.cleaned_data["field"]
            for form in self.forms
            if form.cleaned_data.get("field") and not form.cleaned_data.get("DELETE")
        ]
        if "name" not in kept or len(kept) < MIN_COLUMNS:
            raise forms.ValidationError(f"版式至少要有{MIN_COLUMNS}列，其中要有“姓名”。")


class ColumnInline(admin.TabularInline):
    model = RosterProfileColumn
    form = ColumnForm
    formset = ColumnSet
    extra = 3
    verbose_name_plural = "列（按次序从左到右；上传时各列标题都在表中，即按本版式识别）"


@admin.register(RosterProfile)
class RosterProfileAdmin(NeverDeleted, admin.ModelAdmin):
    """Columns are edited on the layout's own page, one line each."""

    list_display = ("name", "source", "column_titles", "is_active")
    list_filter = ("is_active", "source")
    fields = ("name", "source", "note", "is_active")
    inlines = (ColumnInline,)

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("columns")

    @admin.display(description="列")
    def column_titles(self, profile):
        return "、".join(column.title for column in profile.columns.all())

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        profiles.note_change(form.instance, by=request.user)


@admin.register(NumbersRule)
class NumbersRuleAdmin(NeverDeleted, admin.ModelAdmin):
    """One row; the security administrator changes it."""

    list_display = ("alone_up_to", "take_hours")

    def has_add_permission(self, request):
        return False

    def has_view_permission(self, request, obj=None):
        return self.has_change_permission(
            request, obj
        )  # the system administrator has nothing to do with it

    def save_model(self, request, obj, form, change):
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        if changes:
            numbers.revise_rule(NumbersRule.objects.get(pk=obj.pk), by=request.user, **changes)
