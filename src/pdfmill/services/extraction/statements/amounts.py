"""Amounts of money among words: with signs before or behind, in parentheses, with currencies, with CR or DR."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pdfmill.services.extraction.statements.notation import Notation
from pdfmill.services.layout.model import Box, Word, union
from pdfmill.services.values.currencies import SIGNS, code_of, codes
from pdfmill.services.values.numbers import read_number

#: What says whether an amount is taken or given; None where only its place can tell.
Mark = Literal["minus", "plus", "debit", "credit"]

_MINUS = "-−–"
_SYMBOL = "|".join(
    re.escape(sign) + (r"\.?" if sign[-1].isalpha() else "") for sign in sorted(SIGNS, key=len, reverse=True)
)
_CURRENCY = rf"(?:{_SYMBOL}|[A-Z]{{3}}(?![A-Za-z]))"
_DIGITS = r"\d[\d.,'’\u00a0\u202f ]*|[.,]\d{2,3}"
_AMOUNT = re.compile(
    rf"(?P<open>\()?\s?(?P<first>[{_MINUS}+])?\s?(?P<before>{_CURRENCY})?\s?(?P<second>[{_MINUS}+])?\s?(?P<digits>{_DIGITS})"
    rf"\s?(?P<after>{_CURRENCY})?\s?(?P<close>\))?\s?(?P<third>[{_MINUS}+])?\s?(?P<word>[A-Za-z]{{1,12}}\.?)?"
    rf"(?:\s(?P<last>{_CURRENCY}))?"
)
_GROUP = re.compile(r"[(]?[-−–+]?\d{1,3}$")
_EDGE = re.compile(rf"[(){_MINUS}+]$|{_CURRENCY}$")

#: Gaps in parts of a word's height up to which groups of digits, and signs and currencies, belong together.
_GROUP_GAP, _EDGE_GAP = 0.45, 1.3


@dataclass(frozen=True)
class Amount:
    """An amount; words ``start`` to ``end`` of its line.

    Attributes:
        value: Without its sign.
        mark: What tells its sign; None where nothing does.
        currency: ISO 4217; empty if none stands there.
        closed_up: Whether it follows other text without a column's gap.
        doubly: Whether it has a minus beside a word for debit or credit.
    """

    value: Decimal
    mark: Mark | None
    currency: str
    start: int
    end: int
    box: Box
    raw: str
    closed_up: bool
    doubly: bool = False

    @property
    def signed(self) -> Decimal:
        """With the sign that a minus, a parenthesis or a word for debit gives it."""
        return -self.value if self.mark in ("minus", "debit") or self.doubly else self.value


class AmountReader:
    """Finds amounts that one hand wrote: the decimal mark and the groups of digits are the same throughout.

    Args:
        lines: Words of all lines.
        signs: Words behind amounts, ``debit`` or ``credit``, see `Vocabulary`.

    Attributes:
        notation: How that hand writes them.
    """

    def __init__(self, lines: Iterable[Sequence[Word]], signs: Mapping[str, str]) -> None:
        self.notation = Notation.of(lines)
        self._signs = signs

    def find(self, words: Sequence[Word]) -> tuple[Amount, ...]:
        """The amounts of a line, from left to right."""
        found: list[Amount] = []
        for index in range(len(words)):
            if self.notation.ends_amount(words, index) and not (found and index < found[-1].end):
                amount = self._around(words, index, found[-1].end if found else 0)
                if amount:
                    found.append(amount)
        return tuple(found)

    def _around(self, words: Sequence[Word], index: int, free_from: int) -> Amount | None:
        """The amount whose last digits a word holds: with what belongs to it on both sides, or less."""
        first = self._first(words, index, free_from)
        last = self._last(words, index)
        for start in range(first, index + 1):
            for end in range(last, index, -1):
                amount = self._read(words, start, end)
                if amount:
                    return amount
        return None

    def _first(self, words: Sequence[Word], index: int, free_from: int) -> int:
        start = index
        while (
            self.notation.spaced
            and start > free_from
            and _follows(words, start)
            and _GROUP.match(words[start - 1].text)
        ):
            start -= 1
        while start > free_from and _gap(words, start) <= _EDGE_GAP and self._is_edge(words[start - 1].text):
            start -= 1
        return start

    def _last(self, words: Sequence[Word], index: int) -> int:
        end = index + 1
        while end < len(words) and end < index + 4 and _gap(words, end) <= _EDGE_GAP and self._is_edge(words[end].text):
            end += 1
        return end

    def _is_edge(self, text: str) -> bool:
        if text.rstrip(".").upper() in self._signs:
            return True
        return bool(_EDGE.match(text)) and (len(text) != 3 or not text.isalpha() or text in codes())

    def _read(self, words: Sequence[Word], start: int, end: int) -> Amount | None:
        raw = " ".join(word.text for word in words[start:end])
        found = _AMOUNT.fullmatch(raw)
        if found is None or bool(found["open"]) != bool(found["close"]):
            return None
        digits = self._without_leading_zeros(found["digits"])
        number = read_number("0" + digits if digits[0] in ".," else digits, self.notation.mark)
        if (
            number is None
            or number.places != self.notation.places
            or (" " in found["digits"].strip() and not self.notation.spaced)
        ):
            return None
        meaning = self._signs.get((found["word"] or "").rstrip(".").upper())
        currency = self._currency(found)
        if currency is None or (found["word"] and meaning is None):
            return None
        minuses = sum(sign in _MINUS for sign in _signs(found)) + bool(found["open"])
        negative = minuses == 1  # nobody writes two; what has two is not what it seems
        box = union(word.box for word in words[start:end])
        closed_up = start > 0 and _gap(words, start) < _GROUP_GAP
        # A whole number is an amount only where something says so, or where it stands by itself.
        joined = closed_up or (end < len(words) and _gap(words, end) < _GROUP_GAP)
        if joined and not (self.notation.places or currency or meaning or _signs(found)):
            return None
        mark: Mark | None = "minus" if negative else "plus" if _signs(found) else None
        if meaning:
            mark = "debit" if meaning == "debit" else "credit"
        doubly = negative and bool(meaning)
        return Amount(number.value, mark, currency, start, end, box, raw, closed_up, doubly)

    def _without_leading_zeros(self, digits: str) -> str:
        """A misprinted or misread first digit may be a zero; the amount is one all the same."""
        while digits[0] == "0" and len(digits) > 1 and digits[1] != self.notation.mark:
            digits = digits[1:].lstrip(".,'’ ")
        return digits

    def _currency(self, found: re.Match[str]) -> str | None:
        """The ISO code; empty if none stands there, None if what stands there is no currency."""
        for name in ("before", "after", "last"):
            text = found[name]
            if text:
                return code_of(text)
        return ""


def _signs(found: re.Match[str]) -> list[str]:
    return [sign for name in ("first", "second", "third") if (sign := found[name])]


def _gap(words: Sequence[Word], index: int) -> float:
    before, after = words[index - 1].box, words[index].box
    return (after.left - before.right) / max(min(before.height, after.height), 1.0)


def _follows(words: Sequence[Word], index: int) -> bool:
    return _gap(words, index) <= _GROUP_GAP
