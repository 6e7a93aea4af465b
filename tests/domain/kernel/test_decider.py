"""A decider folds; a refusal says who is to blame and what is allowed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.decider import Decider, Rejected

NUMBERS = st.lists(st.integers())
adding: Decider[int, int, int] = Decider(0, lambda command, _: [command], lambda state, fact: state + fact)
writing: Decider[str, str, str] = Decider("", lambda command, _: [command], lambda state, fact: state + fact)


def test_nothing_folds_to_the_beginning_or_to_where_one_stands() -> None:
    assert adding.fold([]) == 0
    assert adding.fold([], 7) == 7


def test_facts_fold_in_their_order() -> None:
    assert writing.fold(["a", "b", "c"]) == "abc"
    assert writing.fold(iter(["b", "c"]), "a") == "abc"


@given(NUMBERS, NUMBERS)
def test_a_fold_can_be_interrupted_anywhere(before: list[int], after: list[int]) -> None:
    assert adding.fold(after, adding.fold(before)) == adding.fold(before + after) == sum(before + after)


def test_an_empty_state_is_a_state() -> None:
    """Only None stands for the beginning: a state that counts as false is folded from."""
    ten: Decider[int, int, int] = Decider(10, lambda command, _: [command], lambda state, fact: state + fact)
    assert ten.fold([1], 0) == 1
    assert ten.fold([1]) == 11


def test_a_refusal_by_the_state() -> None:
    refusal = Rejected.state("used_up", "every visit has been used")
    assert (refusal.kind, refusal.reason, refusal.sentence) == ("state", "used_up", "every visit has been used")
    assert (refusal.field, refusal.present_state, refusal.allowed) == ("", "", ())
    assert str(refusal) == "every visit has been used"


def test_a_refusal_of_a_value_names_the_field() -> None:
    refusal = Rejected.value("period_reversed", "it ends before it starts", field="/to")
    assert (refusal.kind, refusal.reason, refusal.field) == ("value", "period_reversed", "/to")
    assert Rejected.value("period_reversed", "it ends before it starts").field == ""


def test_a_refusal_of_a_transition_names_the_state_and_what_it_allows() -> None:
    refusal = Rejected.transition("posted", ["adjust"], "a posted order is only adjusted")
    assert (refusal.kind, refusal.reason, refusal.field) == ("state", "illegal_transition", "")
    assert (refusal.present_state, refusal.allowed) == ("posted", ("adjust",))


def test_a_refusal_is_raised() -> None:
    with pytest.raises(Rejected, match="no more"):
        raise Rejected.state("no", "no more")
