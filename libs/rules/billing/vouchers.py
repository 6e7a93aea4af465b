"""Ledger entries of an invoiced fee: debit positive, credit negative, every voucher summing to zero."""

from dataclasses import dataclass
from typing import Literal

from libs.kernel.money import Money, total
from libs.rules.billing.invoices import TaxedLine

Account = Literal["customer", "invoiced_revenue", "tax", "accrued_revenue_subscription", "wip_subscription"]


@dataclass(frozen=True)
class Entry:
    """An amount on an account."""

    account: Account
    amount: Money


Voucher = tuple[Entry, ...]


def invoice_voucher(line: TaxedLine, *, accrue: bool) -> Voucher:
    """Debits the customer, credits revenue and tax; with accrual the revenue is neutralised at once.

    Entries without an amount of tax are left out. Source: INV-10, ACC-05.
    """
    tax = (Entry("tax", -line.tax),) if line.tax.minor else ()
    deferred = (Entry("accrued_revenue_subscription", line.net), Entry("wip_subscription", -line.net)) if accrue else ()
    return (Entry("customer", line.gross), Entry("invoiced_revenue", -line.net), *tax, *deferred)


def accrual_voucher(amount: Money) -> Voucher:
    """Earns a line of a schedule. Source: ACC-06."""
    return (Entry("wip_subscription", amount), Entry("accrued_revenue_subscription", -amount))


def mirrored(voucher: Voucher) -> Voucher:
    """The reversal or the credit of a voucher: every entry negated. Source: ACC-07, 5.5."""
    return tuple(Entry(entry.account, -entry.amount) for entry in voucher)


def imbalance(voucher: Voucher, currency: str) -> Money:
    """The sum of the entries: zero, or it is no voucher. Source: 5.9 (4)."""
    return total((entry.amount for entry in voucher), currency)
