"""What is not answered, and why: conventions of other products, and what is not built."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from libs.rules.billing import PeriodCode
from libs.rules.billing.days import months_later
from tests.cases.billing.reading import Case, code_of, day

KINDS: Mapping[str, str] = {
    "fixed_month_days": "months have their own days: no months of 30 or 28 days (section 9, lesson 7)",
    "in_arrear_interval": "subscriptions are paid in advance; billing in arrears is not built",
    "block_usage": "no usage: lines of orders cover it",
    "graduated_quantity": "no tiers: lines of orders cover them",
    "quantity_change_minor_units": "a fee has the quantity 1 (FEE-11)",
    "invoice_preview": "a discount of an invoice is not built: a fee's price is changed (PCH-03)",
    "refund_tax_split": "paying back is the ledger's",
    "invoice_numbering": "numbers are per issuer and year, not per month with a prefix",
    "service_order_progress": "the progress of an order is the order's (POS-05)",
    "cpi_escalation": "a price index is not followed by itself: index and base price are updated (IDX-01)",
    "cpi_escalation_prorated": "a fee uses the price valid on its first day (IDX-07), not a mix",
    "recognition_convention": "revenue is earned from the first day of the fee, not from the middle of a month",
    "deferral_posting": "the accounts of another product: fees post by ACC-05 and ACC-06",
}

IDS: Mapping[str, str] = {
    "KB-MID-02": "gives no amounts to reverse: it goes on from another case",
    "PO-DSC-02": "a discount of a fixed amount is not built",
}

KEYS_LEFT_OUT = {"document_value"}
"""Printed by the documentation and known to be cut instead of rounded ([?B19])."""


@dataclass(frozen=True)
class Limit:
    """Cases of a kind (or of any) that are written in a convention which is not ours."""

    kinds: tuple[str, ...]
    meets: Callable[[Case], bool]
    reason: str


def reason_against(case: Case) -> str | None:
    """Why a case is out of scope; None where it is not."""
    stated = IDS.get(case.id) or KINDS.get(case.kind)
    return stated or next(
        (limit.reason for limit in LIMITS if case.kind in (limit.kinds or (case.kind,)) and limit.meets(case)), None
    )


def steps_from_a_clamped_day(case: Case) -> bool:
    """Whether the period of a stub, stepped to from a border that a short month clamped, is not the period of the code."""
    asked = case.inputs
    code = code_of(asked.get("period", "monthly"), asked["start"], asked["anchor_day"])
    start = day(asked["start"])
    leading = code.boundary(code.number_of(start)) != start
    until = asked.get("end_exclusive")
    trailing = until is not None and code.border_from(day(until)) != day(until)
    if code.unit in ("day", "week"):
        return False
    return (leading and _drifts(code, code.number_of(start) + 1, -1)) or (
        trailing and _drifts(code, code.number_of(day(until or asked["start"])), 1)
    )


def _drifts(code: PeriodCode, border: int, step: int) -> bool:
    """Whether the border after or before one differs from the plain step of months."""
    at, other = code.boundary(border), code.boundary(border + step)
    months = (other.year - at.year) * 12 + other.month - at.month
    return months_later(at, months, at.day) != other


def _begins_elsewhere(case: Case) -> bool:
    last = case.inputs["last_invoiced_day"]
    first = day(last) + timedelta(days=1) if last else day(case.inputs["contract_start"])
    return first != day(case.inputs["next_invoice_date"])


def _start(case: Case) -> str:
    return next(
        str(case.inputs[key]) for key in ("start", "next_period_start", "next_invoice_date") if key in case.inputs
    )


def _change_at(case: Case) -> str:
    return str(case.inputs.get("change_at", "T00:00:00"))


LIMITS = (
    Limit((), lambda case: case.inputs.get("day_count", "actual") != "actual", KINDS["fixed_month_days"]),
    Limit(("billing_cycle_count",), lambda case: case.inputs["mode"] != "in_advance", KINDS["in_arrear_interval"]),
    Limit(
        ("billing_cycle_count",),
        steps_from_a_clamped_day,
        "the period of a stub is counted from a clamped day, which drifts; ours from the anchor only (5.1)",
    ),
    Limit(
        ("termination_credit",),
        lambda case: "invoice_paid_minor" in case.inputs or "previous_credit_minor" in case.inputs,
        "what of a credit is paid back depends on payments, which are the ledger's",
    ),
    Limit(
        ("next_invoice_date", "next_period"),
        lambda case: case.inputs["invoicing_type"] != "pre-paid",
        KINDS["in_arrear_interval"],
    ),
    Limit(
        ("contract_run_sequence",),
        lambda case: "next_dates" in case.expected and case.inputs.get("invoicing_type") != "pre-paid",
        KINDS["in_arrear_interval"],
    ),
    Limit(
        ("next_period",),
        _begins_elsewhere,
        "a first period longer than the code's, from a date set by hand; ours is cut at the border (FEE-02)",
    ),
    Limit(
        ("next_invoice_date", "next_period", "contract_run_sequence"),
        lambda case: case.inputs["rule"] != "monthlylastday" and _start(case)[8:] > "28",
        "borders are counted from the border before, which drifts from the 29th on (5.1)",
    ),
    Limit(
        ("discount_allocation",),
        lambda case: any(
            case.inputs["discount_minor"] * line % sum(case.inputs["line_amounts_minor"])
            for line in case.inputs["line_amounts_minor"]
        ),
        "the remainder is spread over the lines; ours goes to the last (INV-05)",
    ),
    Limit(
        ("mid_period_change_minor_units",),
        lambda case: case.inputs.get("seconds_remaining", 0) % 86400 != 0 or "T00:00:00" not in _change_at(case),
        "prorated by seconds; ours by days",
    ),
    Limit(("line_amount",), lambda case: case.inputs["quantity"] != 1, KINDS["quantity_change_minor_units"]),
    Limit(
        ("discounted_proration",),
        lambda case: "old_discount_minor" in case.inputs or "new_discount_minor" in case.inputs,
        IDS["PO-DSC-02"],
    ),
)
