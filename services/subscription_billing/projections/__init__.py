"""What the subscription billing service keeps beside its streams: copies of others' records, and lists of its own."""

from services.subscription_billing.projections.copies import COPIES, TABLES

VIEWS = (*COPIES,)

__all__ = ["TABLES", "VIEWS"]
