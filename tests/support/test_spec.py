"""The specification helper must be able to fail: each way of being wrong is caught."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from pydantic import ValidationError

from libs.events.fact import Fact
from libs.events.types import Number, PositiveNumber
from libs.kernel.decider import Decider, Rejected
from tests.support.spec import When, specification


class Filled(Fact, publisher="jug"):
    litres: Number


class Emptied(Fact, publisher="jug"):
    pass


class Measured(Fact, publisher="jug"):
    litres: PositiveNumber


def decide(command: str, state: Decimal) -> Sequence[Fact]:
    match command:
        case "fill":
            return [Filled(litres=Decimal("1.50"))]
        case "swap":
            return [Emptied(), Filled(litres=Decimal("1.50"))]
        case "rest":
            return []
        case "measure":
            return [Measured.model_construct(litres=Decimal(0))]
        case "pour":
            raise Rejected.value("too_much", "so much is not in it", field="/litres")
        case "break":
            raise Rejected.transition("full", ("pour", "rest"), "a full jug does not break")
        case _:
            raise KeyError(command)


def evolve(state: Decimal, fact: Fact) -> Decimal:
    return fact.litres if isinstance(fact, Filled) else Decimal(0)


jug = specification(Decider(Decimal(0), decide, evolve))
FILLED, EMPTIED = Filled(litres=Decimal("1.50")), Emptied()


def test_what_is_right_passes() -> None:
    jug.when("fill").then(FILLED).when("swap").then(EMPTIED, FILLED).when("rest").then()
    jug.when("pour").then_refused("value", "too_much", "/litres")
    jug.when("break").then_not_allowed("full", "pour", "rest")


def test_the_history_goes_on_behind_what_was_given() -> None:
    assert jug.given(EMPTIED).when("fill").then(FILLED).history == (EMPTIED, FILLED)
    assert jug.given(FILLED, EMPTIED).state == 0
    assert jug.given(EMPTIED, FILLED).state == Decimal("1.50")


@pytest.mark.parametrize(
    "expected",
    [
        pytest.param((), id="nothing expected"),
        pytest.param((EMPTIED,), id="one missing"),
        pytest.param((FILLED, EMPTIED), id="other order"),
        pytest.param((EMPTIED, FILLED, FILLED), id="one too many"),
        pytest.param((EMPTIED, EMPTIED), id="another fact"),
        pytest.param((EMPTIED, Filled(litres=Decimal("1.51"))), id="another value"),
        pytest.param((EMPTIED, Filled(litres=Decimal("1.5"))), id="other decimals"),
    ],
)
def test_other_facts_are_caught(expected: tuple[Fact, ...]) -> None:
    with pytest.raises(AssertionError):
        jug.when("swap").then(*expected)


def test_a_fact_where_none_was_expected_and_none_where_one_was() -> None:
    with pytest.raises(AssertionError):
        jug.when("fill").then()
    with pytest.raises(AssertionError):
        jug.when("rest").then(FILLED)


def test_a_fact_that_cannot_be_read_back_is_caught() -> None:
    measured = Measured.model_construct(litres=Decimal(0))
    with pytest.raises(ValidationError):
        jug.when("measure").then(measured)
    with pytest.raises(ValidationError):
        jug.given(measured).when("rest")


@pytest.mark.parametrize(
    ("kind", "reason", "field"),
    [
        ("state", "too_much", "/litres"),
        ("value", "too_little", "/litres"),
        ("value", "too_much", ""),
        ("value", "too_much", "/glasses"),
    ],
)
def test_another_refusal_is_caught(kind: str, reason: str, field: str) -> None:
    with pytest.raises(AssertionError):
        jug.when("pour").then_refused(kind, reason, field)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "allowed"), [("empty", ("pour", "rest")), ("full", ("rest", "pour")), ("full", ("pour",)), ("full", ())]
)
def test_another_state_or_other_actions_are_caught(state: str, allowed: tuple[str, ...]) -> None:
    with pytest.raises(AssertionError):
        jug.when("break").then_not_allowed(state, *allowed)


def test_a_refusal_where_facts_were_expected_and_facts_where_a_refusal_was() -> None:
    with pytest.raises(AssertionError, match="refused: too_much"):
        jug.when("pour").then()
    with pytest.raises(AssertionError, match="not refused"):
        jug.when("fill").then_refused("value", "too_much", "/litres")
    with pytest.raises(AssertionError, match="not refused"):
        jug.when("rest").then_not_allowed("full")


def test_a_step_on_the_way_changes_the_state() -> None:
    assert jug.when("fill").then_accepted().history == (FILLED,)
    with pytest.raises(AssertionError):
        jug.when("rest").then_accepted()
    with pytest.raises(AssertionError):
        jug.given(FILLED).when("fill").then_accepted()
    with pytest.raises(AssertionError, match="refused: too_much"):
        jug.when("pour").then_accepted()


def test_a_refusal_says_something() -> None:
    with pytest.raises(AssertionError):
        When(jug, Rejected.state("silent", " ")).then_refused("state", "silent")


def test_a_fault_goes_through() -> None:
    with pytest.raises(KeyError):
        jug.when("juggle")
