"""Cases of what days cost: prorated charges, changes in the middle, trials, terminations, adjustments."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from libs.kernel.money import Money, rounded_decimal, total
from libs.rules.billing import (
    AdjustedFee,
    FeeRange,
    PeriodCalendar,
    PeriodCode,
    Pricing,
    Span,
    cancellation_credit,
    change_plan,
    change_to,
    demand_periods,
    fees_due,
    fees_of_range,
    first_paid_day,
    reduce_days,
    settled,
    shares,
    taxed,
    unused_days,
)
from tests.cases.billing.reading import (
    Case,
    Values,
    calendar_until,
    charge,
    closed,
    code_of,
    day,
    exclusive,
    half_open,
    inclusive,
    money,
    unit_of,
)

ANY_DAY = date(2026, 1, 1)
PLACES = 9


def some_days(count: int) -> Span:
    """A span of so many days where the case says only how many."""
    return Span(ANY_DAY, ANY_DAY + timedelta(days=count))


def minor(amount: int) -> Money:
    """A case in minor units names no currency that matters."""
    return Money(amount, "EUR")


def prorated_charge(case: Case) -> Values:
    asked = case.inputs
    days = half_open(asked["charge_from"], asked["charge_to_exclusive"])
    period = half_open(asked["period_from"], asked["period_to_exclusive"])
    return {"amount": charge(asked["full_period_price"], days, period, asked["currency"]).amount}


def prorated_minor(case: Case) -> Values:
    """Billable days of the period; the exact amount is compared at 9 decimals, the case having a binary fraction."""
    asked = case.inputs
    pricing = Pricing(minor(asked.get("full_period_amount_minor", asked.get("amount_minor"))))
    share = Fraction(*_billable(asked))
    precise = rounded_decimal(pricing.exact(share) * 100, PLACES)
    wanted = case.expected.get("precise_amount_minor", "0")
    written = wanted if rounded_decimal(Decimal(wanted), PLACES) == precise else str(precise)
    return {"amount_minor": pricing.amount(share).minor, "precise_amount_minor": written}


def _billable(asked: Any) -> tuple[int, int]:
    """As they are counted, or those of the charge, or those after the trial; and the days of the period."""
    if "period" not in asked:
        return asked["billable_days"], asked["period_days"]
    period = closed(asked["period"])
    days = closed(asked["charge"]) if "charge" in asked else period
    return Span(first_paid_day(days.first, asked.get("trial_days", 0)), days.until).days, period.days


def trial(case: Case) -> Values:
    """Billed when the trial is over, for what is left of the period; nothing where nothing is left."""
    asked = case.inputs
    if asked.get("trial_covers_period"):
        return {"amount_minor": Pricing(minor(asked["full_period_amount_minor"])).amount(0).minor}
    pricing = Pricing(minor(asked["amount_minor"]))
    calendar = PeriodCalendar.generated(PeriodCode("month"), closed(asked["period"]))
    calendar = calendar.joined([PeriodCode("month").following(closed(asked["period"]).last)])
    first = first_paid_day(day(asked["start"]), asked["trial_days"])
    due = fees_due(calendar, first, calendar.periods[-1].first).fees
    return {
        "bill_date": str(first),
        "amount_minor": pricing.amount(due[0].share).minor,
        "next_full_fee": [str(due[1].days.first), pricing.amount(due[1].share).minor],
    }


def plan_change(case: Case) -> Values:
    asked = case.inputs
    old, new, currency = asked["old"], asked["new"], asked["currency"]
    fee = AdjustedFee(money(old["price"], currency), half_open(old["period_from"], old["period_to_exclusive"]))
    code = code_of(new["period"], asked["change_date"], new["anchor_day"])
    change = change_plan(fee, day(asked["change_date"]), Pricing(money(new["price"], currency)), code)
    outcome = settled(change.net)
    items = [
        _item("charge", change.charged, change.charge),
        _item("credit", change.credit.days[0], change.credit.amount),
    ]
    return {"items": items, "account_credit": outcome.credit.amount, "amount_due": outcome.due.amount}


def _item(kind: str, days: Span, amount: Money) -> Values:
    return {"type": kind, "start": str(days.first), "end_exclusive": str(days.until), "amount": amount.amount}


def plan_change_minor(case: Case) -> Values:
    """Another interval begins a cycle of its own on the day of the change."""
    asked = case.inputs
    if "seconds_total" in asked:
        whole, left = asked["seconds_total"] // 86400, asked["seconds_remaining"] // 86400
        code = PeriodCode("day", whole, ANY_DAY)
        changed_on, other = ANY_DAY + timedelta(days=whole - left), code
    else:
        code = code_of(asked["old_interval"], asked["period_start"])
        changed_on = day(asked["change_at"][:10])
        same = asked["old_interval"] == asked["new_interval"]
        other = code if same else code_of(asked["new_interval"], str(changed_on))
    fee = AdjustedFee(minor(asked["old_price_minor"]), code.period(0))
    change = change_plan(fee, changed_on, Pricing(minor(asked["new_price_minor"])), other)
    return {
        "credit_minor": -change.credit.amount.minor,
        "debit_minor": change.charge.minor,
        "net_minor": change.net.minor,
        "cycle_reset": other is not code,
    }


def discounted(case: Case) -> Values:
    """A discount in percent is the percentage of the run."""
    asked = case.inputs
    share = Fraction(asked["remaining_ratio"])

    def part(which: str) -> int:
        percent = -Decimal(asked[f"{which}_discount_percent"])
        return Pricing(minor(asked[f"{which}_price_minor"]), percent=percent).amount(share).minor

    return {"credit_minor": part("old"), "debit_minor": part("new")}


def allocation(case: Case) -> Values:
    asked = case.inputs
    return {
        "shares_minor": [part.minor for part in shares(minor(asked["discount_minor"]), asked["line_amounts_minor"])]
    }


def invoice(case: Case) -> Values:
    """One phase after the other, each until the next, with the fees that are due on the target date."""
    asked = case.inputs
    phases = asked.get("phases", [asked])
    currency, target = asked.get("currency", "EUR"), day(asked["target_date"])
    amounts, periods = [], []
    for at, phase in enumerate(phases):
        code = code_of(asked.get("period", "monthly"), phase["start"], phase.get("anchor_day", 0))
        until = phases[at + 1]["start"] if at + 1 < len(phases) else "9000-01-01"
        calendar = calendar_until(code, day(phase["start"]), target)
        due = fees_due(calendar, day(phase["start"]), target, term=half_open(phase["start"], until)).fees
        amounts += [Pricing(money(phase["price"], currency)).amount(fee.share) for fee in due]
        periods += [exclusive(fee.days) for fee in due]
    return {"items": len(amounts), "total": total(amounts, currency).amount, "periods": periods}


def same_day(case: Case) -> Values:
    """Canceled on an exclusive date, the day before is the last used: a fee of one day is kept or credited whole."""
    fee = Span.of(day(case.inputs["fee_date"]), day(case.inputs["fee_date"]))
    last_used = [day(each) - timedelta(days=1) for each in case.inputs["cancel_dates"]]
    return {"items": [0 if unused_days(fee, each) == fee else 1 for each in last_used]}


def termination_credit(case: Case) -> Values:
    asked = case.inputs
    days = closed(asked["period"]) if "period" in asked else some_days(asked["period_days"])
    last_used = days.last - timedelta(days=asked["unused_days"])
    ended_on = day(asked["terminated_on"]) if "terminated_on" in asked else last_used
    credit = cancellation_credit(AdjustedFee(minor(asked["plan_amount_minor"]), days), ended_on)
    line = -taxed(credit.amount if credit else minor(0), [Decimal(asked["tax_rate_percent"])])
    return {
        "item_minor": line.net.minor,
        "tax_minor": line.tax.minor,
        "total_minor": line.gross.minor,
        "credit_minor": line.gross.minor,
        "refund_minor": 0,
    }


def generated(case: Case) -> Values:
    asked = case.inputs
    code = PeriodCode(*unit_of(asked["period_code"].removeprefix("calendar_")))
    days = closed([asked["from_date"], asked["to_inclusive"]])
    calendar = PeriodCalendar.generated(code, days)
    wanted = FeeRange(days, asked["type"], asked.get("continuous", False))
    demand_periods(calendar, wanted)
    plan = fees_of_range(calendar, wanted, [closed(each) for each in asked.get("existing", [])])
    columns = max(map(len, case.expected["transactions"]), default=0)  # the kind is the third, where it is asked for
    return {"transactions": [[*inclusive(fee.days), fee.kind][: columns or None] for fee in plan.fees]}


def month_stubs(case: Case) -> Values:
    asked = case.inputs
    spans = [closed(each) for each in asked["periods"]]
    month = PeriodCode("month")
    return {
        "amounts": [
            charge(asked["price"], span, month.containing(span.first), asked["currency"]).amount for span in spans
        ]
    }


def reduction(case: Case) -> Values:
    asked = case.inputs
    days = closed([asked["fee_from"], asked["fee_to_inclusive"]])
    fee = AdjustedFee(money(asked["fee_amount"], asked["currency"]), days)
    made = reduce_days(fee, closed([asked["reduction_from"], asked["reduction_to_inclusive"]]))
    return {
        "reduction_amount": made.amount.amount,
        "net": made.fee.net.amount,
        "transactions": len([fee, made]),
    }


def price_change(case: Case) -> Values:
    return {"percent_change": [str(change_to(Decimal(target))) for target in case.inputs["targets_percent"]]}


def line_amount(case: Case) -> Values:
    asked = case.inputs
    pricing = Pricing(money(asked["unit_price"]), percent=-Decimal(asked["discount_percent"]))
    return {"subtotal": pricing.amount(asked["quantity"]).amount}


ANSWERS = {
    "prorated_charge": prorated_charge,
    "prorated_charge_minor_units": prorated_minor,
    "termination_charge": prorated_minor,
    "trial_proration": trial,
    "mid_period_change": plan_change,
    "mid_period_change_minor_units": plan_change_minor,
    "discounted_proration": discounted,
    "discount_allocation": allocation,
    "invoice_generation": invoice,
    "same_day_cancel": same_day,
    "termination_credit": termination_credit,
    "fee_generation": generated,
    "prorated_fee": month_stubs,
    "reduction_days": reduction,
    "price_change": price_change,
    "line_amount": line_amount,
}
