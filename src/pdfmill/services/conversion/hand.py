"""How one hand writes: what is a number or a date in a table, others of the same table tell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pdfmill.services.conversion.dates import Date, day_comes_first, read_date
from pdfmill.services.values.numbers import Number, read_number, told_decimal_mark


@dataclass(frozen=True)
class Hand:
    """How numbers and dates are written; None where nothing tells."""

    decimal_mark: str | None = None
    day_first: bool | None = None

    @classmethod
    def of(cls, texts: Iterable[str], before: Hand) -> Hand:
        """The hand of some texts; what they leave open is as it was ``before`` in the document."""
        known = list(texts)
        mark, day_first = told_decimal_mark(known), day_comes_first(known)
        return cls(mark or before.decimal_mark, before.day_first if day_first is None else day_first)

    def read(self, text: str) -> Number | Date | None:
        """What a text is; None if it is a text."""
        return read_number(text, self.decimal_mark) or read_date(text, self.day_first)


def number_format(number: Number) -> str:
    """A spreadsheet's code for a number as the document shows it."""
    places = "." + "0" * number.places if number.places else ""
    code = ("#,##0" if number.is_grouped else "0") + places + ("%" if number.is_percentage else "")
    if number.before:
        code = f'"{number.before}{" " if number.before.isalpha() else ""}"{code}'
    if number.behind:
        code = f'{code}" {number.behind}"'
    return f"{code};({code})" if number.in_parentheses else code
