"""Every command in every state (G5): facts that the state takes in, or a refusal; and every fact in every state."""

from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from itertools import chain, product
from typing import get_args

import pytest

from libs.events import subscription_billing_subscriptions as told
from libs.events.subscription_billing_fees import FeeDaysFreed, SubscriptionBilled
from libs.kernel.decider import Rejected
from services.subscription_billing.domain.references import Category
from services.subscription_billing.domain.subscription import (
    DECISIONS,
    FOLDS,
    OF_RUNS,
    Command,
    action_name,
    allowed_actions,
    state_name,
    subscription,
)
from services.subscription_billing.domain.subscription.course import (
    Activate,
    Deactivate,
    EndIfOver,
    SetTerm,
    UndoCancellation,
    untimely,
)
from services.subscription_billing.domain.subscription.creation import ChangeCategory, ChangeCurrency, Delete, Rename
from services.subscription_billing.domain.subscription.prices import UpdateBasePrice, UpdateIndex, UpdateInGroup
from services.subscription_billing.domain.subscription.state import State
from tests.domain.subscription_billing.facts import JANUARY, JULY, LAST, MARCH, days, eur, usd
from tests.domain.subscription_billing.records import LABOUR, cancel, open_it
from tests.domain.subscription_billing.stories import NEXT_YEAR, PARK, RELEASE, moments
from tests.support.spec import read_back

UPDATES: tuple[UpdateBasePrice | UpdateIndex, ...] = (
    UpdateBasePrice(today=MARCH, percent=Decimal(10)),
    UpdateBasePrice(today=MARCH, to=eur("1.00"), effective_on=JULY),
    UpdateIndex(today=MARCH, percent=Decimal(10)),
    UpdateIndex(today=LAST, to=Decimal(0), effective_on=JULY),
)
EVERY_COMMAND: tuple[Command, ...] = (
    open_it(),
    open_it({"project": None}),
    *map(Rename, ("Cooling", "Cooling care", "Other")),
    ChangeCategory("PLUS", Category("PLUS", "fee")),
    ChangeCategory("LABOUR", LABOUR),
    ChangeCurrency("USD", usd("1.00")),
    ChangeCurrency("EUR"),
    *map(Activate, (JANUARY, NEXT_YEAR)),
    Deactivate(),
    Delete(),
    SetTerm(None, None),
    SetTerm(JANUARY, LAST),
    SetTerm(LAST, JANUARY),
    *(cancel(day) for day in (JANUARY, MARCH, JULY, NEXT_YEAR)),
    cancel(MARCH, mode="end_of_period", period=days("2026-03-01", "2026-03-31")),
    cancel(MARCH, mode="end_of_period"),
    *map(UndoCancellation, (JANUARY, NEXT_YEAR)),
    *map(EndIfOver, (JANUARY, MARCH, NEXT_YEAR)),
    *UPDATES,
    *map(UpdateInGroup, UPDATES),
    PARK,
    RELEASE,
)
HISTORIES = tuple(moments())
STATES = tuple(subscription.fold(history) for history in HISTORIES)
FACTS = tuple(chain.from_iterable(HISTORIES))


def test_every_command_every_state_and_every_fact_is_there() -> None:
    assert {type(command) for command in EVERY_COMMAND} == set(get_args(Command))
    assert {type(state) for state in STATES} == set(get_args(State)) == set(DECISIONS) == set(FOLDS)
    assert {type(fact) for fact in FACTS} == set(told.FACTS)
    assert set(chain.from_iterable(FOLDS.values())) == {*told.FACTS, SubscriptionBilled, FeeDaysFreed}
    assert set(chain.from_iterable(DECISIONS.values())) == set(get_args(Command))


@pytest.mark.parametrize("kind", get_args(Command), ids=action_name)
@pytest.mark.parametrize("standing", get_args(State), ids=lambda standing: standing.__name__)
def test_a_command_gives_facts_that_the_state_takes_in_or_is_refused(
    kind: type[Command], standing: type[State]
) -> None:
    moments_of_it = [
        (history, state) for history, state in zip(HISTORIES, STATES, strict=True) if isinstance(state, standing)
    ]
    commands = [command for command in EVERY_COMMAND if isinstance(command, kind)]
    for (history, state), command in product(moments_of_it, commands):
        try:
            facts = subscription.decide(command, state)
        except Rejected as refusal:
            refused_as_the_table_says(refusal, command, state)
        else:
            assert type(command) in DECISIONS[type(state)]
            taken_in(history, state, facts, command)


def refused_as_the_table_says(refusal: Rejected, command: Command, state: State) -> None:
    """The state machine refuses where the table has no row, and what is untimely (LIF-06, STM-025)."""
    not_allowed = type(command) not in DECISIONS[type(state)]
    assert (refusal.reason == "illegal_transition") == (not_allowed or untimely(command, state) is not None)
    if refusal.reason == "illegal_transition":
        assert (refusal.kind, refusal.present_state) == ("state", state_name(state))
        assert set(refusal.allowed) <= set(allowed_actions(state)) - {action_name(type(command))}


def taken_in(
    history: Sequence[told.SubscriptionFact], state: State, facts: Sequence[told.SubscriptionFact], command: Command
) -> None:
    """Each fact changes the state, and the state is what the whole history comes to. Only runs may say nothing."""
    assert facts or type(command) in OF_RUNS
    present = state
    for fact in facts:
        after = subscription.evolve(present, fact)
        assert after != present
        present = after
    assert present == subscription.fold(read_back([*history, *facts]))


def test_every_row_of_the_table_decides_somewhere() -> None:
    """A matrix of refusals alone would prove nothing."""
    decided = set()
    for command in EVERY_COMMAND:
        for state in STATES:
            with suppress(Rejected):
                subscription.decide(command, state)
                decided.add((type(state), type(command)))
    assert decided == {(state, command) for state, row in DECISIONS.items() for command in row}


def test_every_fact_in_every_state_is_folded_or_leaves_it_alone() -> None:
    for fact in FACTS:
        for state in STATES:
            after = subscription.evolve(state, fact)
            assert type(after) in get_args(State)
            if type(fact) not in FOLDS[type(state)]:
                assert after is state


def test_what_a_run_asks_is_not_offered_to_people() -> None:
    offered = {action for state in STATES for action in allowed_actions(state)}
    assert not offered & set(map(action_name, OF_RUNS))
