"""Replay decides nothing (G4): recorded stories fold to the same state while every rule is forbidden."""

from collections.abc import Mapping
from types import FunctionType, ModuleType
from typing import Any

import pytest

from libs.events.order import OrderFact, OrderLineAdded
from services.order.domain import service_order as folder
from services.order.domain.service_order import (
    DECISIONS,
    FOLDS,
    Fold,
    adjustment,
    agreement_guards,
    cancellation,
    creation,
    guards,
    lines,
    posting,
    prices,
    reasons,
    service_order,
    sign_off,
    stage,
    visits,
)
from services.order.domain.service_order.sla import attachment, commands, following, marks, overrun, verdicts
from services.order.domain.service_order.state import Open, State
from tests.domain.order.records import create
from tests.domain.order.stories import STORIES, recorded

MODULES: tuple[ModuleType, ...] = (
    folder,
    adjustment,
    cancellation,
    creation,
    guards,
    lines,
    posting,
    prices,
    reasons,
    sign_off,
    stage,
    visits,
    attachment,
    commands,
    following,
    marks,
    overrun,
    verdicts,
)
RULES = (guards, prices, agreement_guards, attachment, commands, following, marks, overrun, verdicts)


def forbidden(*_: Any, **__: Any) -> Any:
    raise AssertionError("a rule was asked while history was folded")


def rules() -> set[FunctionType]:
    """Every decision, and every function of guards, prices and clocks."""
    decisions = {decision for row in DECISIONS.values() for decision in row.values()}
    asked = {
        value
        for module in RULES
        for value in vars(module).values()
        if isinstance(value, FunctionType) and value.__module__ == module.__name__
    }
    return {*decisions, *asked, folder.decide}  # type: ignore[arg-type]


@pytest.fixture
def no_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    every = rules()
    for module in MODULES:
        for name, value in list(vars(module).items()):
            if isinstance(value, FunctionType) and value in every:
                monkeypatch.setattr(module, name, forbidden)
    nothing = {state: dict.fromkeys(row, forbidden) for state, row in DECISIONS.items()}
    monkeypatch.setattr(folder, "DECISIONS", nothing)
    monkeypatch.setattr(type(service_order), "decide", property(lambda _: forbidden), raising=False)


HISTORIES = {name: recorded(commands) for name, commands in STORIES.items()}
STATES = {name: service_order.fold(history) for name, history in HISTORIES.items()}


@pytest.mark.usefixtures("no_rules")
@pytest.mark.parametrize("story", STORIES)
def test_a_recorded_story_folds_to_the_same_state_without_any_rule(story: str) -> None:
    assert service_order.fold(HISTORIES[story]) == STATES[story]


@pytest.mark.usefixtures("no_rules")
def test_rules_are_really_forbidden() -> None:
    with pytest.raises(AssertionError, match="a rule was asked"):
        service_order.decide(create(), service_order.initial)
    with pytest.raises(AssertionError, match="a rule was asked"):
        vars(creation)["known"]("project", "P-1", None)
    with pytest.raises(AssertionError, match="a rule was asked"):
        vars(lines)["counted"](None, None)


def test_a_rule_in_a_fold_would_be_found(no_rules: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def ruled(order: Any, fact: Any) -> Any:
        guards.insist()
        return order

    row: dict[type[OrderFact], Fold] = {**FOLDS[Open], OrderLineAdded: ruled}
    table: dict[type[State], Mapping[type[OrderFact], Fold]] = {**FOLDS, Open: row}
    monkeypatch.setattr(folder, "FOLDS", table)
    with pytest.raises(AssertionError, match="a rule was asked"):
        service_order.fold(HISTORIES["a visit"])
