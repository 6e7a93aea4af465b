"""Reacting: policies decide on what was heard; the decision and the position heard are one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import psycopg

from libs.events.fact import Fact
from libs.kernel.policy import Ask, Policy
from libs.runtime import tracing
from libs.runtime.database import Connection
from libs.runtime.intake import Fresh, Parked
from libs.runtime.recorder import Append, StoredFact, append_on, load_on
from libs.runtime.records import heard
from libs.runtime.store import FactStore
from libs.runtime.streams import AnyDecider, Request, Stream, folded


@dataclass
class _Batch:
    """What a batch has decided so far: streams as they stand after it, counters drawn, facts to append."""

    streams: dict[str, Stream] = field(default_factory=dict)
    counters: dict[str, tuple[int, int]] = field(default_factory=dict)
    facts: list[StoredFact] = field(default_factory=list)


class Reactor:
    """The effect of hearing that lets a policy ask commands of the service's own decider."""

    def __init__(self, policy: Policy, decider: AnyDecider, store: FactStore, actor: str) -> None:
        self.policy, self.decider, self.store, self.actor = policy, decider, store, actor
        self.hears: Mapping[str, type[Fact]] = {fact.wire(): fact for fact in cast(Any, policy.when)}

    async def apply(self, connection: Connection, fresh: Sequence[Fresh]) -> list[Parked]:
        """Decides on every fact, then appends all decisions. What a policy or decider refuses parks the stream."""
        batch, parked = _Batch(), list[Parked]()
        broken: set[str] = set()
        for one in fresh:
            stream_id = one.envelope.stream_id
            reason = "behind a parked fact of its stream" if stream_id in broken else ""
            reason = reason or await self._react(connection, one, batch)
            if reason:
                broken.add(stream_id)
                parked.append(Parked(one.record, reason))
        if batch.facts:
            await self._append(connection, batch)
        return parked

    def committed(self) -> None:
        """Tells the relay that there is something to send."""
        self.store.ring()

    async def _react(self, connection: Connection, fresh: Fresh, batch: _Batch) -> str:
        """Decides on one fact, or says why it cannot."""
        envelope = fresh.envelope
        try:
            ask = self.policy.when[type(fresh.fact)](fresh.fact, heard(envelope))
            if ask is not None:
                with tracing.span(f"react to {envelope.type}", "consumer", envelope.traceparent):
                    await self._ask(connection, fresh, ask, batch)
        except psycopg.Error:
            raise
        except Exception as fault:  # noqa: BLE001 - whatever a policy raises, the fact is kept and the stream parked
            return f"the policy failed: {fault!r}"
        return ""

    async def _ask(self, connection: Connection, fresh: Fresh, ask: Ask, batch: _Batch) -> None:
        stream = batch.streams.get(ask.stream_id)
        if stream is None:
            stream = folded(self.decider, ask.stream_id, await load_on(connection, ask.stream_id))
        command, value = ask.command, 0
        if ask.counter:
            value = await _counter(connection, ask.counter, batch) + 1
            command = replace(command, number=value)
        envelope = fresh.envelope
        request = Request(
            self.actor,
            envelope.correlation_id,
            causation_id=envelope.id,
            at=envelope.occurred_at,
            traceparent=tracing.here() or envelope.traceparent,
        )
        decision = self.store.decide(self.decider, stream, command, request)
        batch.streams[ask.stream_id] = decision.after
        batch.facts.extend(decision.facts)
        if ask.counter and decision.facts:
            batch.counters[ask.counter] = (batch.counters[ask.counter][0], value)

    async def _append(self, connection: Connection, batch: _Batch) -> None:
        counters = [
            {"name": name, "expected": expected, "next": value}
            for name, (expected, value) in batch.counters.items()
            if value != expected
        ]
        await append_on(connection, Append(batch.facts, counters=counters))


async def _counter(connection: Connection, name: str, batch: _Batch) -> int:
    """The counter's value as this batch has drawn it."""
    if name not in batch.counters:
        cursor = await connection.execute("select value from store.counter where name = %s", (name,))
        row = await cursor.fetchone()
        value = int(row[0]) if row else 0
        batch.counters[name] = (value, value)
    return batch.counters[name][1]
