"""Commands on an order: each is decided with what stands around it."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import Response

from libs.runtime.http.call import answer
from libs.runtime.http.incoming import Call
from libs.runtime.store import FactStore
from libs.runtime.streams import Made, Stream
from services.order.api.shapes import ORDERS
from services.order.application.references import Standing, standing
from services.order.application.surroundings import asked

Making = Callable[[Standing], Awaitable[Any]]
"""Makes a command for an order as it stands, with the records that it names."""


async def decided(
    call: Call, store: FactStore, order: str, command: Any, *, policy: str | None = None, status: int = 200
) -> Response:
    """Decides the command on an order that exists. NotFound when there is none, or not for this caller."""

    async def same(_: Standing) -> Any:
        return command

    return await decided_as_it_stands(call, store, order, same, policy=policy, status=status)


async def decided_as_it_stands(
    call: Call, store: FactStore, order: str, making: Making, *, policy: str | None = None, status: int = 200
) -> Response:
    """The same with a command that is made of the order: it, and what stands around, are looked up anew on every try."""

    async def make(stream: Stream) -> Any:
        present = standing(stream.state)
        return await asked(store, await making(present), present, call.at, policy)

    return await answer(call, ORDERS, order, Made(make), status)
