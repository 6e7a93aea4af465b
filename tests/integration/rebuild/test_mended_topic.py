"""F15: views are built again from a topic that was made anew, where new facts stand before those that were sent again."""

from libs.runtime.kafka import producer, topic_of
from libs.runtime.migrate import as_owner
from libs.runtime.rebuild import Rebuild
from libs.runtime.rehearing import Progress
from libs.runtime.replay import replay
from libs.runtime.roles import keep
from libs.runtime.settings import KafkaSettings
from libs.runtime.store import FactStore
from tests.support.eventually import eventually
from tests.support.listening import asked, feed, make_topics_anew, relay, running, shows, url_of
from tests.support.runtime import LISTENER, created, revised, say


def silent(_: Progress) -> None:
    """Nobody looks at the progress."""


async def test_what_stands_behind_a_hole_is_found_and_what_was_set_aside_is_the_same(
    store: FactStore, listener: FactStore, kafka: KafkaSettings, postgres_url: str
) -> None:
    url = url_of(listener)
    await say(store, 1, created("A"), revised())
    telling, hearing = lambda: keep("relay", relay(store, url_of(store), kafka).run, set()), feed(listener, url, kafka)
    async with running(telling):
        async with running(lambda: keep("views", hearing.run, set())):
            await shows(listener, {"A": 1})
        await make_topics_anew(kafka)
        await say(store, 1, revised())
        await say(store, 2, created("B"))
        async with running(lambda: keep("views", hearing.run, set())):
            await shows(listener, {"A": 2, "B": 0})
            await replay(url_of(store))
            await _junk(kafka)
            await _set_aside(url)
            found = await Rebuild(LISTENER, "order", as_owner(postgres_url, url), kafka).run(silent)
    assert [(each.table, each.rows) for each in found if each or each.rows] == [("revisions", 3), ("parked", 1)]
    assert not any(found)


async def _junk(kafka: KafkaSettings) -> None:
    sender = producer(kafka)
    await sender.start()
    try:
        await sender.send_and_wait(topic_of("order", kafka), b"no fact", partition=3)
    finally:
        await sender.stop()


async def _set_aside(url: str) -> None:
    async def there() -> bool:
        return await asked(url, "select value from store.parked") == [(b"no fact",)]

    await eventually(there, within=20)
