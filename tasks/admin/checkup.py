"""The rules of the check-up (支部体检): their words and thresholds."""

from django.contrib import admin

from tasks.admin.parts import ThroughServices
from tasks.models import Rule
from tasks.services import campaign as services
from tasks.wording import in_chinese


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
