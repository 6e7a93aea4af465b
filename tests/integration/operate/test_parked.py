"""I14: what waits behind a bad fact takes effect in order when it is released, also while the consumer is running."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import pytest

from libs.events.order import OrderCreated, OrderRevised
from libs.kernel.policy import Ask, Policy
from libs.kernel.view import Heard, Rows, View
from libs.runtime.database import Connection, connect
from libs.runtime.hearing import Effect, Hearing, MarkMoved
from libs.runtime.intake import Fresh, Mark, Parked
from libs.runtime.parking import park, waiting
from libs.runtime.projector import Projection, Projector
from libs.runtime.reactor import Reactor
from libs.runtime.records import OWN_LOG, Record, from_log
from libs.runtime.releasing import Chosen, NothingParked, discard, parked_streams, retry
from libs.runtime.roles import keep
from libs.runtime.settings import KafkaSettings
from libs.runtime.store import FactStore
from tests.support.eventually import eventually
from tests.support.listening import asked, feed, present, relay, running, shows, url_of
from tests.support.runtime import VIEW, Say, created, order_id, revised, revisions, say, saying

WAITS = "select count(*) from pg_locks where not granted"


def _counts(rows: Rows, fact: OrderRevised, _heard: Heard) -> Rows:
    if fact.description == "still bad":
        raise RuntimeError("bad for this version, too")
    return {(): {**rows[()], "revisions": rows[()]["revisions"] + 1}}


MENDED = Projection(View("revisions", "order", {**VIEW.view.folds, OrderRevised: _counts}), revisions)
"""The view of a version that understands what the one before it did not."""


def chosen(name: int = 1, consumer: str = "order.views") -> Chosen:
    return Chosen(consumer, "order", order_id(name))


class Ears(Hearing):
    """Hears the log of the orders; `pause` holds it inside its transaction, before or after the mark has moved."""

    def __init__(self, url: str, effect: Effect | None = None, consumer: str = "order.views") -> None:
        super().__init__(url, consumer, "order", effect or Projector([VIEW]))
        self.before, self.after, self.paused, self.moved = (asyncio.Event() for _ in range(4))
        self.before.set()
        self.after.set()

    async def hear(self, store: FactStore) -> None:
        """Everything new, in one batch."""
        facts = await store.recorder.read_log(self.marks[OWN_LOG].position, 100)
        await self.handle([from_log(fact, "order") for fact in facts])

    async def _move(self, connection: Connection, marks: Mapping[int, Mark]) -> None:
        self.paused.set()
        await self.before.wait()
        await super()._move(connection, marks)
        self.moved.set()
        await self.after.wait()


@asynccontextmanager
async def ears(url: str, effect: Effect | None = None, consumer: str = "order.views") -> AsyncIterator[Ears]:
    hearing = Ears(url, effect, consumer)
    await hearing.open()
    try:
        await hearing.assign([OWN_LOG])
        yield hearing
    finally:
        await hearing.close()


async def reasons(url: str, name: int = 1) -> list[str]:
    async with await connect(url) as connection:
        return [one.reason for one in await waiting(connection, "order.views", "order", order_id(name))]


async def test_a_released_stream_equals_a_fold_and_the_running_consumer_goes_on_with_it(
    store: FactStore, listener: FactStore, kafka: KafkaSettings
) -> None:
    url, listening = url_of(listener), feed(listener, url_of(listener), kafka)
    async with running(relay(store, url_of(store), kafka).run), running(lambda: keep("views", listening.run, set())):
        await say(store, 1, created("A"), revised("raise"))
        await say(store, 1, revised())
        await eventually(lambda: _parked(url, 2))
        released = await retry(url, Projector([MENDED]), chosen(consumer="reporting.views"))
        assert (released.applied, released.waiting, await present(listener)) == (2, [], {"A": 2})
        await say(store, 1, revised())
        await shows(listener, {"A": 3})
    assert await parked_streams(url) == []


async def _parked(url: str, count: int) -> bool:
    return await asked(url, "select count(*) from store.parked") == [(count,)]


async def test_a_consumer_that_did_not_know_of_the_release_applies_nothing_out_of_order(
    store: FactStore, order_url: str
) -> None:
    """Released between the moment a batch was sifted and the moment its mark moves."""
    async with ears(order_url) as hearing:
        await say(store, 1, created("A"), revised("raise"))
        await hearing.hear(store)
        await say(store, 1, revised())
        hearing.before.clear()
        hearing.paused.clear()
        async with running(lambda: hearing.hear(store)) as hears:
            await hearing.paused.wait()
            assert (await retry(order_url, Projector([MENDED]), chosen())).applied == 1
            hearing.before.set()
            with pytest.raises(MarkMoved):
                await hears
        assert (await present(store), await reasons(order_url)) == ({"A": 1}, [])
        await hearing.assign([OWN_LOG])
        await hearing.hear(store)
    assert await present(store) == {"A": 2}


async def test_a_release_waits_for_the_batch_under_way_and_takes_what_it_parked_along(
    store: FactStore, order_url: str
) -> None:
    async with ears(order_url) as hearing:
        await say(store, 1, created("A"), revised("raise"))
        await hearing.hear(store)
        await say(store, 1, revised())
        hearing.after.clear()
        hearing.moved.clear()
        async with running(lambda: hearing.hear(store)) as hears:
            await hearing.moved.wait()
            released = asyncio.ensure_future(retry(order_url, Projector([MENDED]), chosen()))
            await eventually(lambda: _somebody_waits(order_url))
            hearing.after.set()
            await hears
            assert (await released).applied == 2
    assert (await present(store), await reasons(order_url)) == ({"A": 2}, [])


async def _somebody_waits(url: str) -> bool:
    return await asked(url, WAITS) != [(0,)]


async def test_what_fails_again_waits_on_with_the_new_reason_and_what_stands_before_it_has_taken_effect(
    store: FactStore, order_url: str
) -> None:
    async with ears(order_url) as hearing:
        await say(store, 1, created("A"), revised("raise"), revised("still bad"), revised())
        await say(store, 2, created("B"), revised("raise"))
        await hearing.hear(store)
        released = await retry(order_url, Projector([MENDED]), chosen())
    assert released.applied == 1
    assert [(one.sequence, why) for one, why in released.waiting] == [
        (3, "the view failed: RuntimeError('bad for this version, too')"),
        (4, "behind a parked fact of its stream"),
    ]
    assert await reasons(order_url) == [why for _, why in released.waiting]
    assert await present(store) == {"A": 1, "B": 0}
    assert [(one.chosen, one.count, one.first, one.last) for one in await parked_streams(order_url)] == [
        (chosen(1), 2, 3, 4),
        (chosen(2), 1, 2, 2),
    ]


async def test_a_release_that_cannot_commit_changes_nothing(store: FactStore, order_url: str) -> None:
    class Breaks(Projector):
        async def apply(self, connection: Connection, fresh: Sequence[Fresh]) -> list[Parked]:
            await super().apply(connection, fresh)
            raise RuntimeError("the process ends here")

    async with ears(order_url) as hearing:
        await say(store, 1, created("A"), revised("raise"))
        await hearing.hear(store)
        with pytest.raises(RuntimeError, match="ends here"):
            await retry(order_url, Breaks([MENDED]), chosen())
        assert (await present(store), len(await reasons(order_url))) == ({"A": 0}, 1)
        await say(store, 2, created("B"))
        await hearing.hear(store)  # the turn has not moved
    assert await present(store) == {"A": 0, "B": 0}


async def test_one_record_is_discarded_with_who_and_why_and_the_others_are_released_without_it(
    store: FactStore, order_url: str
) -> None:
    async with ears(order_url) as hearing:
        await say(store, 1, created("A"), revised("still bad"), revised())
        await hearing.handle([from_log(fact, "order") for fact in await store.recorder.read_log(0, 1)])
        hearing.effect = Projector([MENDED])
        await hearing.hear(store)
        async with await connect(order_url) as connection:
            first, *_ = await waiting(connection, "order.views", "order", order_id(1))
        assert await discard(order_url, [first], "anna", "told twice by phone") == 1
        assert (await retry(order_url, Projector([MENDED]), chosen())).applied == 1
    kept = await asked(order_url, "select sequence, value, discarded_by, discard_reason from store.discarded")
    assert kept == [(2, revised("still bad").to_bytes(), "anna", "told twice by phone")]
    assert await present(store) == {"A": 1}


async def test_when_the_last_record_is_discarded_the_stream_goes_on(store: FactStore, order_url: str) -> None:
    async with ears(order_url) as hearing:
        await say(store, 1, created("A"), revised("raise"))
        await hearing.hear(store)
        async with await connect(order_url) as connection:
            await discard(order_url, await waiting(connection, "order.views", "order", order_id(1)), "anna", "wrong")
        await say(store, 1, revised())
        with pytest.raises(MarkMoved):
            await hearing.hear(store)
        await hearing.assign([OWN_LOG])
        await hearing.hear(store)
    assert await present(store) == {"A": 1}


async def test_what_cannot_be_read_can_only_be_discarded_and_does_not_come_back(
    store: FactStore, order_url: str
) -> None:
    junk = Parked(Record(3, 7, b"nobody", [("x", b"\x00")], b"\xff", None, "no headers of ours"), "no headers of ours")
    async with await connect(order_url) as connection:
        await park(connection, "order.views", "order", junk)
        await park(connection, "order.views", "order", junk)  # read again after a crash
        (one,) = await waiting(connection, "order.views", "order", "nobody")
        with pytest.raises(NothingParked):
            await retry(order_url, Projector([VIEW]), Chosen("order.views", "order", "nobody"))
        await discard(order_url, [one], "anna", "a test of somebody's")
        await park(connection, "order.views", "order", junk)
        assert await waiting(connection, "order.views", "order", "nobody") == []


async def test_a_bad_fact_at_an_offset_used_before_is_kept_too(order_url: str, store: FactStore) -> None:
    """A topic made anew counts offsets from 0 again."""
    await say(store, 1, created())
    await say(store, 2, created())
    first, second = [from_log(fact, "order") for fact in await store.recorder.read_log(0, 2)]
    async with await connect(order_url) as connection:
        for record in (first, second):
            at_0 = Record(0, 0, record.key, record.headers, record.value, record.envelope)
            await park(connection, "order.views", "order", Parked(at_0, "bad"))
    assert await asked(order_url, "select position from store.parked order by 1") == [(1,), (2,)]


async def test_a_policy_is_asked_again_and_its_decision_and_the_release_are_one(
    store: FactStore, order_url: str
) -> None:
    def refuses(fact: OrderCreated, _heard: Heard) -> Ask | None:
        raise RuntimeError(f"nothing is known of {fact.project}")

    def asks(_fact: OrderCreated, heard: Heard) -> Ask | None:
        return Ask(order_id("answer"), Say((revised(heard.stream_id),)))

    refusing = Reactor(Policy("order", {OrderCreated: refuses}), saying, store, "service:order")
    asking = Reactor(Policy("order", {OrderCreated: asks}), saying, store, "service:order")
    async with ears(order_url, refusing, "order.policies") as hearing:
        await say(store, 1, created())
        await hearing.hear(store)
        assert await store.recorder.load(order_id("answer")) == []
        assert (await retry(order_url, asking, chosen(consumer="order.policies"))).applied == 1
        with pytest.raises(NothingParked):
            await retry(order_url, asking, chosen(consumer="order.policies"))
    (answer,) = await store.recorder.load(order_id("answer"))
    assert (answer.meta["causation_id"], answer.meta["actor"]) == (f"{order_id(1)}:1", "service:order")
