"""The pages of an invoice as rows and segments, with the words of each folded for comparison."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from pdfmill.services.extraction.evidence import Evidence
from pdfmill.services.layout.lines import rows_of, split_row
from pdfmill.services.layout.model import Box, Line, Word, union
from pdfmill.services.layout.page_words import PageWords

#: Letters that have no decomposition in Unicode but a plain form on paper.
_PLAIN = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "ł": "l", "đ": "d", "œ": "oe", "’": "'", "º": "o", "°": "o"})
_NOT_KEY = re.compile(r"[^a-z0-9%#]+")
#: Where a word falls apart into a label and its value.
_PIECES = re.compile(r"[^:=|]+[:=|]*")
#: Single letters below one another: text that was set upright but runs down the margin.
_STACK_LETTERS = 12
#: Parts of a word's height: what is below its baseline, and by how much those of one line differ.
_DESCENT, _ONE_BASELINE = 0.2, 0.3


def fold(text: str) -> str:
    """Lower case, without accents."""
    lowered = text.casefold() if text.isascii() else text.lower()
    if lowered.isascii():
        return lowered
    decomposed = unicodedata.normalize("NFKD", lowered.translate(_PLAIN))
    return "".join(character for character in decomposed if not unicodedata.combining(character)).translate(_PLAIN)


def key(text: str) -> str:
    """Letters and digits only, so that hyphens, points and gaps between letters make no difference."""
    return _NOT_KEY.sub("", fold(text))


@dataclass(frozen=True, slots=True)
class Token:
    """A part of a segment that may be part of a label.

    Attributes:
        key: See `key`; never empty.
        start: Where it begins in the segment's text.
        end: Where it ends there.
    """

    key: str
    start: int
    end: int


@dataclass(frozen=True)
class Segment:
    """Words side by side without a wide gap between them.

    Attributes:
        page: Index into the sheet's pages.
        row: Index of its row on that page.
        starts: Where each word begins in ``text``.
    """

    page: int
    row: int
    words: tuple[Word, ...] = field(repr=False)
    box: Box
    text: str
    starts: tuple[int, ...] = field(repr=False)

    @classmethod
    def of(cls, line: Line, page: int, row: int) -> Segment:
        starts, position = [], 0
        for word in line.words:
            starts.append(position)
            position += len(word.text) + 1
        return cls(page, row, line.words, line.box, " ".join(word.text for word in line.words), tuple(starts))

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        found = []
        for start, word in zip(self.starts, self.words, strict=True):
            for piece in _PIECES.finditer(word.text) if ":" in word.text or "=" in word.text else (None,):
                text, offset = (word.text, 0) if piece is None else (piece[0], piece.start())
                if folded := key(text):
                    found.append(Token(folded, start + offset, start + offset + len(text)))
        return tuple(found)

    @cached_property
    def key(self) -> str:
        return key(self.text)

    @cached_property
    def size(self) -> float:
        return max(word.style.size for word in self.words) or self.box.height

    def box_of(self, start: int, end: int) -> Box:
        """Around a part of its text; within a word by the share of its characters."""
        first = max(bisect_right(self.starts, start) - 1, 0)
        last = max(bisect_right(self.starts, max(end - 1, start)) - 1, first)
        box = union(word.box for word in self.words[first : last + 1])
        left = self._across(first, start)
        right = self._across(last, end)
        return Box(round(left, 2), box.top, round(max(right, left), 2), box.bottom)

    def _across(self, index: int, position: int) -> float:
        word = self.words[index]
        share = (position - self.starts[index]) / max(len(word.text), 1)
        return word.box.left + word.box.width * min(max(share, 0.0), 1.0)

    def __hash__(self) -> int:
        return hash((self.page, self.row, self.starts, self.box))


@dataclass(frozen=True)
class Span:
    """A part of a segment's text: where a value stands."""

    segment: Segment
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.segment.text[self.start : self.end].strip()

    @property
    def box(self) -> Box:
        return self.segment.box_of(self.start, self.end)


