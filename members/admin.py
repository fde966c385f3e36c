"""The steps of admission in the admin site: data that the system administrator keeps (步骤因地而异)."""

from django import forms
from django.contrib import admin

from branchyear.lib.admin import NeverDeleted, RefusalsBesideFields
from members.models import AdmissionStep
from members.services import admissions


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
