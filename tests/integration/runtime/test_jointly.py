"""Several streams in one append, on a real PostgreSQL: all or nothing, numbers without a gap, and no waiting for each other."""

import asyncio
from collections import Counter
from urllib.parse import urlsplit, urlunsplit

import pytest

from libs.events.fact import Fact
from libs.events.order import OrderCreated
from libs.kernel.decider import Rejected
from libs.runtime.faults import KeyReused, VersionConflict
from libs.runtime.jointly import Joint, Work, execute_jointly
from libs.runtime.store import FactStore
from libs.runtime.streams import Outcome, Request
from tests.support.eventually import eventually
from tests.support.proxy import proxy_to
from tests.support.runtime import Say, answering, created, order_id, revised, say, saying


async def jointly(
    store: FactStore, main: str | int, work: Work, key: str | None = None, fingerprint: str = "", **request: object
) -> Outcome:
    asked = Request("tester", "correlation", key=key, fingerprint=fingerprint, **request)  # type: ignore[arg-type]
    return await execute_jointly(store, order_id(main), work, asked, answering)


def both(*facts: Fact) -> Work:
    """Tells the main stream and stream 2 the same."""

    async def work(joint: Joint) -> None:
        await joint.main(saying)
        await joint.load(saying, order_id(2))
        joint.decide(order_id(2), Say(facts))
        joint.decide(joint.main_id, Say(facts))

    return work


def numbered(name: str) -> Work:
    """Creates an order with the next number of a counter."""

    async def work(joint: Joint) -> None:
        await joint.main(saying)
        number = await joint.draw("orders")
        joint.decide(joint.main_id, Say((created(f"SO-{number:06d}"),)))

    return work


async def numbers(store: FactStore) -> list[str]:
    facts = [fact.decoded() for fact in await store.recorder.read_log(0, 1000)]
    return [fact.number for fact in facts if isinstance(fact, OrderCreated)]


async def test_streams_are_saved_together_the_main_one_last(store: FactStore) -> None:
    outcome = await jointly(store, 1, both(created(), revised()), key="k", fingerprint="f")
    facts = await store.recorder.read_log(0, 10)
    assert [(str(fact.originator_id), fact.originator_version) for fact in facts] == [
        (order_id(2), 1),
        (order_id(2), 2),
        (order_id(1), 1),
        (order_id(1), 2),
    ]
    assert (outcome.stream_id, outcome.version, outcome.position, outcome.body) == (order_id(1), 2, 4, b"2")
    assert len({fact.recorded_at for fact in facts}) == 1


async def test_a_key_answers_once_whatever_moved_meanwhile(store: FactStore) -> None:
    first = await jointly(store, 1, both(created()), key="k", fingerprint="f")
    await say(store, 2, revised())
    again = await jointly(store, 1, both(created()), key="k", fingerprint="f")
    assert (again.body, again.position, again.replayed) == (first.body, first.position, True)
    with pytest.raises(KeyReused):
        await jointly(store, 1, both(created()), key="k", fingerprint="other")
    assert len(await store.recorder.read_log(0, 10)) == 3


async def test_a_stream_that_moved_lets_everything_be_decided_again(store: FactStore) -> None:
    await say(store, 2, created())
    tries = list[int]()

    async def work(joint: Joint) -> None:
        await joint.main(saying)
        (count,) = await joint.load(saying, order_id(2))
        tries.append(count)
        if len(tries) == 1:
            await say(store, 2, revised("faster"))
        joint.decide(order_id(2), Say((revised(f"after {count}"),)))
        joint.decide(joint.main_id, Say((created(),)))

    await jointly(store, 1, work)
    assert tries == [1, 2]
    second = await store.recorder.load(order_id(2))
    assert [fact.decoded() for fact in second[1:]] == [revised("faster"), revised("after 2")]
    assert len(await store.recorder.load(order_id(1))) == 1


async def test_a_refusal_of_one_stream_leaves_nothing(store: FactStore) -> None:
    async def work(joint: Joint) -> None:
        await joint.main(saying)
        await joint.draw("orders")
        joint.decide(joint.main_id, Say((created(),)))
        raise Rejected.state("no", "not today")

    with pytest.raises(Rejected):
        await jointly(store, 1, work)
    assert await store.recorder.read_log(0, 10) == []
    await jointly(store, 1, numbered("first"))
    assert await numbers(store) == ["SO-000001"]


