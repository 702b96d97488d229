"""Amounts of money in text, as any of ten languages writes them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pdfmill.services.extraction.invoices.rules.currencies import CURRENCY
from pdfmill.services.extraction.invoices.rules.sheet import Segment, Sheet, Span
from pdfmill.services.values.currencies import minor_units, unit_of
from pdfmill.services.values.numbers import mark_within, read_digits

#: No amount of money on an invoice has more digits before its decimals.
_MOST_DIGITS = 12

_AMOUNT = re.compile(
    rf"(?<![\w.,/:'’%])(?<!\w[-–−])(?P<open>\()?\s?(?P<sign>[-–−+])?\s?(?P<before>{CURRENCY})?\s?(?P<sign2>[-–−])?\s?"
    r"(?P<number>\d{1,3}(?:[.,'’\u202f\u00a0 ]\d{3})+(?:[.,]\d{1,4})?|\d{1,3}(?:,\d{2})+,\d{3}(?:\.\d{1,4})?"
    r"|\d+(?:[.,]\d{1,4})?|[.,]\d{2})"
    rf"(?P<dash>[.,][-–—]+)?(?![\d])(?P<percent>\s?%)?\s?(?P<after>{CURRENCY})?(?P<trail>\s?[-–−](?!\s?\w)|\s?CR\b)?"
    r"(?=(?P<rest>[^\s)\]*;,.:!]?))",
)
_GROUPED = re.compile(r"\d{1,3}(?:[.,'’\u202f\u00a0 ]\d{3})+")
_WHOLE_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*(?![\d.,]|\s?%)")

DecimalSign = Literal[",", "."]


@dataclass(frozen=True)
class Notation:
    """How the amounts of an invoice are written: the sign before decimals, and how many of these there are."""

    sign: DecimalSign
    places: int = 2


@dataclass(frozen=True)
class Amount:
    """A number that may be money.

    Attributes:
        decimals: How many digits stand after the decimal sign; 0 for none.
        marked: Whether a currency stands beside it.
        percent: Whether a percent sign follows.
        usual: Whether it is written as amounts of the invoice's currency are: with its decimals, or in groups of
            digits where it has none.
    """

    value: Decimal
    decimals: int
    marked: bool
    percent: bool
    span: Span
    usual: bool = False

    @property
    def is_money(self) -> bool:
        """Whether it looks like an amount rather than a count."""
        return not self.percent and (self.usual or self.marked)

    @property
    def unit(self) -> Decimal:
        """What it may have been rounded to: its last decimal, if it is written as amounts are; else a cent."""
        return unit_of(self.decimals if self.usual else 2)


def notation_of(sheet: Sheet, currency: str | None) -> Notation:
    """The sign before decimals, by majority, and as many decimals as the currency has.

    Where the amounts of a currency without cents have cents all the same, or the other way round, what is printed
    counts.
    """
    cents = _signs_before(sheet, 2)
    places = minor_units(currency) if currency else 2
    if places == 2:
        return Notation(_likelier(cents))
    if places == 3:
        mills = _signs_before(sheet, 3)
        return Notation(_likelier(mills), 3) if mills.total() > cents.total() else Notation(_likelier(cents))
    groups = Counter(match[1] for match in _WHOLE_GROUPED.finditer(sheet.text))
    if groups.total() < cents.total():
        return Notation(_likelier(cents))
    return Notation("," if groups["."] > groups[","] else ".", 0)


def _signs_before(sheet: Sheet, places: int) -> Counter[str]:
    """The signs before so many last digits."""
    return Counter(re.findall(rf"\d([.,])\d{{{places}}}(?![\d.,])", sheet.text))


def _likelier(signs: Counter[str]) -> DecimalSign:
    return "," if signs[","] > signs["."] else "."


def amounts_in(segment: Segment, notation: Notation, start: int = 0) -> Iterator[Amount]:
    """The amounts and other numbers of a segment, from an offset of its text on."""
    if not any(character.isdigit() for character in segment.text):
        return
    for match in _AMOUNT.finditer(segment.text, start):
        if _goes_on(segment.text, match):
            continue
        value, decimals = _value(match["number"], notation.sign)
        if value is None or len(match["number"]) > _MOST_DIGITS + 6:
            continue
        if match["dash"]:
            decimals = notation.places
        negative = bool((match["sign"] or "+") != "+" or match["sign2"] or match["trail"])
        marked = bool(match["before"] or match["after"])
        begin = match.start("sign") if match["sign"] else match.start("number")
        begin = min([begin, *(match.start(name) for name in ("before", "sign2") if match[name])])
        end = max(match.end(name) for name in ("number", "dash", "after", "trail") if match[name])
        span = Span(segment, begin, end)
        usual = decimals == notation.places and (decimals > 0 or bool(_GROUPED.fullmatch(match["number"])))
        yield Amount(-value if negative else value, decimals, marked, bool(match["percent"]), span, usual)


def _goes_on(text: str, match: re.Match[str]) -> bool:
    """Whether the number is the beginning of something else, such as 3D, 1/2 or 20°."""
    rest = match["rest"]
    if not rest or match["after"] or not (rest.isalnum() or rest in "/%°²"):
        return False
    is_apart = text[match.end() - 1] == " "
    has_decimals = re.search(r"[.,]\d{2}$", match["number"]) is not None
    return not (is_apart and (rest.isalpha() or (rest.isdigit() and has_decimals)))


def _value(text: str, sign: DecimalSign) -> tuple[Decimal | None, int]:
    value, decimals = read_digits(text, mark_within(text, sign))
    return (value, decimals) if value < 10**_MOST_DIGITS else (None, 0)
