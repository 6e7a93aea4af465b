"""Work for a deployment: reference records, and orders that go all the way, retried under the same keys."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from tests.support.eventually import eventually

PRICE = {"effective_on": "2026-01-01", "currency": "EUR"}
RECORDS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("customers/C-1", {"name": "Brewery"}),
    ("workers/W-1", {"name": "Ada"}),
    ("projects/P-1", {"name": "Service", "type": "time_and_material", "customer": "C-1", "currency": "EUR"}),
    ("categories/LABOUR", {"name": "Labour", "type": "hour"}),
    ("categories/FEE", {"name": "Fee", "type": "fee"}),
    ("cost-prices/LABOUR", {"type": "hour", "category": "LABOUR", "price": "40.00", **PRICE}),
    ("sales-prices/LABOUR", {"type": "hour", "category": "LABOUR", "value": "75.00", **PRICE}),
    ("sales-prices/FEE", {"type": "fee", "category": "FEE", "value": "50.00", **PRICE}),
)
HOUR = {"type": "hour", "category": "LABOUR", "worker": "W-1", "quantity": "3"}
FEE = {"type": "fee", "category": "FEE", "quantity": "1"}
PATIENCE_SECONDS = 60.0


class Persistent:
    """A caller that asks again, under the same key, until it is answered."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.retries = 0

    async def say(self, path: str, key: str, **body: Any) -> Any:
        """The answer of a command; RuntimeError for a no."""
        headers = {"idempotency-key": key}
        return (await self._until_answered("POST", path, headers=headers, json=body)).json()

    async def put(self, path: str, body: Mapping[str, Any]) -> str:
        """Puts a record that may be there; answers its position, if it was recorded now."""
        answer = await self._until_answered("PUT", path, headers={"if-none-match": "*"}, json=body)
        return str(answer.headers.get("position", ""))

    async def _until_answered(self, method: str, path: str, **request: Any) -> httpx.Response:
        answers: list[httpx.Response] = []

        async def answered() -> bool:
            answer = await self._once(method, path, **request)
            answers.extend([answer] if answer is not None else [])
            self.retries += answer is None
            return bool(answers)

        await eventually(answered, within=PATIENCE_SECONDS)
        answer = answers[0]
        if answer.is_error and answer.status_code != httpx.codes.PRECONDITION_FAILED:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer

    async def _once(self, method: str, path: str, **request: Any) -> httpx.Response | None:
        """The answer, or None when it is worth asking again."""
        try:
            answer = await self.client.request(method, path, **request)
        except httpx.TransportError:
            return None
        again = answer.status_code == httpx.codes.SERVICE_UNAVAILABLE or "in_progress" in answer.text
        return None if again else answer


Records = Sequence[tuple[str, Mapping[str, Any]]]


async def put_records(reference: httpx.AsyncClient, records: Records = RECORDS) -> str:
    """Puts reference records; answers the positions to wait for."""
    caller = Persistent(reference)
    positions = [await caller.put(f"/v1/{path}", body) for path, body in records]
    latest = {position.rpartition(".")[0]: position for position in positions if position}
    return ", ".join(latest.values())


async def an_order(order: Persistent, name: str) -> str:
    """An order with an hour line and a fee, signed off and posted, the hours adjusted; answers its id."""
    header = {"project": "P-1", "service_date": "2026-03-02", "description": name}
    created = await order.say("/v1/orders", f"{name} create", **header)
    path = f"/v1/orders/{created['id']}"
    await order.say(f"{path}/lines", f"{name} hour", **HOUR)
    await order.say(f"{path}/lines", f"{name} fee", **FEE)
    await order.say(f"{path}/sign-off", f"{name} sign off")
    await order.say(f"{path}/post", f"{name} post")
    await order.say(f"{path}/lines/1/adjust", f"{name} adjust", quantity="2", reason="Two hours")
    return str(created["id"])
