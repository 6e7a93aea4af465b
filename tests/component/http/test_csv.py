"""CSV that every reader splits the same way and no spreadsheet computes; JSON that is exact."""

import csv
import io
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from libs.kernel.money import Money
from libs.runtime.http.answers import json_bytes, prefers_csv
from libs.runtime.http.csv import csv_answer, harmless
from tests.component.http.door import Door


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+1-555", "-2+3", "@SUM(1+1)", "\t=1", "\r=1+1", "\n=1", "|cmd", "＝1+1", "＋1", "－1", "＠x"),
        *(" =1", "\u00a0\u2003=1", "\ufeff=1", "\u200b=1", "=", "\0"),
    ],
)
def test_a_formula_becomes_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", " ", "a=1", "'=1", "1-2", "é", "#1", "a\n=1"])
def test_text_stays_text(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (True, "true"),
        (-5, "-5"),
        (Decimal("-808.50"), "-808.50"),
        (Decimal("1E+3"), "1000"),
        (date(2026, 3, 1), "2026-03-01"),
        (datetime(2026, 3, 1, 13, tzinfo=timezone(timedelta(hours=1))), "2026-03-01T12:00:00Z"),
        ("-808.50", "'-808.50"),
        ('say "hi", twice\r\nor more', 'say "hi", twice\r\nor more'),
    ],
)
def test_a_cell_is_read_back_as_it_was(value: Any, cell: str) -> None:
    answer = csv_answer("x.csv", ["=value", "other"], [[value, "x"]])
    read = list(csv.reader(io.StringIO(bytes(answer.body).decode(), newline="")))
    assert read == [["'=value", "other"], [cell, "x"]]


@pytest.mark.parametrize("value", [1.5, object(), [1]])
def test_a_value_without_a_form_is_a_fault(value: Any) -> None:
    with pytest.raises(TypeError):
        csv_answer("x.csv", ["value"], [[value]])


async def test_the_answer_is_a_file() -> None:
    door = Door()
    job = (await door.opens(customer="C-1")).json()["id"]
    answer = await door.http.get("/v1/jobs", headers={"accept": "text/csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="jobs.csv"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.content == f"id,customer\r\n{job},C-1\r\n".encode()


@pytest.mark.parametrize(
    ("accept", "csv_wanted"),
    [
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("text/csv", True),
        ("text/csv, application/json", False),
        ("text/csv, application/json;q=0.9", True),
        ("text/csv;q=0.5, application/json", False),
        ("text/csv, */*;q=0.1", True),
        ("TEXT/CSV; charset=utf-8", True),
        ("text/csv;q=0", False),
        ("text/csv;q=x", False),
        ("text/html", False),
    ],
)
def test_json_unless_csv_is_preferred(accept: str, csv_wanted: bool) -> None:
    assert prefers_csv(accept) is csv_wanted


def test_json_is_exact() -> None:
    rows = {"a": Decimal("1.50"), "b": Money.of("808.50", "EUR"), "c": [date(2026, 3, 1)], "d": None, "e": "é"}
    written = '{"a":"1.50","b":{"amount":"808.50","currency":"EUR"},"c":["2026-03-01"],"d":null,"e":"é"}'
    assert json_bytes(rows) == written.encode()
    with pytest.raises(TypeError):
        json_bytes({"a": 1.5})
