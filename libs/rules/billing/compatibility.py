"""Which accrual periods nest in which invoicing periods."""

from libs.rules.billing.codes import Unit

ALLOWED: dict[Unit, frozenset[Unit]] = {
    "year": frozenset({"year", "quarter", "month", "day"}),
    "quarter": frozenset({"quarter", "month", "day"}),
    "month": frozenset({"month", "day"}),
    "week": frozenset({"day"}),
    "day": frozenset({"day"}),
}
"""The units of accrual codes by the unit of the invoicing code, as documented. Source: SGR-03."""


def may_accrue(invoicing: Unit, accrual: Unit, *, week_by_week: bool = False) -> bool:
    """Whether a fee per `invoicing` may be recognised per `accrual`; week in week only by the flag.

    Source: SGR-03, [?B1].
    """
    return accrual in ALLOWED[invoicing] or (week_by_week and invoicing == accrual == "week")
