"""Subscriptions and what they are billed by: money, dates and numbers in their requests, and commands out of place."""

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from typing import Any

import httpx

from tests.cases.bad_inputs.case import Case, Got, OutOfScope, checked, judged, refused
from tests.cases.bad_inputs.states import agreement
from tests.cases.bad_inputs.world import JSON, World, spliced, succeeded
from tests.support.eventually import eventually

SERVICE = "subscription_billing"
EUR = {"amount": "10.00", "currency": "EUR"}
PRICE = {"code": "CASES", "effective_on": "2026-01-01", "price": EUR}
CODE = {"name": "Cases", "unit": "day", "alignment": "anchored", "anchor": "2026-01-01"}
OPENING = {"name": "Cases", "group": "CASES", "project": "P-1", "category": "FEE"}
CANCELLATION = {"on": "2026-03-02", "mode": "immediate"}


def both(one: Callable[[World, Case], Awaitable[Got]], other: Callable[[World, Case], Awaitable[Got]]) -> Any:
    """Puts the case into both places; the second is asked when the first did what was wanted and the system has it."""

    async def played(world: World, case: Case) -> Got:
        got = await one(world, case)
        if SERVICE not in world.system.addresses or judged(case, got).said != "ok":
            return got
        return await other(world, case)

    return played


async def prepare(world: World) -> None:
    """A code and a group, and a subscription that was cancelled; nothing where there is no such service."""
    if SERVICE not in world.system.addresses:
        return
    succeeded(await put(world, "period-codes/CASES", json.dumps({"name": "Cases", "unit": "month"})))
    group = {"name": "Cases", "invoicing_code": "CASES", "number_sequence": "CASE"}
    succeeded(await put(world, "subscription-groups/CASES", json.dumps(group)))
    opened: list[httpx.Response] = []

    async def is_opened() -> bool:
        opened.append(await post(world, "/v1/subscriptions", OPENING))
        return opened[-1].is_success

    await eventually(is_opened, within=30)
    path = str(opened[-1].headers["location"])
    succeeded(await post(world, f"{path}/cancel", CANCELLATION))

    async def is_settled() -> bool:
        """A timer has taken off what was billed for later days, and told so."""
        shown = await world.system.ask(SERVICE, "GET", path)
        return shown.headers["etag"].startswith('"3-')

    await eventually(is_settled, within=30)
    world.orders["subscription cancelled"] = path


async def of_money(world: World, case: Case) -> Got:
    """The price of a row of the price search."""
    return refused(
        case, await put(world, f"subscription-prices/{world.name('P')}", spliced(PRICE, "price", case.input))
    )


async def in_date(world: World, case: Case) -> Got:
    """The day from which a price counts."""
    body = spliced(PRICE, "effective_on", case.input)
    return refused(case, await put(world, f"subscription-prices/{world.name('P')}", body))


async def in_decimal(world: World, case: Case) -> Got:
    """The percentage by which an index changes."""
    path = f"{world.orders['subscription cancelled']}/update-index"
    return refused(case, await post(world, path, spliced({}, "percent", case.input)))


async def in_integer(world: World, case: Case) -> Got:
    """How many units a period has."""
    return refused(case, await put(world, f"period-codes/{world.name('C')}", spliced(CODE, "every", case.input)))


async def of_anchor(world: World, case: Case) -> Got:
    """A code that is anchored on the last day of a month; its periods are asked for one after the other."""
    said = json.loads(case.input)
    name, day = world.name("C"), said["from"]
    code = {
        "name": "Anchored",
        "unit": "month",
        "alignment": "anchored",
        "anchor": day,
        "anchor_day": said["anchorDay"],
    }
    answer = await put(world, f"period-codes/{name}", json.dumps(code))
    begins = list[str]()
    for _ in range(3):
        begins.append(day)
        days = {"days": {"from": day, "to": day}}
        succeeded(await post(world, f"/v1/period-codes/{name}/generate-periods", days))
        shown = (await world.system.ask(SERVICE, "GET", f"/v1/period-codes/{name}")).json()
        day = (date.fromisoformat(shown["periods"][-1]["to"]) + timedelta(days=1)).isoformat()
    return checked(answer, case.error_code, begins == ["2025-01-31", "2025-02-28", "2025-03-31"])


async def out_of_place(world: World, case: Case) -> Got:
    """A subscription is told what its state, or that of its agreement, does not take."""
    if "terminated agreement" in case.input:
        over = (await agreement(world, "terminated")).rpartition("/")[2]
        return refused(case, await post(world, "/v1/subscriptions", OPENING | {"agreement": over}))
    if "cancel a subscription twice" in case.input:
        path = world.orders["subscription cancelled"]
        return refused(case, await post(world, f"{path}/cancel", CANCELLATION))
    raise OutOfScope("no command of a subscription is meant")


async def put(world: World, path: str, body: str) -> httpx.Response:
    """Puts a record of the service that is new."""
    await world.needs(SERVICE, "PUT /v1/subscription-prices/{key}")
    headers = JSON | {"if-none-match": "*"}
    return await world.system.ask(SERVICE, "PUT", f"/v1/{path}", content=body, headers=headers)


async def post(world: World, path: str, body: str | Mapping[str, Any]) -> httpx.Response:
    """Posts to the service, under a new key."""
    await world.needs(SERVICE, "POST /v1/subscriptions")
    headers, content = JSON | {"idempotency-key": world.name()}, body if isinstance(body, str) else json.dumps(body)
    return await world.system.ask(SERVICE, "POST", path, content=content, headers=headers)
