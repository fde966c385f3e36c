"""The rubric of the scores, kept by the system administrator.

A version in use is only read. The next one is drafted as a copy, edited, and put into use (启用).
"""

from django.contrib import admin, messages
from django.utils import timezone

from branchyear.lib.admin import NeverDeleted, RefusalsBesideFields
from branchyear.lib.errors import Refused
from tasks.models import Rubric, RubricLine
from tasks.scoring.registry import load
from tasks.services import rubrics as services


class OfDraft:
    """Written while the rubric is a draft."""

    def has_add_permission(self, request, obj=None):
        return obj is not None and not obj.is_open and super().has_add_permission(request, obj)

    def has_change_permission(self, request, obj=None):
        return (obj is None or not obj.is_open) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return obj is not None and not obj.is_open and super().has_delete_permission(request, obj)


class RubricLineInline(OfDraft, admin.StackedInline):
    model = RubricLine
    extra = 0
    fields = (
        ("order", "code", "title"), "standard", ("kind", "measure", "rule", "params"),
        ("points", "cap"), ("at_least", "band_at_most", "spot_rule"), ("source", "basis"),
    )  # fmt: skip

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in {"rule", "spot_rule"} and field is not None:
            known = "；".join(f"{one.key}（{one.name}）" for one in load().values())
            field.help_text = f"{field.help_text} 可用：{known}。"
        return field


@admin.register(Rubric)
class RubricAdmin(RefusalsBesideFields, NeverDeleted, admin.ModelAdmin):
    """Every version of every year; two actions on the list: 起草新版, 启用."""

    list_display = ("__str__", "campaign", "total", "appeal_days", "opened_at")
    list_filter = ("campaign",)
    fields = ("campaign", "number", "name", "total", "bands", "appeal_days", "note", "opened_at")
    readonly_fields = ("campaign", "number", "opened_at")
    inlines = (RubricLineInline,)
    actions = ("draft_next", "put_into_use")

    def has_add_permission(self, request):
        return False  # drafted as a copy

    def has_change_permission(self, request, obj=None):
        return (obj is None or not obj.is_open) and super().has_change_permission(request, obj)

    def save_model(self, request, obj, form, change):
        stored = Rubric.objects.get(pk=obj.pk)
        request.rubric_changes = {name: form.cleaned_data[name] for name in form.changed_data}
        services.revise_rubric(stored, by=request.user, changes=request.rubric_changes)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        codes = {
            row.code
            for formset in formsets
            for row in [*formset.new_objects, *(one for one, _ in formset.changed_objects),
                        *formset.deleted_objects]
        }  # fmt: skip
        if codes:
            stored = Rubric.objects.get(pk=form.instance.pk)
            services.revise_rubric(stored, by=request.user, changes={}, lines=codes)

    @admin.action(description="起草新版（复制所选的一版）", permissions=["change"])
    def draft_next(self, request, rows):
        self._act(
            request, rows, lambda row: services.draft_rubric(row, by=request.user),
            "已起草{}，修改后请启用。",
        )  # fmt: skip

    @admin.action(description="启用所选的草稿", permissions=["change"])
    def put_into_use(self, request, rows):
        self._act(
            request, rows,
            lambda row: services.open_rubric(row, by=request.user, now=timezone.now()),
            "{}已启用，以后发起的考核按它评分；以前的得分不变。",
        )  # fmt: skip

    def _act(self, request, rows, act, said):
        if rows.count() != 1:
            messages.warning(request, "请只选一版。")
            return
        try:
            done = act(rows.get())
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        else:
            messages.success(request, said.format(done))
