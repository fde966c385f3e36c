"""What the reviewers' clocks are set by, edited in the admin site."""

from django.contrib import admin, messages

from branchyear.audit.services import record
from branchyear.lib.admin import NeverDeleted
from branchyear.lib.dates import local_day
from tasks.models import CalendarDay, ReviewRule
from tasks.workdays import WorkingDays

NEXT_YEAR_FROM = 11  # the notice of the next year comes in November


def tell_of_missing_calendar(request):
    """A warning above the list when this year's holidays, or from November on the next year's, are not
    there: working days are then Monday to Friday only."""
    today = local_day()
    wanted = [today.year] if today.month < NEXT_YEAR_FROM else [today.year, today.year + 1]
    days = WorkingDays()
    for year in wanted:
        if not days.knows(year):
            messages.warning(
                request,
                f"{year}年的节假日和调休还没有录入：在录入之前，工作日只按周一至周五计算。"
                "国务院办公厅公布放假安排后，请在“工作日历”中逐日录入。",
            )


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

    def changelist_view(self, request, extra_context=None):
        tell_of_missing_calendar(request)
        return super().changelist_view(request, extra_context)

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
