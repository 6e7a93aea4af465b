"""What the agreement service keeps beside its streams: copies of reference records, and lists of its own."""

from services.agreement.projections.agreement_list import agreements, terms
from services.agreement.projections.copies import COPIES, TABLES
from services.agreement.projections.record_list import records

VIEWS = (*COPIES, records, agreements, terms)

__all__ = ["TABLES", "VIEWS"]
