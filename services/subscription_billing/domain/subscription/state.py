"""A subscription as it stands: what it is, its term, its prices over time, and the fees that were created for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import TypeVar

from libs.events.subscription_billing_subscriptions import CancellationMode
from libs.kernel.money import Money
from libs.kernel.period import Period
from libs.rules.billing import BaseVersion, IndexVersion, Span, base_on, index_on

ALWAYS = date.min
"""The day from which a version counts that was recorded without one: for every fee created later. Source: IDX-05."""


@dataclass(frozen=True, kw_only=True)
class Header:
    """What it is. `customer` is the project's. Source: SUB-01, SUB-10."""

    number: str
    name: str
    group: str
    project: str
    customer: str | None = None
    category: str
    currency: str
    agreement: str | None = None


@dataclass(frozen=True)
class Cancellation:
    """A cancellation that waits for the last day to be over. Source: LIF-04."""

    last_day: date
    mode: CancellationMode
    reason: str | None = None


@dataclass(frozen=True)
class Parked:
    """Why runs pass it by, and which run found that out."""

    reason: str
    run: str


@dataclass(frozen=True)
class Fee:
    """A regular or non-regular fee: the days that it covers, unless it was credited. Source: FEE-06."""

    days: Span
    credited: bool = False


@dataclass(frozen=True)
class Absent:
    """Nothing was opened yet."""


@dataclass(frozen=True)
class Existing:
    """A subscription. `bases` and `indexes` as recorded: on a day counts the latest from that day or before, and of
    those the last (`in_force`). `starts_on` and `ends_on` bound what may be billed, both included (LIF-02).

    `billed_before` are days that were billed elsewhere; `fees` by their ids, deleted ones gone.
    """

    header: Header
    bases: tuple[BaseVersion, ...]
    indexes: tuple[IndexVersion, ...]
    starts_on: date | None = None
    ends_on: date | None = None
    cancellation: Cancellation | None = None
    parked: Parked | None = None
    billed_before: Span | None = None
    fees: Mapping[str, Fee] = field(default_factory=dict)

    @property
    def term(self) -> Period:
        """The days that may be billed: of its term, and not after a cancellation. Source: LIF-02, LIF-04."""
        ends = [self.ends_on, self.cancellation.last_day if self.cancellation else None]
        return Period.closed(self.starts_on or date(1, 1, 1), min((end for end in ends if end), default=None))

    @property
    def covered(self) -> tuple[Span, ...]:
        """The days that nobody bills again, oldest first. Source: FEE-06, [?B8]."""
        before = [self.billed_before] if self.billed_before else []
        live = [fee.days for fee in self.fees.values() if not fee.credited]
        return tuple(sorted([*before, *live], key=lambda span: span.first))

    @property
    def latest_end(self) -> date | None:
        """The last covered day. Source: SUB-05."""
        return max((span.last for span in self.covered), default=None)

    @property
    def start_date(self) -> date | None:
        """The first day that was ever billed. Source: SUB-05."""
        return self.covered[0].first if self.covered else None

    def same_beginning(self, other: object) -> bool:
        """Whether this is the same subscription as it was opened, whatever was billed or updated since."""
        if not isinstance(other, Existing):
            return False
        return (self.header, self.billed_before) == (other.header, other.billed_before)

    def base_on(self, day: date) -> Money:
        """The price of a full period for a fee that begins on a day. Source: IDX-07."""
        return base_on(self.bases, day) or self.bases[0].price

    def index_on(self, day: date) -> Decimal:
        """The index of a fee that begins on a day. Source: IDX-07."""
        return index_on(self.indexes, day)


@dataclass(frozen=True)
class Draft(Existing):
    """It receives no fees yet."""


@dataclass(frozen=True)
class Active(Existing):
    """It receives fees. Source: FEE-10."""


@dataclass(frozen=True)
class Inactive(Existing):
    """It receives no new fees until it is activated again; those there are stay. Source: SUB-07."""


@dataclass(frozen=True)
class Cancelled(Existing):
    """It is over for good; `ends_on` is the last day that counts as used. Source: LIF-04."""


@dataclass(frozen=True)
class Expired(Existing):
    """Its term is over. Source: LIF-07."""


@dataclass(frozen=True)
class Deleted(Existing):
    """It was a mistake: nothing of it counts. Source: SUB-08."""


Opened = Draft | Active | Inactive | Cancelled | Expired | Deleted
State = Absent | Opened
Open = Draft | Active | Inactive
"""The states in which it can still change."""
Standing = TypeVar("Standing", bound=Existing)
Other = TypeVar("Other", bound=Existing)


def become(kind: type[Other], subscription: Existing) -> Other:
    """The same subscription in another state."""
    return kind(**{each.name: getattr(subscription, each.name) for each in fields(Existing)})
