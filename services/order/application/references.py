"""What a command needs to know before it is decided: the records it names, as they stand in this service's copies."""

from collections.abc import Mapping

from libs.rules.pricing import Wanted
from libs.runtime.faults import NotFound
from libs.runtime.store import FactStore
from services.order.domain.service_order import service_order
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


async def existing(store: FactStore, order_id: str) -> tuple[int, Standing]:
    """The version and state of an order; NotFound when there is none."""
    stream = await store.load(service_order, order_id)
    return stream.version, standing(stream.state)


def standing(state: State) -> Standing:
    """The state of an order that exists; NotFound when it does not."""
    if isinstance(state, Absent):
        raise NotFound
    return state


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
