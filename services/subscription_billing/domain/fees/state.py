"""A fee as it stands: what it was created with, what was taken off it, and where each of its shares has come to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from libs.events.subscription_billing_fees import FeeCreated, FeeInvoiced
from libs.kernel.money import Money
from libs.rules.billing import AdjustedFee

Standing = Literal["open", "on_proposal", "invoiced", "on_credit_proposal", "credited"]
Status = Literal[
    "chargeable",
    "non_chargeable",
    "on_proposal",
    "invoiced",
    "selected_for_credit",
    "on_credit_proposal",
    "credited",
]
"""Source: FTR-04, subscription-billing 7 (Fee)."""


@dataclass(frozen=True)
class Share:
    """What one funding source pays, and how far it is. `proposal` while it is on one, `invoiced` once it was posted."""

    amount: Money
    standing: Standing = "open"
    proposal: str | None = None
    invoiced: FeeInvoiced | None = None


@dataclass(frozen=True)
class Absent:
    """Nothing was created yet."""


@dataclass(frozen=True)
class Fee:
    """A fee with its adjustments counted from 1. `selected`: it is to be given back by the next credit notes."""

    created: FeeCreated
    adjusted: AdjustedFee
    shares: Mapping[int, Share]
    adjustments: int = 0
    selected: bool = False

    @property
    def status(self) -> Status:
        """The fee as a whole: the furthest step that not all shares have left behind."""
        if not self.created.chargeable:
            return "non_chargeable"
        standings = {share.standing for share in self.shares.values()}
        if standings == {"credited"}:
            return "credited"
        for standing in ("on_proposal", "on_credit_proposal"):
            if standing in standings:
                return standing
        if "open" in standings:
            return "chargeable"
        return "selected_for_credit" if self.selected else "invoiced"


@dataclass(frozen=True)
class Deleted:
    """The fee is gone."""


State = Absent | Fee | Deleted


def bills_days(created: FeeCreated) -> bool:
    """Whether the fee bills days of its own, so that it covers them and may be adjusted. Source: FEE-06, RED-11."""
    return created.kind in ("regular", "non_regular")
