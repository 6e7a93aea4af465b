"""What is invoiced: two currencies on one proposal, a total that nobody saw, a discount that is none, an odd cent."""

import json
from collections.abc import Mapping
from typing import Any

from tests.cases.bad_inputs.case import Case, Got, checked, refused
from tests.cases.bad_inputs.subscriptions import OPENING, SERVICE, post, put
from tests.cases.bad_inputs.world import JSON, World, succeeded
from tests.support.eventually import eventually

ACCOUNTS = {
    "customer": "400000",
    "invoiced_revenue": "700000",
    "accrued_revenue_subscription": "701000",
    "wip_subscription": "490000",
}
RECORDS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("companies/main", {"name": "Fieldfact", "accounting_currency": "EUR", "time_zone": "Europe/Brussels"}),
    ("line-properties/CHARGE", {"name": "Charged", "chargeable": True}),
    (
        "projects/BILLED",
        {
            "name": "Billed",
            "type": "time_and_material",
            "customer": "C-1",
            "currency": "EUR",
            "line_property": "CHARGE",
        },
    ),
    *((f"posting-profiles/{kind}", {"posting_type": kind, "account": account}) for kind, account in ACCOUNTS.items()),
)
QUARTER = {"from": "2026-01-01", "to": "2026-03-31"}
GROUP = {
    "name": "Earned",
    "invoicing_code": "CASES-Q",
    "accrue_revenue": True,
    "accrual_code": "CASES-M",
    "number_sequence": "EARN",
}
PROPOSAL = {"method": "invoices", "invoice_date": "2026-01-02"}


async def prepare(world: World) -> None:
    """Two fees of a euro on a proposal, and one of a dollar that is on none; nothing where there is no such service."""
    if SERVICE not in world.system.addresses:
        return
    await world.heard(SERVICE, await world.record(*RECORDS))
    for code, unit in (("CASES-M", "month"), ("CASES-Q", "quarter")):
        succeeded(await put(world, f"period-codes/{code}", json.dumps({"name": "Cases", "unit": unit})))
        succeeded(await post(world, f"/v1/period-codes/{code}/generate-periods", {"days": QUARTER}))
    succeeded(await put(world, "subscription-groups/EARNED", json.dumps(GROUP)))
    one, other, dollar = await _fees(world, *(_money("1.00", currency) for currency in ("EUR", "EUR", "USD")))
    world.orders["proposal"] = await _proposal(world, one, other)
    world.orders["fee in dollars"] = dollar


async def of_currencies(world: World, case: Case) -> Got:
    """A fee in dollars is put on a proposal in euros."""
    await world.needs(SERVICE, "POST /v1/invoice-proposals/{proposal}/lines")
    body = {"fee": world.orders["fee in dollars"]}
    return refused(case, await post(world, f"{world.orders['proposal']}/lines", body))


async def of_total(world: World, case: Case) -> Got:
    """The total that a person saw on a proposal of these lines when it is posted."""
    await world.needs(SERVICE, "POST /v1/invoice-proposals/{proposal}/post")
    seen = _money(json.loads(case.input)["total"])
    return refused(case, await post(world, f"{world.orders['proposal']}/post", {"total": seen}))


async def of_discount(world: World, case: Case) -> Got:
    """The discount on a fee."""
    await world.needs(SERVICE, "POST /v1/fees/{fee}/change-price")
    body = {"discount_percentage": json.loads(case.input)["discountPercent"]}
    return refused(case, await post(world, f"/v1/fees/{world.orders['fee in dollars']}/change-price", body))


async def of_instalments(world: World, case: Case) -> Got:
    """A quarter at the price is invoiced and earned by months, the odd cent with the first."""
    await world.needs(SERVICE, "GET /v1/recognition-schedules/{schedule}")
    said = json.loads(case.input)
    await _round_first(world)
    (fee,) = await _fees(world, _money(said["contract"]))
    posted = await post(world, f"{await _proposal(world, fee)}/post", {"total": _money(said["contract"])})
    invoice = await _shown(world, f"/v1/invoices/{succeeded(posted).json()['document']['id']}")
    schedule = await _shown(world, f"/v1/recognition-schedules/{invoice['lines'][0]['schedule']}")
    parts = [line["amount"]["amount"] for line in schedule["lines"]]
    whole = (schedule["amount"], invoice["net"])
    return checked(
        posted,
        case.error_code,
        len(parts) == said["quantity"],
        parts == ["33.34", "33.33", "33.33"],
        whole == (_money(said["contract"]),) * 2,
    )


async def _round_first(world: World) -> None:
    path = "/v1/subscription-parameters"
    tag = (await world.system.ask(SERVICE, "GET", path)).headers["etag"]
    body = json.dumps({"rounding_period": "first"})
    succeeded(await world.system.ask(SERVICE, "PUT", path, content=body, headers=JSON | {"if-match": tag}))


async def _fees(world: World, *prices: Mapping[str, str]) -> list[str]:
    """The fees of new subscriptions at these prices, for the quarter."""
    subscriptions, position = list[str](), ""
    for price in prices:
        said = {"group": "EARNED", "project": "BILLED", "currency": price["currency"], "base_price": price}
        path = succeeded(await post(world, "/v1/subscriptions", OPENING | said)).headers["location"]
        position = succeeded(await post(world, f"{path}/activate", {})).headers["position"]
        subscriptions.append(path.rpartition("/")[2])
    await world.heard(SERVICE, position)
    asked = {"kind": "regular", "code": "CASES-Q", "days": QUARTER, "subscriptions": subscriptions}
    run = succeeded(await post(world, "/v1/fee-runs", asked)).headers["location"]

    async def is_over() -> bool:
        return bool((await _shown(world, run)).get("state") == "completed")

    await eventually(is_over, within=30)
    return [await _fee_of(world, subscription) for subscription in subscriptions]


async def _fee_of(world: World, subscription: str) -> str:
    """The only fee of a subscription, once the list shows it."""
    found: list[str] = []

    async def is_listed() -> bool:
        items = (await _shown(world, f"/v1/fees?subscription={subscription}")).get("items", [])
        found.extend(str(fee["id"]) for fee in items)
        return bool(found)

    await eventually(is_listed, within=30)
    return found[0]


async def _proposal(world: World, *fees: str) -> str:
    """The path of a proposal of these fees."""
    made = await post(world, "/v1/invoice-proposals", PROPOSAL | {"fees": list(fees)})
    return str(succeeded(made).headers["location"])


async def _shown(world: World, path: str) -> Any:
    """What a question is answered. Somebody else asks: the caller of the cases may only ask so often."""
    token = world.system.token("service_manager", subject="cases-waiting")
    return (await world.system.ask(SERVICE, "GET", path, headers={"authorization": f"Bearer {token}"})).json()


def _money(amount: str, currency: str = "EUR") -> dict[str, str]:
    return {"amount": amount, "currency": currency}
