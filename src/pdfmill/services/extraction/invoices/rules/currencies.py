"""The currency that an invoice is in, by the codes (ISO 4217) and signs that its pages name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from pdfmill.services.extraction.invoices.rules.sheet import Sheet, Span
from pdfmill.services.values import currencies
from pdfmill.services.values.currencies import SIGNS, UNUSUAL

#: What else stands for a currency on invoices; as much a word as a sign, so that only digits beside it tell.
_WORDS = {"euro": "EUR", "euros": "EUR", "lei": "RON", "rm": "MYR", "ft": "HUF", "лв": "BGN"}
_ONLY_BESIDE_DIGITS = ("rs", "zl", *_WORDS)
#: Codes that are looked for; of the others some are words in capitals (ALL, TOP, CUP).
_CODES = re.findall(
    r"\w+",
    """
    EUR USD GBP CHF INR PLN SEK DKK NOK CZK HUF AUD CAD SGD CNY HKD NZD BRL MXN ZAR TRY RON BGN AED ILS RUB THB MYR PHP
    IDR SAR TWD UAH EGP NGN KES PKR LKR BDT ARS QAR KZT RSD
    """,
)


def _pattern() -> str:
    """Signs and codes, the longer ones first; codes in capitals only, since some are words."""
    signs = sorted(({sign.casefold() for sign in SIGNS} | _WORDS.keys()) - {"fr."}, key=len, reverse=True)
    words = "|".join(re.escape(sign) + (r"\b\.?" if sign[-1].isalpha() else "") for sign in signs)
    return rf"(?:(?:{'|'.join((*_CODES, *sorted(UNUSUAL)))})\b|(?i:eur\b|{words}))"


#: One of them in a pattern that heeds case.
CURRENCY = _pattern()
_ANY = re.compile(rf"(?<![A-Za-z]){CURRENCY}(?![A-Za-z])")
_KRONE = {"da": "DKK", "sv": "SEK"}


def _code_of(sign: str) -> str | None:
    return currencies.code_of(sign) or _WORDS.get(sign.casefold(), "EUR" if sign.casefold() == "eur" else None)


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
            sign = match[0].rstrip(".").casefold()
            code = _code_of(match[0].rstrip("."))
            if sign == "kr":
                code = krone or next((_KRONE[language] for language in languages if language in _KRONE), "SEK")
            if sign in _ONLY_BESIDE_DIGITS and not _beside_digits(segment.text, match):
                continue
            if code:
                yield code, Span(segment, match.start(), match.end())


def _beside_digits(text: str, match: re.Match[str]) -> bool:
    return bool(re.match(r"\s?[-–]?\d", text[match.end() :]) or re.search(r"\d\s?$", text[: match.start()]))
