"""Dates in text: day, month and year in the order of the document."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pdfmill.services.extraction.invoices.rules.lexicon import month_names
from pdfmill.services.extraction.invoices.rules.sheet import Segment, Sheet, Span, fold
from pdfmill.services.values.dates import day_of, full_year

_YEAR_FIRST = re.compile(r"(?<![\d.])((?:19|20)\d{2})\s?([-./])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?![\d])")
_COMPACT = re.compile(r"(?<![\d.,/-])(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?![\d.,/-])")
_YEAR_LAST = re.compile(r"(?<![\d.,/-])(\d{1,2})\s?([-./])\s?(\d{1,2})\s?\2\s?((?:19|20)\d{2}|\d{2})(?![\d]|[./-]\d)")
_DAY_MONTH = re.compile(
    r"(?<![\d,])(\d{1,2})(?:st|nd|rd|th|er|\.|º|o|a)?[\s\-/.]*(?:de\s+|of\s+)?([a-z]{3,12})\.?,?[\s\-/']*"
    r"(?:de\s+|del\s+)?((?:19|20)\d{2})(?!\d)"
)
_DAY_MONTH_SHORT = re.compile(r"(?<![\d,])(\d{1,2})[-/. ]([a-z]{3,9})[-/.' ]{1,2}(\d{2})(?![\d.,:])")
_MONTH_DAY = re.compile(r"(?<![a-z])([a-z]{3,12})\.?[\s-]*(\d{1,2})(?:st|nd|rd|th)?\s*,?\s+((?:19|20)\d{2})(?!\d)")
_SLASHED = re.compile(r"(?<![\d./-])(\d{1,2})([/-])(\d{1,2})\2(?:(?:19|20)\d{2}|\d{2})(?!\d)")
_EARLIEST, _LATEST = 1970, 2099


@dataclass(frozen=True)
class DatePlace:
    """A date and where it stands."""

    value: datetime.date
    span: Span


def months_come_first(sheet: Sheet, languages: tuple[str, ...]) -> bool:
    """Whether dates such as 03/04/2024 name the month first; decided once for a document.

    Dates that can be read in one way only decide; else dollars without euros in English do.
    """
    firsts = seconds = 0
    for match in _SLASHED.finditer(sheet.text):
        firsts += int(match[1]) > 12
        seconds += int(match[3]) > 12
    if firsts != seconds:
        return seconds > firsts
    text = sheet.text
    return languages[:1] == ("en",) and "$" in text and "€" not in text and "£" not in text and "GST" not in text


def dates_in(segment: Segment, *, month_first: bool, start: int = 0) -> list[DatePlace]:
    """The dates of a segment, from an offset of its text on, in their order."""
    if not any(character.isdigit() for character in segment.text):
        return []
    text = _same_length(segment.text)
    found: list[DatePlace] = []
    taken: list[tuple[int, int]] = []
    for value, begin, end in _every(text, start, month_first=month_first):
        if value and not any(begin < other_end and end > other_begin for other_begin, other_end in taken):
            taken.append((begin, end))
            found.append(DatePlace(value, Span(segment, begin, end)))
    return sorted(found, key=lambda place: place.span.start)


def _same_length(text: str) -> str:
    """Folded character by character, so that offsets stay what they are."""
    return text.lower() if text.isascii() else "".join((fold(character) or " ")[:1] for character in text)


def _every(text: str, start: int, *, month_first: bool) -> Iterator[tuple[datetime.date | None, int, int]]:
    for match in _YEAR_FIRST.finditer(text, start):
        yield _date(match[1], match[3], match[4]), match.start(), match.end()
    for match in _YEAR_LAST.finditer(text, start):
        first, second, year = match[1], match[3], match[4]
        in_order = _date(year, second, first), _date(year, first, second)
        preferred = in_order[::-1] if month_first and match[2] != "." else in_order
        yield preferred[0] or preferred[1], match.start(), match.end()
    names = month_names()
    for pattern in (_DAY_MONTH, _DAY_MONTH_SHORT):
        for match in pattern.finditer(text, start):
            if month := names.get(match[2]):
                yield _date(match[3], month, match[1]), match.start(), match.end()
    for match in _MONTH_DAY.finditer(text, start):
        if month := names.get(match[1]):
            yield _date(match[3], month, match[2]), match.start(), match.end()
    for match in _COMPACT.finditer(text, start):
        yield _date(match[1], match[2], match[3]), match.start(), match.end()


def _date(year: str, month: str | int, day: str) -> datetime.date | None:
    number = full_year(year)
    return day_of(number, int(month), int(day)) if _EARLIEST <= number <= _LATEST else None
