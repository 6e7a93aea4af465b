"""What may be asked of a fee."""

from dataclasses import dataclass
from decimal import Decimal

from libs.events import subscription_billing_fees as says
from libs.rules.billing import Span


@dataclass(frozen=True)
class CreateFee:
    """Record a fee that was computed. Source: FEE-11, FEE-15."""

    fee: says.FeeCreated


@dataclass(frozen=True)
class ReduceDays:
    """Take days off the fee, by the adjustment fee named. Source: RED-01."""

    days: Span
    adjustment_fee: str
    reason: str | None = None


@dataclass(frozen=True)
class ChangePrice:
    """Change the price by a percentage of what the fee was created with. Source: PCH-01."""

    percentage: Decimal
    adjustment_fee: str
    reason: str | None = None


@dataclass(frozen=True)
class DeleteFee:
    """Take the fee back before it is invoiced. Source: FEE-14."""

    reason: str | None = None


@dataclass(frozen=True)
class PutOnProposal:
    """Put a share on a proposal: to invoice it or, `credit`, to give it back. Source: INV-06, CRN-01."""

    proposal: str
    share: int
    credit: bool = False


@dataclass(frozen=True)
class TakeOffProposal:
    """Take a share off the proposal that it is on. Source: INV-06."""

    proposal: str
    share: int


@dataclass(frozen=True)
class InvoiceShare:
    """Record that a share on a proposal was invoiced."""

    invoiced: says.FeeInvoiced


@dataclass(frozen=True)
class CreditShare:
    """Record that a share on a proposal was given back."""

    credited: says.FeeCredited


@dataclass(frozen=True)
class SelectForCredit:
    """Choose the fee for the next proposal of credit notes. Source: CRN-01."""

    reason: str | None = None


@dataclass(frozen=True)
class UnselectForCredit:
    """Let the fee stay invoiced. Source: CRN-07."""


Command = (
    CreateFee
    | ReduceDays
    | ChangePrice
    | DeleteFee
    | PutOnProposal
    | TakeOffProposal
    | InvoiceShare
    | CreditShare
    | SelectForCredit
    | UnselectForCredit
)
