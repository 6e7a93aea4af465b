"""How values of facts and commands stand in JSON: money, decimals, instants, keys and text."""

import re
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from libs.kernel.currency import EXPONENTS
from libs.kernel.ids import canonical_id
from libs.kernel.money import Money

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)
"""The business window; a sentinel outside it would overflow period arithmetic. Source: security 6.6."""

_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,8})?", re.ASCII)
_AMOUNT = re.compile(r"-?\d{1,12}(\.\d+)?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,59}", re.ASCII)


def refuse(code: str, sentence: str) -> PydanticCustomError:
    """A refusal whose type is the error code that the outside sees."""
    return PydanticCustomError(code, "{sentence}", {"sentence": sentence})


def _decimal(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        value = f"{value:f}"
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise refuse("invalid_number", "a decimal string with at most 12 digits before and 8 after the point")
    return Decimal(value)


def _amount(value: Any, currency: str) -> Money:
    if not isinstance(value, str):
        raise refuse("amount_not_string", "an amount is a decimal string")
    if not _AMOUNT.fullmatch(value):
        too_large = re.fullmatch(r"-?\d{13,}(\.\d+)?", value, re.ASCII)
        raise refuse(*(("amount_too_large", "at most 12 digits before the point") if too_large else _AMOUNT_FORMAT))
    decimals = len(value.partition(".")[2])
    if decimals > EXPONENTS[currency]:
        raise refuse("too_many_decimals", f"{currency} has {EXPONENTS[currency]} decimals")
    return Money.of(value, currency)


_AMOUNT_FORMAT = ("amount_format", "digits, and a point before the decimals")


def _currency(value: Any) -> str:
    if isinstance(value, str) and value in EXPONENTS:
        return value
    if not isinstance(value, str) or not re.fullmatch(r"[A-Z]{3}", value, re.ASCII):
        raise refuse("currency_format", "three capital letters of ISO 4217")
    raise refuse("currency_unknown", f"{value} is no currency that circulates")


def _money(value: Any) -> Money:
    if isinstance(value, Money):
        return _amount(value.amount, value.currency)
    if not isinstance(value, dict):
        raise refuse("invalid_value", 'money is {"amount": "12.50", "currency": "EUR"}')
    if unknown := set(value) - {"amount", "currency"}:
        raise refuse("unknown_field", f"money has no {min(unknown)}")
    if "currency" not in value:
        raise refuse("currency_required", "money names its currency")
    if "amount" not in value:
        raise refuse("missing", "money names its amount")
    return _amount(value["amount"], _currency(value["currency"]))


def _date(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise refuse("invalid_date", "a date YYYY-MM-DD")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise refuse("invalid_date", "no such day") from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise refuse("invalid_date", f"a day from {FIRST_DAY} to {LAST_DAY}")
    return day


def _instant(value: Any) -> datetime:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise refuse("invalid_instant", "an instant of RFC 3339 with an offset")
    try:
        instant = datetime.fromisoformat(value)
        offset = instant.utcoffset()
        if offset is None or abs(offset.total_seconds()) > 14 * 3600:
            raise ValueError
        instant = instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise refuse("invalid_instant", "no such instant") from None
    if not FIRST_DAY <= instant.date() <= LAST_DAY:
        raise refuse("invalid_instant", f"an instant from {FIRST_DAY} to {LAST_DAY}")
    return instant


def _id(value: Any) -> str:
    if not isinstance(value, str):
        raise refuse("invalid_id", "a UUID with dashes")
    try:
        return canonical_id(value)
    except ValueError:
        raise refuse("invalid_id", "a UUID with dashes") from None


def key_of(value: Any) -> str:
    """A key as it stands; refused with invalid_value, blank or forbidden_character."""
    if not isinstance(value, str):
        raise refuse("invalid_value", "a key is text")
    if not value.strip():
        raise refuse("blank", "a key is not blank")
    if not _KEY.fullmatch(value):
        raise refuse("forbidden_character", "1 to 60 letters, digits and . _ / - with one of the first in front")
    return value


def _allowed(character: str, lines: bool) -> bool:
    if character == "\n":
        return lines
    point = ord(character)
    noncharacter = 0xFDD0 <= point <= 0xFDEF or point & 0xFFFE == 0xFFFE
    override = 0x202A <= point <= 0x202E or 0x2066 <= point <= 0x2069
    return not noncharacter and not override and unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp")


def text_of(value: Any, longest: int, lines: bool) -> str:
    """Free text in NFC without control characters; `lines` allows line ends, which all become LF. Source: security 6.6."""
    if not isinstance(value, str):
        raise refuse("invalid_value", "text is expected")
    if not value.isascii() and any(0xD800 <= ord(character) <= 0xDFFF for character in value):
        raise refuse("invalid_unicode", "a lone surrogate is no character")
    plain = unicodedata.normalize("NFC", value)
    if lines:
        plain = plain.replace("\r\n", "\n").replace("\r", "\n")
    if not plain.strip():
        raise refuse("blank", "text is expected, not blanks")
    shown = plain.replace("\n", "") if lines else plain  # what is printable throughout need not be looked at one by one
    if not shown.isprintable() and not all(_allowed(character, lines) for character in plain):
        raise refuse("forbidden_character", "a control or direction character has no place here")
    if len(plain) > longest:
        raise refuse("too_long", f"at most {longest} characters")
    return plain


def _plain(value: Decimal) -> str:
    return f"{value:f}"


def _utc(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _money_json(value: Money) -> dict[str, str]:
    return {"amount": value.amount, "currency": value.currency}


_MONEY_SCHEMA = {
    "type": "object",
    "properties": {"amount": {"type": "string"}, "currency": {"type": "string", "pattern": "^[A-Z]{3}$"}},
    "required": ["amount", "currency"],
}

Number = Annotated[
    Decimal, PlainValidator(_decimal), PlainSerializer(_plain), WithJsonSchema({"type": "string", "format": "decimal"})
]
"""A quantity, unit price, index or percentage: a decimal string."""
Amount = Annotated[Money, PlainValidator(_money), PlainSerializer(_money_json), WithJsonSchema(_MONEY_SCHEMA)]
"""Money: {"amount": "808.50", "currency": "EUR"}, with exactly the currency's decimals."""
Day = Annotated[
    date, PlainValidator(_date), PlainSerializer(date.isoformat), WithJsonSchema({"type": "string", "format": "date"})
]
"""A calendar date from 1990 to 2100."""
Instant = Annotated[
    datetime, PlainValidator(_instant), PlainSerializer(_utc), WithJsonSchema({"type": "string", "format": "date-time"})
]
"""An instant: RFC 3339 with an offset in, UTC out."""
Id = Annotated[str, PlainValidator(_id), WithJsonSchema({"type": "string", "format": "uuid"})]
"""A stream id: a UUID in lower case."""
Key = Annotated[str, PlainValidator(key_of), WithJsonSchema({"type": "string", "maxLength": 60})]
"""The owner's key of a reference object: at most 60 characters of a plain alphabet."""
CurrencyCode = Annotated[str, PlainValidator(_currency), WithJsonSchema({"type": "string", "pattern": "^[A-Z]{3}$"})]
"""A currency of ISO 4217 that circulates."""
Name = Annotated[
    str, BeforeValidator(lambda value: text_of(value, 200, False)), WithJsonSchema({"type": "string", "maxLength": 200})
]
"""One line of at most 200 characters."""
Note = Annotated[
    str,
    BeforeValidator(lambda value: text_of(value, 4000, True)),
    WithJsonSchema({"type": "string", "maxLength": 4000}),
]
"""Text of at most 4,000 characters, with lines."""


class PersonalData:
    """Marks a field that holds personal data or free notes: what an erasure will have to reach."""


PersonalName = Annotated[Name, PersonalData()]
PersonalNote = Annotated[Note, PersonalData()]


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
        raise refuse("invalid_number", "a whole number")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise refuse("invalid_value", "true or false")
    return value


Count = Annotated[int, PlainValidator(_count), WithJsonSchema({"type": "integer", "minimum": 0})]
"""A whole number from 0."""
Flag = Annotated[bool, PlainValidator(_flag), WithJsonSchema({"type": "boolean"})]
"""true or false, nothing else."""


def _positive(value: Decimal) -> Decimal:
    if value <= 0:
        raise refuse("invalid_number", "a number above zero")
    return value


def _not_negative(value: Decimal) -> Decimal:
    if value < 0:
        raise refuse("invalid_number", "a number of at least zero")
    return value


PositiveNumber = Annotated[Number, AfterValidator(_positive)]
UnsignedNumber = Annotated[Number, AfterValidator(_not_negative)]
