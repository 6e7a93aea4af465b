"""The order API on a real store: what each role sees, and what repeats, stale versions and bad input get."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.order.main import SERVICE as ORDER
from services.reference.main import SERVICE as REFERENCE
from tests.integration.http.conftest import Apps
from tests.integration.http.hearing import hears
from tests.support.workload import FEE, HOUR, PRICE, RECORDS

NEEDED = (REFERENCE, ORDER)
HEADER = {"project": "P-1", "service_date": "2026-03-02", "description": "Compressor trips"}
ITEM = {"name": "Filter", "unit": "pcs", "cost_price": "15.25", "sales_price": "22.50", **PRICE}


@pytest.fixture
async def manager(apps: Apps) -> AsyncIterator[httpx.AsyncClient]:
    """A service manager at the order service, which has heard the reference records."""
    async with apps.client("reference", "service_manager") as reference:
        for path, body in (*RECORDS, ("items/FILTER", ITEM)):
            answer = await reference.put(f"/v1/{path}", json=body, headers={"if-none-match": "*"})
            assert answer.status_code == httpx.codes.CREATED, answer.text
        tag = (await reference.get("/v1/items/FILTER")).headers["etag"]
        dearer = ITEM | {"effective_on": "2026-06-01", "sales_price": "30.00"}
        assert (await reference.put("/v1/items/FILTER", json=dearer, headers={"if-match": tag})).status_code == 200
    await hears(apps, ORDER, "reference")
    async with apps.client("order", "service_manager") as client:
        yield client


async def say(client: httpx.AsyncClient, path: str, key: str, **body: Any) -> httpx.Response:
    return await client.post(path, json=body, headers={"idempotency-key": key})


async def an_order(client: httpx.AsyncClient, *lines: dict[str, Any]) -> str:
    """The path of an order with these lines."""
    created = await say(client, "/v1/orders", "order", **HEADER)
    assert created.status_code == httpx.codes.CREATED, created.text
    path = str(created.headers["location"])
    for number, line in enumerate(lines):
        added = await say(client, f"{path}/lines", f"line {number}", **line)
        assert added.status_code == httpx.codes.CREATED, added.text
    return path


async def test_an_order_from_creation_to_posting(manager: httpx.AsyncClient) -> None:
    path = await an_order(manager, HOUR, FEE, {"type": "item", "item": "FILTER", "quantity": "2"})
    order = (await manager.get(path)).json()
    assert (order["number"], order["state"], order["progress"]) == ("SO-000001", "open", "in_process")
    assert [line["sales"]["amount"] for line in order["lines"]] == ["225.00", "50.00", "45.00"]
    assert order["totals"]["margin"] == {"amount": "169.50", "currency": "EUR"}
    assert (await say(manager, f"{path}/sign-off", "sign")).status_code == httpx.codes.OK
    posted = (await say(manager, f"{path}/post", "post")).json()
    assert (posted["number"], posted["state"], posted["version"]) == ("SO-000001", "posted", 9)


async def test_an_item_has_the_price_of_its_day(manager: httpx.AsyncClient) -> None:
    created = await say(manager, "/v1/orders", "later", **(HEADER | {"service_date": "2026-07-01"}))
    path = created.headers["location"]
    await say(manager, f"{path}/lines", "item", type="item", item="FILTER", quantity="2")
    assert (await manager.get(path)).json()["totals"]["sales"]["amount"] == "60.00"


async def test_a_command_sent_twice_happens_once_and_is_answered_twice(manager: httpx.AsyncClient) -> None:
    path = await an_order(manager)
    first, again = [await say(manager, f"{path}/lines", "same", **HOUR) for _ in range(2)]
    assert (first.content, first.headers["etag"]) == (again.content, again.headers["etag"])
    assert again.headers["idempotency-replayed"] == "true"
    assert len((await manager.get(path)).json()["lines"]) == 1


async def test_a_stale_version_is_refused_with_the_present_one(manager: httpx.AsyncClient) -> None:
    path = await an_order(manager)
    stale = (await manager.get(path)).headers["etag"]
    change = {"description": "Compressor trips again"}
    assert (await manager.patch(path, json=change, headers={"if-match": stale})).status_code == httpx.codes.OK
    late = await manager.patch(path, json={"priority": "high"}, headers={"if-match": stale})
    assert (late.status_code, late.json()["error_code"], late.json()["current_version"]) == (412, "version_conflict", 2)
    without = await manager.patch(path, json={"priority": "high"})
    assert (without.status_code, without.json()["error_code"]) == (428, "if_match_required")


async def test_what_the_state_refuses_names_the_state_and_what_it_allows(manager: httpx.AsyncClient) -> None:
    path = await an_order(manager, HOUR)
    await say(manager, f"{path}/cancel", "once")
    twice = (await say(manager, f"{path}/cancel", "twice")).json()
    assert (twice["status"], twice["error_code"], twice["state"], twice["allowed"]) == (
        409,
        "illegal_transition",
        "canceled",
        ["move-to-next-stage", "move-to-previous-stage", "give-reason", "remove-reason"],
    )


BAD: tuple[tuple[dict[str, Any], str], ...] = (
    ({"project": "P-9"}, "unknown_reference"),
    ({"service_date": "2026-02-30"}, "invalid_date"),
    ({"description": "   "}, "blank"),
    ({"priority": "High"}, "invalid_value"),
    ({"status": "posted"}, "unknown_field"),
    ({"at": "2026-03-02T08:00:00"}, "invalid_instant"),
    ({"at": "2099-01-01T00:00:00Z"}, "clock_skew"),
)


async def test_bad_input_is_refused_and_nothing_is_stored(manager: httpx.AsyncClient, apps: Apps) -> None:
    answers = [await say(manager, "/v1/orders", "bad", **(HEADER | change)) for change, _ in BAD]
    assert [answer.json()["error_code"] for answer in answers] == [code for _, code in BAD]
    assert {answer.status_code for answer in answers} == {httpx.codes.UNPROCESSABLE_ENTITY}
    assert await apps.stores["order"].recorder.read_log(0, 10) == []
    mended = await say(manager, "/v1/orders", "bad", **HEADER)
    assert mended.status_code == httpx.codes.CREATED  # a refusal is not stored under the key


async def test_technicians_and_customers_see_their_own_and_no_cost(manager: httpx.AsyncClient, apps: Apps) -> None:
    path = await an_order(manager, HOUR)
    await hears(apps, ORDER, "order")
    for role in ("technician", "customer"):
        async with apps.client("order", role) as own:
            shown = await own.get(path)
            assert "cost" not in shown.text
            assert [row["number"] for row in (await own.get("/v1/orders")).json()["items"]] == ["SO-000001"]
        async with apps.client("order", role, worker_id="W-9", customer_id="C-9") as other:
            assert (await other.get(path)).status_code == httpx.codes.NOT_FOUND
            assert (await other.get("/v1/orders")).json()["items"] == []
    async with apps.client("order", "technician", worker_id="W-9") as other:
        assert (await say(other, f"{path}/sign-off", "foreign")).status_code == httpx.codes.NOT_FOUND


async def test_a_list_is_paged_by_a_cursor_that_is_ours(manager: httpx.AsyncClient, apps: Apps) -> None:
    for number in range(3):
        await say(manager, "/v1/orders", f"order {number}", **HEADER)
    await hears(apps, ORDER, "order")
    first = (await manager.get("/v1/orders", params={"limit": 2})).json()
    rest = (await manager.get("/v1/orders", params={"limit": 2, "cursor": first["next"]})).json()
    numbers = [row["number"] for page in (first, rest) for row in page["items"]]
    assert (numbers, rest["next"]) == (["SO-000001", "SO-000002", "SO-000003"], None)
    forged = await manager.get("/v1/orders", params={"cursor": first["next"][:-1] + "A"})
    assert (forged.status_code, forged.json()["error_code"]) == (400, "invalid_cursor")


async def test_a_record_refers_to_what_is_recorded(apps: Apps) -> None:
    project = {"name": "Service", "type": "time_and_material", "currency": "EUR", "customer": "C-404"}
    async with apps.client("reference", "service_manager") as reference:
        refused = await reference.put("/v1/projects/P-1", json=project, headers={"if-none-match": "*"})
        assert (refused.status_code, refused.json()["error_code"]) == (422, "unknown_reference")
        assert refused.json()["errors"][0]["pointer"] == "/customer"
        without = {name: value for name, value in project.items() if name != "customer"}
        refused = await reference.put("/v1/projects/P-1", json=without, headers={"if-none-match": "*"})
        assert (refused.status_code, refused.json()["error_code"]) == (422, "customer_required")
        assert (await reference.get("/v1/projects")).json() == {"items": [], "next": None}
