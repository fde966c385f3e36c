"""Rules and reminder days are edited here; what has happened is only read.

The system administrator sees that a report came and when, not its words: the administrators run the
system, they do not read the Party's business.
"""

from django import forms
from django.contrib import admin

from branchyear.audit.services import record
from branchyear.lib.admin import NeverDeleted
from reports.models import (
    Export,
    FigureCheck,
    MonthlyReport,
    Paper,
    Period,
    Reminder,
    ReminderPolicy,
    ReportExtension,
    ReportRule,
    ReportSection,
    UrgingRule,
)
from reports.models.reminders import occasion_words
from reports.services import drafts, periods
from tasks.admin.clocks import tell_of_missing_calendar


class ReadOnly(admin.ModelAdmin):
    """Looked at, never written: the services alone change these rows."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class MadeWithCampaign(NeverDeleted):
    """Rows made when the campaign opens: edited, never added and never deleted."""

    def has_add_permission(self, request):
        return False


@admin.register(ReportRule)
class ReportRuleAdmin(MadeWithCampaign, admin.ModelAdmin):
    """The due days of the periods not opened yet; open ones keep theirs."""

    list_display = ["campaign", "tier", "day", "on_rest_day", "opens_day"]
    list_filter = ["campaign", "tier"]
    readonly_fields = ["campaign", "tier"]

    def changelist_view(self, request, extra_context=None):
        tell_of_missing_calendar(request)
        return super().changelist_view(request, extra_context)

    def save_model(self, request, obj, form, change):
        wanted = {"day": obj.day, "opens_day": obj.opens_day, "on_rest_day": obj.on_rest_day}
        periods.revise_rule(ReportRule.objects.get(pk=obj.pk), by=request.user, **wanted)


class ReportSectionForm(forms.ModelForm):
    """A name in the wording that stands for no fact is said at once, not found in a draft."""

    class Meta:
        model = ReportSection
        fields = ["heading", "order", "is_wanted", "min_words", "hint", "draft", "is_active"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "draft" in self.fields:
            self.fields["draft"].help_text += f"可用的名称：{'、'.join(drafts.NAMES)}。"

    def clean_draft(self):
        text = self.cleaned_data["draft"]
        if unknown := drafts.unknown_names(text):
            raise forms.ValidationError(
                f"没有“{'、'.join(unknown)}”这项数据，请对照下方的名称填写。"
            )
        return text


@admin.register(ReportSection)
class ReportSectionAdmin(MadeWithCampaign, admin.ModelAdmin):
    """The parts of the reports not handed in yet; one that is not wanted is switched off, not deleted."""

    form = ReportSectionForm
    list_display = ["campaign", "tier", "order", "heading", "kind", "is_wanted", "is_active"]
    list_display_links = ["heading"]
    list_filter = ["campaign", "tier", "is_active"]
    readonly_fields = ["campaign", "tier", "key", "kind"]

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        record("report_section.changed", obj, by=request.user, changed=form.changed_data)


@admin.register(FigureCheck)
class FigureCheckAdmin(MadeWithCampaign, admin.ModelAdmin):
    """Which figures must be there before a report is handed in; one that is not wanted is switched off."""

    list_display = ["campaign", "key", "fails", "sentence", "is_active"]
    list_display_links = ["key"]
    list_filter = ["campaign", "is_active"]
    readonly_fields = ["campaign", "key", "fails"]

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        record("figure_check.changed", obj, by=request.user, changed=form.changed_data)


@admin.register(ReminderPolicy)
class ReminderPolicyAdmin(admin.ModelAdmin):
    """On which days people are reminded, per tier. One that is not wanted is switched off, not deleted."""

    list_display = [
        "campaign",
        "matter",
        "tier",
        "occasion",
        "days_before",
        "to_above",
        "is_active",
    ]
    list_display_links = ["occasion"]
    list_filter = ["campaign", "matter", "tier", "to_above", "is_active"]

    @admin.display(description="时点")
    def occasion(self, policy):
        return occasion_words(policy.occasion)

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        record(
            "reminder_policy.changed",
            obj,
            by=request.user,
            matter=obj.matter,
            days_before=obj.days_before,
            to_above=obj.to_above,
            is_active=obj.is_active,
        )


@admin.register(Period)
class PeriodAdmin(ReadOnly):
    list_display = ["month", "tier", "opens_on", "due_on", "opened_at"]
    list_filter = ["campaign", "tier"]


@admin.register(MonthlyReport)
class MonthlyReportAdmin(ReadOnly):
    list_display = ["organization", "period", "receiver", "state", "first_submitted_at", "round"]
    list_filter = ["period__tier", "state", "period__month"]
    list_select_related = ["organization", "period", "receiver"]
    search_fields = ["organization__name", "organization__code"]
    fields = [
        "organization",
        "period",
        "receiver",
        "state",
        "round",
        "first_submitted_at",
        "submitted_at",
        "decided_at",
        "seal",
    ]


@admin.register(ReportExtension)
class ReportExtensionAdmin(ReadOnly):
    """Asked and decided in the portal by those who report and receive."""

    list_display = ["report", "until", "state", "asked_by", "asked_at", "decided_by", "decided_at"]
    list_filter = ["state", "report__period__month"]
    list_select_related = ["report__organization", "report__period", "asked_by", "decided_by"]


@admin.register(UrgingRule)
class UrgingRuleAdmin(MadeWithCampaign, admin.ModelAdmin):
    """How soon the same matter may be urged again."""

    list_display = ["campaign", "again_after_hours"]
    readonly_fields = ["campaign"]

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        hours = obj.again_after_hours
        record("urging_rule.changed", obj, by=request.user, again_after_hours=hours)


@admin.register(Reminder)
class ReminderAdmin(ReadOnly):
    list_display = ["organization", "matter", "when", "recipient", "sent_at", "by"]
    list_filter = ["matter", "occasion"]
    list_select_related = ["organization", "recipient", "by"]
    search_fields = ["organization__name", "recipient__name"]
    date_hierarchy = "sent_at"

    @admin.display(description="时点", ordering="occasion")
    def when(self, reminder):
        return reminder.when


@admin.register(Export)
class ExportAdmin(ReadOnly):
    """Who asked for which ledger, and what became of it. The file itself is its requester's alone."""

    list_display = [
        "kind",
        "organization",
        "format",
        "requested_by",
        "requested_at",
        "status",
        "rows",
        "expires_on",
    ]
    list_filter = ["status", "kind", "format"]
    list_select_related = ["organization", "requested_by"]
    search_fields = ["organization__name", "requested_by__name", "sha256"]
    date_hierarchy = "requested_at"
    exclude = ["file"]


@admin.register(Paper)
class PaperAdmin(ReadOnly):
    """What was given out under which code; what a code confirms is looked up at 核验."""

    list_display = ["shown_code", "title", "organization", "scope", "issued_by_name", "issued_at"]
    list_filter = ["kind"]
    list_select_related = ["organization"]
    search_fields = ["code", "organization__name"]
    date_hierarchy = "issued_at"
