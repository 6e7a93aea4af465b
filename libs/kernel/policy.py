"""Reacting: a policy hears a fact of another service and asks a command of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from libs.kernel.view import Heard


@dataclass(frozen=True)
class Ask:
    """A command and the stream of the same service that is to decide on it.

    `counter` names a gapless number that the command wants in its field `number`; it is drawn only when the command
    gives facts.
    """

    stream_id: str
    command: Any
    counter: str = ""


@dataclass(frozen=True)
class Policy:
    """The visible table "fact heard -> command asked". The decision and the position heard are one transaction."""

    publisher: str
    when: Mapping[type, Callable[[Any, Heard], Ask | None]]
