"""What a fee run charges one subscription: the same whether it is looked at or done. Source: subscription-billing 5.2."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from libs.events import subscription_billing_fees as says
from libs.kernel.decider import Rejected
from libs.kernel.ids import natural_id
from libs.kernel.money import Money, total
from libs.rules.billing import (
    FeePlan,
    FeeRange,
    FeeSpan,
    PeriodCalendar,
    Pricing,
    Skipped,
    Span,
    beyond_usual,
    crowded_days,
    fees_due,
    fees_of_range,
    shares,
)
from services.subscription_billing.domain.fees.account import Account
from services.subscription_billing.domain.subscription.state import Active, Existing

WHOLE = Decimal(100)


@dataclass(frozen=True)
class Surroundings:
    """The records around a subscription as they stand, None where there is none. `funding` are the customers of the
    project's contract with their percentages; without one the project's customer pays all. Source: FEE-11, FEE-13."""

    project_type: str | None = None
    project_active: bool = False
    contract: str | None = None
    funding: Mapping[str, Decimal] | None = None
    tax_group: str | None = None
    item_tax_group: str | None = None
    line_property: str | None = None
    chargeable: bool = False


@dataclass(frozen=True)
class Run:
    """A run as it looks at every subscription: what was asked, by which calendar, and how much one gets at most."""

    run_id: str | None
    asked: says.FeeRunRequested
    calendar: PeriodCalendar
    most_periods: int = 36


@dataclass(frozen=True)
class Planned:
    """What a subscription gets, as (fee id, fee), and what it does not."""

    fees: tuple[tuple[str, says.FeeCreated], ...] = ()
    skipped: tuple[says.RunException, ...] = ()


@dataclass(frozen=True)
class Beyond:
    """It would get more than any honest run gives: somebody has to look at it first."""

    reason: str
    sentence: str


def plan(
    run: Run, subscription_id: str, account: Account, around: Surroundings, *, bounded: bool = True
) -> Planned | Beyond:
    """The fees of one subscription. Not `bounded` when somebody has looked at it. Source: FEE-01 to FEE-18."""
    existing = account.subscription
    if (reason := _refusal(account, around, bounded)) is not None or not isinstance(existing, Existing):
        return _nothing(subscription_id, reason or "unknown_subscription")
    try:
        wanted = _wanted(run, account, existing, bounded)
    except Rejected as refusal:
        return _nothing(subscription_id, refusal.reason)
    late = [skipped for skipped in wanted.skipped if skipped.reason == "postponed"]
    if late:
        return Beyond("beyond_months", f"days from {late[0].days.first} on are more than 36 months away from the first")
    kept = wanted.fees[: run.most_periods] if bounded else wanted.fees
    left = [Skipped("postponed", each.days) for each in wanted.fees[len(kept) :]]
    drafts = [_fee(run, subscription_id, account, existing, around, each) for each in kept]
    if not run.asked.force_zero and any(not fee.amount.minor for _, fee in drafts):
        return _nothing(subscription_id, "price_missing")
    if bounded and (beyond := _beyond(account, [fee for _, fee in drafts])) is not None:
        return beyond
    exceptions = [_exception(subscription_id, one.reason, one.days) for one in (*wanted.skipped, *left)]
    return Planned(tuple(drafts), tuple(exceptions))


def _refusal(account: Account, around: Surroundings, bounded: bool) -> str | None:
    """Why the subscription gets nothing at all. Source: FEE-10, FEE-13, SUB-02, LNP-02, [?B28]."""
    subscription = account.subscription
    if not isinstance(subscription, Active):
        return "subscription_inactive"
    if subscription.parked is not None and bounded:
        return "subscription_parked"
    if not around.project_active:
        return "project_inactive"
    if around.project_type != "time_and_material":
        return "not_time_and_material"
    return "line_property_missing" if around.line_property is None else None


def _wanted(run: Run, account: Account, existing: Existing, bounded: bool) -> FeePlan:
    """The spans to bill; without bounds as many rounds as it takes."""
    covered = list(account.covered)
    found = _round(run, existing, covered)
    while not bounded and found.fees and any(skipped.reason == "postponed" for skipped in found.skipped):
        covered += [each.days for each in found.fees]
        kept = tuple(skipped for skipped in found.skipped if skipped.reason != "postponed")
        more = _round(run, existing, covered)
        found = FeePlan((*found.fees, *more.fees), (*kept, *more.skipped))
        if not more.fees:
            break
    return found


def _round(run: Run, existing: Existing, covered: Sequence[Span]) -> FeePlan:
    asked, days = run.asked, run.asked.days
    if not asked.catch_up:
        wanted = FeeRange(days, asked.kind, asked.continuous)
        return fees_of_range(run.calendar, wanted, covered, existing.term)
    first = max(each.until for each in covered) if covered else existing.starts_on or days.first
    return fees_due(run.calendar, first, days.last, covered, existing.term)


def _fee(
    run: Run, subscription_id: str, account: Account, existing: Existing, around: Surroundings, each: FeeSpan
) -> tuple[str, says.FeeCreated]:
    """One fee, whole. Source: FEE-03, FEE-07, FEE-08, FEE-11."""
    asked, header, cycle = run.asked, existing.header, account.cycle_of(each.days)
    index = existing.index_on(each.days.first) if asked.price_source == "indexed_base_price" else Decimal(100)
    pricing = Pricing(existing.base_on(each.days.first), index, asked.price_source, asked.percentage)
    amount = pricing.amount(each.share)
    fee = says.FeeCreated(
        subscription=subscription_id,
        subscription_number=header.number,
        group=header.group,
        run=run.run_id,
        kind=each.kind,
        days=each.days,
        code=asked.code,
        period=each.period,
        cycle=cycle,
        price_source=asked.price_source,
        base_price=pricing.base,
        index=index,
        percentage=asked.percentage,
        amount=amount,
        currency=amount.currency,
        shares=split(amount, around.funding or {}, header.customer),
        project=header.project,
        contract=around.contract,
        customer=header.customer,
        category=header.category,
        agreement=header.agreement,
        line_property=around.line_property,
        chargeable=around.chargeable,
        tax_group=around.tax_group,
        item_tax_group=around.item_tax_group,
        project_date=asked.project_date or each.days.first,
        description=asked.description,
    )
    return fee_id(subscription_id, each.days, cycle), fee


def fee_id(subscription_id: str, days: Span, cycle: int) -> str:
    """The stream of a fee: the same whoever computes it. Source: FEE-15, contracts 4."""
    return natural_id("fee", subscription_id, days.first.isoformat(), days.last.isoformat(), cycle)


def split(amount: Money, funding: Mapping[str, Decimal], customer: str | None) -> tuple[says.FeeShare, ...]:
    """What each funding source pays, in order of keys, the residual with the last. Source: INV-05."""
    if not funding:
        return (says.FeeShare(share=1, customer=customer, percentage=WHOLE, amount=amount),)
    sources = sorted(funding)
    amounts = shares(amount, [Fraction(funding[source]) for source in sources])
    return tuple(
        says.FeeShare(share=number, customer=source, percentage=funding[source], amount=part)
        for number, (source, part) in enumerate(zip(sources, amounts, strict=True), 1)
    )


def billed(fee_id: str, fee: says.FeeCreated) -> says.BilledFee:
    """The fee as its subscription remembers it."""
    return says.BilledFee(fee=fee_id, kind=fee.kind, days=fee.days, cycle=fee.cycle, amount=fee.amount)


def _beyond(account: Account, fees: Sequence[says.FeeCreated]) -> Beyond | None:
    """Source: reliability (safety bounds)."""
    if not fees:
        return None
    crowded = crowded_days([*account.live_days(), *(fee.days for fee in fees)])
    if crowded:
        return Beyond("too_many_lines", f"{crowded[0]} would have more than 15 fee lines")
    amount = total((fee.amount for fee in fees), fees[0].currency)
    usual = [each for each in account.invoiced if each.currency == amount.currency]
    if beyond_usual(amount, usual):
        return Beyond("beyond_usual", f"{amount} is more than 20 times what its last six documents came to")
    return None


def counted(exceptions: Sequence[says.RunException]) -> tuple[says.SkipCount, ...]:
    """How often each reason came up, in the order of their codes."""
    found = Counter(one.reason for one in exceptions)
    return tuple(says.SkipCount(reason=reason, count=found[reason]) for reason in sorted(found))


def _nothing(subscription_id: str, reason: str) -> Planned:
    return Planned(skipped=(says.RunException(subscription=subscription_id, reason=reason),))


def _exception(subscription_id: str, reason: str, days: Span) -> says.RunException:
    return says.RunException(subscription=subscription_id, reason=reason, days=days)
