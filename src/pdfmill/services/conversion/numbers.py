"""Numbers as people write them: with points or commas, in parentheses, with a currency or a per cent sign."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

#: A grouping mark, three digits, a decimal mark: this one text tells both marks.
_BOTH = re.compile(r"\d([.,])\d{3}(?:\1\d{3})*([.,])\d+(?!\d)")
#: A mark before one, two or more than three digits at the end is no grouping mark.
_DECIMAL = re.compile(r"\d([.,])(?:\d{1,2}|\d{4,})(?![\d.,])")
#: The same mark twice, each before three digits, is one.
_GROUPING = re.compile(r"\d([.,])\d{3}\1\d{3}")

_AMOUNT = re.compile(
    r"(?P<open>\()?\s*(?P<minus>[-−–])?\s*(?:[$€£¥₹]|[A-Z]{3}\s)?\s*(?P<sign>[-−–+])?\s*"
    r"(?P<digits>\d[\d.,'’ \u00a0\u202f]*)"
    r"\s*(?P<percent>%)?\s*(?:[$€£¥₹]|[A-Z]{3})?\s*(?P<after>[-−–])?\s*(?P<close>\))?"
)
_SPACES_AND_APOSTROPHES = re.compile(r"(?<=\d)['’ \u00a0\u202f](?=\d{3}(?!\d))")

#: A spreadsheet keeps so many digits of a number; an account number has more, and is none.
_MOST_DIGITS = 15


@dataclass(frozen=True)
class Number:
    """A number; ``is_percentage`` if its text has a per cent sign, by which ``value`` is divided already."""

    value: Decimal
    places: int
    is_percentage: bool = False


def decimal_mark(texts: Iterable[str]) -> str:
    """The decimal mark of some numbers that were written by one hand: ``.`` or ``,``; ``.`` if none of them tells."""
    votes = {".": 0, ",": 0}
    other = {".": ",", ",": "."}
    for text in texts:
        if grouping := _GROUPING.search(text):
            votes[other[grouping[1]]] += 2
        elif (both := _BOTH.search(text)) and both[1] != both[2]:
            votes[both[2]] += 2
        elif decimal := _DECIMAL.search(text):
            votes[decimal[1]] += 1
    return "," if votes[","] > votes["."] else "."


def read_number(text: str, mark: str) -> Number | None:
    """The number that a text is; None if it is something else, as a date, a code or a number with zeros before it is.

    Args:
        mark: The decimal mark, see `decimal_mark`.
    """
    found = _AMOUNT.fullmatch(text.strip())
    if found is None or bool(found["open"]) != bool(found["close"]):
        return None
    group = re.escape("," if mark == "." else ".")
    digits = _SPACES_AND_APOSTROPHES.sub("", found["digits"].strip())
    shape = re.fullmatch(rf"((?:\d{{1,3}}(?:{group}\d{{2,3}})*{group}\d{{3}})|\d+)(?:{re.escape(mark)}(\d+))?", digits)
    if (
        shape is None
        or (len(shape[1]) > 1 and shape[1].startswith("0"))
        or sum(map(str.isdigit, digits)) > _MOST_DIGITS
    ):
        return None
    whole, fraction = re.sub(r"\D", "", shape[1]), shape[2] or ""
    value = Decimal(f"{whole}.{fraction}" if fraction else whole)
    if found["open"] or found["minus"] or found["after"] or (found["sign"] or "+") != "+":
        value = -value
    places = len(fraction)
    return Number(value / 100, places, is_percentage=True) if found["percent"] else Number(value, places)
