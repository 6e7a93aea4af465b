"""A ledger voucher: a double entry that is posted once, balanced, in an open period."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from libs.events import subscription_billing_accruals as says
from libs.events.reference_money import PostingType
from libs.events.subscription_billing import SubscriptionBillingFact
from libs.kernel.decider import Decider, Rejected
from libs.kernel.money import Money, total
from libs.rules.billing import Entry


@dataclass(frozen=True)
class PostVoucher:
    """Post it. `closed` tells that the ledger period of its day is. Source: ACC-11."""

    voucher: says.VoucherPosted
    closed: bool = False


@dataclass(frozen=True)
class Absent:
    """Nothing was posted yet."""


@dataclass(frozen=True)
class Posted:
    """It was posted, for good."""

    voucher: says.VoucherPosted


State = Absent | Posted


def decide(command: PostVoucher, state: State) -> Sequence[SubscriptionBillingFact]:
    """What is posted is posted once. Source: 5.9 (4), ACC-11."""
    if isinstance(state, Posted):
        return []
    voucher = command.voucher
    if total((entry.amount for entry in voucher.entries), voucher.currency).minor:
        raise Rejected.state("unbalanced_voucher", "debits and credits of a voucher are the same")
    if command.closed:
        raise ledger_closed(voucher.on.isoformat())
    return [voucher]


def evolve(state: State, fact: SubscriptionBillingFact) -> State:
    """The state after the fact."""
    return Posted(fact) if isinstance(fact, says.VoucherPosted) else state


voucher: Decider[PostVoucher, State, SubscriptionBillingFact] = Decider(Absent(), decide, evolve)


def ledger_closed(day: str) -> Rejected:
    """The refusal of a posting on a day of a closed period. Source: ACC-11."""
    return Rejected.state("ledger_period_closed", f"the ledger takes nothing on {day} any more: its period is closed")


@dataclass(frozen=True)
class Belongs:
    """What the entries of a line belong to."""

    accounts: Mapping[PostingType, str]
    project: str
    category: str
    customer: str | None
    subscription: str


def entries(found: Iterable[Entry], belongs: Belongs) -> list[says.VoucherEntry]:
    """Entries on the accounts of their posting types. Refuses (`account_missing`) a type without one. Source: LED-01."""
    made = []
    for entry in found:
        if entry.account not in belongs.accounts:
            sentence = (
                f"no {entry.account} account is set up for project {belongs.project}, category {belongs.category}"
            )
            raise Rejected.state("account_missing", sentence)
        made.append(
            says.VoucherEntry(
                posting_type=entry.account,
                account=belongs.accounts[entry.account],
                amount=entry.amount,
                project=belongs.project,
                category=belongs.category,
                customer=belongs.customer,
                subscription=belongs.subscription,
            )
        )
    return made


def summed(found: Sequence[says.VoucherEntry]) -> list[says.VoucherEntry]:
    """One entry for each posting type and account, what comes to nothing left out. Source: INV-11."""
    sums: dict[tuple[PostingType, str], Money] = {}
    customers: dict[tuple[PostingType, str], str | None] = {}
    for entry in found:
        key = (entry.posting_type, entry.account)
        sums[key] = sums[key] + entry.amount if key in sums else entry.amount
        customers[key] = entry.customer
    return [
        says.VoucherEntry(posting_type=kind, account=account, amount=amount, customer=customers[kind, account])
        for (kind, account), amount in sums.items()
        if amount.minor
    ]
