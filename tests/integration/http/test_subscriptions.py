"""Subscriptions over HTTP, on a real store: from draft to their end, what they cost, who sees them, and what is refused."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from libs.events.subscription_billing_subscriptions import SubscriptionExpired
from libs.runtime import clock
from services.subscription_billing.application.timers import fire
from services.subscription_billing.main import SERVICE as BILLING
from tests.integration.http.conftest import Apps
from tests.integration.http.hearing import hears
from tests.integration.http.subscribed import NAME, SAYS, done, opened, prepare, put, refusal, say
from tests.integration.http.subscribed import NEEDED as NEEDED

AGREEMENT_HEADER = {"project": "P-1", "group": "PLAIN", "starts_on": "2026-01-01"}


@pytest.fixture
async def manager(apps: Apps) -> AsyncIterator[httpx.AsyncClient]:
    await prepare(apps)
    async with apps.client(NAME, "service_manager") as client:
        yield client


async def state_of(client: httpx.AsyncClient, path: str, **query: str) -> Any:
    return (await client.get(path, params=query)).json()


async def test_a_subscription_from_draft_to_its_cancellation(manager: httpx.AsyncClient) -> None:
    """SUB-01, LIF-01: its number is drawn, its price found."""
    path = await opened(manager)
    draft = await state_of(manager, path)
    assert (draft["number"], draft["state"], draft["customer"]) == ("SUB-000001", "draft", "C-1")
    assert (draft["base_price"], draft["index"]) == ({"amount": "500.00", "currency": "EUR"}, "100.0000")
    steps: list[tuple[str, dict[str, Any], str]] = [
        ("rename", {"name": "Care"}, "draft"),
        ("activate", {}, "active"),
        ("update-index", {"percent": "10"}, "active"),
        ("update-base-price", {"to": {"amount": "600.00", "currency": "EUR"}, "effective_on": "2099-01-01"}, "active"),
        ("set-term", {"starts_on": None, "ends_on": "2099-12-31"}, "active"),
        ("deactivate", {"reason": "Rebuilt"}, "inactive"),
        ("activate", {}, "active"),
        ("cancel", {"on": "2099-06-15", "mode": "immediate"}, "active"),
        ("undo-cancellation", {"reason": "They stay"}, "active"),
        ("cancel", {"on": "2026-03-02", "mode": "immediate", "reason": "They move"}, "cancelled"),
    ]
    for version, (step, body, state) in enumerate(steps, 2):
        answer = await done(manager, f"{path}/{step}", f"{version}", **body)
        assert answer == {"id": path.split("/")[-1], "version": version, "number": "SUB-000001", "state": state}
    later = await state_of(manager, path, on="2099-01-01")
    assert (later["base_price"]["amount"], later["index"], later["ends_on"]) == ("600.00", "110.0000", "2026-03-02")
    assert (await state_of(manager, path, on="2098-12-31"))["base_price"]["amount"] == "500.00"


async def test_the_same_request_opens_one_subscription_and_a_number_is_taken_once(manager: httpx.AsyncClient) -> None:
    """Contracts 4 and 5."""
    assert await opened(manager) == await opened(manager)
    typed = {"group": "TYPED", "number": "HALL-2"}
    await opened(manager, "typed", **typed)
    assert refusal(await say(manager, "/v1/subscriptions", "again", **SAYS | typed)) == (409, "number_taken", "")
    untyped = await say(manager, "/v1/subscriptions", "untyped", **SAYS | {"group": "TYPED"})
    assert refusal(untyped) == (422, "missing", "/number")
    assert refusal(await say(manager, "/v1/subscriptions", "both", **SAYS | {"number": "X"})) == (
        422,
        "number_generated",
        "/number",
    )


async def test_without_a_price_it_costs_nothing_and_the_answer_says_so(manager: httpx.AsyncClient) -> None:
    """SPR-05."""
    answer = await done(manager, "/v1/subscriptions", "free", **SAYS | {"currency": "USD"})
    assert answer["warnings"] == ["price_missing"]
    path = f"/v1/subscriptions/{answer['id']}"
    priced = await done(manager, f"{path}/update-base-price", "price", to={"amount": "1.00", "currency": "USD"})
    assert "warnings" not in priced


BAD: tuple[tuple[dict[str, Any], tuple[int, str, str]], ...] = (
    ({"group": "NONE"}, (422, "unknown_reference", "/group")),
    ({"project": "NONE"}, (422, "unknown_reference", "/project")),
    ({"project": "FIXED"}, (422, "not_time_and_material", "/project")),
    ({"category": "NONE"}, (422, "unknown_reference", "/category")),
    ({"category": "LABOUR"}, (422, "not_fee_category", "/category")),
    ({"agreement": "6f1c2a60-1111-4222-8333-666666666666"}, (422, "unknown_reference", "/agreement")),
    ({"base_price": {"amount": "1.00", "currency": "USD"}}, (422, "currency_mismatch", "/base_price")),
    ({"base_price": {"amount": "-1.00", "currency": "EUR"}}, (422, "base_price_negative", "")),
    ({"starts_on": "2026-02-01", "ends_on": "2026-01-31"}, (422, "period_reversed", "/ends_on")),
    ({"ends_on": "2026-02-30"}, (422, "invalid_date", "/ends_on")),
    ({"index": "100"}, (422, "unknown_field", "/index")),
    ({"state": "active"}, (422, "unknown_field", "/state")),
)


async def test_bad_input_is_refused_and_nothing_is_stored(manager: httpx.AsyncClient, apps: Apps) -> None:
    """SUB-02."""
    before = await apps.stores[NAME].recorder.read_log(0, 100)
    answers = [await say(manager, "/v1/subscriptions", "bad", **SAYS | change) for change, _ in BAD]
    assert [refusal(answer) for answer in answers] == [expected for _, expected in BAD]
    assert await apps.stores[NAME].recorder.read_log(0, 100) == before


async def test_a_subscription_is_not_started_on_a_terminated_agreement(manager: httpx.AsyncClient, apps: Apps) -> None:
    """STM-021, SUB-10: neither opened nor, when it was opened before, activated."""
    async with apps.client("agreement", "service_manager") as client:
        await put(client, "agreement-groups/PLAIN", description="Plain")
        made = await done(client, "/v1/agreements", "made", **AGREEMENT_HEADER)
        await done(client, f"/v1/agreements/{made['id']}/activate", "once")
        await hears(apps, BILLING, "agreement")
        path = await opened(manager, "before", agreement=made["id"])
        await done(client, f"/v1/agreements/{made['id']}/terminate", "once", on="2026-06-30", reason="Closed")
    await hears(apps, BILLING, "agreement")
    for answer in (
        await say(manager, "/v1/subscriptions", "after", **SAYS | {"agreement": made["id"]}),
        await say(manager, f"{path}/activate", "after"),
    ):
        problem = answer.json()
        assert (answer.status_code, problem["error_code"]) == (409, "illegal_transition")
        assert problem["state"] == "terminated"


async def test_what_was_opened_by_mistake_is_deleted_and_its_number_stays_taken(manager: httpx.AsyncClient) -> None:
    """SUB-08."""
    typed = {"group": "TYPED", "number": "HALL-2"}
    path = await opened(manager, "typed", **typed)
    assert (await done(manager, f"{path}/delete", "once", reason="Entered twice"))["state"] == "deleted"
    assert refusal(await say(manager, "/v1/subscriptions", "again", **SAYS | typed)) == (409, "number_taken", "")


async def test_a_subscription_is_cancelled_once(manager: httpx.AsyncClient) -> None:
    """STM-025."""
    path = await opened(manager)
    await done(manager, f"{path}/cancel", "first", on="2026-03-02", mode="immediate")
    again = await say(manager, f"{path}/cancel", "second", on="2026-03-02", mode="immediate")
    assert (again.status_code, again.json()["error_code"]) == (409, "illegal_transition")
    assert again.json()["state"] == "cancelled"
    assert (await state_of(manager, path))["state"] == "cancelled"


async def test_at_the_end_of_a_period_it_ends_with_the_invoicing_period(manager: httpx.AsyncClient) -> None:
    """LIF-04, PER-05."""
    path = await opened(manager)
    await done(manager, f"{path}/activate", "once")
    late = await say(manager, f"{path}/cancel", "late", on="2099-01-15", mode="end_of_period")
    assert refusal(late) == (409, "periods_not_generated", "")
    await done(manager, f"{path}/cancel", "once", on="2027-05-15", mode="end_of_period")
    assert (await state_of(manager, path))["cancellation"] == {"last_day": "2027-05-31", "mode": "end_of_period"}


async def test_the_currency_changes_to_the_price_found_in_it(manager: httpx.AsyncClient, apps: Apps) -> None:
    """SUB-09, SPR-01."""
    path = await opened(manager)
    row = {"code": "MONTH", "effective_on": "2025-01-01", "price": {"amount": "540.00", "currency": "USD"}}
    await put(manager, "subscription-prices/USD", **row)
    await hears(apps, BILLING, NAME)
    await done(manager, f"{path}/change-currency", "once", currency="USD")
    shown = await state_of(manager, path)
    assert (shown["currency"], shown["base_price"]) == ("USD", {"amount": "540.00", "currency": "USD"})


async def test_lists_are_filtered_and_paged_and_customers_see_their_own(manager: httpx.AsyncClient, apps: Apps) -> None:
    """SUB-05."""
    for key in ("a", "b", "c"):
        await opened(manager, key)
    await hears(apps, BILLING, NAME)
    first = (await manager.get("/v1/subscriptions", params={"limit": 2, "group": "CARE"})).json()
    rest = (
        await manager.get("/v1/subscriptions", params={"limit": 2, "group": "CARE", "cursor": first["next"]})
    ).json()
    numbers = [item["number"] for page in (first, rest) for item in page["items"]]
    assert (numbers, rest["next"]) == (["SUB-000001", "SUB-000002", "SUB-000003"], None)
    item = first["items"][0]
    assert (item["base_price"], item["index"], item["state"]) == (
        {"amount": "500.00", "currency": "EUR"},
        "100.0000",
        "draft",
    )
    path = f"/v1/subscriptions/{item['id']}"
    async with apps.client(NAME, "customer", customer_id="C-1") as own:
        assert len((await own.get("/v1/subscriptions")).json()["items"]) == 3
        assert (await own.get(path)).status_code == httpx.codes.OK
    async with apps.client(NAME, "customer", customer_id="C-9") as other:
        assert (await other.get("/v1/subscriptions")).json()["items"] == []
        assert (await other.get(path)).status_code == httpx.codes.NOT_FOUND


async def test_the_index_of_a_group_is_updated_by_one_run(manager: httpx.AsyncClient, apps: Apps) -> None:
    """IDX-03, SGR-02: one fact per active subscription with the run that they share; asked again, the same answer."""
    paths = [await opened(manager, key) for key in ("a", "b", "draft", "coming")]
    for path in (paths[0], paths[1], paths[3]):
        await done(manager, f"{path}/activate", "once")
    await done(manager, f"{paths[3]}/update-index", "later", to="120", effective_on="2099-01-01")
    await hears(apps, BILLING, NAME)
    answer = await say(manager, "/v1/index-updates", "run", group="CARE", percent="10")
    told = answer.json()
    assert (told["updated"], told["unchanged"]) == (2, 0)
    assert told["skipped"] == [{"subscription": paths[3].split("/")[-1], "reason": "future_update"}]
    assert "position" in answer.headers
    again = await say(manager, "/v1/index-updates", "run", group="CARE", percent="10")
    assert (again.content, again.headers["idempotency-replayed"]) == (answer.content, "true")
    indexes = [(await state_of(manager, path))["index"] for path in paths]
    assert indexes == ["110.0000", "110.0000", "100.0000", "100.0000"]
    facts = [fact.decoded() for fact in await apps.stores[NAME].recorder.load(paths[0].split("/")[-1])]
    assert facts[-1].run == told["id"]  # type: ignore[attr-defined]


async def test_named_subscriptions_are_updated_and_what_nobody_accepts_is_refused(
    manager: httpx.AsyncClient, apps: Apps
) -> None:
    """IDX-03, IDX-06."""
    path = await opened(manager)
    name = path.split("/")[-1]
    await done(manager, f"{path}/activate", "once")
    unknown = "6f1c2a60-1111-4222-8333-666666666666"
    told = await done(manager, "/v1/base-price-updates", "named", subscriptions=[name, unknown], percent="10")
    assert (told["updated"], told["skipped"]) == (1, [{"subscription": unknown, "reason": "unknown_reference"}])
    assert (await state_of(manager, path))["base_price"]["amount"] == "550.00"
    refused = await say(manager, "/v1/base-price-updates", "bad", subscriptions=[name], percent="-100")
    assert refusal(refused)[:2] == (422, "percentage_too_low")
    nothing = await done(manager, "/v1/base-price-updates", "nobody", subscriptions=[unknown], percent="10")
    assert (nothing["updated"], nothing["unchanged"]) == (0, 0)
    both = await say(manager, "/v1/index-updates", "both", group="CARE", subscriptions=[name], percent="1")
    assert refusal(both)[:2] == (422, "one_of_two")
    neither = await say(manager, f"{path}/update-index", "neither")
    assert refusal(neither)[:2] == (422, "one_of_two")
    gone = await say(manager, "/v1/index-updates", "gone", group="NONE", percent="1")
    assert gone.status_code == httpx.codes.NOT_FOUND


async def test_timers_end_what_is_over_where_it_is_once(manager: httpx.AsyncClient, apps: Apps) -> None:
    """LIF-07, PER-07: in Tokyo a day is over before it is in Brussels; firing again tells nothing new."""
    terms = {"currency": "EUR", "ends_on": "2026-03-31", "at": "2026-01-05T08:00:00Z"}
    brussels = await opened(manager, "brussels", **terms)
    tokyo = await opened(manager, "tokyo", project="TOKYO", **terms)
    await hears(apps, BILLING, NAME)
    store = apps.stores[NAME]
    before = datetime(2026, 3, 31, 14, 59, 59, tzinfo=UTC)
    assert await fire(store, before) == 0
    assert [await fire(store, datetime(2026, 3, 31, 15, 0, tzinfo=UTC)) for _ in range(2)] == [1, 1]
    await hears(apps, BILLING, NAME)
    assert (await state_of(manager, tokyo))["state"] == "expired"
    assert (await state_of(manager, brussels))["state"] == "draft"
    assert await fire(store, datetime(2026, 3, 31, 21, 59, 59, tzinfo=UTC)) == 0
    assert await fire(store, clock.now()) == 1
    await hears(apps, BILLING, NAME)
    assert await fire(store, clock.now()) == 0
    for path in (brussels, tokyo):
        facts = [fact.decoded() for fact in await store.recorder.load(path.split("/")[-1])]
        assert [type(fact) for fact in facts].count(SubscriptionExpired) == 1
