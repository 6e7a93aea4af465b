"""A state that is kept and taken up again is the state that all facts give, whatever the history and wherever it is cut."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.events.order import OrderFact
from libs.kernel.decider import Snapshots
from libs.runtime.loader import Snapshot, Standing, Told
from libs.runtime.snapshots import fold_of, stream_of
from libs.runtime.streams import AnyDecider
from services.order.domain.service_order import service_order
from services.order.domain.service_order.state import State
from tests.domain.order.stories import STORIES, recorded
from tests.support.runtime import order_id

SNAPSHOTS = Snapshots(State, fold=1)
STREAM = order_id(1)
BEGAN = datetime(2026, 3, 2, 8, tzinfo=UTC)
EVERY_FACT = [fact for commands in STORIES.values() for fact in recorded(commands)]
"""Facts of all stories. Folds take facts in any order, and refuse none."""


def told(facts: list[OrderFact]) -> list[Told]:
    return [Told(fact.wire(), fact.to_bytes()) for fact in facts]


def check(decider: AnyDecider, facts: list[OrderFact], cut: int) -> None:
    """Cuts the history, keeps the state there, and takes it up again."""
    whole = stream_of(decider, STREAM, Standing(None, told(facts), BEGAN))
    kept = fold_of(SNAPSHOTS).form.to_bytes(stream_of(decider, STREAM, Standing(None, told(facts[:cut]))).state)
    standing = Standing(Snapshot(cut, kept), told(facts)[cut:], BEGAN)
    assert stream_of(decider, STREAM, standing) == replace(whole, kept=cut)
    assert stream_of(replace(decider, snapshots=None), STREAM, Standing(None, told(facts), BEGAN)) == whole


@pytest.mark.parametrize("story", STORIES)
def test_any_story_may_be_cut_anywhere(story: str) -> None:
    facts = list(recorded(STORIES[story]))
    for cut in range(1, len(facts) + 1):
        check(service_order, facts, cut)


@given(st.lists(st.sampled_from(EVERY_FACT), min_size=1, max_size=40), st.data())
def test_any_history_may_be_cut_anywhere(facts: list[OrderFact], data: st.DataObject) -> None:
    check(service_order, facts, data.draw(st.integers(1, len(facts))))


def test_the_order_keeps_snapshots_of_the_state_that_it_folds() -> None:
    assert service_order.snapshots is not None
    assert service_order.snapshots.state == State
