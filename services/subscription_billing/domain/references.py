"""What the subscription billing service is told of other records when it decides."""

from dataclasses import dataclass
from typing import Literal

from libs.events.reference import LineType, ProjectType
from libs.events.subscription_billing import PeriodUnit
from libs.kernel.money import Money

AgreementState = Literal["draft", "active", "suspended", "terminated"]


@dataclass(frozen=True)
class Project:
    """The account that fees are revenue of. `price_group` is the project's, else its contract's, else the customer's.

    Source: SPR-04.
    """

    key: str
    type: ProjectType
    customer: str | None
    currency: str
    price_group: str | None = None
    active: bool = True


@dataclass(frozen=True)
class Category:
    """The kind of a transaction; it belongs to one line type. Source: PRJ-04."""

    key: str
    type: LineType
    active: bool = True


@dataclass(frozen=True)
class Agreement:
    """A service agreement, which a subscription may name so that margins add up. Source: SUB-10."""

    key: str
    project: str
    state: AgreementState
    active: bool = True


@dataclass(frozen=True)
class Code:
    """A period code as groups and prices name it."""

    key: str
    unit: PeriodUnit
    active: bool = True


@dataclass(frozen=True)
class Group:
    """A subscription group; `active` until it is retired. Source: SGR-01."""

    key: str
    invoicing_code: str
    number_sequence: str | None = None
    active: bool = True


@dataclass(frozen=True)
class Named:
    """A record of which only its being there counts: a customer, a price group, a subscription."""

    key: str
    active: bool = True


@dataclass(frozen=True)
class PriceFound:
    """What the price search found: the row and its price of a full period. Source: SPR-01 to SPR-04."""

    row: str
    price: Money


Reference = Project | Category | Agreement | Code | Group | Named
