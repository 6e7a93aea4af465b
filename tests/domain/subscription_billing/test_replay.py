"""Replay decides nothing (G4): recorded stories fold to the same state while every rule is forbidden."""

from collections.abc import Mapping
from types import FunctionType, ModuleType
from typing import Any

import pytest

from libs.events.subscription_billing_subscriptions import SubscriptionFact, TermSet
from services.subscription_billing.domain import guards as shared
from services.subscription_billing.domain import subscription as folder
from services.subscription_billing.domain.subscription import (
    DECISIONS,
    FOLDS,
    Fold,
    course,
    creation,
    guards,
    prices,
    subscription,
)
from services.subscription_billing.domain.subscription.state import Draft, State
from tests.domain.subscription_billing.records import open_it
from tests.domain.subscription_billing.stories import STORIES, recorded

MODULES: tuple[ModuleType, ...] = (folder, shared, guards, creation, course, prices)


def forbidden(*_: Any, **__: Any) -> Any:
    raise AssertionError("a rule was asked while history was folded")


def rules() -> set[FunctionType]:
    """Every decision, every function of both guards, and what is untimely."""
    decisions = {decision for row in DECISIONS.values() for decision in row.values()}
    asked = {
        value
        for module in (shared, guards)
        for value in vars(module).values()
        if isinstance(value, FunctionType) and value.__module__ == module.__name__
    }
    return {*decisions, *asked, folder.decide, course.untimely}  # type: ignore[arg-type]


@pytest.fixture
def no_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    every = rules()
    for module in MODULES:
        for name, value in list(vars(module).items()):
            if isinstance(value, FunctionType) and value in every:
                monkeypatch.setattr(module, name, forbidden)
    nothing = {state: dict.fromkeys(row, forbidden) for state, row in DECISIONS.items()}
    monkeypatch.setattr(folder, "DECISIONS", nothing)
    monkeypatch.setattr(type(subscription), "decide", property(lambda _: forbidden), raising=False)


HISTORIES = {name: recorded(commands) for name, commands in STORIES.items()}
STATES = {name: subscription.fold(history) for name, history in HISTORIES.items()}


@pytest.mark.usefixtures("no_rules")
@pytest.mark.parametrize("story", STORIES)
def test_a_recorded_story_folds_to_the_same_state_without_any_rule(story: str) -> None:
    assert subscription.fold(HISTORIES[story]) == STATES[story]


@pytest.mark.usefixtures("no_rules")
def test_rules_are_really_forbidden() -> None:
    with pytest.raises(AssertionError, match="a rule was asked"):
        subscription.decide(open_it(), subscription.initial)
    with pytest.raises(AssertionError, match="a rule was asked"):
        vars(guards)["nothing_open"](None)


def test_a_rule_in_a_fold_would_be_found(no_rules: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def ruled(standing: Any, fact: Any) -> Any:
        shared.insist()
        return standing

    row: dict[type[SubscriptionFact], Fold] = {**FOLDS[Draft], TermSet: ruled}
    table: dict[type[State], Mapping[type[SubscriptionFact], Fold]] = {**FOLDS, Draft: row}
    monkeypatch.setattr(folder, "FOLDS", table)
    with pytest.raises(AssertionError, match="a rule was asked"):
        subscription.fold(HISTORIES["a year"])
