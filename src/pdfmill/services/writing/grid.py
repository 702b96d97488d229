"""Text on a grid of characters, so that columns stand below one another as they do on the page."""

from __future__ import annotations

import statistics
from collections import defaultdict

import numpy as np

from pdfmill.services.layout.frames import Frame
from pdfmill.services.layout.lines import rows_of
from pdfmill.services.layout.model import Box, Line, ListItem, Page, Word
from pdfmill.services.writing.flow import lines_of

#: Empty lines that a gap of the page becomes at most.
_MOST_EMPTY = 6
#: Columns of the grid at most; a page may be as wide as it likes.
_MOST_COLUMNS = 400


class GridWriter:
    """Writes every word where it stands, running heads and feet included."""

    def __init__(self) -> None:
        self._is_first = True

    def head(self, title: str, page_count: int) -> str:
        return ""

    def page(self, page: Page) -> str:
        feed, self._is_first = ("" if self._is_first else "\f"), False
        layers = [_grid(words) for words in _level_words(page)]
        return feed + "\n\n".join(layers) + "\n"

    def tail(self) -> str:
        return ""


def _level_words(page: Page) -> list[list[Word]]:
    """The words of a page by the direction of their lines, which is made level; the fullest layer first."""
    by_angle: dict[int, list[Word]] = defaultdict(list)
    for block in page.blocks:
        angle = block.angle
        lines = lines_of(block)
        by_angle[angle] += [word for line in lines for word in line.words]
        if isinstance(block, ListItem):
            by_angle[angle].append(_marker(block, lines[0]))
    main = max(by_angle, key=lambda angle: len(by_angle[angle]), default=0)
    by_angle[main] += [word for line in (*page.headers, *page.footers) for word in line.words]
    layers = [_levelled(words, Frame(angle, page.width, page.height)) for angle, words in by_angle.items() if words]
    return sorted(layers, key=len, reverse=True)


def _marker(item: ListItem, first: Line) -> Word:
    box = first.words[0].box
    return Word(item.marker, Box(item.box.left, box.top, box.left, box.bottom), first.words[0].style)


def _levelled(words: list[Word], frame: Frame) -> list[Word]:
    if frame.angle == 0:
        return words
    boxes = np.array([word.box for word in words], np.float32)
    sizes = np.array([word.style.size for word in words], np.float32)
    level = frame.level(boxes, sizes).tolist()
    return [Word(word.text, Box(*box), word.style) for word, box in zip(words, level, strict=True)]


def _grid(words: list[Word]) -> str:
    left = min(word.box.left for word in words)
    right = max(word.box.right for word in words)
    advance = statistics.median(word.box.width / len(word.text) for word in words) or 1.0
    advance = max(advance, (right - left) / _MOST_COLUMNS, 0.1)
    written: list[str] = []
    bottom: float | None = None
    for row in rows_of(words):
        top = min(word.box.top for word in row)
        height = max(statistics.median(word.box.height for word in row), 1.0)
        if bottom is not None:
            written += [""] * min(max(round((top - bottom) / height), 0), _MOST_EMPTY)
        bottom = max(word.box.bottom for word in row)
        text = ""
        for word in sorted(row, key=lambda word: word.box.left):
            column = round((word.box.left - left) / advance)
            text += " " * max(column - len(text), 1 if text else 0) + word.text
        written.append(text)
    return "\n".join(written)
