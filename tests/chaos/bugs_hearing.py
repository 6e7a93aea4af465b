"""Planted bugs of readers: marks, repeats, poison, folds, numbers."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from examples.invoicing import domain
from examples.invoicing.main import SERVICE
from libs.runtime import intake
from libs.runtime.database import connect, unit_of_work
from libs.runtime.relay import woken
from tests.chaos.points import wrap

BETWEEN_SECONDS = 0.2
Original = Callable[..., Any]


def mark_apart() -> None:
    """The effect is committed, then the marks."""
    _two_transactions(effect_first=True)


def mark_first() -> None:
    """The marks are committed, then the effect."""
    _two_transactions(effect_first=False)


def _two_transactions(*, effect_first: bool) -> None:
    def apart(_: Original) -> Original:
        async def handle(self: Any, records: Any) -> None:
            known = {record.partition for record in records}
            sifted = intake.sift(records, {p: self.marks[p] for p in known}, self._parked, self.effect.hears)

            async def act() -> None:
                async with unit_of_work(self.connection) as connection:
                    if sifted.fresh:
                        await self.effect.apply(connection, sifted.fresh)

            async def move() -> None:
                async with unit_of_work(self.connection) as connection:
                    await self._move(connection, sifted.marks)

            first, second = (act, move) if effect_first else (move, act)
            await first()
            await woken(asyncio.Event(), BETWEEN_SECONDS)
            await second()
            self.marks |= sifted.marks
            self.effect.committed()

        return handle

    wrap("libs.runtime.hearing:Hearing.handle", apart)


def no_natural_key() -> None:
    """A posting is documented whether or not it has its document."""

    def forgetful(command: Any, _: Any) -> Any:
        return domain.decide(command, domain.Documented())

    careless = replace(domain.documents, decide=forgetful)
    for reaction in SERVICE.reactions:
        object.__setattr__(reaction, "decider", careless)


def repeats_applied() -> None:
    """What stands at or below the mark is folded again; the mark stays."""
    _taking(lambda position, mark: position <= mark)


def off_by_one() -> None:
    """What stands at the mark is folded again."""
    _taking(lambda position, mark: position == mark)


def _taking(again: Callable[[int, int], bool]) -> None:
    def careless(original: Original) -> Original:
        def sift_one(record: Any, sifted: Any, waiting: Any, hears: Any) -> None:
            mark, envelope = sifted.marks[record.partition], record.envelope
            repeated = envelope is not None and mark.position > 0 and again(envelope.position, mark.position)
            original(record, sifted, waiting, hears)
            if repeated and envelope.type in hears and envelope.stream_id not in waiting:
                fact = hears[envelope.type].from_bytes(record.value)
                sifted.fresh.append(intake.Fresh(record, envelope, fact))

        return sift_one

    wrap("libs.runtime.intake:_sift_one", careless)


def poison_skipped() -> None:
    """What does not decode is passed over, and what follows it is heard."""

    def careless(original: Original) -> Original:
        def accept(record: Any, envelope: Any, sifted: Any, waiting: Any, hears: Any) -> str:
            if original(record, envelope, sifted, waiting, hears):
                sifted.passed += 1
            return ""

        return accept

    wrap("libs.runtime.intake:_accept", careless)


def replacement_forgotten() -> None:
    """A line that was taken back stays at nothing, whatever is posted in its place."""

    def careless(original: Original) -> Original:
        def figures(measure: str, values: Any) -> Any:
            again = measure == "posted" and values.posting_number > 1
            return {} if again else original(measure, values)

        return figures

    wrap("services.reporting.projections.order:_figures", careless)


def number_apart() -> None:
    """The counter is moved and committed when a number is drawn, before the document is."""

    def apart(_: Original) -> Original:
        async def counter(connection: Any, name: str, batch: Any) -> int:
            value = await drawn_apart(connection, name)
            batch.counters[name] = (value, value)
            await woken(asyncio.Event(), BETWEEN_SECONDS)
            return value - 1

        return counter

    wrap("libs.runtime.reactor:_counter", apart)


async def drawn_apart(connection: Any, counter: str) -> int:
    """The next number of a counter, drawn and committed on another connection than the one given."""
    async with await connect(_url_of(connection)) as own:
        cursor = await own.execute(
            "insert into store.counter values (%s, 1) on conflict (name) do update "
            "set value = store.counter.value + 1 returning value",
            (counter,),
        )
        row = await cursor.fetchone()
        return int(row[0]) if row else 1


def _url_of(connection: Any) -> str:
    info = connection.info
    return f"postgresql://postgres@{info.host}:{info.port}/{info.dbname}"
