"""Rebuilding views without downtime: folded again beside those that are shown, compared, and then shown in their place.

A process that dies anywhere leaves what is shown as it was; the next rebuild begins again.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from libs.events.topics import PARTITIONS
from libs.runtime.database import connect, unit_of_work
from libs.runtime.generations import BUILT, KEPT, Difference, Generations, Refused
from libs.runtime.hearing import Hearing
from libs.runtime.projector import Projection, Projector
from libs.runtime.records import OWN_LOG
from libs.runtime.rehearing import Rehearing, Tell, rehearing_of_log, rehearing_of_topic
from libs.runtime.service import Service
from libs.runtime.settings import KafkaSettings
from libs.runtime.versions import copied


class Differs(Refused):
    """The views built are not those that are shown, and nobody said that this is meant."""

    def __init__(self, found: Sequence[Difference]) -> None:
        super().__init__("not shown, for it differs: " + "; ".join(str(one) for one in found if one))
        self.found = found


@dataclass(frozen=True)
class Rebuild:
    """The views that a service has of one publisher. `url` opens the service's database as the owner of its tables.

    Policies are not heard again: only views are, and they do nothing but write rows.
    """

    service: Service
    source: str
    url: str
    kafka: KafkaSettings

    @property
    def projections(self) -> list[Projection]:
        """What is rebuilt."""
        return [one for one in self.service.views if one.view.publisher == self.source]

    @property
    def partitions(self) -> Sequence[int]:
        """Where the marks stand."""
        return [OWN_LOG] if self.source == self.service.name else range(PARTITIONS)

    async def run(self, tell: Tell, *, changed: bool = False) -> list[Difference]:
        """Builds up to where those shown stand, compares, and shows; answers what was compared. With `changed`, differences are meant.

        Raises Refused, and Differs, whose copy stays to be looked at until the next rebuild.
        """
        async with self._generations() as generations:
            number = await generations.begin(self.partitions)
            async with self._rehearing(BUILT, number) as rehearing:
                await rehearing.catch_up(generations.marks, tell)
                await generations.analyze(number)
                await rehearing.catch_up(generations.marks, tell)
                async with unit_of_work(generations.connection):
                    await rehearing.reach(await generations.freeze())
                    found = await generations.differences(number)
                    if any(found) and not changed:
                        raise Differs(found)
                    await generations.show(BUILT)
        return found

    async def roll_back(self, tell: Tell) -> None:
        """Lets the views kept by the last rebuild hear what they missed, and shows them; a second time undoes it."""
        async with self._generations() as generations:
            number = await generations.number(KEPT)
            if number is None:
                raise Refused(f"no earlier views of {self.source} are kept")
            async with self._rehearing(KEPT, number) as rehearing:
                await rehearing.catch_up(generations.marks, tell)
                async with unit_of_work(generations.connection):
                    await rehearing.reach(await generations.freeze())
                    await generations.show(KEPT)

    async def drop_old(self) -> list[int]:
        """Drops the views kept, and any that were not finished; answers their numbers."""
        async with self._generations() as generations:
            return await generations.drop()

    @asynccontextmanager
    async def _generations(self) -> AsyncIterator[Generations]:
        if not self.projections:
            raise Refused(f"{self.service.name} has no views of {self.source}")
        async with await connect(self.url) as connection:
            tables = [one.table for one in self.projections]
            generations = Generations(connection, self.service.name, self.source, tables)
            await generations.alone()
            yield generations

    @asynccontextmanager
    async def _rehearing(self, which: str, number: int) -> AsyncIterator[Rehearing]:
        """Hears into the tables of one generation, under marks of its own."""
        projector = Projector([Projection(one.view, copied(one.table, number)) for one in self.projections])
        hearing = Hearing(self.url, f"{self.service.name}.views{which}", self.source, projector)
        await hearing.open()
        try:
            own = self.source == self.service.name
            async with (
                rehearing_of_log(self.url, hearing) if own else rehearing_of_topic(self.kafka, hearing) as rehearing
            ):
                yield rehearing
        finally:
            await hearing.close()
