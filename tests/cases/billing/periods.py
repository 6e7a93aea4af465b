"""Cases of borders, periods and cycles."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from itertools import groupby
from zoneinfo import ZoneInfo

from libs.kernel.money import rounded_decimal
from libs.rules.billing import (
    CALENDAR,
    FeePlan,
    FeeSpan,
    PeriodCode,
    Span,
    fees_due,
    first_paid_day,
    local_day,
    suggested_start,
)
from tests.cases.billing.reading import (
    Case,
    Values,
    calendar_until,
    code_of,
    day,
    exclusive,
    half_open,
    inclusive,
    unit_of,
)

PLACES = 9
FOREVER = date(9000, 1, 1)


def cycles(case: Case) -> Values:
    """Whole periods and the fractions of stubs, each rounded to 9 decimals and then summed."""
    terms: list[Fraction] = []
    for whole, run in groupby(_due(case).fees, key=lambda fee: fee.kind == "regular"):
        parts = [fee.share for fee in run]
        terms += [sum(parts, Fraction(0))] if whole else parts
    wanted = case.expected.get("cycles_terms", [])
    nothing = [each for each in wanted if Fraction(each) == 0]
    return {
        "cycles_terms": [_as_written(term, wanted) for term in terms] or nothing,
        "cycles_decimal_9": str(sum(rounded_decimal(term, PLACES) for term in terms)),
    }


def _due(case: Case) -> FeePlan:
    """What is due on the target date, from the start on, in periods anchored in its month."""
    asked = case.inputs
    start, target = day(asked["start"]), day(asked["target_date"])
    code = code_of(asked.get("period", "monthly"), asked["start"], asked.get("anchor_day", 0))
    until = asked.get("end_exclusive")
    if until is not None and day(until) <= start:
        return FeePlan()
    days = half_open(asked["start"], until) if until else Span(start, FOREVER)
    return fees_due(calendar_until(code, start, target), start, target, term=days)


def _as_written(term: Fraction, wanted: list[str]) -> str:
    """14/92 where the case does not reduce it to 7/46."""
    return next((each for each in wanted if Fraction(each) == term), str(term))


def fraction(case: Case) -> Values:
    asked = case.inputs
    days = half_open(asked["interval_start"], asked["interval_end_exclusive"])
    period = half_open(asked["period_start"], asked["period_end_exclusive"])
    return {"fraction": str(rounded_decimal(FeeSpan(days, period).share, asked["scale"]))}


def first_billing_date(case: Case) -> Values:
    asked = case.inputs
    code = code_of(asked["period"], asked["start"], asked["anchor_day"])
    return {"first_billing_date": str(code.border_from(day(asked["start"])))}


def billed_until(case: Case) -> Values:
    return {"billed_until_exclusive": str(_due(case).fees[-1].days.until)}


def whole_periods(case: Case) -> Values:
    if "target_date" in case.inputs:
        found = _due(case).fees
    else:
        asked = case.inputs
        days = half_open(asked["start"], asked["end_exclusive"])
        code = code_of(asked["period"], asked["start"])
        found = fees_due(calendar_until(code, days.first, days.until), days.first, days.last, term=days).fees
    return {"whole_periods": sum(fee.kind == "regular" for fee in found)}


def advance(case: Case) -> Values:
    return {"date": str(code_of(case.inputs["period"], case.inputs["from_date"]).boundary(case.inputs["n"]))}


def align(case: Case) -> Values:
    asked = case.inputs
    code = code_of(asked["period"], asked["date"], asked["anchor_day"])
    return {"aligned_same_month": str(code.boundary(0)), "next_anchor": str(code.border_from(day(asked["date"])))}


def anchor_day(case: Case) -> Values:
    return {
        "anchor_day": local_day(datetime.fromisoformat(case.inputs["instant"]), case.inputs["account_timezone"]).day
    }


def sequence(case: Case) -> Values:
    """As many periods as are asked for, from the first."""
    asked, wanted = case.inputs, case.expected["periods"]
    first = asked.get("first_period_start")
    if first is None:
        first = str(first_paid_day(datetime.fromisoformat(asked["start_local"]).date(), asked["trial_days"]))
    code = code_of(asked["period"], first, asked.get("anchor_day", 0))
    periods = [exclusive(code.period(k)) for k in range(len(wanted))]
    return {"anchor_day": code.day_of_month, "periods": periods, "interval": "half_open"}


def sequence_inclusive(case: Case) -> Values:
    asked = case.inputs
    code = code_of(asked["period"], asked["start"], asked["anchor_day"])
    return {"periods_inclusive": [inclusive(code.period(k)) for k in range(len(case.expected["periods_inclusive"]))]}


def anchor_kept(case: Case) -> Values:
    """The anchor day of a code that has the current period as one of its own; 0 where it has not."""
    current = half_open(*case.inputs["current_period"])
    code = PeriodCode("month", 1, current.first, case.inputs["anchor_day"])
    return {"anchor_day": code.day_of_month if code.containing(current.first) == current else 0}


def boundaries(case: Case) -> Values:
    """The current period on the day of billing, or in arrears the one before it, from its first second to its last."""
    asked = case.inputs
    zone = asked["timezone"]
    unit, count = unit_of(asked["period"])
    code = PeriodCode(unit, count, CALENDAR if asked["alignment"] == "calendar" else day(asked["anchor"]))
    number = code.number_of(local_day(datetime.fromisoformat(asked["billing_at"]), zone))
    period = code.period(number if asked["pay"] == "in_advance" else number - 1)
    return {
        "from": _instant(period.first, zone),
        "to": _instant(period.until, zone, earlier=timedelta(seconds=1)),
    }


def _instant(midnight: date, zone: str, earlier: timedelta = timedelta(0)) -> str:
    at = datetime.combine(midnight, time(), ZoneInfo(zone)).astimezone(UTC) - earlier
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def next_invoice_date(case: Case) -> Values:
    """Paid in advance: the first day that is left of the contract."""
    asked = case.inputs
    found = next(_contract(asked["next_period_start"], asked["contract_end_inclusive"], case), None)
    return {"next_invoice_date": found and str(found.first)}


def next_period(case: Case) -> Values:
    asked = case.inputs
    found = next(_contract(asked["next_invoice_date"], asked["contract_end_inclusive"], case))
    return {"period_start": str(found.first), "period_end_inclusive": str(found.last)}


def contract_run(case: Case) -> Values:
    """Each run bills what begins on the day that is suggested, until nothing is left."""
    asked = case.inputs
    spans = list(_contract(asked["start"], asked["end_inclusive"], case))
    return {
        "periods_inclusive": [inclusive(span) for span in spans],
        "next_dates": [*(str(span.first) for span in spans), None],
        "last_invoiced": [str(span.last) for span in spans],
    }


def _contract(start: str, last: str | None, case: Case) -> Iterator[Span]:
    """What one run after the other bills of a contract."""
    first, rule = day(start), case.inputs["rule"]
    anchor = str(first.replace(day=1)) if rule == "monthlylastday" else start
    code = code_of(rule, anchor, times=case.inputs.get("interval", 1))
    if last is not None and day(last) < first:
        return
    days = Span.of(first, day(last)) if last else Span(first, FOREVER)
    calendar = calendar_until(code, first, days.until if last else code.containing(first).until)
    covered: list[Span] = []
    while (begin := suggested_start(calendar, covered, first)) is not None:
        begin = max(begin, first)
        due = fees_due(calendar, begin, begin, covered, days).fees if begin in days else ()
        if not due:
            return
        covered += [fee.days for fee in due]
        yield due[0].days


def idempotent_run(case: Case) -> Values:
    """A contract of one day, whichever it is."""
    days = Span.of(date(2026, 2, 28), date(2026, 2, 28))
    covered: list[Span] = []
    created = []
    for _ in range(case.inputs["runs"]):
        calendar = calendar_until(PeriodCode("month"), days.first, days.until)
        due = fees_due(calendar, days.first, days.last, covered, days).fees
        covered += [fee.days for fee in due]
        created.append(len(due))
    return {"invoices_created": created}


ANSWERS = {
    "billing_cycle_count": cycles,
    "proration_fraction": fraction,
    "first_billing_date": first_billing_date,
    "billed_until_in_advance": billed_until,
    "whole_periods": whole_periods,
    "advance_periods": advance,
    "align_to_anchor_day": align,
    "anchor_day_from_timezone": anchor_day,
    "period_sequence": sequence,
    "period_sequence_inclusive": sequence_inclusive,
    "anchor_preserved_on_import": anchor_kept,
    "period_boundaries": boundaries,
    "next_invoice_date": next_invoice_date,
    "next_period": next_period,
    "contract_run_sequence": contract_run,
    "idempotent_run": idempotent_run,
}
