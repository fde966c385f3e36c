"""Dues (党费): months and what was paid, exemptions, remittances. What the dues are reckoned from is not here: it is a
person's wage. Sums of single members are for those who see them on the pages (``rules.may_see_dues_sums``)."""

from rest_framework import serializers

from branches.api.shown import OfOrganization
from branches.models import Organization
from branches.querysets import within
from branches.roles import BRANCH_ROLES, Role
from branches.scope import scope_of
from branchyear.lib import dates
from branchyear.lib.errors import Conflict, Refused
from branchyear.rest.fields import Day, InSight, Month, Shown, Words
from branchyear.rest.resources import Changes, Makes, Resource, act, calls
from members.models import DuesExemption, DuesMonth, DuesRemittance, Member
from members.services import dues


def _sums_in_sight(user, path):
    """``rules.may_see_dues_sums`` as a condition."""
    scope = scope_of(user)
    over = scope.organizations({Role.ORG_REVIEWER, Role.COMMITTEE_REVIEWER})
    own = scope.organizations(BRANCH_ROLES)
    return within([o.path for o in (*over, *own)], path)


def _money(label, **options):
    return serializers.DecimalField(
        label=label, max_digits=10, decimal_places=2, min_value=0, **options
    )


class DuesMonthSerializer(Shown):
    member_name = serializers.CharField(source="member.name")

    class Meta:
        model = DuesMonth
        fields = [
            "id", "organization", "member", "member_name", "month", "due", "is_reduced", "paid",
            "paid_on", "channel", "note", "updated_at",
        ]  # fmt: skip


class PaymentSerializer(serializers.Serializer):
    """What was paid for the month altogether; 0 takes a registration back."""

    amount = _money("实交(元)")
    paid_on = Day("交纳日期", required=False, allow_null=True, default=None)
    channel = serializers.ChoiceField(
        label="方式", choices=DuesMonth.Channel.choices, default=DuesMonth.Channel.SELF
    )
    note = Words("说明", 200, required=False)


class DuesMonthViewSet(Changes, Resource):
    """党费月账."""

    keyset = ("organization__path", "month", "member__name_key", "pk")
    group, tag = "dues", "党费"
    serializer_class = DuesMonthSerializer
    filterset_fields = ("organization", "member", "month")
    asks_change = PaymentSerializer
    along = ("organization", "member")

    def rows(self):
        return super().rows().filter(_sums_in_sight(self.request.user, "organization__path"))

    def change(self, row, asked):
        entry = dues.Entry(
            member_id=row.member_id,
            month=dates.Month.parse(row.month),
            revision=row.revision,
            **asked,
        )
        try:
            outcome = self.do(dues.record_payments, row.organization, [entry])
        except dues.Unsound as unsound:
            (problems,) = unsound.problems.values()
            field, sentence = next(iter(problems.items()))
            raise Refused(sentence, field=field) from None
        if outcome.stale:
            raise Conflict("这一行刚刚被他人登记，您的内容没有覆盖它，请核对后再登记。")


class ExemptionSerializer(Shown):
    organization = serializers.IntegerField(source="member.organization_id")
    member_name = serializers.CharField(source="member.name")

    class Meta:
        model = DuesExemption
        fields = [
            "id", "organization", "member", "member_name", "from_month", "to_month", "reduced_to",
            "reason", "state", "requested_at", "decided_at", "decision_note",
        ]  # fmt: skip


class NewExemptionSerializer(serializers.Serializer):
    member = InSight(Member, label="党员")
    from_month, to_month = Month("自"), Month("至")
    reduced_to = _money("每月交纳(元)")
    reason = Words("理由", 300)


class DecideSerializer(serializers.Serializer):
    approve = serializers.BooleanField(label="是否同意")
    note = Words("审批意见", 300, required=False)


class ExemptionViewSet(Makes, Resource):
    """党费减免."""

    keyset = ("-requested_at", "-pk")
    group, tag = "dues", "党费"
    serializer_class = ExemptionSerializer
    filterset_fields = ("member", "state")
    asks_new = NewExemptionSerializer
    along = ("member__organization",)

    def rows(self):
        return (
            super().rows().filter(_sums_in_sight(self.request.user, "member__organization__path"))
        )

    make = calls(dues.request_exemption)
    decide = act(DecideSerializer, dues.decide_exemption, summary="审批")
    withdraw = act(service=dues.withdraw_exemption, summary="撤回申请")


class RemittanceSerializer(OfOrganization):
    class Meta:
        model = DuesRemittance
        fields = ["id", "organization", "organization_name", "month", "amount", "on", "receipt_no"]


class NewRemittanceSerializer(serializers.Serializer):
    organization = InSight(Organization, label="党组织")
    month = Month("所属月份")
    amount = _money("金额(元)")
    on = Day("上缴日期")
    receipt_no = Words("票据号", 60, required=False)


class RemittanceViewSet(Makes, Resource):
    """党费上缴."""

    keyset = ("-on", "-pk")
    group, tag = "dues", "党费"
    serializer_class = RemittanceSerializer
    filterset_fields = ("organization", "month")
    asks_new = NewRemittanceSerializer
    along = ("organization",)

    make = calls(dues.remit)
    withdraw = act(service=dues.withdraw_remittance, summary="撤销登记")
