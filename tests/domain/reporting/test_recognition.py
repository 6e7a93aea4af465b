"""The views of schedules: lines, and what moves the revenue that is still to be earned. SRP-03, SRP-04, ACC-10."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.events.fact import Fact
from libs.events.subscription_billing_accruals import ScheduleLinesDeleted
from services.reporting.projections.recognition import accrual_line, accrual_schedule, deferral
from tests.domain.reporting import a_subscription as a
from tests.domain.reporting.an_order import folded

AGAIN = date(2026, 12, 1)


def states(*facts: Fact) -> list[str]:
    """The states of the three lines."""
    return [row["state"] for row in folded(accrual_line, [a.built(), *facts]).values()]


def moved(*facts: Fact) -> list[tuple[str, str, str]]:
    rows = folded(deferral, [a.built(), *facts])
    return [(row["kind"], str(row["posted_on"]), row["amount"]) for row in rows.values()]


def test_a_line_is_posted_reversed_posted_again_and_dropped() -> None:
    """ACC-06, ACC-07, CRN-05."""
    assert states() == ["open", "open", "open"]
    assert states(a.accrued()) == ["posted", "open", "open"]
    assert states(a.accrued(), a.reversed_line()) == ["open", "open", "open"]
    assert states(a.accrued(), a.dropped(2, 3, amount="6000.00")) == ["posted", "dropped", "dropped"]


def test_a_line_tells_its_last_posting() -> None:
    """SRP-03."""
    facts = [a.built(), a.accrued(), a.reversed_line()]
    taken_back = folded(accrual_line, facts)[1,]
    assert (taken_back["accrued_on"], taken_back["reversed_on"]) == (None, a.CREDITED_ON)
    again = folded(accrual_line, [*facts, a.accrued(on=AGAIN, count=2)])[1,]
    assert (again["accrued_on"], again["reversed_on"], again["times_posted"]) == (AGAIN, None, 2)
    assert again["voucher"] == a.accrued(count=2).voucher


def test_deleted_lines_keep_what_they_were() -> None:
    """ACC-09: out of sight, and the ledger as it was."""
    rows = folded(accrual_line, [a.built(), a.accrued(), ScheduleLinesDeleted(lines=(1,))])
    assert [(row["state"], row["deleted"]) for row in rows.values()] == [
        ("posted", True), ("open", False), ("open", False)
    ]  # fmt: skip


def test_what_moves_deferred_revenue() -> None:
    """SRP-04: by the day that counts for the ledger."""
    assert moved(a.accrued(), a.reversed_line(), a.dropped(1, 2, 3)) == [
        ("billed", "2026-09-08", "9000.00"),
        ("recognised", "2026-10-31", "-3000.00"),
        ("reversed", "2026-11-15", "3000.00"),
        ("credited", "2026-11-15", "-9000.00"),
    ]


def test_a_schedule_is_in_the_accounting_currency() -> None:
    """ACC-12."""
    (row,) = folded(accrual_schedule, [a.built(), a.accrued()]).values()
    assert (row["amount"], row["currency"], row["invoice"], row["accrual_code"]) == (
        "9000.00",
        "EUR",
        "INV-1",
        "MONTHS",
    )


Steps = Sequence[tuple[str, int]]


def history(steps: Steps) -> list[Fact]:
    """What can happen to a schedule of 3001, 2999 and 3000 when somebody tries these steps, one after the other."""
    amounts, state, counts = ["3001.00", "2999.00", "3000.00"], ["open"] * 3, [0] * 3
    told: list[Fact] = [a.built(*amounts)]
    for what, line in steps:
        at = line - 1
        if what == "accrue" and state[at] == "open":
            state[at], counts[at] = "posted", counts[at] + 1
            told.append(a.accrued(line, amounts[at], count=counts[at]))
        elif what == "reverse" and state[at] == "posted":
            state[at] = "open"
            told.append(a.reversed_line(line, amounts[at], count=counts[at]))
        elif what == "drop" and (lines := [n for n, each in enumerate(state, 1) if each == "open"]):
            worth = sum(Decimal(amounts[n - 1]) for n in lines)
            state = ["dropped" if each == "open" else each for each in state]
            told.append(a.dropped(*lines, amount=f"{worth:.2f}"))
    return told


STEPS = st.lists(st.tuples(st.sampled_from(["accrue", "accrue", "reverse", "drop"]), st.integers(1, 3)), max_size=12)


@given(STEPS)
def test_what_is_deferred_is_what_is_open(steps: Steps) -> None:
    """SRP-04, ACC-10: at every moment, closing = the sum of the open lines."""
    told = history(steps)
    for count in range(1, len(told) + 1):
        movements = folded(deferral, told[:count]).values()
        lines = folded(accrual_line, told[:count]).values()
        open_lines = sum(Decimal(row["amount"]) for row in lines if row["state"] == "open")
        assert sum(Decimal(row["amount"]) for row in movements) == open_lines


@pytest.mark.parametrize("fact", [a.accrued(), a.reversed_line(), a.dropped(1)])
def test_without_a_schedule_there_is_no_line(fact: Fact) -> None:
    assert folded(accrual_line, [fact]) == {}
