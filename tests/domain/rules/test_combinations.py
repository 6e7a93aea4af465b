"""The search over nine combinations of project and category: LED-01, LNP-02, LNP-03."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.rules.combinations import First, Place, Row, line_property_of, searched

HERE = Place("P-1", "SUB", "SERVICE", "FEES")
PROJECT = {"T": {"project": "P-1"}, "G": {"project_group": "SERVICE"}, "A": {}}
CATEGORY = {"T": {"category": "SUB"}, "G": {"category_group": "FEES"}, "A": {}}

PROJECT_FIRST = ("TT", "TG", "TA", "GT", "GG", "GA", "AT", "AG", "AA")
CATEGORY_FIRST = ("TT", "GT", "AT", "TG", "GG", "AG", "TA", "GA", "AA")
"""Project, then category: Table, Group or All. The second is the transpose of the first."""


def row(letters: str, key: str = "K") -> Row:
    """The row of a combination, whose value is its letters."""
    return Row(key, letters, **PROJECT[letters[0]], **CATEGORY[letters[1]])


@pytest.mark.parametrize(("first", "order"), [("project", PROJECT_FIRST), ("category", CATEGORY_FIRST)])
def test_the_most_specific_combination_wins_and_the_axis_that_is_first_varies_slowest(
    first: First, order: tuple[str, ...]
) -> None:
    """LED-01, LNP-02, LNP-03: of what is left the next in order wins, all nine times."""
    left = [row(letters) for letters in sorted(order)]
    found = list[str | None]()
    for _ in order:
        found.append(searched(left, HERE, first))
        left = [each for each in left if each.value not in found]
    assert tuple(found) == order


def test_a_row_that_names_another_is_no_hit() -> None:
    """LED-01."""
    others = [
        Row("1", "x", project="P-2"),
        Row("2", "x", project_group="PLANTS"),
        Row("3", "x", category="HOURS"),
        Row("4", "x", category_group="WORK"),
        Row("5", "x", project="P-1", category="HOURS"),
        Row("6", "x", project="P-2", category="SUB"),
    ]
    assert searched(others, HERE, "project") is None
    assert searched([*others, row("AA")], HERE, "category") == "AA"


def test_a_project_without_a_group_is_in_no_group() -> None:
    """LNP-03."""
    alone = Place("P-1", "SUB")
    assert searched([row("GT"), row("AG"), row("AA")], alone, "project") == "AA"


def test_of_two_rows_in_one_place_the_higher_key_wins() -> None:
    """LED-01."""
    rows = [Row("a", "first", project="P-1"), Row("b", "second", project="P-1")]
    assert {searched(order, HERE, "project") for order in permutations(rows)} == {"second"}


def test_without_a_rule_the_line_property_is_the_projects_then_the_groups() -> None:
    """FEE-13, LNP-04: nobody's word leaves it open."""
    assert line_property_of([row("GA")], HERE, "project", "PROJECT", "GROUP") == "GA"
    assert line_property_of([], HERE, "project", "PROJECT", "GROUP") == "PROJECT"
    assert line_property_of([], HERE, "project", None, "GROUP") == "GROUP"
    assert line_property_of([], HERE, "project", None, None) is None


@given(st.permutations(PROJECT_FIRST), st.integers(1, 9), st.sampled_from(["project", "category"]))
def test_the_order_of_rows_changes_nothing(order: list[str], some: int, first: First) -> None:
    """LED-01."""
    rows = [row(letters, letters) for letters in order[:some]]
    assert searched(rows, HERE, first) == searched(sorted(rows, key=lambda each: each.key), HERE, first)
