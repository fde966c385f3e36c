"""Letters on their way: whether they left, not what they say."""

from django.contrib import admin

from branchyear.lib.admin import LookOnly
from branchyear.notifications.kinds import KINDS
from branchyear.notifications.models import Delivery


@admin.register(Delivery)
class DeliveryAdmin(LookOnly, admin.ModelAdmin):
    """An administrator sees that a letter failed and why; its text is between sender and recipient."""

    list_display = ("recipient", "kind", "channel", "address", "status", "sent_at", "error")
    list_filter = ("status", "channel")
    search_fields = ("address", "notice__recipient__name", "notice__recipient__username")
    list_select_related = ("notice__recipient",)
    fields = ("recipient", "kind", "channel", "address", "status", "sending_at", "sent_at", "error")
    readonly_fields = ("recipient", "kind")

    @admin.display(description="收件人", ordering="notice__recipient__name")
    def recipient(self, delivery):
        return delivery.notice.recipient

    @admin.display(description="种类", ordering="notice__kind")
    def kind(self, delivery):
        kind = delivery.notice.kind
        return KINDS[kind].word if kind in KINDS else kind
