"""Headings of tables: which columns there are, by their words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, cast

from pdfmill.services.extraction.statements.lines import TextLine
from pdfmill.services.extraction.statements.vocabulary import Phrases, fold
from pdfmill.services.layout.model import Box, Word, union
from pdfmill.services.values.currencies import code_of

Role = Literal[
    "booking_date",
    "transaction_date",
    "value_date",
    "description",
    "counterparty",
    "reference",
    "type",
    "debit",
    "credit",
    "amount",
    "balance",
    "sign",
    "currency",
    "ignored",
]
MONEY: frozenset[Role] = frozenset(("debit", "credit", "amount", "balance"))
DATES: frozenset[Role] = frozenset(("booking_date", "transaction_date", "value_date"))
TEXTS: frozenset[Role] = frozenset(("description", "counterparty", "reference", "type"))

#: A heading takes so many lines at most.
_DEEPEST = 3
_SMALL_WORDS = frozenset(("in", "en", "em", "i", "w", "the", "your"))


@dataclass(frozen=True)
class Column:
    """A column by its heading; ``text`` is the folded heading."""

    role: Role
    box: Box
    currency: str = ""
    text: str = ""


@dataclass(frozen=True)
class Header:
    """The heading of a table.

    Attributes:
        columns: From left to right.
        end: Index of the line after it.
    """

    columns: tuple[Column, ...]
    end: int

    def column(self, role: Role) -> Column | None:
        return next((column for column in self.columns if column.role == role), None)

    @property
    def money(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.role in MONEY)

    @property
    def groups(self) -> tuple[tuple[Column, ...], ...]:
        """Columns that repeat side by side, as in lists of cheques, apart from one another."""
        first = self.columns[0].role
        starts = [index for index, column in enumerate(self.columns) if column.role == first]
        ends = [*starts[1:], len(self.columns)]
        groups = [self.columns[start:end] for start, end in zip(starts, ends, strict=True)]
        whole = [group for group in groups if any(column.role in MONEY for column in group)]
        return tuple(whole) if len(whole) == len(groups) > 1 else (self.columns,)


class HeaderFinder:
    """Finds headings by the words of columns."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases

    def find(self, lines: Sequence[TextLine], start: int) -> Header | None:
        """The heading that begins with a line; None if it does not."""
        best: tuple[int, Header] | None = None
        for depth in range(1, _DEEPEST + 1):
            stack = lines[start : start + depth]
            if len(stack) < depth or not _belong_together(stack):
                break
            columns = self._with_amount(self._columns(stack))
            score = len({column.role for column in columns if column.role != "ignored"})
            if _is_heading(columns) and (best is None or score > best[0]):
                best = score, Header(tuple(columns), start + depth)
        if best and best[1].end > start + 1:
            # A title above a heading is no part of it: without the title the heading says as much or more.
            below = self.find(lines[: best[1].end], start + 1)
            if below and len(below.columns) >= len(best[1].columns):
                return None
        return best[1] if best else None

    def _with_amount(self, columns: list[Column]) -> list[Column]:
        """If nothing is a column of amounts, a heading that may mean one, there or in another language, is it."""
        if {column.role for column in columns} & {"amount", "debit", "credit"}:
            return columns
        for index in reversed(range(len(columns))):
            if self._phrases.may_mean(columns[index].text, "amount"):
                columns[index] = replace(columns[index], role="amount")
                break
        return columns

    def _columns(self, stack: Sequence[TextLine]) -> list[Column]:
        cells = _cells(stack)
        found: list[Column] = []
        unknown = 0
        for cell in cells:
            columns = self._read(cell)
            found += columns
            unknown += not columns
        known = len({(column.role, column.box.left) for column in found})
        return sorted(found, key=lambda column: column.box.left) if known > unknown else []

    def _read(self, cell: Sequence[Word]) -> list[Column]:
        """The column or columns that a cell names; several where their headings stand close to one another."""
        words = [(fold(word.text), word) for word in cell]
        currency = next((_currency(word.text) for word in cell if _currency(word.text)), "")
        bare = [(text, word) for text, word in words if text and not _currency(word.text)]
        for each in (bare, [pair for pair in bare if pair[0] not in _SMALL_WORDS]):
            role = self._phrases.exact(" ".join(text for text, _ in each))
            if role and each:
                text = " ".join(text for text, _ in each)
                return [Column(cast(Role, role), union(word.box for word in cell), currency, text)]
        texts = [text for text, _ in bare]
        found = list(self._phrases.find(texts))
        if len(found) < 2 or sum(phrase.length for phrase in found) < len(texts):
            return []
        return [
            Column(
                cast(Role, phrase.meaning),
                union(word.box for _, word in bare[phrase.start : phrase.end]),
                currency,
                " ".join(texts[phrase.start : phrase.end]),
            )
            for phrase in found
        ]


def _currency(text: str) -> str:
    return code_of(text.strip("()[],.:/")) or ""


def _belong_together(stack: Sequence[TextLine]) -> bool:
    """Whether lines follow closely on one page, and hold neither amounts nor dates."""
    if any(line.amounts or line.dates for line in stack):
        return False
    if any(line.page != stack[0].page for line in stack):
        return False
    return all(
        after.box.top - before.box.bottom < 0.9 * min(after.size, before.size) for before, after in pairwise(stack)
    )


def _cells(stack: Sequence[TextLine]) -> list[list[Word]]:
    """Words of some lines by the columns that they stand in: what is above one another belongs together."""
    pieces = sorted(
        (
            (line.box_of(start, end), line.words[start:end])
            for line in stack
            for start, end in line.segments(0.55 if len(stack) == 1 else 0.75)
        ),
        key=lambda piece: piece[0].left,
    )
    cells: list[tuple[float, list[tuple[Box, Sequence[Word]]]]] = []
    for box, words in pieces:
        if cells and box.left < cells[-1][0]:
            cells[-1][1].append((box, words))
            cells[-1] = (max(cells[-1][0], box.right), cells[-1][1])
        else:
            cells.append((box.right, [(box, words)]))
    return [
        [word for _, words in sorted(parts, key=lambda part: (part[0].top, part[0].left)) for word in words]
        for _, parts in cells
    ]


def _is_heading(columns: Sequence[Column]) -> bool:
    roles = {column.role for column in columns}
    money = roles & MONEY
    return (
        bool(money) and len(roles) >= 2 and bool(roles & (DATES | TEXTS)) and (bool(roles & DATES) or len(roles) >= 3)
    )
