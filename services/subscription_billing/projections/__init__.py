"""What the subscription billing service keeps beside its streams: copies of others' records, and lists of its own."""

from services.subscription_billing.projections.agreements import agreements
from services.subscription_billing.projections.books import book_records
from services.subscription_billing.projections.cancellations import cancellations
from services.subscription_billing.projections.copies import COPIES, TABLES
from services.subscription_billing.projections.fee_list import fees, shares
from services.subscription_billing.projections.fee_use import fee_uses
from services.subscription_billing.projections.invoicing_lists import documents, proposals, runs
from services.subscription_billing.projections.record_list import price_rows, records
from services.subscription_billing.projections.run_schedules import run_schedules
from services.subscription_billing.projections.schedule_lines import schedule_lines
from services.subscription_billing.projections.subscription_list import covered, subscriptions

BILLING = (book_records, fees, shares, proposals, documents, runs, schedule_lines, cancellations, run_schedules)
VIEWS = (*BILLING, *COPIES, agreements, records, price_rows, subscriptions, covered, fee_uses)

__all__ = ["TABLES", "VIEWS"]
