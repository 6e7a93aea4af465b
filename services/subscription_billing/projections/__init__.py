"""What the subscription billing service keeps beside its streams: copies of others' records, and lists of its own."""

from services.subscription_billing.projections.agreements import agreements
from services.subscription_billing.projections.copies import COPIES, TABLES
from services.subscription_billing.projections.fee_use import fee_uses
from services.subscription_billing.projections.record_list import price_rows, records
from services.subscription_billing.projections.subscription_list import covered, subscriptions

VIEWS = (*COPIES, agreements, records, price_rows, subscriptions, covered, fee_uses)

__all__ = ["TABLES", "VIEWS"]
