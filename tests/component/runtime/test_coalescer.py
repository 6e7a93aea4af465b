"""What waits is done together: what may meet in a batch, what a failure costs, and who is told what."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from libs.runtime import coalescer
from libs.runtime.coalescer import Coalescer, Load
from libs.runtime.database import ConnectionLost
from libs.runtime.faults import Unavailable


class Refused(Exception):
    """What one of a batch is refused for."""


@dataclass(frozen=True)
class Save:
    """A save of a stream; `good` or not."""

    stream: str
    number: int = 0
    good: bool = True
    items: int = 1
    size: int = 1


def load_of(save: Save) -> Load:
    return Load(save.items, save.size, frozenset({save.stream}))


@dataclass
class Writer:
    """Does a batch all or nothing, and remembers its calls. Nothing is done before `gate` opens."""

    calls: list[list[Save]] = field(default_factory=list)
    done: list[Save] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    faults: list[Exception] = field(default_factory=list)

    async def work(self, saves: Sequence[Save]) -> list[str]:
        self.calls.append(list(saves))
        await self.gate.wait()
        if self.faults:
            raise self.faults.pop(0)
        if not all(save.good for save in saves):
            raise Refused
        self.done += saves
        return [f"{save.stream}/{save.number}" for save in saves]


async def _nothing() -> None:
    """A task that ends as soon as it is its turn."""


async def others_first() -> None:
    """Lets every task that is ready go on."""
    for _ in range(2):
        await asyncio.create_task(_nothing())


async def begun(merging: Coalescer[Save, str], saves: Sequence[Save]) -> list[asyncio.Task[str]]:
    """Tasks that ask, the first of them already under way by itself."""
    tasks = [asyncio.create_task(merging.do(saves[0]))]
    await others_first()
    tasks += [asyncio.create_task(merging.do(save)) for save in saves[1:]]
    await others_first()
    return tasks


def orders(count: int) -> list[Save]:
    return [Save(f"order {number}") for number in range(count)]


async def test_what_waits_while_one_is_done_is_done_together() -> None:
    writer = Writer()
    tasks = await begun(Coalescer(writer.work, load_of), orders(30))
    assert writer.calls == [orders(1)]  # who comes first does not wait for others
    writer.gate.set()
    assert await asyncio.gather(*tasks) == [f"order {number}/0" for number in range(30)]
    assert [len(call) for call in writer.calls] == [1, 29]


async def test_two_of_one_stream_never_meet_and_keep_their_order() -> None:
    writer = Writer()
    saves = [Save("other"), *(Save(stream, number) for number in range(3) for stream in "ab")]
    tasks = await begun(Coalescer(writer.work, load_of), saves)
    writer.gate.set()
    await asyncio.gather(*tasks)
    assert [[save.stream for save in call] for call in writer.calls] == [["other"], ["a", "b"], ["a", "b"], ["a", "b"]]
    assert [save.number for save in writer.done if save.stream == "a"] == [0, 1, 2]


async def test_who_waits_behind_his_own_stream_is_not_overtaken_there() -> None:
    writer = Writer()
    both = Save("a and b", 1)
    merging = Coalescer(writer.work, lambda save: Load(names=frozenset(save.stream.split(" and "))))
    tasks = await begun(merging, [Save("first"), Save("a", 0), both, Save("b", 2)])
    writer.gate.set()
    await asyncio.gather(*tasks)
    assert [save.number for save in writer.done] == [0, 0, 1, 2]


async def test_of_thirty_only_the_loser_loses_and_the_others_take_few_calls() -> None:
    writer = Writer()
    saves = [Save("first"), *(Save(f"order {number}", good=number != 17) for number in range(30))]
    tasks = await begun(Coalescer(writer.work, load_of), saves)
    writer.gate.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [place for place, answer in enumerate(answers) if isinstance(answer, Refused)] == [18]
    assert len(writer.done) == 30
    assert len(writer.calls) <= 1 + 1 + 2 * 5


async def test_an_asker_who_leaves_takes_only_what_still_waited() -> None:
    writer = Writer()
    tasks = await begun(Coalescer(writer.work, load_of), orders(4))
    tasks[0].cancel()  # under way
    tasks[2].cancel()  # still waits
    await others_first()
    writer.gate.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [isinstance(answer, asyncio.CancelledError) for answer in answers] == [True, False, True, False]
    assert [save.stream for save in writer.done] == ["order 0", "order 1", "order 3"]


async def test_a_lost_answer_is_told_to_its_batch_and_the_next_goes_on() -> None:
    writer = Writer(faults=[ConnectionLost("gone")])
    tasks = await begun(Coalescer(writer.work, load_of), orders(3))
    writer.gate.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [isinstance(answer, ConnectionLost) for answer in answers] == [True, False, False]


async def test_a_database_that_is_away_is_told_to_all_who_wait() -> None:
    writer = Writer(faults=[Unavailable("away", retry_after=7)])
    merging = Coalescer(writer.work, load_of)
    tasks = await begun(merging, orders(3))
    writer.gate.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [getattr(answer, "retry_after", None) for answer in answers] == [7, 7, 7]
    assert len({id(answer) for answer in answers}) == 3
    assert await merging.do(Save("later")) == "later/0"


async def test_a_batch_is_bounded_and_what_is_too_large_goes_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coalescer, "BATCH_ITEMS", 4)
    monkeypatch.setattr(coalescer, "BATCH_BYTES", 100)
    writer = Writer()
    weights = [(1, 1), (3, 1), (2, 1), (1, 1), (9, 1), (1, 60), (1, 60), (1, 40), (1, 200)]
    saves = [Save(f"order {n}", n, items=items, size=size) for n, (items, size) in enumerate(weights)]
    tasks = await begun(Coalescer(writer.work, load_of), saves)
    writer.gate.set()
    await asyncio.gather(*tasks)
    assert [[save.number for save in call] for call in writer.calls] == [[0], [1, 3], [2, 5], [4], [6, 7], [8]]


async def test_what_waits_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coalescer, "WAITING", 5)
    monkeypatch.setattr(coalescer, "WAITING_BYTES", 100)
    writer = Writer()
    merging = Coalescer(writer.work, load_of)
    tasks = await begun(merging, orders(5))
    with pytest.raises(Unavailable):
        await merging.do(Save("too large", size=97))
    tasks.append(asyncio.create_task(merging.do(Save("the last"))))
    await others_first()
    with pytest.raises(Unavailable):
        await merging.do(Save("one too many"))
    writer.gate.set()
    await asyncio.gather(*tasks)
    assert await merging.do(Save("large", size=100)) == "large/0"  # what waited has left its room
    await merging.finish()


async def test_finish_waits_for_what_is_under_way() -> None:
    writer = Writer()
    merging = Coalescer(writer.work, load_of)
    tasks = await begun(merging, orders(3))
    finishing = asyncio.create_task(merging.finish())
    await others_first()
    assert not finishing.done()
    writer.gate.set()
    await finishing
    assert len(writer.done) == 3
    await asyncio.gather(*tasks)


async def test_when_the_process_ends_nobody_is_left_waiting() -> None:
    writer = Writer(faults=[Refused()])
    merging = Coalescer(writer.work, load_of)
    tasks = await begun(merging, orders(1))
    before = asyncio.all_tasks()
    writer.gate.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    writer.gate.clear()
    tasks = [asyncio.create_task(merging.do(save)) for save in (*orders(4), Save("bad", good=False))]
    await others_first()
    (worker,) = asyncio.all_tasks() - before - set(tasks)
    worker.cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(answer) for answer in answers] == [ConnectionLost] * 5
