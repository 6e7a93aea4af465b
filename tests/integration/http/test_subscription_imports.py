"""Files of running subscriptions: taken in whole or not at all, with what was billed before they came."""

from collections.abc import AsyncIterator

import httpx
import pytest

from services.subscription_billing.main import SERVICE as BILLING
from tests.integration.http.conftest import Apps
from tests.integration.http.hearing import hears
from tests.integration.http.subscribed import NAME, done, prepare, put
from tests.integration.http.subscribed import NEEDED as NEEDED

HEAD = "number,name,group,project,category,currency,base_price,index,billed_from,billed_until,active\n"
HALL_1 = "HALL-1,Hall 1,TYPED,P-1,FEE,EUR,310.00,112.5,2025-03-01,2026-02-28,true\n"
HALL_2 = "HALL-2,Hall 2,TYPED,P-1,FEE,EUR,120.00,,,,false\n"


@pytest.fixture
async def manager(apps: Apps) -> AsyncIterator[httpx.AsyncClient]:
    await prepare(apps)
    async with apps.client(NAME, "service_manager") as client:
        yield client


async def send(client: httpx.AsyncClient, file: str, key: str = "file") -> httpx.Response:
    headers = {"content-type": "text/csv", "idempotency-key": key}
    return await client.post("/v1/imports/subscriptions", content=file, headers=headers)


async def listed(client: httpx.AsyncClient, apps: Apps) -> dict[str, dict[str, object]]:
    await hears(apps, BILLING, NAME)
    return {item["number"]: item for item in (await client.get("/v1/subscriptions")).json()["items"]}


async def test_running_subscriptions_come_with_what_was_billed_before(manager: httpx.AsyncClient, apps: Apps) -> None:
    """SUB-04, SUB-05: the next fee begins after the last day that was billed, and the first day stays the start date."""
    answer = await send(manager, HEAD + HALL_1 + HALL_2)
    assert answer.status_code == httpx.codes.OK, answer.text
    assert answer.json() | {"rows": 2, "recorded": 2, "unchanged": 0, "facts": 3} == answer.json()
    rows = await listed(manager, apps)
    first = rows["HALL-1"]
    assert (first["state"], first["start_date"], first["latest_end"]) == ("active", "2025-03-01", "2026-02-28")
    assert (first["index"], first["base_price"]) == ("112.5000", {"amount": "310.00", "currency": "EUR"})
    assert (rows["HALL-2"]["state"], rows["HALL-2"]["start_date"]) == ("draft", None)
    shown = (await manager.get(f"/v1/subscriptions/{first['id']}")).json()
    assert shown["next_start"] == "2026-03-01"


async def test_the_anchor_of_its_periods_is_kept(manager: httpx.AsyncClient, apps: Apps) -> None:
    """PER-06: billed up to 27 February from the 31st on, it goes on from 28 February, and from the 31st after that."""
    code = {"name": "From the 31st", "unit": "month", "alignment": "anchored", "anchor": "2025-01-31"}
    await put(manager, "period-codes/M31", **code)
    days = {"from": "2026-01-31", "to": "2026-04-29"}
    await done(manager, "/v1/period-codes/M31/generate-periods", "once", days=days)
    await put(manager, "subscription-groups/G31", name="From the 31st", invoicing_code="M31")
    row = HALL_1.replace("TYPED", "G31").replace("2026-02-28", "2026-02-27").replace("2025-03-01", "2025-01-31")
    assert (await send(manager, HEAD + row)).status_code == httpx.codes.OK
    shown = (await manager.get(f"/v1/subscriptions/{(await listed(manager, apps))['HALL-1']['id']}")).json()
    periods = (await manager.get("/v1/period-codes/M31")).json()["periods"]
    assert (shown["start_date"], shown["next_start"]) == ("2025-01-31", "2026-02-28")
    assert [period["from"] for period in periods] == ["2026-01-31", "2026-02-28", "2026-03-31"]


async def test_a_number_is_kept_also_in_a_group_that_draws_its_own(manager: httpx.AsyncClient, apps: Apps) -> None:
    """SGR-01."""
    rows = HALL_1.replace("TYPED", "CARE") + HALL_2.replace("TYPED", "CARE").replace("HALL-2", "")
    assert (await send(manager, HEAD + rows)).status_code == httpx.codes.OK
    assert set(await listed(manager, apps)) == {"HALL-1", "SUB-000001"}


async def test_one_bad_row_keeps_the_whole_file_out_and_every_bad_row_is_named(
    manager: httpx.AsyncClient, apps: Apps
) -> None:
    before = await apps.stores[NAME].recorder.read_log(0, 100)
    shapes = HEAD + HALL_1 + HALL_1 + HALL_2.replace("120.00", "120.001") + HALL_2.replace("HALL-2", "HALL 2")
    answer = await send(manager, shapes)
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    named = {(each["row"], each.get("column"), each["error_code"]) for each in answer.json()["errors"]}
    assert named == {
        (3, "number", "duplicate_row"),
        (4, None, "too_many_decimals"),
        (5, "number", "forbidden_character"),
    }
    rules = HEAD + HALL_1.replace("P-1", "FIXED") + HALL_2 + HALL_2.replace("HALL-2", "HALL-3").replace("FEE", "LABOUR")
    answer = await send(manager, rules)
    named = {(each["row"], each.get("column"), each["error_code"]) for each in answer.json()["errors"]}
    assert named == {(2, "project", "not_time_and_material"), (4, "category", "not_fee_category")}
    half = await send(manager, HEAD + HALL_1.replace("2026-02-28", ""))
    assert half.json()["errors"][0]["error_code"] == "incomplete_period"
    assert await apps.stores[NAME].recorder.read_log(0, 100) == before


async def test_the_same_file_again_records_nothing(manager: httpx.AsyncClient, apps: Apps) -> None:
    """Contracts 5: under its key the same answer, under another one nothing new; another row with the number is refused."""
    first, again = [await send(manager, HEAD + HALL_1) for _ in range(2)]
    assert (first.content, again.headers["idempotency-replayed"]) == (again.content, "true")
    later = await send(manager, HEAD + HALL_1, "next week")
    assert later.json() | {"recorded": 0, "unchanged": 1, "facts": 0} == later.json()
    other = await send(manager, HEAD + HALL_1.replace("Hall 1", "Another"), "other")
    assert other.json()["errors"] == [
        {"row": 2, "column": "number", "error_code": "number_taken", "detail": "another subscription has this number"}
    ]


async def test_a_file_of_a_thousand_is_one_append(manager: httpx.AsyncClient, apps: Apps) -> None:
    rows = [f"H-{at},Hall {at},TYPED,P-1,FEE,EUR,310.00,100,2025-01-01,2025-12-31,true\n" for at in range(1000)]
    before = len(await apps.stores[NAME].recorder.read_log(0, 5000))
    answer = await send(manager, HEAD + "".join(rows))
    assert answer.status_code == httpx.codes.OK, answer.text
    assert (answer.json()["recorded"], answer.json()["facts"]) == (1000, 2000)
    log = (await apps.stores[NAME].recorder.read_log(0, 5000))[before:]
    assert (len(log), len({fact.recorded_at for fact in log})) == (2000, 1)
