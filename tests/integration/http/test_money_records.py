"""What invoicing and the ledger go by, over HTTP: put one by one, or as files that are taken in whole or not at all."""

import json
from typing import Any

import httpx
import pytest

from services.reference.main import SERVICE as REFERENCE
from tests.integration.http.conftest import Apps

NEEDED = (REFERENCE,)

NAMED = {"name": "So called"}
ORDERED: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "companies/main",
        {"name": "Repairs", "accounting_currency": "EUR", "time_zone": "Europe/Brussels"},
    ),
    ("exchange-rates/USD-1", {"currency": "USD", "rate": "0.91", "effective_on": "2026-01-01"}),
    ("price-groups/KEY", NAMED),
    ("customers/C-1", {"name": "Brewery", "price_group": "KEY"}),
    ("customers/C-2", NAMED),
    ("tax-codes/HIGH", {**NAMED, "rates": {"1996-01-01": "21"}}),
    ("tax-groups/BE", {**NAMED, "codes": ["HIGH"]}),
    ("item-tax-groups/FULL", {**NAMED, "codes": ["HIGH"]}),
    ("line-properties/CHARGED", {**NAMED, "chargeable": True}),
    ("project-groups/SERVICE", {**NAMED, "search_first": "category", "line_property": "CHARGED"}),
    ("contracts/PC-1", {**NAMED, "currency": "EUR", "funding": {"C-1": "60", "C-2": "40"}, "tax_group": "BE"}),
    (
        "projects/P-1",
        {
            **NAMED,
            "type": "time_and_material",
            "customer": "C-1",
            "currency": "EUR",
            "contract": "PC-1",
            "project_group": "SERVICE",
            "time_zone": "Europe/Brussels",
        },
    ),
    ("category-groups/FEES", NAMED),
    ("categories/SUB", {**NAMED, "type": "fee", "tax_group": "FULL", "category_group": "FEES"}),
    (
        "posting-profiles/REV",
        {"posting_type": "invoiced_revenue", "account": "4000", "project": "P-1", "category_group": "FEES"},
    ),
    ("line-property-rules/R-1", {"line_property": "CHARGED", "project_group": "SERVICE", "category": "SUB"}),
    ("ledger-periods/2026-03", {"starts_on": "2026-03-01", "ends_on": "2026-03-31", "closed": True}),
)
"""Everything that a subscription is billed by, each after what it refers to."""


async def put(apps: Apps, path: str, body: dict[str, Any], **headers: str) -> httpx.Response:
    condition = {name.replace("_", "-"): value for name, value in headers.items()} or {"if-none-match": "*"}
    async with apps.client("reference", "service_manager") as client:
        return await client.put(f"/v1/{path}", json=body, headers=condition)


async def put_all(apps: Apps) -> None:
    for path, body in ORDERED:
        answer = await put(apps, path, body)
        assert answer.status_code == httpx.codes.CREATED, (path, answer.text)


async def send(apps: Apps, kind: str, file: str, key: str = "file") -> httpx.Response:
    async with apps.client("reference", "service") as client:
        headers = {"content-type": "text/csv", "idempotency-key": key}
        return await client.post(f"/v1/imports/{kind}", content=file, headers=headers)


def refusal(answer: httpx.Response) -> tuple[int, str, str]:
    """Status, reason (else the code) and the field of the one thing wrong."""
    said = answer.json()
    return answer.status_code, said.get("reason", said["error_code"]), said["errors"][0]["pointer"]


async def test_all_that_a_subscription_is_billed_by_is_put_and_shown(apps: Apps) -> None:
    """INV-05, INV-09, LED-01, LNP-02, SPR-04."""
    await put_all(apps)
    async with apps.client("reference", "subscription_clerk") as client:
        for path, body in ORDERED:
            shown = (await client.get(f"/v1/{path}")).json()
            assert {name: shown[name] for name in body} == body


