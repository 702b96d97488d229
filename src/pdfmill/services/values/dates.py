"""Days as people write them: what every reader of dates has in common, whatever stands around them."""

from __future__ import annotations

import datetime

#: Years of two figures from this one on are of the 20th century (POSIX, strptime %y).
_PIVOT = 69


def full_year(figures: str) -> int:
    """The year that two or four figures are."""
    number = int(figures)
    if len(figures) != 2:
        return number
    return number + (1900 if number >= _PIVOT else 2000)


def day_of(year: int, month: int, day: int) -> datetime.date | None:
    """A day; None if the calendar has none such."""
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None
