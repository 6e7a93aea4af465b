"""The log of reasons on an order. Source: STG-06 to STG-08."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from libs.events import order_stages as says
from libs.events.order import OrderFact
from libs.kernel.decider import Rejected
from services.order.domain.service_order.guards import insist, reason_known
from services.order.domain.service_order.state import Existing, ReasonGiven
from services.order.domain.service_order.surroundings import Surroundings

Standing = TypeVar("Standing", bound=Existing)


@dataclass(frozen=True)
class GiveReason:
    """Add an entry by hand. Source: STG-08."""

    code: str
    note: str | None = None


@dataclass(frozen=True)
class RemoveReason:
    """Take an entry off the log that was wrong; the facts keep it. Source: STG-08."""

    entry: int


def give_reason(command: GiveReason, order: Existing, around: Surroundings) -> Sequence[OrderFact]:
    """The code exists."""
    insist(reason_known("code", command.code, around))
    return [given(order, "manual", command.code, command.note)]


def given(
    order: Existing, kind: Literal["stage", "close", "cancel", "manual"], code: str, note: str | None
) -> says.OrderReasonGiven:
    """The next entry of the log, in the stage in which the order stands."""
    return says.OrderReasonGiven(entry=order.last_reason + 1, kind=kind, code=code, stage=order.stage, note=note)


def remove_reason(command: RemoveReason, order: Existing, _: Surroundings) -> Sequence[OrderFact]:
    """The entry stands on the log."""
    if command.entry not in order.reasons:
        raise Rejected.state("unknown_reason", f"there is no entry {command.entry} on the log")
    return [says.OrderReasonRemoved(entry=command.entry)]


def noted(order: Standing, fact: says.OrderReasonGiven) -> Standing:
    """One entry more."""
    entry = ReasonGiven(fact.kind, fact.code, fact.stage, fact.note)
    return replace(order, reasons={**order.reasons, fact.entry: entry}, last_reason=fact.entry)


def removed(order: Standing, fact: says.OrderReasonRemoved) -> Standing:
    """One entry less; its number is not given again."""
    return replace(order, reasons={number: entry for number, entry in order.reasons.items() if number != fact.entry})
