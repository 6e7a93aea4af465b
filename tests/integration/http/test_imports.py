"""Files of reference records: taken in whole or not at all, once for every key, every bad row named."""

import json
from typing import Any

import httpx
import pytest

from libs.runtime.http.table import MOST_ROWS
from services.reference.main import SERVICE as REFERENCE
from tests.integration.http.conftest import Apps

NEEDED = (REFERENCE,)
CUSTOMERS = "customer,name,active\nC-1,Brewery,true\nC-2,=1+1,\nC-3,Größe,false\n"


async def send(apps: Apps, kind: str, file: str | bytes, key: str = "file", **headers: str) -> httpx.Response:
    """What the service answers to a file of CSV, or of JSON when the headers say so."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    whole = {"content-type": "text/csv", "idempotency-key": key, **named}
    async with apps.client("reference", "service_manager") as client:
        return await client.post(f"/v1/imports/{kind}", content=file, headers=whole)


async def facts(apps: Apps) -> list[dict[str, Any]]:
    """What stands in the log."""
    return [json.loads(fact.state) for fact in await apps.stores["reference"].recorder.read_log(0, 10_000)]


def faults(answer: httpx.Response) -> list[tuple[int, str | None, str]]:
    """Row, column and code of everything wrong."""
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY, answer.text
    return [(each["row"], each.get("column"), each["error_code"]) for each in answer.json()["errors"]]


async def test_a_file_is_recorded_by_one_append(apps: Apps) -> None:
    answer = await send(apps, "customers", CUSTOMERS)
    assert answer.status_code == httpx.codes.OK, answer.text
    said = answer.json()
    assert (said["rows"], said["recorded"], said["changed"], said["unchanged"]) == (3, 3, 0, 0)
    assert [(fact["customer"], fact["name"], fact["active"]) for fact in await facts(apps)] == [
        ("C-1", "Brewery", True),
        ("C-2", "=1+1", True),
        ("C-3", "Größe", False),
    ]
    log = await apps.stores["reference"].recorder.read_log(0, 10)
    assert len({fact.recorded_at for fact in log}) == 1
    places = [place.split(".") for place in answer.headers["position"].split(", ")]
    assert {publisher for publisher, _, _ in places} == {"reference"}
    assert max(int(position) for _, _, position in places) == 3


async def test_the_same_key_gets_the_same_answer_and_another_file_under_it_none(apps: Apps) -> None:
    first, again = [await send(apps, "customers", CUSTOMERS) for _ in range(2)]
    assert (first.content, first.headers["position"]) == (again.content, again.headers["position"])
    assert again.headers["idempotency-replayed"] == "true"
    other = await send(apps, "customers", "customer,name\nC-9,Other\n")
    assert (other.status_code, other.json()["error_code"]) == (422, "idempotency_key_reused")
    assert len(await facts(apps)) == 3


async def test_what_is_recorded_already_is_not_said_again(apps: Apps) -> None:
    await send(apps, "customers", CUSTOMERS)
    again = await send(apps, "customers", CUSTOMERS.replace("Brewery", "Dairy"), key="next week")
    said = again.json()
    assert (said["recorded"], said["changed"], said["unchanged"]) == (0, 1, 2)
    same = await send(apps, "customers", CUSTOMERS.replace("Brewery", "Dairy"), key="week after")
    assert (same.json()["unchanged"], "position" in same.headers) == (3, False)
    assert len(await facts(apps)) == 4


async def test_one_bad_row_keeps_the_whole_file_out_and_every_bad_row_is_named(apps: Apps) -> None:
    file = "customer,name,active\nC-1,Brewery,true\nC 2,,yes\nC-1,Again,true\n"
    answer = await send(apps, "customers", file)
    assert set(faults(answer)) == {
        (3, "customer", "forbidden_character"),
        (3, "name", "missing"),
        (3, "active", "invalid_value"),
        (4, "customer", "duplicate_row"),
    }
    assert answer.json()["bad_rows"] == 2
    assert await facts(apps) == []


async def test_what_the_service_decides_is_said_by_row(apps: Apps) -> None:
    await send(apps, "customers", CUSTOMERS)
    file = "project,name,type,currency,customer\nP-1,A,time_and_material,EUR,C-1\nP-2,B,fixed_price,EUR,\n"
    answer = await send(apps, "projects", file + "P-3,C,fixed_price,EUR,C-404\n", key="projects")
    assert faults(answer) == [(3, "customer", "customer_required"), (4, "customer", "unknown_reference")]
    assert len(await facts(apps)) == 3


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        ('customer,name\nC-1,"open\n', (2, None, "csv_syntax")),
        ('customer,name\nC-1,"a"b\n', (2, None, "csv_syntax")),
        ("customer,name\nC-1,a,b\n", (2, None, "cell_count")),
        ("customer,name\nC-1\n", (2, None, "cell_count")),
        ("customer,name,name\nC-1,a,b\n", (1, "name", "duplicate_column")),
        ("customer,title\nC-1,a\n", (1, None, "unknown_column")),
        ("", (1, None, "missing_header")),
        ("name\nBrewery\n", (2, "customer", "missing")),
        ("customer,name\nC-1,a\0b\n", (2, "name", "forbidden_character")),
        ("customer,name\n" + "C-1,a\n" * (MOST_ROWS + 1), (MOST_ROWS + 1, None, "too_many_rows")),
    ],
)
async def test_a_file_that_cannot_be_read(apps: Apps, file: str, fault: tuple[int, str | None, str]) -> None:
    assert faults(await send(apps, "customers", file)) == [fault]
    assert await facts(apps) == []


@pytest.mark.parametrize(
    "file",
    [
        "customer;name\r\nC-1;Brewery\r\n",
        "customer\tname\nC-1\tBrewery\n",
        '\ufeffname,customer\n"Brewery","C-1"\n\n',
    ],
)
async def test_files_as_spreadsheets_write_them(apps: Apps, file: str) -> None:
    assert (await send(apps, "customers", file)).json()["recorded"] == 1
    assert (await facts(apps))[0]["name"] == "Brewery"


async def test_encodings_kinds_and_names(apps: Apps) -> None:
    answers = [
        await send(apps, "customers", "customer,name\nC-1,Größe\n".encode("latin-1")),
        await send(apps, "customers", CUSTOMERS, content_type="text/csv; charset=latin-1"),
        await send(apps, "customers", CUSTOMERS, content_type="application/xml"),
        await send(apps, "customers", CUSTOMERS, content_disposition='attachment; filename="../../x.csv"'),
        await send(apps, "unicorns", CUSTOMERS),
        await send(apps, "customers", "x" * (1024 * 1024 + 1)),
    ]
    assert [(answer.status_code, answer.json()["error_code"]) for answer in answers] == [
        (400, "invalid_encoding"),
        (415, "unsupported_media_type"),
        (415, "unsupported_media_type"),
        (422, "invalid_filename"),
        (404, "not_found"),
        (413, "payload_too_large"),
    ]
    named = await send(apps, "customers", CUSTOMERS, content_disposition='attachment; filename="customers.csv"')
    assert named.status_code == httpx.codes.OK


async def test_the_same_in_json(apps: Apps) -> None:
    kind = {"content_type": "application/json"}
    rows = [{"customer": "C-1", "name": "Brewery"}, {"customer": "C-2", "name": "", "paid": True}]
    answer = await send(apps, "customers", json.dumps({"rows": rows}), **kind)
    assert set(faults(answer)) == {(2, "name", "blank"), (2, "paid", "unknown_field")}
    assert (await send(apps, "customers", json.dumps({"rows": rows[:1]}), **kind)).json()["recorded"] == 1
    broken = await send(apps, "customers", "[]", key="other", **kind)
    assert (broken.status_code, broken.json()["error_code"]) == (422, "wrong_type")


async def test_csv_is_taken_by_imports_only(apps: Apps) -> None:
    async with apps.client("reference", "service_manager") as client:
        headers = {"content-type": "text/csv", "if-none-match": "*"}
        answer = await client.put("/v1/customers/C-1", content="name\nBrewery\n", headers=headers)
    assert (answer.status_code, answer.json()["error_code"]) == (415, "unsupported_media_type")


async def test_a_full_file_is_quick_enough(apps: Apps) -> None:
    file = "customer,name\n" + "".join(f"C-{number},Customer {number}\n" for number in range(MOST_ROWS))
    assert (await send(apps, "customers", file)).json()["recorded"] == MOST_ROWS
    assert (await send(apps, "customers", file, key="again")).json()["unchanged"] == MOST_ROWS
