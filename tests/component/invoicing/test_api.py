"""Invoices and credit notes as the outside sees them."""

import csv
import io
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey

from tests.component.invoicing.conftest import Invoicing, token
from tests.domain.invoicing.an_order import ORDER, entry, posting, reversal

OTHER = "4d19f4a5-10ad-5f3f-8d31-5ac2b6ea2f6c"
LABOUR = entry(1, "120.00")
FIRST: dict[str, Any] = {
    "number": "INV-2026-000001",
    "kind": "invoice",
    "order_id": ORDER,
    "order_number": "SO-000123",
    "posting_number": 1,
    "customer": "C-1001",
    "project": "P-77",
    "issued_on": "2026-03-12",
    "total": {"amount": "155.50", "currency": "EUR"},
    "currency": "EUR",
    "lines": [
        {"line": 1, "description": "Labour", "amount": {"amount": "120.00", "currency": "EUR"}, "tax_groups": ["high"]},
        {"line": 2, "description": "=Travel", "amount": {"amount": "35.50", "currency": "EUR"}, "tax_groups": ["low"]},
    ],
}


@pytest.fixture
async def four(invoicing: Invoicing) -> None:
    """Two invoices and a credit note of one order, and an invoice of another order and customer."""
    travel = entry(2, "35.50", says="=Travel", taxed="low")
    other = posting(1, LABOUR).model_copy(
        update={"order_id": OTHER, "posting_id": f"{OTHER[:-1]}1", "customer": None, "order_number": "=SO-7"}
    )
    records = [invoicing.record(ORDER, posting(1, LABOUR, travel))]
    records += [invoicing.record(ORDER, posting(2, LABOUR)), invoicing.record(ORDER, posting(3, reversal(LABOUR)))]
    await invoicing.hear(*records, invoicing.record(OTHER, other))


async def listed(api: httpx.AsyncClient, **query: str) -> list[str]:
    answer = await api.get("/v1/invoices", params=query)
    assert answer.status_code == 200, answer.text
    return [item["number"] for item in answer.json()["items"]]


ALL = ["CN-2026-000001", "INV-2026-000001", "INV-2026-000002", "INV-2026-000003"]


@pytest.mark.usefixtures("four")
async def test_one_document(api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/invoices/INV-2026-000001")
    assert (answer.status_code, answer.json()) == (200, FIRST)
    credited = (await api.get("/v1/invoices/CN-2026-000001")).json()
    assert (credited["kind"], credited["total"]) == ("credit_note", {"amount": "120.00", "currency": "EUR"})


@pytest.mark.usefixtures("four")
async def test_the_list_holds_the_documents_in_the_order_of_their_numbers(api: httpx.AsyncClient) -> None:
    answer = (await api.get("/v1/invoices")).json()
    assert [item["number"] for item in answer["items"]] == ALL
    assert (answer["items"][1], answer["next"]) == (FIRST, None)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"number": "INV-2026-000002"}, ALL[2:3]),
        ({"number": "INV-2026-000009"}, []),
        ({"order": ORDER}, ALL[:3]),
        ({"order": OTHER.upper()}, ALL[3:]),
        ({"customer": "C-1001"}, ALL[:3]),
        ({"customer": "C-1"}, []),
        ({"kind": "credit_note"}, ALL[:1]),
        ({"kind": "invoice", "order": ORDER}, ALL[1:3]),
        ({"issued_from": "2026-03-12", "issued_to": "2026-03-12"}, ALL),
        ({"issued_from": "2026-03-13"}, []),
        ({"issued_to": "2026-03-11"}, []),
    ],
)
@pytest.mark.usefixtures("four")
async def test_filters(api: httpx.AsyncClient, query: dict[str, str], expected: list[str]) -> None:
    assert await listed(api, **query) == expected


@pytest.mark.usefixtures("four")
async def test_pages_hold_every_document_once(api: httpx.AsyncClient) -> None:
    seen, cursor = list[str](), dict[str, str]()
    for _ in range(3):
        answer = (await api.get("/v1/invoices", params={"limit": "2", "order": ORDER, **cursor})).json()
        seen += [item["number"] for item in answer["items"]]
        if answer["next"] is None:
            break
        cursor = {"cursor": answer["next"]}
    assert seen == ALL[:3]


@pytest.mark.usefixtures("four")
async def test_a_page_that_is_just_full_leads_nowhere(api: httpx.AsyncClient) -> None:
    answer = (await api.get("/v1/invoices", params={"limit": "3", "order": ORDER})).json()
    assert (len(answer["items"]), answer["next"]) == (3, None)


@pytest.mark.usefixtures("four")
async def test_a_cursor_is_good_for_its_own_question_only(api: httpx.AsyncClient) -> None:
    cursor = (await api.get("/v1/invoices", params={"limit": "1"})).json()["next"]
    answer = await api.get("/v1/invoices", params={"limit": "1", "kind": "invoice", "cursor": cursor})
    assert (answer.status_code, answer.json()["error_code"]) == (400, "invalid_cursor")


@pytest.mark.usefixtures("four")
async def test_the_list_as_csv(api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/invoices", params={"limit": "3"}, headers={"accept": "text/csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    head, *rows = csv.reader(io.StringIO(answer.text))
    first = dict(zip(head, rows[1], strict=True))
    assert first == {
        "number": "INV-2026-000001",
        "kind": "invoice",
        "order_id": ORDER,
        "order_number": "SO-000123",
        "posting_number": "1",
        "customer": "C-1001",
        "project": "P-77",
        "issued_on": "2026-03-12",
        "total": "155.50",
        "currency": "EUR",
    }
    following = await api.get(f"/v1/invoices{answer.links['next']['url']}", headers={"accept": "text/csv"})
    assert [row[0] for row in csv.reader(io.StringIO(following.text))] == ["number", ALL[3]]
    assert "'=SO-7" in following.text
    assert "next" not in following.links


@pytest.mark.parametrize(
    ("query", "error_code"),
    [
        ({"order": "SO-000123"}, "invalid_id"),
        ({"kind": "reminder"}, "invalid_value"),
        ({"issued_from": "2026-02-30"}, "invalid_date"),
        ({"limit": "0"}, "page_size_range"),
        ({"colour": "red"}, "unknown_parameter"),
        ({"number": "a\0b"}, "forbidden_character"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(
    api: httpx.AsyncClient, query: dict[str, str], error_code: str
) -> None:
    answer = await api.get("/v1/invoices", params=query)
    assert (answer.status_code, answer.json()["error_code"]) == (422, error_code)


async def test_a_document_that_does_not_exist_is_not_found(api: httpx.AsyncClient) -> None:
    assert (await api.get("/v1/invoices/INV-2026-000001")).status_code == 404
    assert (await api.get("/v1/invoices")).json() == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("role", "status"),
    [("analyst", 200), ("service_manager", 200), ("dispatcher", 403), ("customer", 403), ("subscription_clerk", 403)],
)
async def test_who_may_see_them(api: httpx.AsyncClient, signing_key: ECKey, role: str, status: int) -> None:
    headers = {"authorization": f"Bearer {token(signing_key, role)}"}
    assert (await api.get("/v1/invoices", headers=headers)).status_code == status
    assert (await api.get("/v1/invoices", headers={"authorization": ""})).status_code == 401
