"""Seeing: a view folds one publisher's facts into rows, and each row belongs to one stream."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Key = tuple[Any, ...]
Row = Mapping[str, Any]
Rows = Mapping[Key, Row]


@dataclass(frozen=True)
class Heard:
    """What a view may know of a fact beside its content. `sequence` is the fact's version in its stream, from 1."""

    stream_id: str
    sequence: int
    occurred_at: datetime
    recorded_at: datetime


class IllegalHistory(Exception):
    """A fact that cannot follow those before it in its stream: the stream is set aside with it, and nothing is guessed."""


Fold = Callable[[Rows, Any, Heard], Rows]


@dataclass(frozen=True)
class View:
    """Rows of one table, folded from the facts of one publisher.

    `folds` names the facts heard, by class. A fold takes the present rows of the fact's stream, by key (without the
    stream id), and answers the rows that changed; it is pure and never looks at another stream.
    """

    name: str
    publisher: str
    folds: Mapping[type, Fold]

    def fold(self, rows: Rows, fact: object, heard: Heard) -> Rows:
        """The rows that `fact` changes; none when the view does not hear it."""
        fold = self.folds.get(type(fact))
        return fold(rows, fact, heard) if fold else {}
