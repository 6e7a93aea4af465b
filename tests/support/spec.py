"""Given facts, when a command, then exactly these facts: how a decider is specified."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from libs.events.fact import Fact
from libs.kernel.decider import Decider, Rejected

Command = TypeVar("Command")
State = TypeVar("State")
Said = TypeVar("Said", bound=Fact)


@dataclass(frozen=True)
class Given(Generic[Command, State, Said]):
    """A history. It is folded as it would come back from the store."""

    decider: Decider[Command, State, Said]
    history: tuple[Said, ...] = ()

    def given(self, *facts: Said) -> "Given[Command, State, Said]":
        """The history with these facts behind it."""
        return Given(self.decider, self.history + facts)

    @property
    def state(self) -> State:
        """What the history comes to."""
        return self.decider.fold(read_back(self.history))

    def when(self, command: Command) -> "When[Command, State, Said]":
        """Decides at once; any error but a refusal goes through."""
        try:
            return When(self, list(self.decider.decide(command, self.state)))
        except Rejected as refusal:
            return When(self, refusal)


@dataclass(frozen=True)
class When(Generic[Command, State, Said]):
    """What came of the command."""

    before: Given[Command, State, Said]
    outcome: Sequence[Said] | Rejected

    def then(self, *expected: Said) -> Given[Command, State, Said]:
        """Exactly these facts, in this order, with these values down to the last decimal of their JSON."""
        assert not isinstance(self.outcome, Rejected), f"refused: {self.outcome.reason}: {self.outcome.sentence}"
        assert written(self.outcome) == written(expected)
        assert list(self.outcome) == list(expected)
        assert read_back(self.outcome) == list(expected)
        return self.before.given(*self.outcome)

    def then_accepted(self) -> Given[Command, State, Said]:
        """At least one fact, which the state takes in: for a step on the way to what is specified."""
        assert not isinstance(self.outcome, Rejected), f"refused: {self.outcome.reason}: {self.outcome.sentence}"
        after = self.before.given(*self.outcome)
        assert after.state != self.before.state
        return after

    def then_refused(
        self, kind: Literal["state", "value"], reason: str, field: str = "", *, error_code: str = ""
    ) -> None:
        """Exactly this refusal, with a sentence for the person. The reason is the error code unless that is named."""
        refusal = self._refusal()
        assert (refusal.kind, refusal.reason, refusal.field) == (kind, reason, field)
        assert refusal.error_code == (error_code or reason)
        assert refusal.sentence.strip()

    def then_not_allowed(self, state: str, *allowed: str) -> None:
        """The state machine refuses, naming the present state and what it allows, in this order."""
        self.then_refused("state", "illegal_transition")
        assert (self._refusal().present_state, self._refusal().allowed) == (state, allowed)

    def _refusal(self) -> Rejected:
        assert isinstance(self.outcome, Rejected), f"not refused: {written(self.outcome)}"
        return self.outcome


def specification(decider: Decider[Command, State, Said]) -> Given[Command, State, Said]:
    """The beginning of every sentence about a decider: nothing has happened yet."""
    return Given(decider)


def written(facts: Iterable[Fact]) -> list[tuple[str, str]]:
    """Wire names and JSON: Decimal 40 equals 40.00, their JSON differs."""
    return [(fact.wire(), fact.to_bytes().decode()) for fact in facts]


def read_back(facts: Iterable[Said]) -> list[Said]:
    """The facts after a stay in the store."""
    return [type(fact).from_bytes(fact.to_bytes()) for fact in facts]
