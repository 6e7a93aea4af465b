"""Percentages of service levels: of a period (compliance), and how any of them is shown."""

from decimal import Context, Decimal

from libs.kernel.money import rounded_decimal

_EXACT = Context(prec=28)


def share(part: int, whole: int) -> Decimal | None:
    """`part` of `whole` in percent, to 28 digits; None of nothing."""
    return _EXACT.divide(Decimal(part * 100), Decimal(whole)) if whole else None


def compliance(met: int, missed: int) -> Decimal | None:
    """Percent of the decided clocks of a period that were met, unrounded; None while none is decided.

    Running and cancelled clocks are shown beside it, never in it. Source: sla rule 14.
    """
    return share(met, met + missed)


def shown(percent: Decimal) -> Decimal:
    """A percentage as people see it: two decimals, half up. Source: sla rule 5."""
    return rounded_decimal(percent, 2)
