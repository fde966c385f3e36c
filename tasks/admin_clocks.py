"""What the reviewers' clocks are set by, edited in the admin site; ``tasks.admin`` loads this."""

from django.contrib import admin

from branchyear.audit.services import record
from branchyear.lib.admin import NeverDeleted
from tasks.models import CalendarDay, ReviewRule


@admin.register(ReviewRule)
class ReviewRuleAdmin(NeverDeleted, admin.ModelAdmin):
    """A new limit is a new row from a new day; one that has judged something is not rewritten."""

    list_display = ["starts_on", "near_days", "review_days"]

    def has_change_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        facts = {"near_days": obj.near_days, "review_days": obj.review_days}
        record(
            "review_rule.set", obj, by=request.user, starts_on=obj.starts_on.isoformat(), **facts
        )


@admin.register(CalendarDay)
class CalendarDayAdmin(NeverDeleted, admin.ModelAdmin):
    """Holidays and worked weekends, as the State Council's office announces them every autumn."""

    list_display = ["day", "is_working", "why"]
    list_filter = ["is_working"]
    date_hierarchy = "day"
    search_fields = ["why"]

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        record(
            "calendar.changed",
            obj,
            by=request.user,
            day=obj.day.isoformat(),
            is_working=obj.is_working,
            why=obj.why,
        )
