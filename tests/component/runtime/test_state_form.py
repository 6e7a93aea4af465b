"""A state becomes bytes and the same state again, or is refused; its shape tells one type from another."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from libs.kernel.decider import Snapshots
from libs.kernel.money import Money
from libs.runtime.snapshots import fold_of
from libs.runtime.state_form import form_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Colour(Enum):
    """An enum in a state."""

    RED = 1
    BLUE = 2


@dataclass(frozen=True)
class Nothing:
    """A state without parts."""


@dataclass(frozen=True)
class Draft:
    """One of two states with the same parts."""

    number: str


@dataclass(frozen=True)
class Final:
    """The other."""

    number: str


@dataclass(frozen=True)
class Everything:
    """A state with every kind of part."""

    amount: Money
    quantity: Decimal
    on: date
    at: datetime
    opens: time
    lasts: timedelta
    id: UUID
    colour: Colour
    word: Literal["a", "b"] | None
    pair: tuple[int, str]
    several: tuple[Draft | Final, ...]
    codes: frozenset[str]
    lines: Mapping[int, Draft | Final | None]
    marked: Annotated[str, "personal"]
    flag: bool = True
    none: None = None


WHOLE = Everything(
    amount=Money.of("-808.50", "EUR"),
    quantity=Decimal("1.2300"),
    on=date(2026, 2, 28),
    at=datetime(2026, 3, 2, 12, 0, 0, 123, tzinfo=timezone(timedelta(hours=1))),
    opens=time(8, 30),
    lasts=timedelta(days=-1, microseconds=7),
    id=UUID(int=7),
    colour=Colour.BLUE,
    word=None,
    pair=(3, 'ü"\ud800'),
    several=(Draft("1"), Final("1")),
    codes=frozenset({"b", "a"}),
    lines={10: Final("x"), 9: None, 2: Draft("y")},
    marked="",
)


def test_every_kind_of_part_comes_back_as_it_was() -> None:
    form = form_of(Everything)
    again = form.from_bytes(form.to_bytes(WHOLE))
    assert again == WHOLE
    assert repr(again) == repr(WHOLE).replace(repr(WHOLE.codes), repr(again.codes))
    assert list(again.lines) == [10, 9, 2]


def test_equal_states_are_equal_bytes() -> None:
    form = form_of(frozenset[str])
    assert form.to_bytes(frozenset("edcba")) == form.to_bytes(frozenset("abcde")) == b'["a","b","c","d","e"]'


@pytest.mark.parametrize("state", [Nothing(), Draft("1"), Final("1")])
def test_states_with_the_same_parts_are_told_apart(state: object) -> None:
    form = form_of(Nothing | Draft | Final)
    assert form.from_bytes(form.to_bytes(state)) == state


@dataclass(frozen=True)
class _Loud(Draft):
    """A state that says more than its base."""

    loud: bool = True


@pytest.mark.parametrize(
    "state",
    [
        replace(WHOLE, quantity=3),  # type: ignore[arg-type]
        replace(WHOLE, flag=1),  # type: ignore[arg-type]
        replace(WHOLE, several=[Draft("1")]),  # type: ignore[arg-type]
        replace(WHOLE, several=(_Loud("1"),)),
        replace(WHOLE, pair=(3,)),  # type: ignore[arg-type]
        replace(WHOLE, at=datetime(2026, 3, 2, 12, tzinfo=ZoneInfo("Europe/Brussels"))),
        replace(WHOLE, at=NOON.replace(tzinfo=None)),
        replace(WHOLE, word="c"),  # type: ignore[arg-type]
        Nothing(),
    ],
)
def test_a_state_that_is_not_what_its_type_says_is_refused(state: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        form_of(Everything).to_bytes(state)


@dataclass(frozen=True)
class _Counting:
    """A state that computes a part of itself."""

    parts: tuple[str, ...]
    count: int = field(init=False, default=0)


@dataclass(frozen=True)
class _Forgetful:
    """A state that is not equal to what it was made of."""

    parts: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", (*self.parts, "more"))


@pytest.mark.parametrize(
    "kind", [list[int], float, object, Any, bytes, set[str], _Counting, tuple[int, ...] | tuple[str, ...], type]
)
def test_a_type_without_a_form_is_refused_at_once(kind: Any) -> None:
    with pytest.raises(TypeError):
        form_of(kind)


def test_a_state_that_would_not_come_back_is_refused() -> None:
    with pytest.raises(ValueError, match="does not come back"):
        form_of(_Forgetful).to_bytes(_Forgetful(("a",)))


def _with(**parts: Any) -> type:
    """A state type of one name, with these parts."""
    return dataclass(frozen=True)(type("Order", (), {"__annotations__": parts}))


PLAIN = {"number": str, "lines": tuple[int, ...]}


@pytest.mark.parametrize(
    "changed",
    [
        {"number": str},
        {**PLAIN, "more": bool},
        {"lines": tuple[int, ...], "number": str},
        {"name": str, "lines": tuple[int, ...]},
        {**PLAIN, "number": Decimal},
        {**PLAIN, "number": str | None},
        {**PLAIN, "number": Literal["a"]},
        {**PLAIN, "number": Literal["b"]},
        {**PLAIN, "lines": frozenset[int]},
        {**PLAIN, "lines": Mapping[int, Draft]},
        {**PLAIN, "lines": Mapping[int, Final]},
        {**PLAIN, "lines": Mapping[int, Draft | Final]},
        {**PLAIN, "lines": Mapping[int, Final | Draft]},
        {**PLAIN, "lines": Colour},
    ],
)
def test_a_change_of_the_shape_is_another_fold_without_anybody_saying_so(changed: dict[str, Any]) -> None:
    assert fold_of(Snapshots(_with(**PLAIN), 1)).name == fold_of(Snapshots(_with(**dict(PLAIN)), 1)).name
    assert fold_of(Snapshots(_with(**changed), 1)).name != fold_of(Snapshots(_with(**PLAIN), 1)).name


def test_a_change_of_the_fold_is_said_by_its_number() -> None:
    assert fold_of(Snapshots(Draft, 1)).name != fold_of(Snapshots(Draft, 2)).name
