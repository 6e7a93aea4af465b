"""Records of a whole file: each is put as by its owner, and what is so already is not said again."""

from collections.abc import Sequence

from libs.events.fact import Fact
from libs.kernel.decider import Decider
from services.reference.domain.records import Absent, Put, Recorded, State, evolve
from services.reference.domain.records import decide as decide_put


def decide(command: Put, state: State) -> Sequence[Fact]:
    """A row that says what is recorded gives no fact. Source: contracts 5."""
    if isinstance(state, Recorded) and state.record == command.record:
        return []
    return decide_put(command, state)


imported: Decider[Put, State, Fact] = Decider(Absent(), decide, evolve)
