"""A row of the price search of subscriptions: put whole, as often as it changes, and withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass

from libs.events import subscription_billing as says
from libs.kernel.decider import Decider, Rejected
from services.subscription_billing.domain.guards import Refusal, insist, known, something_changes
from services.subscription_billing.domain.references import Category, Code, Named, Project


@dataclass(frozen=True, kw_only=True)
class SetSubscriptionSalesPrice:
    """Put the row, whole. The others are the records found of what it names. Source: SPR-01 to SPR-04."""

    row: says.SubscriptionSalesPriceSet
    code: Code | None
    project: Project | None = None
    price_group: Named | None = None
    category: Category | None = None
    subscription: Named | None = None


@dataclass(frozen=True)
class WithdrawPrice:
    """Let the row count for nothing. Source: SPR-06."""

    reason: str | None = None


@dataclass(frozen=True)
class Absent:
    """No row yet."""


@dataclass(frozen=True)
class Standing:
    """The row as it was put last."""

    row: says.SubscriptionSalesPriceSet


@dataclass(frozen=True)
class Withdrawn:
    """A row that counts for nothing, until it is put again."""

    row: says.SubscriptionSalesPriceSet


Command = SetSubscriptionSalesPrice | WithdrawPrice
State = Absent | Standing | Withdrawn
Fact = says.SubscriptionSalesPriceSet | says.SubscriptionSalesPriceWithdrawn


def decide(command: Command, state: State) -> Sequence[Fact]:
    """The facts that the command gives."""
    match command, state:
        case SetSubscriptionSalesPrice(row=row), _:
            insist(
                _one_scope(row),
                _something_charged(row),
                known("code", row.code, command.code),
                known("project", row.project, command.project),
                known("price_group", row.price_group, command.price_group),
                known("category", row.category, command.category),
                known("subscription", row.subscription, command.subscription),
                something_changes(state.row if isinstance(state, Standing) else None, row),
            )
            return [row]
        case WithdrawPrice(reason), Standing(row):
            return [says.SubscriptionSalesPriceWithdrawn(row=row.row, reason=reason)]
        case _:
            name = type(state).__name__.lower()
            raise Rejected.transition(name, ("set-subscription-sales-price",), f"a row that is {name} has no price")


def _one_scope(row: says.SubscriptionSalesPriceSet) -> Refusal:
    """A row is valid for a project, for a price group, or for all. Source: SPR (fields)."""
    if row.project is None or row.price_group is None:
        return None
    return Rejected.value("two_scopes", "a row is for a project or for a price group", field="/price_group")


def _something_charged(row: says.SubscriptionSalesPriceSet) -> Refusal:
    """A row says a price: where there is none, the price is zero anyway, with a warning. Source: SPR-05, data MNY-002."""
    if row.price.minor > 0:
        return None
    code = "amount_zero" if row.price.minor == 0 else "amount_negative"
    return Rejected.value(code, "a price is above zero", field="/price")


def evolve(state: State, fact: Fact) -> State:
    """The last word stands."""
    match fact, state:
        case says.SubscriptionSalesPriceSet(), _:
            return Standing(fact)
        case says.SubscriptionSalesPriceWithdrawn(), Standing(row):
            return Withdrawn(row)
        case _:
            return state


sales_price: Decider[Command, State, Fact] = Decider(Absent(), decide, evolve)
