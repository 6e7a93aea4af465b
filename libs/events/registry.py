"""The catalogue of facts: wire name to class, each name once."""

from collections.abc import Iterable, Iterator

from libs.events import (
    agreement,
    invoicing,
    order,
    order_sla,
    order_stages,
    reference,
    reference_money,
    subscription_billing,
    subscription_billing_accruals,
    subscription_billing_fees,
    subscription_billing_invoices,
    subscription_billing_schedules,
    subscription_billing_subscriptions,
)
from libs.events.fact import Fact
from libs.events.topics import TOPICS


class UnknownFact(LookupError):
    """A wire name that this version does not know."""


class Registry:
    """Facts by wire name. Refuses a name twice and a publisher without a topic."""

    def __init__(self, *modules: Iterable[type[Fact]]) -> None:
        self._facts: dict[str, type[Fact]] = {}
        for facts in modules:
            for fact in facts:
                self.register(fact)

    def register(self, fact: type[Fact]) -> None:
        """Adds a fact; ValueError when its name is taken or its publisher has no topic."""
        if fact.wire() in self._facts:
            raise ValueError(f"{fact.wire()} is registered twice")
        if fact.publisher not in TOPICS:
            raise ValueError(f"{fact.publisher!r} publishes to no topic")
        self._facts[fact.wire()] = fact

    def __iter__(self) -> Iterator[type[Fact]]:
        return iter(self._facts.values())

    def __contains__(self, wire: str) -> bool:
        return wire in self._facts

    def of(self, wire: str) -> type[Fact]:
        """The class of a wire name, or UnknownFact."""
        try:
            return self._facts[wire]
        except KeyError:
            raise UnknownFact(wire) from None

    def decode(self, wire: str, value: bytes) -> Fact:
        """The fact that the bytes hold. UnknownFact, or pydantic's ValidationError."""
        return self.of(wire).from_bytes(value)


REGISTRY = Registry(
    reference.FACTS,
    reference_money.FACTS,
    agreement.FACTS,
    order.FACTS,
    order_stages.FACTS,
    order_sla.FACTS,
    subscription_billing.FACTS,
    subscription_billing_subscriptions.FACTS,
    subscription_billing_fees.FACTS,
    subscription_billing_invoices.FACTS,
    subscription_billing_accruals.FACTS,
    subscription_billing_schedules.FACTS,
    invoicing.FACTS,
)
