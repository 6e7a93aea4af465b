"""Every kind of field refuses what is not a value of its kind, with the code of our contract."""

import json
from typing import Any

import pytest

from tests.component.http.door import Door, code

DOOR = Door()
"""One for all: nothing here is stored."""

VALID = {
    "day": "2026-03-01",
    "instant": "2026-03-01T12:00:00+01:00",
    "number": "1.5",
    "count": 3,
    "name": "a name",
    "note": "two\nlines",
    "code": "C-1",
    "id": "6f1c2a60-1111-4222-8333-444444444444",
    "flag": True,
    "state": "open",
    "price": {"amount": "10.50", "currency": "EUR"},
    "currency": "EUR",
}

DAYS = [
    *('"2024-02-30"', '"2025-13-01"', '"2025-01-00"', '"10000-01-01"', '"9999-12-31"', '"0001-01-01"'),
    *('"01/02/2025"', '"20250105"', '"2025-W05-3"', '"2025-036"', '"2025-01-05T23:30:00-08:00"', '"1735689600"'),
    *('""', '" 2025-01-05"', '"2025-01-05\\u0000"', '"٢٠٢٥-٠١-٠٥"', "null", "true", '["2025-01-05"]', '"today"'),
    *('"infinity"', '"now"', "20250105", "1.5", "{}"),
]
INSTANTS = [
    *('"2025-03-09T02:30:00"', '"2025-11-02T01:30:00"', '"2025-01-05T24:00:00Z"', '"2025-01-05T12:60:00Z"'),
    *('"2025-01-05T12:00:00+14:01"', '"2025-01-05T12:00:00.1234567891Z"', '"2025-01-05 12:00:00Z"', "1e20"),
    *("-62135596801", "0", '"9999-12-31T23:59:59.999999Z"', '"0001-01-01T00:00:00+14:00"', "null", '"2025-01-05"'),
]
NUMBERS = [
    *('"NaN"', '"Infinity"', '"1E+400"', '"1E+1000000"', '"1E-1000000"', '"0x10"', '"1_000"', '"１２"', '"+5"'),
    *('"0.1234567890123456789012345678901234567890"', "1.5", "1", "null", "true", '""'),
]
COUNTS = [
    *('"٣"', '"+5"', "12.0", "12.5", "true", "9223372036854775808", "-1", "123456789012345678901234567890"),
    *('"3"', "null", "1e2", "1" * 5000),
]
TEXTS = [
    *(('"\\ud800"', "invalid_unicode"), ('"a\\u202eexe.pdf"', "forbidden_character")),
    *(('"line1\\nline2"', "forbidden_character"), ('"bell\\u0007"', "forbidden_character"), ('"   "', "blank")),
    *(('""', "blank"), ('"\\u00a0\\u2003"', "blank"), ('"\\uffff"', "forbidden_character"), ("5", "invalid_value")),
    *(("null", "invalid_value"), (json.dumps("x" * 201), "too_long")),
]
IDS = [
    *('"not-a-uuid"', '"00000000-0000-0000-0000-000000000000"', '"ffffffff-ffff-ffff-ffff-ffffffffffff"', "123"),
    *('"{6f1c2a60-1111-4222-8333-444444444444}"', '"6f1c2a60111142228333444444444444"', "null"),
]
MONEY = [
    *(('{"amount": "10.5", "currency": "JPY"}', "too_many_decimals"),),
    *(('{"amount": "1.2345", "currency": "KWD"}', "too_many_decimals"),),
    *(('{"amount": 10.10, "currency": "EUR"}', "amount_not_string"),),
    *(('{"amount": "1,000.00", "currency": "EUR"}', "amount_format"),),
    *(('{"amount": "10.00"}', "currency_required"), ('{"amount": "10.00", "currency": "eur"}', "currency_format")),
    *(('{"amount": "10.00", "currency": "XXX"}', "currency_unknown"),),
    *(('{"amount": "10.00", "currency": "DEM"}', "currency_unknown"),),
    *(('{"amount": "10.00", "currency": "BTC"}', "currency_unknown"),),
    *(('{"amount": "999999999999999999.99", "currency": "EUR"}', "amount_too_large"),),
    *(('{"currency": "EUR"}', "missing"), ('{"amount": "1.00", "currency": "EUR", "tax": "1"}', "unknown_field")),
    *(("10.10", "invalid_value"), ("null", "invalid_value")),
]

