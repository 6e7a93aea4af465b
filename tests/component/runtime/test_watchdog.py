"""The watchdog: facts that wait while nothing moves end the process; idleness and slowness do not."""

import asyncio

import pytest

from libs.runtime.watchdog import Stuck, Watch, watched


def test_what_waits_and_does_not_move_is_stuck_after_the_patience() -> None:
    watch = Watch("reporting.views on order.events.v1", patience=30)
    assert watch.look(0, {0: 5, 1: 7}, {0: 5, 1: 9}) == 2
    assert watch.look(29, {0: 5, 1: 7}, {0: 5, 1: 20}) == 13
    with pytest.raises(Stuck, match=r"order\.events\.v1, partition 1: stands at 7 for 30 s, and 20 wait"):
        watch.look(30, {0: 5, 1: 7}, {0: 5, 1: 27})


def test_the_patience_begins_again_with_every_move() -> None:
    watch = Watch("consumer", patience=30)
    for at in range(0, 200, 20):
        assert watch.look(at, {0: at}, {0: at + 1000}) == 1000


def test_nothing_waits_where_all_was_heard_and_the_patience_begins_when_something_comes() -> None:
    watch = Watch("consumer", patience=30)
    for at in range(0, 200, 20):
        assert watch.look(at, {0: 5}, {0: 5}) == 0
    assert watch.look(200, {0: 5}, {0: 6}) == 1
    assert watch.look(229, {0: 5}, {0: 6}) == 1


def test_a_partition_that_was_given_away_is_forgotten() -> None:
    watch = Watch("consumer", patience=30)
    watch.look(0, {0: 5}, {0: 6})
    assert watch.look(20, {}, {}) == 0
    assert watch.look(40, {0: 5}, {0: 6}) == 1


async def test_the_first_that_ends_ends_the_other_and_is_raised() -> None:
    ended = asyncio.Event()

    async def works() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def finds() -> None:
        raise Stuck("nothing moves")

    with pytest.raises(Stuck):
        await watched(works(), finds())
    assert ended.is_set()
