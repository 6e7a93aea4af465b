"""Every command in every state (G5): facts that the state takes in, or a refusal; and every fact in every state."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from itertools import chain, product
from typing import get_args

import pytest

from libs.events import order as says
from libs.events import order_sla as measures
from libs.events import order_stages as stages
from libs.events.reference import LineType
from libs.kernel.decider import Rejected
from services.order.domain.service_order import (
    DECISIONS,
    FOLDS,
    OF_TIMERS,
    Command,
    action_name,
    allowed_actions,
    service_order,
    state_name,
)
from services.order.domain.service_order.cancellation import CancelLine, CancelOrder
from services.order.domain.service_order.creation import ReviseOrder
from services.order.domain.service_order.lines import OverridePrice
from services.order.domain.service_order.posting import Post
from services.order.domain.service_order.reasons import GiveReason, RemoveReason
from services.order.domain.service_order.sign_off import SignOff, WithdrawSignOff
from services.order.domain.service_order.sla.commands import (
    CancelSla,
    ChangeSlaPolicy,
    MeasureAnew,
    NoticeSla,
    StartSlaRecording,
    StopSlaRecording,
)
from services.order.domain.service_order.stage import MoveToNextStage, MoveToPreviousStage
from services.order.domain.service_order.state import CanceledLine, Open, State
from services.order.domain.service_order.surroundings import Asked
from services.order.domain.service_order.visits import ReportArrival, ReportTravel, ReportWork
from tests.domain.order.measured import at
from tests.domain.order.records import ANNA, APRIL, BERT, ORDER, add, call_out, create, hours, pumps, revise, travel
from tests.domain.order.stories import LOST, ROWS, adjust, moments
from tests.support.spec import read_back

EVERY_COMMAND: tuple[Command | Asked, ...] = (
    create(),
    create(project=None),
    ReviseOrder(),
    ReviseOrder(service_date=APRIL, description="Later"),
    *map(add, (hours(), travel(), pumps(), call_out(), hours("0"), hours(worker=None), pumps(category="LABOUR"))),
    *(revise(line, entry) for line in (1, 3, 9) for entry in (hours("7"), pumps("7"), hours("3"))),
    *(OverridePrice(line=line, unit_price=Decimal("1.5"), reason="agreed") for line in (1, 3, 5, 9)),
    *(OverridePrice(line=line, unit_cost=Decimal(3), reason="agreed") for line in (1, 5)),
    *map(CancelLine, (1, 2, 3, 4, 5, 9)),
    CancelOrder(),
    *(SignOff(lines) for lines in (None, (), (1,), (2, 4), (9,))),
    *(WithdrawSignOff(lines) for lines in (None, (), (1,), (2, 4), (9,))),
    *(Post(order_id=ORDER, found=rows) for rows in (ROWS, LOST, {**ROWS, 1: LOST[1]}, {})),
    *(Post(order_id=ORDER, found=ROWS, lines=lines) for lines in ((), (1,), (2, 4), (9,))),
    *(Post(order_id=ORDER, found=ROWS, types=frozenset((kind,))) for kind in get_args(LineType)),
    *(adjust(line, quantity) for line in (1, 3, 9) for quantity in ("0", "2", "3", "-1")),
    replace(adjust(1, "3"), unit_price=Decimal(1), chargeable=False, description="Anew"),
    *(
        at(moment, command)
        for moment in ("2026-05-04 09:45", "2026-05-04 18:00")
        for command in (
            MoveToNextStage(),
            MoveToNextStage(stage="ON-SITE"),
            MoveToNextStage(stage="HOLD", reason="PARTS"),
            MoveToNextStage(stage="HOLD", reason="PARTS", sla_reason="LATE"),
            MoveToPreviousStage(),
            GiveReason("LATE"),
            GiveReason("NOBODY"),
            RemoveReason(1),
            RemoveReason(9),
            ReportTravel("W-2", BERT),
            ReportArrival("W-1", ANNA),
            ReportArrival("W-9", None),
            *(ReportWork("W-1", ANNA, step) for step in ("started", "interrupted", "continued", "ended")),
            StartSlaRecording(),
            StopSlaRecording(),
            CancelSla(),
            ChangeSlaPolicy(),
            NoticeSla(),
            MeasureAnew(),
            SignOff(),
            WithdrawSignOff(),
            CancelOrder(),
            ReviseOrder(priority="high"),
        )
    ),
)
HISTORIES = tuple(moments())
STATES = tuple(service_order.fold(history) for history in HISTORIES)
FACTS = tuple(chain.from_iterable(HISTORIES))
SETUP = {stages.StageGraphDefined, stages.StageReasonRecorded, stages.OrderParametersSet}
"""Facts of other streams than orders."""


def bare(command: Command | Asked) -> Command:
    """The command without what stands around."""
    return command.command if isinstance(command, Asked) else command


def test_every_command_every_state_and_every_fact_is_there() -> None:
    assert {type(bare(command)) for command in EVERY_COMMAND} == set(get_args(Command))
    assert {type(state) for state in STATES} == set(get_args(State)) == set(DECISIONS) == set(FOLDS)
    every = {*says.FACTS, *stages.FACTS, *measures.FACTS} - SETUP
    assert {type(fact) for fact in FACTS} == every == set(chain.from_iterable(FOLDS.values()))
    assert set(chain.from_iterable(DECISIONS.values())) == set(get_args(Command))


@pytest.mark.parametrize("kind", get_args(Command), ids=action_name)
@pytest.mark.parametrize("standing", get_args(State), ids=lambda standing: standing.__name__)
def test_a_command_gives_facts_that_the_state_takes_in_or_is_refused(
    kind: type[Command], standing: type[State]
) -> None:
    moments_of_it = [
        (history, state) for history, state in zip(HISTORIES, STATES, strict=True) if isinstance(state, standing)
    ]
    commands = [command for command in EVERY_COMMAND if isinstance(bare(command), kind)]
    for (history, state), command in product(moments_of_it, commands):
        asked = command if isinstance(command, Asked) else at("2026-05-04 18:00", command)
        try:
            facts = service_order.decide(asked, state)
        except Rejected as refusal:
            refused_as_the_table_says(refusal, bare(command), state)
        else:
            assert kind in OF_TIMERS or action_name(kind) in allowed_actions(state)
            assert facts or kind in OF_TIMERS
            taken_in(history, state, facts)


def refused_as_the_table_says(refusal: Rejected, command: Command, state: State) -> None:
    """The state machine refuses where the table has no row, and only there."""
    not_allowed = type(command) not in DECISIONS[type(state)]
    assert (refusal.reason == "illegal_transition") == not_allowed
    if not_allowed:
        assert (refusal.kind, refusal.present_state) == ("state", state_name(state))
        assert refusal.allowed == allowed_actions(state)
        assert action_name(type(command)) not in refusal.allowed


def taken_in(history: Sequence[says.OrderFact], state: State, facts: Sequence[says.OrderFact]) -> None:
    """Each fact changes the state, and the state is what the whole history comes to."""
    present = state
    for fact in facts:
        after = service_order.evolve(present, fact)
        assert after != present or leaves_its_mark_elsewhere(fact)
        present = after
    assert present == service_order.fold(read_back([*history, *facts]))


def leaves_its_mark_elsewhere(fact: says.OrderFact) -> bool:
    """A reversal is followed by its replacement, and a line may fail again for the same reason."""
    return (isinstance(fact, says.OrderLinePosted) and fact.reverses is not None) or isinstance(
        fact, says.OrderLinePostingFailed
    )


def test_every_row_of_the_table_decides_somewhere() -> None:
    """A matrix of refusals alone would prove nothing."""
    decided = set()
    for command in EVERY_COMMAND:
        for state in STATES:
            with suppress(Rejected):
                asked = command if isinstance(command, Asked) else at("2026-05-04 18:00", command)
                service_order.decide(asked, state)
                decided.add((type(state), type(bare(command))))
    assert decided == {(state, command) for state, row in DECISIONS.items() for command in row}


def test_every_fact_in_every_state_is_folded_or_leaves_it_alone() -> None:
    for fact in FACTS:
        for state in STATES:
            after = service_order.evolve(state, fact)
            assert type(after) in get_args(State)
            if type(fact) not in FOLDS[type(state)]:
                assert after is state


@pytest.mark.parametrize("line", [2, 99])
def test_a_fact_about_a_line_that_cannot_have_it_leaves_the_order_alone(line: int) -> None:
    """Line 2 is Canceled and line 99 does not exist."""
    canceled = next(
        state for state in STATES if isinstance(state, Open) and isinstance(state.lines.get(2), CanceledLine)
    )
    for fact in FACTS:
        if isinstance(fact, says.OrderSignedOff | says.OrderSignOffWithdrawn):
            assert service_order.evolve(canceled, fact.model_copy(update={"lines": (line,)})) == canceled
        elif "line" in type(fact).model_fields and not isinstance(fact, says.OrderLineAdded):
            assert service_order.evolve(canceled, fact.model_copy(update={"line": line})) == canceled
