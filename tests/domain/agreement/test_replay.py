"""Replay decides nothing (G4): recorded stories fold to the same state while every rule is forbidden."""

from collections.abc import Mapping
from types import FunctionType, ModuleType
from typing import Any

import pytest

from libs.events.agreement import AgreementFact, AgreementLineAdded
from services.agreement.domain import guards as shared
from services.agreement.domain import service_agreement as folder
from services.agreement.domain.service_agreement import (
    DECISIONS,
    FOLDS,
    Fold,
    amendment,
    course,
    creation,
    guards,
    lines,
    service_agreement,
)
from services.agreement.domain.service_agreement.state import Draft, State
from tests.domain.agreement.records import create
from tests.domain.agreement.stories import STORIES, recorded

MODULES: tuple[ModuleType, ...] = (folder, shared, guards, amendment, course, creation, lines)


def forbidden(*_: Any, **__: Any) -> Any:
    raise AssertionError("a rule was asked while history was folded")


def rules() -> set[FunctionType]:
    """Every decision, every function of both guards, and what amendments choose."""
    decisions = {decision for row in DECISIONS.values() for decision in row.values()}
    asked = {
        value
        for module in (shared, guards)
        for value in vars(module).values()
        if isinstance(value, FunctionType) and value.__module__ == module.__name__
    }
    return {*decisions, *asked, folder.decide, course.untimely, amendment.chosen, amendment.asked}  # type: ignore[arg-type]


@pytest.fixture
def no_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    every = rules()
    for module in MODULES:
        for name, value in list(vars(module).items()):
            if isinstance(value, FunctionType) and value in every:
                monkeypatch.setattr(module, name, forbidden)
    nothing = {state: dict.fromkeys(row, forbidden) for state, row in DECISIONS.items()}
    monkeypatch.setattr(folder, "DECISIONS", nothing)
    monkeypatch.setattr(type(service_agreement), "decide", property(lambda _: forbidden), raising=False)


HISTORIES = {name: recorded(commands) for name, commands in STORIES.items()}
STATES = {name: service_agreement.fold(history) for name, history in HISTORIES.items()}


@pytest.mark.usefixtures("no_rules")
@pytest.mark.parametrize("story", STORIES)
def test_a_recorded_story_folds_to_the_same_state_without_any_rule(story: str) -> None:
    assert service_agreement.fold(HISTORIES[story]) == STATES[story]


@pytest.mark.usefixtures("no_rules")
def test_rules_are_really_forbidden() -> None:
    with pytest.raises(AssertionError, match="a rule was asked"):
        service_agreement.decide(create(), service_agreement.initial)
    with pytest.raises(AssertionError, match="a rule was asked"):
        vars(creation)["chosen"]("BRONZE", None, None)
    with pytest.raises(AssertionError, match="a rule was asked"):
        vars(guards)["entry_stands"](None, None, None)


def test_a_rule_in_a_fold_would_be_found(no_rules: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def ruled(agreement: Any, fact: Any) -> Any:
        shared.insist()
        return agreement

    row: dict[type[AgreementFact], Fold] = {**FOLDS[Draft], AgreementLineAdded: ruled}
    table: dict[type[State], Mapping[type[AgreementFact], Fold]] = {**FOLDS, Draft: row}
    monkeypatch.setattr(folder, "FOLDS", table)
    with pytest.raises(AssertionError, match="a rule was asked"):
        service_agreement.fold(HISTORIES["a year"])
