"""What may be asked of an invoice proposal."""

from dataclasses import dataclass
from datetime import date

from libs.events import subscription_billing_invoices as says
from libs.kernel.money import Money


@dataclass(frozen=True)
class CreateProposal:
    """Begin a proposal. Source: INV-01."""

    proposal: says.ProposalCreated


@dataclass(frozen=True)
class AddLine:
    """Put a share of a fee on it; the line's number is given here. Source: INV-06."""

    content: says.ProposedLine


@dataclass(frozen=True)
class RemoveLine:
    """Take a line off. Source: INV-06."""

    line: int


@dataclass(frozen=True)
class RepriceLine:
    """Invoice a line at another amount. `adjusted` tells that the fee has adjustments. Source: INV-06 (R3)."""

    line: int
    amount: Money
    adjusted: bool = False
    reason: str | None = None


@dataclass(frozen=True)
class Submit:
    """Ask for approval. Source: INV-07."""


@dataclass(frozen=True)
class Approve:
    """Let it be posted. `total` is what the person saw that it comes to. Source: INV-07, data MNY-017."""

    total: Money | None = None


@dataclass(frozen=True)
class Reject:
    """Send it back to be changed. Source: INV-07."""

    reason: str | None = None


@dataclass(frozen=True)
class Cancel:
    """Give it up. Source: INV-07."""

    reason: str | None = None


@dataclass(frozen=True)
class Post:
    """Record the document that it became. `total` is what the person saw that the proposal comes to.

    Source: INV-14, data MNY-017.
    """

    document: str
    number: str
    issued_on: date
    total: Money | None = None


Command = CreateProposal | AddLine | RemoveLine | RepriceLine | Submit | Approve | Reject | Cancel | Post
