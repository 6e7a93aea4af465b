"""Which currencies there are, and how many decimals each has."""

import pytest

from libs.kernel.currency import EXPONENTS, exponent_of


@pytest.mark.parametrize(
    ("code", "decimals"),
    [("EUR", 2), ("USD", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("TND", 3), ("CLP", 0), ("XOF", 0)],
)
def test_each_currency_has_its_decimals(code: str, decimals: int) -> None:
    assert exponent_of(code) == decimals


@pytest.mark.parametrize("code", ["XXX", "XTS", "XAU", "DEM", "BTC", "eur", "EURO", "EU", ""])
def test_what_does_not_circulate_is_no_currency(code: str) -> None:
    with pytest.raises(ValueError, match="unknown currency"):
        exponent_of(code)


def test_every_code_is_three_capital_letters_and_stands_once() -> None:
    assert all(len(code) == 3 and code.isascii() and code.isalpha() and code.isupper() for code in EXPONENTS)
    assert set(EXPONENTS.values()) == {0, 2, 3}
    assert {code for code, decimals in EXPONENTS.items() if decimals == 3} == {
        *["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]
    }
