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
    r"(?P<open>\()?\s*(?P<minus>[-−–])?\s*(?P<before>[$€£¥₹]|[A-Z]{3}\s)?\s*(?P<sign>[-−–+])?\s*"
    r"(?P<digits>[.,]?\d[\d.,'’ \u00a0\u202f]*)"
    r"\s*(?P<percent>%)?\s*(?P<behind>[$€£¥₹]|[A-Z]{3})?\s*(?P<after>[-−–])?\s*(?P<close>\))?"
)
#: One mark before three digits groups them or parts them off; only other numbers of the same hand tell.
_AMBIGUOUS = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_SPACES_AND_APOSTROPHES = re.compile(r"(?<=\d)['’ \u00a0\u202f](?=\d{3}(?!\d))")

#: A spreadsheet keeps so many digits of a number; an account number has more, and is none.
_MOST_DIGITS = 15


@dataclass(frozen=True)
class Number:
    """A number.

    Attributes:
        places: Decimal places that its text has.
        is_percentage: Whether its text has a per cent sign, by which ``value`` is divided already.
        before, behind: The currency that stands there; empty if none does.
        is_grouped: Whether marks part its thousands.
        in_parentheses: Whether these, and no sign, make it negative.
    """

    value: Decimal
    places: int
    is_percentage: bool = False
    before: str = ""
    behind: str = ""
    is_grouped: bool = False
    in_parentheses: bool = False


def decimal_mark(texts: Iterable[str]) -> str:
    """The decimal mark of some numbers that were written by one hand: ``.`` or ``,``; ``.`` if none of them tells."""
    return told_decimal_mark(texts) or "."


def told_decimal_mark(texts: Iterable[str]) -> str | None:
    """The decimal mark of some numbers that were written by one hand; None if none of them tells."""
    votes = {".": 0, ",": 0}
    other = {".": ",", ",": "."}
    for text in texts:
        if grouping := _GROUPING.search(text):
            votes[other[grouping[1]]] += 2
        elif (both := _BOTH.search(text)) and both[1] != both[2]:
            votes[both[2]] += 2
        elif decimal := _DECIMAL.search(text):
            votes[decimal[1]] += 1
    if votes["."] == votes[","]:
        return None
    return "," if votes[","] > votes["."] else "."


def mark_within(digits: str, likely: str) -> str | None:
    """The mark before the decimals of one number; None if it has none.

    Of two different marks the last one parts off decimals, the same mark twice groups digits, and one mark before three
    digits does either, as is ``likely``; where only a zero or nothing stands before it, it parts off decimals.
    """
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return None
    mark = digits[last]
    if {".", ","} <= set(digits):
        return mark
    if digits.count(mark) > 1:
        return None
    groups = len(digits) - last - 1 == 3 and mark != likely and digits[:last] not in ("", "0")
    return None if groups else mark


def read_digits(digits: str, mark: str | None) -> tuple[Decimal, int]:
    """The value of digits with whatever groups them, and how many decimals they have.

    Args:
        mark: What parts off the decimals; None if nothing does.
    """
    whole, _, fraction = digits.rpartition(mark) if mark and mark in digits else (digits, "", "")
    whole = re.sub(r"\D", "", whole) or "0"
    return Decimal(f"{whole}.{fraction}" if fraction else whole), len(fraction)


def read_number(text: str, mark: str | None) -> Number | None:
    """The number that a text is; None if it is something else, as a date, a code or a number with zeros before it is.

    Args:
        mark: The decimal mark, see `decimal_mark`; None if it is not known, which makes 1.234 no number.
    """
    found = _AMOUNT.fullmatch(text.strip())
    if mark is None:
        if found is not None and _AMBIGUOUS.fullmatch(found["digits"].strip()):
            return None
        mark = "."
    if found is None or bool(found["open"]) != bool(found["close"]):
        return None
    group = re.escape("," if mark == "." else ".")
    digits = _SPACES_AND_APOSTROPHES.sub("", found["digits"].strip())
    shape = re.fullmatch(rf"((?:\d{{1,3}}(?:{group}\d{{2,3}})*{group}\d{{3}})|\d*)(?:{re.escape(mark)}(\d+))?", digits)
    if (
        shape is None
        or (len(shape[1]) > 1 and shape[1].startswith("0"))
        or sum(map(str.isdigit, digits)) > _MOST_DIGITS
    ):
        return None
    value, places = read_digits(digits, mark)
    if found["open"] or found["minus"] or found["after"] or (found["sign"] or "+") != "+":
        value = -value
    return Number(
        value / 100 if found["percent"] else value,
        places,
        is_percentage=bool(found["percent"]),
        before=(found["before"] or "").strip(),
        behind=found["behind"] or "",
        is_grouped=len(re.sub(r"\D", "", shape[1])) != len(found["digits"].strip().partition(mark)[0]),
        in_parentheses=bool(found["open"]),
    )
