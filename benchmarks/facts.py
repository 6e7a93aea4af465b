"""Orders as they are stored, in any number: five facts each, ready bytes, the same in every run."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg

from benchmarks.measure import run_until
from libs.events.fact import Fact
from libs.events.order import OrderCreated, OrderLineAdded, OrderLinePosted, OrderLineRevised
from libs.kernel.money import Money
from libs.runtime.recorder import Append, StoredFact
from libs.runtime.relay import Relay
from libs.runtime.settings import KafkaSettings
from libs.runtime.store import FactStore

PER_ORDER = 5
_BATCH = 400  # orders in one append
_META = {
    "occurred_at": datetime(2026, 3, 12, 9, tzinfo=UTC).isoformat(),
    "correlation_id": "benchmark",
    "causation_id": "",
    "actor": "benchmark",
}
_NUMBER, _ORDER = "SO-9999999", "99999999-0000-5000-8000-000000000000"


def stream_of(number: int) -> str:
    """The stream of an order; neighbours fall on other partitions."""
    return f"{number * 2654435761 % 2**32:08x}-0000-5000-8000-{number:012x}"


def _line(line: int, **other: Any) -> dict[str, Any]:
    return {
        "line": line,
        "type": "hour",
        "category": "LABOUR",
        "worker": "W-1",
        "description": "Boiler serviced and tested",
        "quantity": "3.5",
        "unit_cost": "40.00",
        "cost": Money.of("140.00", "EUR"),
        "unit_price": "75.00",
        "sales": Money.of("262.50", "EUR"),
        "chargeable": True,
        "tax_groups": ("high", "local"),
        **other,
    }


_POSTING: dict[str, Any] = {"posting_id": _ORDER, "posting_number": 1, "transaction": _ORDER}
ONE_ORDER: tuple[Fact, ...] = (
    OrderCreated(
        number=_NUMBER,
        origin="manual",
        project="P-77",
        customer="C-1001",
        currency="EUR",
        service_date="2026-03-10",  # type: ignore[arg-type]
        description="Yearly service",
    ),
    OrderLineAdded(**_line(1), price_source="search"),
    OrderLineAdded(**_line(2), price_source="search"),
    OrderLineRevised(**_line(1, quantity="4"), price_source="search"),
    OrderLinePosted(**_line(1, quantity="4"), **_POSTING),
)
_TEMPLATES = [(fact.wire(), fact.to_bytes()) for fact in ONE_ORDER]


def order(number: int) -> list[StoredFact]:
    """The facts of one order."""
    stream = stream_of(number)
    change = [(_NUMBER.encode(), f"SO-{number:07d}".encode()), (_ORDER.encode(), stream.encode())]
    facts = []
    for version, (topic, template) in enumerate(_TEMPLATES, 1):
        state = template
        for before, after in change:
            state = state.replace(before, after)
        facts.append(StoredFact(UUID(stream), version, topic, state, _META))
    return facts


async def fill(store: FactStore, facts: int, tell: Callable[[int], None] | None = None) -> int:
    """Appends whole orders, at least so many facts; answers how many. Two appends an order: it is revised later."""
    filled = 0
    for batch in _batches(-(-facts // PER_ORDER)):
        orders = [order(number) for number in batch]
        await store.recorder.append(Append([fact for one in orders for fact in one[:3]]))
        await store.recorder.append(Append([fact for one in orders for fact in one[3:]]))
        filled += len(orders) * PER_ORDER
        if tell:
            tell(filled)
    return filled


async def publish(url: str, kafka: KafkaSettings, facts: int) -> None:
    """Lets the relay send the order service's first `facts` facts."""
    async with FactStore(url) as store, await psycopg.AsyncConnection.connect(url, autocommit=True) as looking:

        async def sent() -> bool:
            cursor = await looking.execute("select position from store.relay")
            return await cursor.fetchone() == (facts,)

        await run_until(Relay(store, "order", url, kafka).run(), sent)


def _batches(orders: int) -> Iterator[range]:
    for first in range(0, orders, _BATCH):
        yield range(first, min(first + _BATCH, orders))