@pytest.mark.parametrize(
    ("path", "body", "refused"),
    [
        (
            "contracts/PC-2",
            {**NAMED, "currency": "EUR", "funding": {"C-1": "60", "C-2": "30"}},
            (422, "funding_not_whole", "/funding"),
        ),
        (
            "contracts/PC-2",
            {**NAMED, "currency": "EUR", "funding": {"C-1": "60", "C-404": "40"}},
            (422, "unknown_reference", "/funding"),
        ),
        ("tax-groups/NL", {**NAMED, "codes": ["HIGH", "LOW"]}, (422, "unknown_reference", "/codes")),
        ("tax-groups/NL", {**NAMED, "codes": ["HIGH", "HIGH"]}, (422, "duplicate_entry", "/codes")),
        ("tax-codes/LOW", {**NAMED, "rates": {"2026-01-01": "101"}}, (422, "percent_range", "/rates/2026-01-01")),
        (
            "ledger-periods/X",
            {"starts_on": "2026-03-02", "ends_on": "2026-03-01"},
            (422, "period_reversed", "/ends_on"),
        ),
        (
            "companies/other",
            {"name": "Repairs", "accounting_currency": "EUR", "time_zone": "Europe/Brussels"},
            (422, "one_company", "/company"),
        ),
        (
            "exchange-rates/X",
            {"currency": "USD", "rate": "0", "effective_on": "2026-01-01"},
            (422, "invalid_number", "/rate"),
        ),
        (
            "exchange-rates/X",
            {"currency": "XXX", "rate": "1", "effective_on": "2026-01-01"},
            (422, "currency_unknown", "/currency"),
        ),
        (
            "projects/P-1",
            {**NAMED, "type": "internal", "currency": "EUR", "contract": "PC-9"},
            (422, "unknown_reference", "/contract"),
        ),
    ],
)
async def test_what_cannot_be_true_is_refused_by_field(
    apps: Apps, path: str, body: dict[str, Any], refused: tuple[int, str, str]
) -> None:
    """INV-05, INV-09, LED-01."""
    for before, said in ORDERED[2:8]:
        await put(apps, before, said)
    assert refusal(await put(apps, path, body)) == refused


async def test_the_books_keep_their_currency(apps: Apps) -> None:
    """ACC-12."""
    path, body = ORDERED[0]
    tag = (await put(apps, path, body)).headers["etag"]
    answer = await put(apps, path, {**body, "accounting_currency": "USD"}, if_match=tag)
    assert (answer.status_code, answer.json()["reason"]) == (409, "accounting_currency_fixed")


async def test_rates_and_contracts_come_in_files_too(apps: Apps) -> None:
    """INV-05: a share by customer stands in its cell as JSON, and a list of codes as well."""
    for path, body in ORDERED[2:8]:
        await put(apps, path, body)
    rates = "exchange_rate,currency,rate,effective_on\n" + "".join(
        f"USD-{day:02},USD,0.9{day:02},2026-01-{day:02}\n" for day in range(1, 29)
    )
    assert (await send(apps, "exchange-rates", rates)).json()["recorded"] == 28
    contracts = 'contract;name;currency;funding\nPC-1;A;EUR;{"C-1": "60", "C-2": "40"}\n'
    assert (await send(apps, "contracts", contracts, "contracts")).json()["recorded"] == 1
    groups = 'tax_group\tname\tcodes\tinclusive\nNL\tB\t["HIGH"]\ttrue\n'
    assert (await send(apps, "tax-groups", groups, "groups")).json()["recorded"] == 1
    async with apps.client("reference", "analyst") as client:
        contract = (await client.get("/v1/contracts/PC-1")).json()
        group = (await client.get("/v1/tax-groups/NL")).json()
    assert (contract["funding"], group["codes"], group["inclusive"]) == ({"C-1": "60", "C-2": "40"}, ["HIGH"], True)


async def test_one_bad_contract_keeps_the_whole_file_out(apps: Apps) -> None:
    """INV-05: every bad row is named."""
    for path, body in ORDERED[2:8]:
        await put(apps, path, body)
    rows = [
        ("PC-1", {"C-1": "100"}),
        ("PC-2", {"C-1": "99"}),
        ("PC-3", {"C-1": "50", "C-9": "50"}),
        ("PC-4", "half"),
    ]
    lines = [f"{key};A;EUR;{json.dumps(funding)}" for key, funding in rows]
    header = "contract;name;currency;funding"
    file = "\n".join([header, *lines[:3], ""])
    answer = await send(apps, "contracts", file)
    faults = [(each["row"], each["column"], each["error_code"]) for each in answer.json()["errors"]]
    assert faults == [(3, "funding", "funding_not_whole"), (4, "funding", "unknown_reference")]
    answer = await send(apps, "contracts", "\n".join([header, lines[3], ""]), "other")
    assert [each["row"] for each in answer.json()["errors"]] == [2]
    async with apps.client("reference", "analyst") as client:
        assert (await client.get("/v1/contracts")).json()["items"] == []


async def test_who_bills_reads_what_money_goes_by_and_who_repairs_does_not(apps: Apps) -> None:
    """Source: contracts 6."""
    path, body = ORDERED[0]
    await put(apps, path, body)
    answers = {}
    for role in ("subscription_clerk", "technician", "dispatcher"):
        async with apps.client("reference", role) as client:
            condition = {"if-none-match": "*"}
            changed = await client.put("/v1/price-groups/A", json=NAMED, headers=condition)
            answers[role] = (changed.status_code, (await client.get("/v1/tax-codes")).status_code)
    assert answers == {"subscription_clerk": (403, 200), "technician": (403, 403), "dispatcher": (403, 403)}
