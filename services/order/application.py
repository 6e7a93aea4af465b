"""What a command needs to know before it is decided: the records it names, as they stand in this service's copies."""

from collections.abc import Mapping
from typing import Any, cast

from libs.events.order import OrderCreated
from libs.rules.pricing import Wanted
from libs.runtime.faults import NotFound
from libs.runtime.store import FactStore
from services.order.domain.service_order import service_order
from services.order.domain.service_order.creation import CreateOrder
from services.order.domain.service_order.references import LineReferences, Worker
from services.order.domain.service_order.state import (
    Absent,
    Canceled,
    Existing,
    Header,
    LineEntry,
    Open,
    Posted,
    State,
    created_lines,
    entry_of,
)
from services.order.projections import lookups

Standing = Open | Posted | Canceled
_SEQUENCE = "order_number"


async def existing(store: FactStore, order_id: str) -> tuple[int, Standing]:
    """The version and state of an order; NotFound when there is none."""
    stream = await store.load(service_order, order_id)
    state = cast(State, stream.state)
    if isinstance(state, Absent):
        raise NotFound
    return stream.version, state


async def workers(store: FactStore, *keys: str | None) -> tuple[Worker, ...]:
    """The records found of the workers named."""
    found = [await lookups.worker(store, key) for key in dict.fromkeys(keys) if key is not None]
    return tuple(worker for worker in found if worker is not None)


async def references(store: FactStore, header: Header, entry: LineEntry) -> LineReferences:
    """The records that a line names, and the prices that it may be given. Source: PRJ-01, PRJ-05."""
    project = await lookups.project(store, header.project)
    wanted = Wanted(
        type=entry.type,
        on=header.service_date,
        currency=header.currency,
        project=header.project,
        worker=entry.worker,
        category=entry.category,
    )
    return LineReferences(
        project=project,
        category=await lookups.category(store, entry.category),
        worker=await lookups.worker(store, entry.worker),
        item=await lookups.item(store, entry.item, header.service_date),
        line_property=await lookups.line_property(
            store, entry.line_property or (project.line_property if project else None)
        ),
        cost_prices=await lookups.cost_prices(store, wanted),
        sales_prices=await lookups.sales_prices(store, wanted),
    )


async def references_of_lines(store: FactStore, order: Existing) -> Mapping[int, LineReferences]:
    """The records that each Created line names, as they are now: what a posting validates. Source: PST-07."""
    return {
        number: await references(store, order.header, entry_of(line.values))
        for number, line in created_lines(order).items()
    }


async def new_order(store: FactStore, order_id: str, accounting_currency: str, given: Mapping[str, Any]) -> CreateOrder:
    """The command that creates an order from what was said, with the next number. Source: ORD-01, contracts 4."""
    key = given["project"]
    project = await lookups.project(store, key)
    header = {name: value for name, value in given.items() if name != "project"}
    return CreateOrder(
        order_id=order_id,
        number=f"SO-{await store.next_number(_SEQUENCE):06d}",
        project_key=key,
        project=project,
        customer_known=await lookups.customer_known(store, project.customer if project else None),
        accounting_currency=accounting_currency,
        workers=await workers(store, given.get("responsible"), given.get("preferred_technician")),
        **header,
    )


def number_taken(created: OrderCreated) -> tuple[str, int]:
    """The sequence that an order's number was drawn from, and the number."""
    return _SEQUENCE, int(created.number.rpartition("-")[2])
