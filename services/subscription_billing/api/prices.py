"""Prices as people say them: net, or with the tax that they contain."""

from typing import Annotated, Any

from pydantic import BeforeValidator, TypeAdapter, ValidationError, WithJsonSchema

from libs.events.types import Amount, refuse
from libs.kernel.money import Money

_AMOUNT: TypeAdapter[Money] = TypeAdapter(Amount)


def _without_tax(value: Any) -> Any:
    """What is said with its tax counts without it. Refused with tax_exceeds_amount. Source: data MNY-015."""
    if not isinstance(value, dict) or "tax" not in value:
        return value
    whole = _money({name: part for name, part in value.items() if name != "tax"})
    tax = _money({"amount": value["tax"], "currency": whole.currency})
    if tax.minor < 0:
        raise refuse("tax_negative", "a tax is at least zero")
    if tax.minor > whole.minor:
        raise refuse("tax_exceeds_amount", "an amount is more than the tax that it contains")
    return whole - tax


def _money(value: Any) -> Money:
    try:
        return _AMOUNT.validate_python(value)
    except ValidationError as fault:
        found = fault.errors()[0]
        raise refuse(found["type"], found["msg"]) from None


Price = Annotated[
    Amount,
    BeforeValidator(_without_tax),
    WithJsonSchema(
        {
            "type": "object",
            "properties": {
                "amount": {"type": "string"},
                "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
                "tax": {"type": "string"},
            },
            "required": ["amount", "currency"],
        }
    ),
]
"""Money: {"amount": "121.00", "currency": "EUR", "tax": "21.00"} is a price of 100 euros; without `tax` it is net."""
