"""Which ledgers are offered to which items, kept by the system administrator."""

from django.contrib import admin

from branchyear.audit.services import record
from tasks.models import FactWord


@admin.register(FactWord)
class FactWordAdmin(admin.ModelAdmin):
    """A word among an item's materials, and the ledger it offers. To stop offering it, delete the line."""

    list_display = ("words", "kind")
    list_filter = ("kind",)
    search_fields = ("words",)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        self._record(request, obj)

    def delete_model(self, request, obj):
        self._record(request, obj, removed=True)
        super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        for word in queryset:
            self._record(request, word, removed=True)
        super().delete_queryset(request, queryset)

    def _record(self, request, word, *, removed=False):
        record(
            "fact_word.changed",
            word,
            by=request.user,
            words=word.words,
            kind=word.kind,
            removed=removed,
        )