async def test_a_refusal_decided_on_no_moment_that_ever_was_is_not_told(store: FactStore) -> None:
    """Loaded one after the other, two streams may show what never was at once; then it is decided again."""
    await say(store, 1, created())
    await say(store, 2, created())
    tries = list[tuple[int, int]]()

    async def work(joint: Joint) -> None:
        first = await joint.main(saying)
        if not tries:
            await jointly(store, 1, both(revised()))
        (second,) = await joint.load(saying, order_id(2))
        tries.append((first, second))
        if first != second:
            raise Rejected.state("differ", "both always have as many facts")
        joint.decide(joint.main_id, Say((revised(),)))

    await jointly(store, 1, work)
    assert tries == [(1, 2), (2, 2)]


async def test_what_is_begun_twice_is_refused_by_the_store(store: FactStore) -> None:
    """A stream taken for new that is there is loaded on the next try, where the work knows better."""
    await say(store, 2, created())
    tries = list[int]()

    async def work(joint: Joint) -> None:
        await joint.main(saying)
        tries.append(1)
        if len(tries) == 1:
            joint.begin(saying, order_id(2), Say((created(),)))
        joint.decide(joint.main_id, Say((created(),)))

    await jointly(store, 1, work)
    assert len(tries) == 2
    assert len(await store.recorder.load(order_id(2))) == 1


async def test_a_named_version_that_is_gone_is_told(store: FactStore) -> None:
    await say(store, 1, created())
    await jointly(store, 1, both(revised()), expected_version=1)
    with pytest.raises(VersionConflict) as conflict:
        await jointly(store, 1, both(revised()), expected_version=1)
    assert conflict.value.present == 2


async def test_thirty_at_once_in_two_processes_draw_thirty_numbers_without_a_gap(
    store: FactStore, order_url: str
) -> None:
    """INV-12: nobody waits for anybody, so nobody waits for ever."""
    async with FactStore(order_url) as other:
        async with asyncio.timeout(60):
            await asyncio.gather(*(jointly((store, other)[n % 2], n, numbered(str(n))) for n in range(30)))
    drawn = await numbers(store)
    assert Counter(drawn) == Counter(f"SO-{number:06d}" for number in range(1, 31))
    assert drawn == sorted(drawn)


async def test_crossing_appends_of_the_same_streams_all_happen(store: FactStore, order_url: str) -> None:
    """One goes over streams 1, 2, 3, the other over 3, 2, 1; locks taken one by one would wait for each other."""
    names = [order_id(n) for n in (1, 2, 3)]

    def over(order: list[str]) -> Work:
        async def work(joint: Joint) -> None:
            await joint.main(saying)
            await joint.load(saying, *order)
            for name in order:
                joint.decide(name, Say((revised(),)))

        return work

    async with FactStore(order_url) as other:
        async with asyncio.timeout(60):
            for _ in range(5):
                await asyncio.gather(
                    jointly(store, 1, over(names)),
                    jointly(other, 3, over(list(reversed(names)))),
                    return_exceptions=False,
                )
    assert [len(await store.recorder.load(name)) for name in names] == [10, 10, 10]


@pytest.mark.parametrize("key", ["k", None])
async def test_an_answer_that_is_lost_is_found_again(store: FactStore, order_url: str, key: str | None) -> None:
    """B6: the number is drawn once; without a key the work itself finds that it is done."""
    parts = urlsplit(order_url)

    async def once(joint: Joint) -> None:
        if not await joint.main(saying):
            await numbered("once")(joint)

    async with proxy_to(str(parts.hostname), parts.port or 5432) as (proxy, port):
        through = urlunsplit(parts._replace(netloc=f"{parts.username}@127.0.0.1:{port}"))
        async with await asyncio.to_thread(FactStore, through) as behind:
            proxy.hold_answer_to(b'"correlation_id"')
            asking = asyncio.ensure_future(jointly(behind, 1, once, key=key, fingerprint="f"))

            async def committed() -> bool:
                return len(await store.recorder.load(order_id(1))) == 1

            await eventually(committed)
            proxy.cut()
            async with asyncio.timeout(20):
                outcome = await asking
    assert outcome.version == 1
    await jointly(store, 2, numbered("next"))
    assert await numbers(store) == ["SO-000001", "SO-000002"]
