"""Currencies by their codes (ISO 4217) and signs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from pdfmill.services.extraction.invoices.rules.sheet import Sheet, Span

#: What stands for a currency on paper; $ and kr are of several countries, told by what else the page says.
SIGNS = {
    "€": "EUR", "$": "USD", "£": "GBP", "₹": "INR", "¥": "JPY", "zł": "PLN", "zl": "PLN", "kr": "SEK", "rs": "INR",
    "us$": "USD", "s$": "SGD", "a$": "AUD", "c$": "CAD", "ca$": "CAD", "au$": "AUD", "r$": "BRL", "hk$": "HKD",
    "nz$": "NZD", "fr": "CHF", "sfr": "CHF", "kč": "CZK", "ft": "HUF", "₽": "RUB", "₺": "TRY", "₪": "ILS", "₩": "KRW",
    "euro": "EUR", "euros": "EUR", "лв": "BGN", "lei": "RON", "rm": "MYR", "aed": "AED",
}  # fmt: skip
_CODES = [
    "EUR",
    "USD",
    "GBP",
    "CHF",
    "INR",
    "PLN",
    "SEK",
    "DKK",
    "NOK",
    "CZK",
    "HUF",
    "AUD",
    "CAD",
    "SGD",
    "JPY",
    "CNY",
    "HKD",
    "NZD",
    "BRL",
    "MXN",
    "ZAR",
    "TRY",
    "RON",
    "BGN",
    "AED",
    "ILS",
    "KRW",
    "RUB",
    "THB",
    "MYR",
    "PHP",
    "IDR",
    "SAR",
]


def _pattern() -> str:
    """Signs and codes, the longer ones first; codes in capitals only, since some are words."""
    signs = sorted((sign for sign in SIGNS if sign != "fr"), key=len, reverse=True)
    words = "|".join(re.escape(sign) + (r"\b\.?" if sign[-1].isalpha() else "") for sign in signs)
    return rf"(?:(?:{'|'.join(_CODES)})\b|(?i:eur\b|{words}))"


#: One of them in a pattern that heeds case.
CURRENCY = _pattern()
_ANY = re.compile(rf"(?<![A-Za-z]){CURRENCY}(?![A-Za-z])")
_KRONE = {"da": "DKK", "sv": "SEK"}


def code_of(sign: str) -> str | None:
    """The code of a sign, a name or a code."""
    plain = sign.strip().rstrip(".")
    if plain.upper() in _CODES:
        return plain.upper()
    return SIGNS.get(plain.lower())


@cache
def is_code(code: str) -> bool:
    """Whether it is a code of ISO 4217 that is in use somewhere."""
    from babel import Locale

    return code in Locale("en").currencies


def currency_of(sheet: Sheet, languages: tuple[str, ...]) -> tuple[str, Span, float] | None:
    """The currency that a sheet names most often, where it does so first, and its part of all such names."""
    counts: Counter[str] = Counter()
    first: dict[str, Span] = {}
    for code, span in _named(sheet, languages):
        counts[code] += 3 if span.text.upper() == code else 1
        first.setdefault(code, span)
    if not counts:
        return None
    best = max(counts, key=lambda code: (counts[code], code))
    return best, first[best], counts[best] / counts.total()


def _named(sheet: Sheet, languages: tuple[str, ...]) -> Iterator[tuple[str, Span]]:
    krone = next((code for language, code in _KRONE.items() if language in languages[:1]), None)
    for segment in sheet.segments:
        for match in _ANY.finditer(segment.text):
            sign = match[0].rstrip(".").lower()
            code = code_of(match[0])
            if sign == "kr":
                code = krone or next((_KRONE[language] for language in languages if language in _KRONE), "SEK")
            if sign in ("rs", "rm", "zl", "ft", "lei", "euro", "euros") and not _beside_digits(segment.text, match):
                continue
            if code:
                yield code, Span(segment, match.start(), match.end())


def _beside_digits(text: str, match: re.Match[str]) -> bool:
    return bool(re.match(r"\s?[-–]?\d", text[match.end() :]) or re.search(r"\d\s?$", text[: match.start()]))
