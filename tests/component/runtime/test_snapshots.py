"""A state that is kept and taken up again is the state that all facts give, whatever the history and wherever it is cut."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.events.order import OrderFact
from libs.kernel.decider import Snapshots
from libs.runtime.recorder import Snapshot, Standing, StoredFact
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


def stored(facts: list[OrderFact]) -> list[StoredFact]:
    meta = {"occurred_at": BEGAN.isoformat()}
    return [StoredFact(UUID(STREAM), n, fact.wire(), fact.to_bytes(), meta) for n, fact in enumerate(facts, 1)]


def check(decider: AnyDecider, facts: list[OrderFact], cut: int) -> None:
    """Cuts the history, keeps the state there, and takes it up again."""
    whole = stream_of(decider, STREAM, Standing(None, stored(facts)))
    kept = fold_of(SNAPSHOTS).form.to_bytes(stream_of(decider, STREAM, Standing(None, stored(facts[:cut]))).state)
    standing = Standing(Snapshot(cut, BEGAN, kept), stored(facts)[cut:])
    assert stream_of(decider, STREAM, standing) == replace(whole, kept=cut)
    assert stream_of(replace(decider, snapshots=None), STREAM, Standing(None, stored(facts))) == whole


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
