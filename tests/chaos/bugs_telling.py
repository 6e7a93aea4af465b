"""Planted bugs of the relay."""

import asyncio
from collections.abc import Callable
from typing import Any

from libs.runtime import relay
from tests.chaos.points import wrap

BETWEEN_SECONDS = 0.3
"""Between the two halves of what should be one: long enough for a fault to come between."""
DROPPED = 7
"""Every so many batches, one of at least two facts loses its first."""


def checkpoint_first() -> None:
    """The checkpoint is written before anything of the batch is sent."""

    def early(original: Callable[..., Any]) -> Callable[..., Any]:
        async def send_late(self: Any, connection: Any, checkpoint: Any, sender: Any, facts: Any) -> None:
            chain = dict(checkpoint.previous)
            ahead = relay.Checkpoint(checkpoint.epoch, checkpoint.position, chain)
            ahead.envelopes(facts, self.publisher)
            await relay._move(connection, ahead)
            await relay.woken(asyncio.Event(), BETWEEN_SECONDS)
            await original(self, connection, checkpoint, sender, facts)

        return send_late

    wrap("libs.runtime.relay:Relay._send", early)


def fact_dropped() -> None:
    """A fact is left out of a batch. The chain is made of what is left, so nobody downstream can tell."""
    batches = 0

    def short(original: Callable[..., Any]) -> Callable[..., Any]:
        async def send(self: Any, connection: Any, checkpoint: Any, sender: Any, facts: Any) -> None:
            nonlocal batches
            batches += 1
            dropping = batches % DROPPED == 0 and len(facts) > 1
            await original(self, connection, checkpoint, sender, facts[1:] if dropping else facts)

        return send

    wrap("libs.runtime.relay:Relay._send", short)