TABLE = [
    *(("day", text, "invalid_date") for text in DAYS),
    *(("instant", text, "invalid_instant") for text in INSTANTS),
    *(("number", text, "invalid_number") for text in NUMBERS),
    *(("count", text, "invalid_number") for text in COUNTS),
    *(("plain", text, "invalid_number") for text in ('"3"', "12.0", "true", "null")),
    *(("name", text, error_code) for text, error_code in TEXTS),
    *(("code", text, "forbidden_character") for text in ('"\\u0430dmin"', '"\\ufb01le"', '"\\ud83d\\udc69"', '"a b"')),
    *(("id", text, "invalid_id") for text in IDS),
    *(("flag", text, "invalid_value") for text in ("1", '"off"', "null", '"true"')),
    *(("state", text, "invalid_value") for text in ('"Posted"', '"posted "', "2", '["posted"]', "null", "1.5")),
    *(("price", text, error_code) for text, error_code in MONEY),
    *(("lines", text, "wrong_type") for text in ("{}", '"a"', "null")),
]
ACCEPTED = [
    *(("name", value) for value in ("@SUM(1+1)", "+1-555", "-2+3", "＝1+1", "<script>alert(1)</script>", "{{7*7}}")),
    *(("name", value) for value in ("Robert'); DROP TABLE orders;--", "%_\\", "ﬁle", "\U0001f469\u200d\U0001f4bb")),
    ("name", "é" * 200),
    ("note", "first\nsecond"),
    ("day", "2024-02-29"),
    ("instant", "2026-03-01T11:00:00Z"),
    ("count", 2**63 - 1),
    ("price", {"amount": "100", "currency": "JPY"}),
]


async def sent(field: str, text: str) -> Any:
    body = json.dumps(VALID)[:-1] + f', "{field}": {text}}}'
    if field in VALID:
        rest = {name: value for name, value in VALID.items() if name != field}
        body = json.dumps(rest)[:-1] + f', "{field}": {text}}}'
    return await DOOR.posts("/v1/values", body)


@pytest.mark.parametrize(("field", "text", "error_code"), TABLE)
async def test_refused(field: str, text: str, error_code: str) -> None:
    answer = await sent(field, text)
    assert code(answer) == (422, error_code)
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["error_code"]) == (f"/{field}", error_code)


@pytest.mark.parametrize(("field", "value"), ACCEPTED)
async def test_accepted_and_unchanged(field: str, value: Any) -> None:
    answer = await sent(field, json.dumps(value))
    assert answer.status_code == 200
    assert answer.json()[field] == value


async def test_lines_of_a_note_end_in_one_way() -> None:
    answer = await sent("note", json.dumps("first\r\nsecond\rthird"))
    assert answer.json()["note"] == "first\nsecond\nthird"


async def test_an_id_in_capitals_is_made_small() -> None:
    answer = await sent("id", '"6F1C2A60-1111-4222-8333-444444444444"')
    assert answer.json()["id"] == VALID["id"]


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "01"])
async def test_no_json(literal: str) -> None:
    assert code(await sent("number", literal)) == (400, "invalid_json")


@pytest.mark.parametrize("field", VALID)
async def test_a_field_that_is_not_there(field: str) -> None:
    answer = await DOOR.posts("/v1/values", json.dumps({name: VALID[name] for name in VALID if name != field}))
    assert code(answer) == (422, "missing")
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{field}"]


@pytest.mark.parametrize("field", ["isPaid", "status", "version", "recorded_at"])
async def test_a_field_that_only_the_service_owns(field: str) -> None:
    answer = await sent(field, "true")
    assert code(answer) == (422, "unknown_field")
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{field}"]


@pytest.mark.parametrize("field", ["x" * 10_000, "<b>", "a b", ""])
async def test_a_name_from_outside_is_not_repeated(field: str) -> None:
    answer = await sent(field, "true")
    assert code(answer) == (422, "unknown_field")
    assert [error["pointer"] for error in answer.json()["errors"]] == [""]


@pytest.mark.parametrize("body", ["[]", '"a"', "1", "null", "true", "1.5"])
async def test_something_else_where_an_object_is_expected(body: str) -> None:
    answer = await DOOR.posts("/v1/values", body)
    assert code(answer) == (422, "wrong_type")
    assert [error["pointer"] for error in answer.json()["errors"]] == [""]


async def test_a_name_that_is_no_text() -> None:
    assert code(await sent("\\ud800", "true")) == (422, "invalid_unicode")


@pytest.mark.parametrize("line", ["1.5", "1e2", "[]", "null", '"a"'])
async def test_something_else_where_an_inner_object_is_expected(line: str) -> None:
    answer = await sent("remarks", f"[{line}]")
    assert code(answer) == (422, "wrong_type")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/remarks/0"]


async def test_every_broken_field_is_named_and_no_value_repeated() -> None:
    answer = await DOOR.posts(
        "/v1/values", json.dumps({**VALID, "day": "canary-1", "lines": [{"quantity": "1"}, {"quantity": "canary-2"}]})
    )
    assert code(answer) == (422, "invalid_date")
    assert [(error["pointer"], error["error_code"]) for error in answer.json()["errors"]] == [
        ("/day", "invalid_date"),
        ("/lines/1/quantity", "invalid_number"),
    ]
    assert "canary" not in answer.text
