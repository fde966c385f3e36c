"""What happens to dues (党费): bases, months, payments, exemptions, remittances, publications."""

from members.services.dues.accounts import publish, remit, withdraw_remittance
from members.services.dues.bases import BaseEntry, approve_base, approve_bases
from members.services.dues.exemptions import (
    decide_exemption,
    request_exemption,
    withdraw_exemption,
)
from members.services.dues.months import open_month
from members.services.dues.payments import Entry, Outcome, Unsound, record_payments

__all__ = [
    "BaseEntry",
    "Entry",
    "Outcome",
    "Unsound",
    "approve_base",
    "approve_bases",
    "decide_exemption",
    "open_month",
    "publish",
    "record_payments",
    "remit",
    "request_exemption",
    "withdraw_exemption",
    "withdraw_remittance",
]
