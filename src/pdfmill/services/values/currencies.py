"""Currencies: their codes and minor units (ISO 4217), and the signs that stand for them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache

#: What stands for a currency on paper where nothing else is said; empty for the crowns, which are of several countries.
SIGNS: Mapping[str, str] = {
    "€": "EUR", "$": "USD", "£": "GBP", "₹": "INR", "¥": "JPY", "￥": "JPY", "円": "JPY", "₩": "KRW", "원": "KRW",
    "US$": "USD", "S$": "SGD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "NZ$": "NZD", "HK$": "HKD",
    "R$": "BRL", "MX$": "MXN", "Rs": "INR", "zł": "PLN", "zl": "PLN", "Kč": "CZK", "Fr.": "CHF", "SFr": "CHF",
    "₺": "TRY", "₽": "RUB", "₴": "UAH", "₪": "ILS", "฿": "THB", "₱": "PHP", "₫": "VND", "kr": "",
}  # fmt: skip

#: Decimals of currencies that have other than two: list one of ISO 4217, column "minor unit".
_WHOLE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
_MINOR_UNITS: Mapping[str, int] = {**dict.fromkeys(_WHOLE.split(), 0), **dict.fromkeys(_THOUSANDTHS.split(), 3)}
#: Codes that have other than two decimals.
UNUSUAL = frozenset(_MINOR_UNITS)


@cache
def codes() -> frozenset[str]:
    """The codes of ISO 4217, past ones too."""
    from babel.numbers import list_currencies

    return frozenset(list_currencies())


def minor_units(code: str) -> int:
    """How many decimals amounts in a currency have."""
    return _MINOR_UNITS.get(code, 2)


def unit_of(places: int) -> Decimal:
    """The smallest amount with so many decimals: a cent with two."""
    return Decimal(1).scaleb(-places)


def code_of(text: str) -> str | None:
    """The code that a code or a sign stands for; empty for a sign of several, None for what is neither."""
    bare = text.strip()
    if len(bare) == 3 and bare.isascii() and bare.isalpha() and bare.isupper():
        return bare if bare in codes() else None
    signs, folded = _folded_signs(), bare.casefold()
    return signs.get(folded, signs.get(folded.rstrip(".")))


@cache
def _folded_signs() -> dict[str, str]:
    return {sign.casefold(): code for sign, code in SIGNS.items()}
