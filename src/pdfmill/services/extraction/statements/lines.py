"""Lines of a statement: words on one baseline, with the dates and amounts among them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from pdfmill.services.extraction.statements.amounts import Amount
from pdfmill.services.extraction.statements.dates import Date
from pdfmill.services.extraction.statements.vocabulary import fold
from pdfmill.services.layout.lines import rows_of
from pdfmill.services.layout.model import Box, Word, union
from pdfmill.services.layout.page_words import PageWords


@dataclass
class TextLine:
    """Words from left to right.

    Attributes:
        page: Index into the pages that are read.
        amounts: From left to right; they and ``dates`` hold the indices of their words.
    """

    page: int
    words: tuple[Word, ...]
    amounts: tuple[Amount, ...] = ()
    dates: tuple[Date, ...] = ()

    @cached_property
    def box(self) -> Box:
        return union(word.box for word in self.words)

    @cached_property
    def size(self) -> float:
        """The height of its highest word, in points."""
        return max(word.box.height for word in self.words)

    @cached_property
    def folded(self) -> str:
        return " ".join(filter(None, (fold(word.text) for word in self.words)))

    def box_of(self, start: int, end: int) -> Box:
        """The box around some of its words."""
        return union(word.box for word in self.words[start:end])

    def text_of(self, indices: Iterable[int]) -> str:
        return " ".join(self.words[index].text for index in indices)

    def segments(self, gap: float = 0.75) -> list[tuple[int, int]]:
        """Words without a gap of so many line heights between them: first index and the one after the last."""
        found, start = [], 0
        for index in range(1, len(self.words)):
            before, after = self.words[index - 1].box, self.words[index].box
            if after.left - before.right > gap * min(before.height, after.height):
                found.append((start, index))
                start = index
        return [*found, (start, len(self.words))]

    @property
    def value_words(self) -> frozenset[int]:
        """Indices of the words that belong to amounts or dates."""
        values: tuple[Amount | Date, ...] = (*self.amounts, *self.dates)
        return frozenset(index for value in values for index in range(value.start, value.end))


def lines_of(page: int, words: PageWords) -> list[TextLine]:
    """The lines of a page, from its top to its bottom."""
    return [
        TextLine(page, tuple(sorted(row, key=lambda word: word.box.left)))
        for row in rows_of(word for word in words.words if word.text.strip())
    ]
