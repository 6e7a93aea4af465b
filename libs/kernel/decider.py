"""Deciding: a command and a state give facts; a fact gives the next state; both without side effects."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

Command = TypeVar("Command")
State = TypeVar("State")
Fact = TypeVar("Fact")


class Rejected(Exception):
    """A business no: the command does not apply to the state, or carries a value that no state accepts.

    `reason` is the rule's own code in snake_case, `sentence` is shown to the person, `field` is a JSON pointer into
    the command where one field is to blame, `state` and `allowed` name the present state and what it accepts.
    `error_code` is the code of the outside for a whole class of such reasons; without one the reason is the code.
    """

    def __init__(
        self, kind: Literal["state", "value"], reason: str, sentence: str, *, field: str = "", error_code: str = ""
    ) -> None:
        super().__init__(sentence)
        self.kind, self.reason, self.sentence, self.field = kind, reason, sentence, field
        self.error_code = error_code or reason
        self.present_state = ""
        self.allowed: tuple[str, ...] = ()

    @classmethod
    def state(cls, reason: str, sentence: str) -> "Rejected":
        """The command is well formed and does not apply now (HTTP 409)."""
        return cls("state", reason, sentence)

    @classmethod
    def value(cls, reason: str, sentence: str, *, field: str = "", error_code: str = "") -> "Rejected":
        """A value of the command breaks a rule whatever the state (HTTP 422)."""
        return cls("value", reason, sentence, field=field, error_code=error_code)

    @classmethod
    def transition(cls, state: str, allowed: Sequence[str], sentence: str) -> "Rejected":
        """The state machine refuses: the answer names the present state and the actions allowed in it."""
        refusal = cls("state", "illegal_transition", sentence)
        refusal.present_state, refusal.allowed = state, tuple(allowed)
        return refusal


@dataclass(frozen=True)
class Snapshots:
    """Says that states of a decider's streams may be kept. `state` is their type; `fold` is the version of `evolve`,
    raised with every change of what it makes of facts recorded before. A change of the type is seen by itself."""

    state: Any
    fold: int


@dataclass(frozen=True)
class Decider(Generic[Command, State, Fact]):
    """An aggregate as a value. `decide` holds every rule; `evolve` holds none and accepts all recorded history."""

    initial: State
    decide: Callable[[Command, State], Sequence[Fact]]
    evolve: Callable[[State, Fact], State]
    snapshots: Snapshots | None = None

    def fold(self, facts: Iterable[Fact], state: State | None = None) -> State:
        """The state after `facts`, from the initial state or from `state`."""
        present = self.initial if state is None else state
        for fact in facts:
            present = self.evolve(present, fact)
        return present
