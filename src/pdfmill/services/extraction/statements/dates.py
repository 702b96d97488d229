"""Dates among words: with or without a year, by numbers or names of months, in either order of day and month."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from pdfmill.services.extraction.statements.vocabulary import LANGUAGES, fold
from pdfmill.services.layout.model import Box, Word, union
from pdfmill.services.values.dates import day_of, full_year
from pdfmill.services.values.months import months_by_name

_FULL = re.compile(r"(?<!\d)(?:(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{1,2})([-/.])(\d{1,2})\6(\d{4}|\d{2}))(?!\d)")
_SHORT = re.compile(r"(\d{1,2})([-/.])(\d{1,2})(\.?)")
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|[.ºª°])?,?")
_YEAR = re.compile(r"[,']?((?:19|20)\d{2}|\d{2})[,.:;)]?")
_NAMED = re.compile(r"(\d{1,2})[-/. ]?([^\W\d_]{3,10})\.?(?:[-/. ]?(\d{4}|\d{2}))?")
_LINKS = {"de", "of", "del"}
_EDGES = "()[],:;"
#: Parts of a date stand no further apart than this part of their height.
_GAP = 0.9

#: A statement that would cover more days than this is read in the other order, if that makes it much shorter.
_LONG_SPAN = 40

#: How far before the first or behind the last day of a period an entry may lie and still belong to it.
_SLACK = datetime.timedelta(days=45)


@dataclass(frozen=True)
class Date:
    """A date as it stands there; words ``start`` to ``end`` of its line.

    Attributes:
        first: The day, or in an ``ambiguous`` date whichever number comes first.
        second: The month, or the number that comes second.
        year: None if none stands there.
        ambiguous: Whether day and month may stand in either order: numbers with strokes or dashes.
    """

    first: int
    second: int
    year: int | None
    ambiguous: bool
    start: int
    end: int
    box: Box
    raw: str


@cache
def _months() -> dict[str, int]:
    """Months by their folded names and by those beginnings of names that mean one month only."""
    return {name: month for name, month in months_by_name(LANGUAGES, fold, beginnings=(3, 4)).items() if len(name) > 2}


class DateReader:
    """Finds dates.

    Args:
        texts: All lines, for the years that the document names in full: a year of two digits behind a month's name is
            taken for one only if it is among them.
        points_are_decimal: Whether ``10.12`` may be an amount.
    """

    def __init__(self, texts: Iterable[str], *, points_are_decimal: bool) -> None:
        self._years = {int(year) for text in texts for year in re.findall(r"(?<!\d)(20\d{2})(?!\d)", text)}
        self._points_are_decimal = points_are_decimal
        self._months = _months()

    def find(self, words: Sequence[Word]) -> tuple[Date, ...]:
        """The dates of a line, from left to right."""
        found: list[Date] = []
        for index, word in enumerate(words):
            if found and index < found[-1].end:
                continue
            text = word.text
            if any(map(str.isdigit, text)):
                found += self._numeric(words, index) or self._named(words, index)
            elif text[0].isalpha() and fold(text) in self._months:
                found += self._month_first(words, index)
        return tuple(found)

    def _numeric(self, words: Sequence[Word], index: int) -> list[Date]:
        text = words[index].text
        found = []
        for match in _FULL.finditer(text):
            if match[1]:
                parts, mark = (int(match[4]), int(match[3]), match[1]), "."
            else:
                parts, mark = (int(match[5]), int(match[7]), match[8]), match[6]
            found += self._date(words, index, index + 1, parts, ambiguous=mark != ".", raw=match[0])
        if found:
            return found
        short = _SHORT.fullmatch(text.strip(_EDGES))
        if short and (short[2] != "." or short[4] or not self._points_are_decimal):
            parts = (int(short[1]), int(short[3]), None)
            return self._date(words, index, index + 1, parts, ambiguous=short[2] != ".", raw=short[0])
        return []

    def _named(self, words: Sequence[Word], index: int) -> list[Date]:
        """``02-Oct-2024``, ``2 Oct 2024``, ``1er janvier``, ``5 de enero de 2024``."""
        joined = _NAMED.fullmatch(words[index].text.strip(_EDGES))
        if joined and fold(joined[2]) in self._months:
            month, year, end = self._months[fold(joined[2])], joined[3], index + 1
            if year is None:
                year, end = self._year(words, end)
            return self._date(words, index, end, (int(joined[1]), month, year), ambiguous=False)
        day = _DAY.fullmatch(words[index].text)
        place = self._next(words, index + 1)
        if day is None or place is None or fold(words[place].text) not in self._months:
            return []
        year, end = self._year(words, place + 1)
        return self._date(
            words, index, end, (int(day[1]), self._months[fold(words[place].text)], year), ambiguous=False
        )

    def _month_first(self, words: Sequence[Word], index: int) -> list[Date]:
        """``Oct 02, 2024``."""
        place = self._next(words, index + 1)
        day = _DAY.fullmatch(words[place].text) if place is not None else None
        if day is None or place is None:
            return []
        year, end = self._year(words, place + 1)
        month = self._months[fold(words[index].text)]
        return self._date(words, index, end, (int(day[1]), month, year), ambiguous=False)

    def _next(self, words: Sequence[Word], index: int) -> int | None:
        """The word that continues a date, past a linking word; None if there is none near."""
        for place in (index, index + 1):
            if place >= len(words) or not _is_near(words, place):
                return None
            if words[place].text.casefold() not in _LINKS:
                return place
        return None

    def _year(self, words: Sequence[Word], index: int) -> tuple[str | None, int]:
        place = self._next(words, index)
        year = _YEAR.fullmatch(words[place].text) if place is not None else None
        if year is None or place is None:
            return None, index
        if len(year[1]) == 2 and 2000 + int(year[1]) not in self._years:
            return None, index
        return year[1], place + 1

    def _date(
        self,
        words: Sequence[Word],
        start: int,
        end: int,
        parts: tuple[int, int, str | None],
        *,
        ambiguous: bool,
        raw: str | None = None,
    ) -> list[Date]:
        first, second, year = parts
        low, high = sorted((first, second))
        if low < 1 or low > 12 or high > 31 or (not ambiguous and second > 12):
            return []
        full = full_year(year) if year else None
        if full is not None and not 1970 <= full <= 2100:
            return []
        text = raw or " ".join(word.text for word in words[start:end])
        return [Date(first, second, full, ambiguous, start, end, union(w.box for w in words[start:end]), text)]


def _is_near(words: Sequence[Word], index: int) -> bool:
    before, after = words[index - 1].box, words[index].box
    return after.left - before.right <= _GAP * max(min(before.height, after.height), 1)


@dataclass(frozen=True)
class Calendar:
    """How the dates of a document are to be read.

    Attributes:
        month_first: Whether ambiguous dates begin with the month.
        certain: Whether the document itself shows which.
        first: The first day of the period; None if it is not known.
        last: The last day, or the day the statement was made; None if no year is known at all.
    """

    month_first: bool = False
    certain: bool = True
    first: datetime.date | None = None
    last: datetime.date | None = None

    def day(self, date: Date) -> datetime.date | None:
        """The day that a date names; None if there is no such day, or no year for it."""
        day, month = date.first, date.second
        if date.ambiguous and (second_is_day := day <= 12 < month or (self.month_first and day <= 12)):
            assert second_is_day
            day, month = month, day
        if date.year is not None:
            return day_of(date.year, month, day)
        if self.last is None:
            return None
        years = {self.last.year, (self.first or self.last).year, self.last.year - 1}
        days = [each for year in sorted(years) if (each := day_of(year, month, day))]
        return min(days, key=self._distance, default=None)

    def _distance(self, day: datetime.date) -> tuple[int, int]:
        """Days outside the period; without one, days before the last, those behind it coming last of all."""
        assert self.last is not None
        if self.first is None:
            ahead = (day - self.last).days
            return (0, -ahead) if ahead <= 7 else (1, ahead)
        outside = max((self.first - day).days, (day - self.last).days, 0)
        return outside, 0

    def holds(self, day: datetime.date) -> bool:
        """Whether a day may belong to the period."""
        if self.last is None or self.first is None:
            return True
        return self.first - _SLACK <= day <= self.last + _SLACK


def month_comes_first(columns: Iterable[Sequence[Date]], *, likely: bool) -> tuple[bool, bool]:
    """Whether ambiguous dates begin with the month, and whether that is certain.

    A number above 12 decides; else the reading in which a statement covers days or weeks and not most of a year, since
    what is taken for months then stays the same; else what is ``likely``.

    Args:
        columns: Dates that should follow one another in time, such as those of the entries.
    """
    listed = [[date for date in column if date.ambiguous] for column in columns]
    firsts = sum(date.first > 12 for column in listed for date in column)
    seconds = sum(date.second > 12 for column in listed for date in column)
    if firsts != seconds and min(firsts, seconds) * 10 <= max(firsts, seconds):
        return seconds > firsts, True
    spans = {month_first: _span(listed, month_first) for month_first in (True, False)}
    short, long = min(spans.values()), max(spans.values())
    if long > _LONG_SPAN and short * 3 < long:
        return spans[True] == short, True
    alike = all(date.first == date.second for column in listed for date in column)
    return likely, alike


def _span(columns: Sequence[Sequence[Date]], month_first: bool) -> int:
    """Days from the first to the last date of the widest column, all months counted as 31 days."""
    widest = 0
    for dates in columns:
        days = [
            (date.year or 0) * 372 + (date.first * 31 + date.second if month_first else date.second * 31 + date.first)
            for date in dates
        ]
        widest = max(widest, max(days, default=0) - min(days, default=0))
    return widest
