"""What the order service keeps beside its orders: copies of what others own, the list of orders, and timers."""

from services.order.projections.agreements import AGREEMENTS
from services.order.projections.calendars import calendars
from services.order.projections.copies import COPIES, TABLES
from services.order.projections.order_list import orders
from services.order.projections.timers import timers

VIEWS = (*COPIES, calendars, *AGREEMENTS, orders, timers)

__all__ = ["TABLES", "VIEWS"]
