"""How values stand in JSON: what is written is read back as it was, and what is not exact is refused."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from libs.events.types import (
    FIRST_DAY,
    LAST_DAY,
    Amount,
    Count,
    CurrencyCode,
    Day,
    Flag,
    Id,
    Instant,
    Key,
    Name,
    Note,
    Number,
    PositiveNumber,
    UnsignedNumber,
)
from libs.kernel.currency import EXPONENTS
from libs.kernel.money import Money

LARGEST = 10**12 - 1
ZONES = st.sampled_from(
    [UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12)), timezone(timedelta(hours=5, minutes=45))]
)
BELOW, ABOVE = datetime(1990, 1, 2), datetime(2100, 12, 30)  # noqa: DTZ001 - hypothesis adds the zone

decimals = st.decimals(-LARGEST, LARGEST, allow_nan=False, allow_infinity=False, places=8) | st.builds(
    lambda digits, places: Decimal(digits).scaleb(-places), st.integers(-LARGEST, LARGEST), st.integers(0, 8)
)
moneys = st.builds(Money, st.integers(-LARGEST, LARGEST), st.sampled_from(sorted(EXPONENTS)))
keys = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,59}", fullmatch=True)
lines = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=60)

WRITTEN = [
    (Number, decimals),
    (Amount, moneys),
    (Day, st.dates(FIRST_DAY, LAST_DAY)),
    (Instant, st.datetimes(BELOW, ABOVE, timezones=ZONES)),
    (Id, st.uuids(version=5).map(str)),
    (Key, keys),
    (CurrencyCode, st.sampled_from(sorted(EXPONENTS))),
    (Count, st.integers(0, 2**63 - 1)),
    (Flag, st.booleans()),
]
NAMES = ["Number", "Amount", "Day", "Instant", "Id", "Key", "CurrencyCode", "Count", "Flag"]


@pytest.mark.parametrize(("kind", "values"), WRITTEN, ids=NAMES)
@given(data=st.data())
def test_what_is_written_is_read_back(kind: Any, values: st.SearchStrategy[Any], data: st.DataObject) -> None:
    adapter, value = TypeAdapter[Any](kind), data.draw(values)
    written = adapter.dump_json(value)
    read = adapter.validate_json(written)
    assert read == value
    assert adapter.dump_json(read) == written


@pytest.mark.parametrize("kind", [Name, Note], ids=["Name", "Note"])
@given(text=lines)
def test_text_is_read_back_in_its_composed_form(kind: Any, text: str) -> None:
    adapter = TypeAdapter[str](kind)
    read = adapter.validate_json(json.dumps(text))
    assert adapter.validate_json(adapter.dump_json(read)) == read


@pytest.mark.parametrize(
    ("kind", "value", "written"),
    [
        (Number, Decimal(80), '"80"'),
        (Number, Decimal("80.00"), '"80.00"'),
        (Number, Decimal("1E+3"), '"1000"'),
        (Number, Decimal("1E-8"), '"0.00000001"'),
        (Number, Decimal("-0.5"), '"-0.5"'),
        (Amount, Money(80850, "EUR"), '{"amount":"808.50","currency":"EUR"}'),
        (Amount, Money(-5, "EUR"), '{"amount":"-0.05","currency":"EUR"}'),
        (Amount, Money(808, "JPY"), '{"amount":"808","currency":"JPY"}'),
        (Amount, Money(1, "BHD"), '{"amount":"0.001","currency":"BHD"}'),
        (Day, date(2026, 3, 9), '"2026-03-09"'),
        (Instant, datetime(2026, 3, 9, 8, tzinfo=timezone(timedelta(hours=1))), '"2026-03-09T07:00:00Z"'),
        (Instant, datetime(2026, 3, 9, 8, 0, 0, 5, tzinfo=UTC), '"2026-03-09T08:00:00.000005Z"'),
        (Count, 0, "0"),
        (Flag, False, "false"),
    ],
)
def test_values_stand_in_json_like_this(kind: Any, value: Any, written: str) -> None:
    assert TypeAdapter(kind).dump_json(value).decode() == written
    assert TypeAdapter(kind).validate_json(written) == value


def test_text_is_composed_and_ids_are_lower_case() -> None:
    assert TypeAdapter(Name).validate_json('"Mu\\u0308ller"') == "Müller"
    assert TypeAdapter(Note).validate_json('"one\\ntwo"') == "one\ntwo"
    upper = "9CAFDA50-F17A-56C8-BA31-6A528DF64E75"
    assert TypeAdapter(Id).validate_json(f'"{upper}"') == upper.lower()


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        (Number, "1.5", "invalid_number"),
        (Number, '"1e3"', "invalid_number"),
        (Number, '"NaN"', "invalid_number"),
        (Number, '"1.123456789"', "invalid_number"),
        (Number, '"1234567890123"', "invalid_number"),
        (Number, '"١"', "invalid_number"),
        (PositiveNumber, '"0"', "invalid_number"),
        (UnsignedNumber, '"-0.01"', "invalid_number"),
        (Amount, '"808.50"', "invalid_value"),
        (Amount, '{"amount":808.5,"currency":"EUR"}', "amount_not_string"),
        (Amount, '{"amount":"808,50","currency":"EUR"}', "amount_format"),
        (Amount, '{"amount":"808.505","currency":"EUR"}', "too_many_decimals"),
        (Amount, '{"amount":"808.5","currency":"JPY"}', "too_many_decimals"),
        (Amount, '{"amount":"1234567890123","currency":"EUR"}', "amount_too_large"),
        (Amount, '{"amount":"1","currency":"eur"}', "currency_format"),
        (Amount, '{"amount":"1","currency":"XXQ"}', "currency_unknown"),
        (Amount, '{"amount":"1"}', "currency_required"),
        (Amount, '{"currency":"EUR"}', "missing"),
        (Amount, '{"amount":"1","currency":"EUR","tax":"0"}', "unknown_field"),
        (Day, '"2026-02-30"', "invalid_date"),
        (Day, '"2026-03-09T00:00:00Z"', "invalid_date"),
        (Day, '"1989-12-31"', "invalid_date"),
        (Instant, '"2026-03-09T08:00:00"', "invalid_instant"),
        (Instant, '"2026-03-09"', "invalid_instant"),
        (Instant, '"2026-03-09T08:00:00+15:00"', "invalid_instant"),
        (Instant, "1773043200", "invalid_instant"),
        (Id, '"9cafda50f17a56c8ba316a528df64e75"', "invalid_id"),
        (Id, '"00000000-0000-0000-0000-000000000000"', "invalid_id"),
        (Key, '"-A"', "forbidden_character"),
        (Key, '" "', "blank"),
        (Key, "7", "invalid_value"),
        (Name, '"one\\ntwo"', "forbidden_character"),
        (Name, '""', "blank"),
        (Name, '"' + "x" * 201 + '"', "too_long"),
        (Note, '"\\u202e"', "forbidden_character"),
        (Count, "-1", "invalid_number"),
        (Count, "1.0", "invalid_number"),
        (Count, "true", "invalid_number"),
        (Count, str(2**63), "invalid_number"),
        (Flag, "1", "invalid_value"),
        (Flag, '"true"', "invalid_value"),
    ],
)
def test_what_is_not_exact_is_refused_with_its_code(kind: Any, value: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_json(value)
    assert refused.value.errors()[0]["type"] == code
