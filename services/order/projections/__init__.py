"""What the order service keeps beside its orders: copies of reference records, and the list of orders."""

from services.order.projections.copies import COPIES, TABLES
from services.order.projections.order_list import orders

VIEWS = (*COPIES, orders)

__all__ = ["TABLES", "VIEWS"]
