"""Reading one's own writes: positions that a command answers and a later request waits for. Source: contracts 5."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from libs.events.topics import PARTITIONS, TOPICS, partition_of
from libs.runtime.faults import NotYetHeard
from libs.runtime.http.problems import Refused

PATIENCE, PAUSE = 2.0, 0.02
"""Seconds: how long a request waits, and between two looks."""

MOST = PARTITIONS * len(TOPICS)
"""Positions in one request: who keeps the last of every partition of every publisher has no more."""

_POSITION = re.compile(r"([a-z_]{1,40})\.(\d{1,2})\.(\d{1,18})", re.ASCII)


class Marks(Protocol):
    """How far a service has heard."""

    async def heard(self, publisher: str, partition: int) -> int | None:
        """The position up to which a publisher's partition has taken effect; None when the service does not hear the
        publisher, so that there is nothing to wait for."""


@dataclass(frozen=True)
class Position:
    """A place in one partition of a publisher's log."""

    publisher: str
    partition: int
    position: int

    @classmethod
    def of(cls, publisher: str, stream_id: str, position: int) -> "Position":
        """The place of a fact of a stream."""
        return cls(publisher, partition_of(stream_id), position)

    def __str__(self) -> str:
        return f"{self.publisher}.{self.partition}.{self.position}"


def read_positions(headers: Sequence[str]) -> list[Position]:
    """The positions of Not-Older-Than headers. Refused with invalid_position (400)."""
    texts = [text.strip() for header in headers for text in header.split(",")]
    if len(texts) > MOST:
        raise _invalid()
    return [_read(text) for text in texts]


def _read(text: str) -> Position:
    found = _POSITION.fullmatch(text)
    if found is None or found[1] not in TOPICS or int(found[2]) >= PARTITIONS:
        raise _invalid()
    return Position(found[1], int(found[2]), int(found[3]))


def _invalid() -> Refused:
    return Refused(400, "invalid_position", "Not-Older-Than repeats what Position headers answered.")


async def wait_until_heard(marks: Marks, wanted: Sequence[Position], patience: float = PATIENCE) -> None:
    """Returns as soon as everything wanted was heard. NotYetHeard when that takes too long."""
    clock = asyncio.get_running_loop()
    deadline = clock.time() + patience
    for position in wanted:
        while not await _has_heard(marks, position):
            if clock.time() >= deadline:
                raise NotYetHeard("What the request builds on has not arrived here yet.")
            await asyncio.sleep(PAUSE)


async def _has_heard(marks: Marks, wanted: Position) -> bool:
    heard = await marks.heard(wanted.publisher, wanted.partition)
    return heard is None or heard >= wanted.position
