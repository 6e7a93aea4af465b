"""Fees: no day is billed twice, every fee is remembered once, and is worth what its days are."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from tests.chaos.billed import COVERING, ZERO, Says, Told, amount, cents, days_of, told
from tests.chaos.check_log import Problem
from tests.chaos.evidence import Evidence


def check_coverage(evidence: Evidence) -> Iterator[Problem]:
    """I31: the days of a subscription's live fees never overlap; a cycle is one more than any before on these days."""
    billed, live = defaultdict[str, list[Says]](list), dict[str, tuple[str, Says]]()
    for one in told(evidence, "SubscriptionBilled", "FeeDaysFreed"):
        if one.name == "FeeDaysFreed":
            if live.pop(one.says["fee"], None) is None:
                yield "I31", f"{one.stream}: the days of {one.says['fee']} were freed, and it covered none"
            continue
        before = list(billed[one.stream])
        for fee in one.says["fees"]:
            billed[one.stream].append(fee)
            if fee["kind"] in COVERING:
                others = [says["days"] for of, says in live.values() if of == one.stream]
                yield from _uncovered(one.stream, fee, others, before)
                live[fee["fee"]] = (one.stream, fee)
    gone = _gone(evidence)
    for fee, (subscription, _) in live.items():
        if fee in gone:
            yield "I31", f"{subscription}: {fee} is gone, and its days are not free"


def _uncovered(subscription: str, fee: Says, live: Iterable[Says], before: Iterable[Says]) -> Iterator[Problem]:
    days = fee["days"]
    if any(_meet(days, other) for other in live):
        yield "I31", f"{subscription}: {days['from']} to {days['to']} are billed twice"
    cycle = 1 + max((other["cycle"] for other in before if _meet(days, other["days"])), default=0)
    if fee["cycle"] != cycle:
        yield "I31", f"{subscription}: {days['from']} to {days['to']} have cycle {fee['cycle']}, wanted {cycle}"


def _meet(one: Says, other: Says) -> bool:
    return bool(one["from"] <= other["to"] and other["from"] <= one["to"])


def _gone(evidence: Evidence) -> set[str]:
    """Fees that were deleted, or of which every share was credited."""
    shares, gone = dict[str, set[int]](), set[str]()
    for one in told(evidence, "FeeCreated", "FeeDeleted", "FeeCredited"):
        if one.name == "FeeCreated":
            shares[one.stream] = {share["share"] for share in one.says["shares"]}
        elif one.name == "FeeCredited":
            shares[one.stream].discard(one.says["share"])
        if one.name == "FeeDeleted" or not shares[one.stream]:
            gone.add(one.stream)
    return gone


@dataclass
class Fee:
    """A fee that bills days, as the facts of its stream leave it."""

    created: Says
    removed: set[date] = field(default_factory=set)
    percent: Decimal = ZERO
    adjusted: Decimal = ZERO

    @property
    def target(self) -> Decimal:
        """What is left of it: amount x (1 + percent/100) x days left/days."""
        days = len(days_of(self.created["days"]))
        left = Fraction(days - len(self.removed), days) * (1 + Fraction(self.percent) / 100)
        return cents(Fraction(amount(self.created["amount"])) * left)


def check_amounts(evidence: Evidence) -> Iterator[Problem]:
    """I30, I31: every fee is worth its days at the price told before; with its adjustments it is worth what is left."""
    prices, fees = dict[str, Decimal](), dict[str, Fee]()
    for one in told(evidence):
        says = one.says
        if one.name in ("SubscriptionOpened", "BasePriceUpdated"):
            prices[one.stream] = amount(says["base_price"])
        elif one.name == "FeeCreated":
            fees[one.stream] = Fee(says)
            if sum((amount(share["amount"]) for share in says["shares"]), ZERO) != amount(says["amount"]):
                yield "I33", f"the shares of fee {one.stream} do not come to it"
            if says["kind"] in COVERING and (wanted := _worth(says, prices)) != amount(says["amount"]):
                yield "I30", f"fee {one.stream} is {amount(says['amount'])}, wanted {wanted}"
        elif one.name in ("FeeDaysReduced", "FeePriceChanged"):
            yield from _adjusted(one, fees[one.stream])


def _worth(says: Says, prices: dict[str, Decimal]) -> Decimal:
    days, period = len(days_of(says["days"])), len(days_of(says["period"]))
    rate = Fraction(says["index"]) / 100 * (1 + Fraction(says["percentage"]) / 100)
    return cents(Fraction(prices[says["subscription"]]) * rate * Fraction(days, period))


def _adjusted(one: Told, fee: Fee) -> Iterator[Problem]:
    fresh = {day for span in one.says["days"] for day in days_of(span)} if one.name == "FeeDaysReduced" else set()
    if fresh & fee.removed or not fresh <= days_of(fee.created["days"]):
        yield "I31", f"fee {one.stream}: days were taken off it that it did not have"
    fee.removed |= fresh
    fee.percent += Decimal(one.says.get("percentage", "0"))
    fee.adjusted += amount(one.says["amount"])
    left = amount(fee.created["amount"]) + fee.adjusted
    if left != fee.target or left < 0:
        yield "I30", f"fee {one.stream} is left at {left}, wanted {fee.target}"


def check_fees(evidence: Evidence) -> Iterator[Problem]:
    """I10: every fee is in the log once, and its subscription remembers it once; so is every adjustment on its fee."""
    created = list(told(evidence, "FeeCreated"))
    times = Counter(one.stream for one in created)
    yield from (("I10", f"fee {fee} was created {count} times") for fee, count in times.items() if count > 1)
    remembered = [
        (fee["fee"], one.stream, fee["kind"], str(fee["days"]), fee["cycle"], amount(fee["amount"]), one.fact.recorded)
        for one in told(evidence, "SubscriptionBilled")
        for fee in one.says["fees"]
    ]
    found = [(one.stream, *_known_by(one.says), one.fact.recorded) for one in created]
    yield from _compared("fee", "subscription", remembered, found)
    on_fees = [
        (one.says["adjustment_fee"], one.stream, one.says["adjustment"], amount(one.says["amount"]), one.fact.recorded)
        for one in told(evidence, "FeeDaysReduced", "FeePriceChanged")
    ]
    adjusting = [
        (one.stream, one.says["adjusts"], one.says["adjustment"], amount(one.says["amount"]), one.fact.recorded)
        for one in created
        if one.says.get("adjusts")
    ]
    yield from _compared("adjustment", "fee", on_fees, adjusting)


def _known_by(says: Says) -> tuple[object, ...]:
    return says["subscription"], says["kind"], str(says["days"]), says["cycle"], amount(says["amount"])


def _compared(what: str, who: str, said: Iterable[object], there: Iterable[object]) -> Iterator[Problem]:
    wanted, found = Counter(said), Counter(there)
    yield from (("I10", f"a {who} tells of {one}, and there is no such {what}") for one in wanted - found)
    yield from (("I10", f"{what} {one} is there, and no {who} tells of it") for one in found - wanted)
