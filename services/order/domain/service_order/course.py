"""The course of a decision: every fact is folded before the next one is decided."""

from collections.abc import Callable
from typing import Any

from libs.events.order import OrderFact
from services.order.domain.service_order.state import Existing, State
from services.order.domain.service_order.surroundings import Surroundings


class Course:
    """The facts told so far, and the state they make of the order."""

    def __init__(self, state: Existing | State, around: Surroundings, evolve: Callable[[Any, Any], Any]) -> None:
        self.state: Any = state
        self.around, self.facts = around, list[OrderFact]()
        self._evolve = evolve

    @property
    def order(self) -> Existing:
        """The order as it stands; only of one that exists."""
        if not isinstance(self.state, Existing):
            raise TypeError("no order yet")
        return self.state

    def tell(self, fact: OrderFact) -> None:
        """One fact more."""
        self.state = self._evolve(self.state, fact)
        self.facts.append(fact)

    def would_be(self, fact: OrderFact) -> Existing:
        """The order as this fact would make it."""
        after: Existing = self._evolve(self.state, fact)
        return after