def whole(segment: Segment) -> Span:
    """The span of all its text."""
    return Span(segment, 0, len(segment.text))


class Sheet:
    """The pages of one invoice.

    Attributes:
        pages: In order; segments name them by index.
        rows: For each page its rows from top to bottom, each a list of segments from left to right.
    """

    def __init__(self, pages: Sequence[PageWords]) -> None:
        self.pages = list(pages)
        self.rows: list[list[list[Segment]]] = []
        for index, page in enumerate(pages):
            rows = [part for row in rows_of(_without_stacks(page.words)) for part in _baselines(row)]
            self.rows.append(
                [[Segment.of(line, index, row) for line in split_row(words)] for row, words in enumerate(rows)]
            )
        self.segments = [segment for rows in self.rows for row in rows for segment in row]

    @cached_property
    def text(self) -> str:
        return "\n".join(" ".join(segment.text for segment in row) for rows in self.rows for row in rows)

    @property
    def source(self) -> str:
        """``ocr`` where the words were recognised, else ``text``."""
        return "ocr" if any(page.source == "ocr" for page in self.pages) else "text"

    def row_of(self, segment: Segment) -> list[Segment]:
        return self.rows[segment.page][segment.row]

    def right_of(self, segment: Segment) -> list[Segment]:
        """What follows a segment in its row."""
        return [other for other in self.row_of(segment) if other.box.left > segment.box.left and other is not segment]

    def below(self, box: Box, page: int, row: int, reach: float) -> list[Segment]:
        """Segments under a box, no further than ``reach`` points below it, the nearest first."""
        found = []
        for segments in self.rows[page][row + 1 :]:
            if segments and min(segment.box.top for segment in segments) > box.bottom + reach:
                break
            found += [
                segment
                for segment in segments
                if segment.box.top > box.top + 0.5 * box.height
                and segment.box.top <= box.bottom + reach
                and segment.box.right > box.left - 4
                and segment.box.left < box.right + 4
            ]
        return found

    def evidence(self, *spans: Span) -> list[Evidence]:
        """Where values stand, in points of the pages as shown."""
        found = []
        for span in spans:
            page = self.pages[span.segment.page]
            shown = page.shown(span.box)
            box = (round(shown[0], 2), round(shown[1], 2), round(shown[2], 2), round(shown[3], 2))
            found.append(Evidence(page=page.number, box=box))
        return found


def _baselines(row: list[Word]) -> list[list[Word]]:
    """A row, taken apart where words of it stand above one another: lines of two columns, half a line out of step."""
    ordered = sorted(row, key=lambda word: word.box.left)
    if all(later.box.left > earlier.box.right - 1 for earlier, later in pairwise(ordered)):
        return [row]
    lines: list[list[Word]] = []
    for word in sorted(row, key=_baseline):
        if lines and _baseline(word) - _baseline(lines[-1][0]) < _ONE_BASELINE * max(word.box.height, 1):
            lines[-1].append(word)
        else:
            lines.append([word])
    return lines


def _baseline(word: Word) -> float:
    """About where a word's letters stand: its box reaches down to the descent."""
    return word.box.bottom - _DESCENT * word.box.height


def _without_stacks(words: Sequence[Word]) -> list[Word]:
    """Without single letters below one another, which would get between the words of many lines."""
    stacks: dict[int, list[Word]] = defaultdict(list)
    for word in words:
        if len(word.text) <= 2 and not word.text.isdigit():
            stacks[round(word.box.left / 3)].append(word)
    stacked = {
        id(word)
        for stack in stacks.values()
        if len(stack) >= _STACK_LETTERS and sum(each.text.isalpha() for each in stack) > 0.6 * len(stack)
        for word in stack
    }
    return [word for word in words if id(word) not in stacked]
