"""Dates as people write them: in figures, in the order of their country, or with the name of a month."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from pdfmill.services.values.dates import day_of, full_year
from pdfmill.services.values.months import months_by_name

_FIGURES = re.compile(r"(?P<first>\d{1,2})(?P<mark>[./-])(?P<second>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})")
_ISO = re.compile(r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})")
_DAY_FIRST = re.compile(
    r"(?P<day>\d{1,2})(?:\.|st|nd|rd|th)?[ -](?:de )?(?P<month>[^\W\d]{3,})\.?,?[ -](?:de )?(?P<year>\d{4})"
)
_MONTH_FIRST = re.compile(r"(?P<month>[^\W\d]{3,})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})")

#: Languages of the Latin script in which months are known by name.
_LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "pl", "cs", "hu", "ro")
#: The first day that all spreadsheets count alike: Excel's 1900 has a 29th of February.
_EARLIEST = datetime.date(1900, 3, 1)


@dataclass(frozen=True)
class Date:
    """A day, and a spreadsheet's code for how its text shows it, such as ``dd.mm.yyyy``."""

    value: datetime.date
    look: str


def day_comes_first(texts: Iterable[str]) -> bool | None:
    """Whether dates of one hand, in figures with strokes, begin with the day; None if no date tells."""
    day = month = False
    for text in texts:
        if (found := _FIGURES.fullmatch(text.strip())) and found["mark"] != ".":
            day |= int(found["first"]) > 12
            month |= int(found["second"]) > 12
    return day if day != month else None


def read_date(text: str, day_first: bool | None) -> Date | None:
    """The date that a text is; None if it is none, or may be one of two.

    Args:
        day_first: See `day_comes_first`; with points the day always comes first.
    """
    text = text.strip()
    if found := _ISO.fullmatch(text):
        mark = found["mark"]
        look = f"yyyy{mark}{_figures('m', found['month'])}{mark}{_figures('d', found['day'])}"
        return _date(found["year"], int(found["month"]), found["day"], look)
    if found := _FIGURES.fullmatch(text):
        return _in_figures(found, day_first)
    for pattern, order in ((_DAY_FIRST, "d mmmm yyyy"), (_MONTH_FIRST, "mmmm d, yyyy")):
        if (found := pattern.fullmatch(text)) and (month := _months().get(found["month"].casefold())):
            short = len(found["month"]) <= 4
            return _date(found["year"], month, found["day"], order.replace("mmmm", "mmm") if short else order)
    return None


def _in_figures(found: re.Match[str], day_first: bool | None) -> Date | None:
    first, mark, second = found["first"], found["mark"], found["second"]
    if mark == "." or first == second:
        day_first = True
    if day_first is None:
        return None
    day, month = (first, second) if day_first else (second, first)
    parts = (_figures("d", day), _figures("m", month)) if day_first else (_figures("m", month), _figures("d", day))
    look = mark.join((*parts, "y" * len(found["year"])))
    return _date(found["year"], int(month), day, look)


def _figures(letter: str, figures: str) -> str:
    return letter * len(figures)


def _date(year: str, month: int, day: str, look: str) -> Date | None:
    value = day_of(full_year(year), month, int(day))
    return Date(value, look) if value is not None and value >= _EARLIEST else None


@cache
def _months() -> dict[str, int]:
    """Months by their names and usual abbreviations, in any of the languages; a name of two months is no name."""
    return months_by_name(_LANGUAGES, lambda name: name.rstrip(".").casefold())
