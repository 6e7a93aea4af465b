"""What a subscription remembers of its billing: which days are covered, how often they were, and what was invoiced."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from libs.events import subscription_billing_fees as says
from libs.events.subscription_billing import SubscriptionBillingFact
from libs.kernel.decider import Decider, Rejected
from libs.kernel.money import Money
from libs.rules.billing import Span, crowded_days, without
from services.subscription_billing.domain.subscription import subscription
from services.subscription_billing.domain.subscription.state import Absent, Existing, State

REMEMBERED = 6
"""Of so many documents the amounts are remembered: what is usual is measured by them."""


@dataclass(frozen=True)
class Line:
    """A fee of the subscription. One that was deleted or credited covers nothing; it still counts for the cycle."""

    fee: str
    kind: says.FeeKind
    days: Span
    cycle: int
    freed: says.Freed | None = None

    @property
    def covers(self) -> bool:
        """Source: FEE-06."""
        return self.freed is None and self.kind in ("regular", "non_regular")


@dataclass(frozen=True)
class Account:
    """The subscription and its fees, oldest first: both are in one stream, so that what is billed is decided on it.

    `credited` says that what was billed for days after an immediate cancellation was taken off (LIF-04).
    """

    subscription: State = field(default_factory=Absent)
    lines: tuple[Line, ...] = ()
    invoiced: tuple[Money, ...] = ()
    credited: bool = False

    @property
    def covered(self) -> tuple[Span, ...]:
        """The days that are not billed again. Source: FEE-04, FEE-06."""
        before = self.subscription.billed_before if isinstance(self.subscription, Existing) else None
        own = (line.days for line in self.lines if line.covers)
        return tuple(sorted((*([before] if before else []), *own), key=lambda it: it.first))

    def cycle_of(self, days: Span) -> int:
        """The cycle of a new fee for these days: one more than that of any before. Source: FEE-15, [?B8]."""
        before = (line.cycle for line in self.lines if line.days.intersection(days))
        return 1 + max(before, default=0)

    def live_days(self) -> list[Span]:
        """The days of every line that was not deleted, once for each."""
        return [line.days for line in self.lines if line.freed != "deleted"]


@dataclass(frozen=True)
class Bill:
    """Record fees that are created in the same append: of a run, or an adjustment."""

    fees: tuple[says.BilledFee, ...]
    run: str | None = None
    bounded: bool = True


@dataclass(frozen=True)
class FreeDays:
    """Record that a fee was deleted or credited."""

    fee: str
    because: says.Freed


@dataclass(frozen=True)
class NoteInvoice:
    """Record a document that holds fees of the subscription."""

    invoiced: says.SubscriptionInvoiced


@dataclass(frozen=True)
class CreditUnused:
    """Record that what was billed for days after an immediate cancellation is taken off. Source: LIF-04."""

    last_day: date
    reduced: int
    deleted: int


def decide(command: Any, account: Account) -> Sequence[SubscriptionBillingFact]:
    """The facts that the command gives; commands of the subscription itself are decided by it."""
    match command:
        case Bill():
            return _bill(account, command)
        case FreeDays(fee, because):
            return [
                says.FeeDaysFreed(fee=fee, days=line.days, cycle=line.cycle, because=because)
                for line in account.lines
                if line.fee == fee and line.freed is None
            ]
        case NoteInvoice(invoiced):
            return [invoiced]
        case CreditUnused(last_day, reduced, deleted):
            return [says.UnusedDaysCredited(last_day=last_day, reduced=reduced, deleted=deleted)]
        case _:
            return subscription.decide(command, account.subscription)


def _bill(account: Account, command: Bill) -> Sequence[SubscriptionBillingFact]:
    """No day is covered twice, and none has more lines than an honest business gives it. Source: 5.9 (1), reliability
    (safety bounds)."""
    if isinstance(account.subscription, Absent):
        raise Rejected.value("unknown_reference", "there is no such subscription")
    taken = list(account.covered)
    for billed in command.fees:
        if billed.kind in ("regular", "non_regular"):
            if without(billed.days, taken) != (billed.days,):
                raise Rejected.state("days_covered", f"{billed.days.first} to {billed.days.last} are billed already")
            taken.append(billed.days)
    if command.bounded:
        crowded = crowded_days([*account.live_days(), *(billed.days for billed in command.fees)])
        if crowded:
            raise Rejected.state("too_many_lines", f"{crowded[0]} has more than 15 fee lines")
    return [says.SubscriptionBilled(run=command.run, fees=command.fees)]


def evolve(account: Account, fact: Any) -> Account:
    """The account after the fact."""
    match fact:
        case says.SubscriptionBilled():
            fresh = tuple(Line(one.fee, one.kind, one.days, one.cycle) for one in fact.fees)
            after = replace(account, lines=account.lines + fresh)
        case says.FeeDaysFreed():
            lines = tuple(replace(line, freed=fact.because) if line.fee == fact.fee else line for line in account.lines)
            after = replace(account, lines=lines)
        case says.SubscriptionInvoiced():
            same = [amount for amount in account.invoiced if amount.currency == fact.amount.currency]
            after = replace(account, invoiced=(*same, fact.amount)[-REMEMBERED:])
        case says.UnusedDaysCredited():
            after = replace(account, credited=True)
        case _:
            after = account
    return replace(after, subscription=subscription.evolve(account.subscription, fact))


account: Decider[Any, Account, SubscriptionBillingFact] = Decider(Account(), decide, evolve)
