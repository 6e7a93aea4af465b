"""Commands on an order: each is decided with what stands around it."""

from typing import Any

from starlette.responses import Response

from libs.runtime.http.call import answer
from libs.runtime.http.incoming import Call
from libs.runtime.store import FactStore
from services.order.api.shapes import ORDERS
from services.order.application.references import existing
from services.order.application.surroundings import asked


async def decided(
    call: Call, store: FactStore, order: str, command: Any, *, policy: str | None = None, status: int = 200
) -> Response:
    """Decides the command on an order that exists. NotFound when there is none, or not for this caller."""
    _, state = await existing(store, order)
    return await answer(call, ORDERS, order, await asked(store, command, state, call.at, policy), status)
