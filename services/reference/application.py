"""What a record needs to know before it is put, and what is asked of records."""

from collections.abc import Sequence

from libs.events.fact import Fact
from libs.runtime.many import load_many
from libs.runtime.queries import rows
from libs.runtime.store import FactStore
from services.reference.domain.kinds import Kind
from services.reference.domain.records import Put, Recorded, record
from services.reference.projections import page_of


async def put_of(store: FactStore, kind: Kind, fact: Fact) -> Put:
    """The command that puts the record, with the fields whose reference is not recorded."""
    (command,) = await puts_of(store, kind, [fact])
    return command


async def puts_of(store: FactStore, kind: Kind, facts: Sequence[Fact]) -> list[Put]:
    """The commands that put all these records; what they refer to is looked up at once."""
    named = [kind.named(fact) for fact in facts]
    wanted = {stream for each in named for streams in each.values() for stream in streams}
    found = await load_many(store, record, sorted(wanted)) if wanted else {}
    return [
        Put(fact, tuple(field for field, streams in each.items() if not all(found[one].version for one in streams)))
        for fact, each in zip(facts, named, strict=True)
    ]


async def recorded(store: FactStore, kind: Kind, key: str) -> tuple[int, Fact | None]:
    """The version and the content of the record with this key; version 0 and None when there is none."""
    stream = await store.load(record, kind.stream_id(key))
    return stream.version, stream.state.record if isinstance(stream.state, Recorded) else None


async def listed(store: FactStore, kind: Kind, after: str, limit: int) -> list[tuple[int, Fact]]:
    """Records of a kind with their versions, by key from the one after `after` on; one more than `limit`."""
    found = await rows(store, page_of(kind.key, after, limit + 1))
    return [(row["version"], kind.fact.from_bytes(row["body"].encode())) for row in found]
