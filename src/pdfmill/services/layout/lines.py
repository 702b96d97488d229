"""From words to lines: what stands on one baseline."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise

from pdfmill.services.layout.directions import holds_leftward_letters, in_reading_order
from pdfmill.services.layout.model import Box, Line, Word, union

#: Two words are on one line if they share at least this part of the lower one's height.
_SHARED_HEIGHT = 0.5
#: A word that is so many times as high as another shares its line only if both stand on one baseline: an initial
#: reaches over several lines.
_TALL = 1.8
#: Into a row that is so many times as high as a word, two lines of such words may reach.
_TALLER = 1.25
#: A gap of so many ems may be one between columns; justified text has such gaps too, which `join` closes again.
_SEGMENT_GAP = 1.0
#: So may a narrower gap, if others stand above and below it on so many rows, and so many times as many as have a word
#: there; no gutter is wider than so many points.
_GUTTER_GAP = 0.5
_GUTTER_ROWS = 8
_GUTTER_CLEAR = 5
_WIDEST_GUTTER = 60
#: How many of the last rows a word is compared with.
_OPEN_ROWS = 4


def segments(words: Iterable[Word]) -> list[Line]:
    """Words side by side without a wide gap between them, from the top of the page to its bottom."""
    rows = [sorted(row, key=lambda word: word.box.left) for row in rows_of(words)]
    gutters = _gutters(rows)
    return [segment for row in rows for segment in split_row(row, gutters)]


def split_row(row: Iterable[Word], gutters: AbstractSet[int] = frozenset()) -> list[Line]:
    """The segments of one row, from left to right.

    Args:
        gutters: Whole points from the left at which a narrow gap parts as well.
    """
    found = []
    ordered = sorted(row, key=lambda word: word.box.left)
    start = 0
    for index, (word, following) in enumerate(pairwise(ordered), start=1):
        gap = following.box.left - word.box.right
        size = max(word.style.size, following.style.size, 4)
        if gap > _SEGMENT_GAP * size or (gap > _GUTTER_GAP * size and _holds_any(gutters, word, following)):
            found.append(Line.of(tuple(ordered[start:index])))
            start = index
    found.append(Line.of(tuple(ordered[start:])))
    return found


def _gutters(rows: Sequence[Sequence[Word]]) -> set[int]:
    """Where, in whole points from the left, gaps stand below one another on many rows, and hardly a word does."""
    gaps: Counter[int] = Counter()
    for row in rows:
        for word, following in pairwise(row):
            if following.box.left - word.box.right > _GUTTER_GAP * max(word.style.size, following.style.size, 4):
                gaps.update(_points_between(word, following))
    often = {x: count for x, count in gaps.items() if count >= _GUTTER_ROWS}
    if not often:
        return set()
    covered: Counter[int] = Counter()
    for row in rows:
        for word in row:
            covered.update(range(math.ceil(word.box.left), math.floor(word.box.right) + 1))
    return {x for x, count in often.items() if count >= _GUTTER_CLEAR * covered[x]}


def _points_between(word: Word, following: Word) -> range:
    left, right = math.ceil(word.box.right), math.floor(following.box.left)
    return range(left, min(right, left + _WIDEST_GUTTER) + 1)


def _holds_any(gutters: AbstractSet[int], word: Word, following: Word) -> bool:
    return any(x in gutters for x in _points_between(word, following))


def join(parts: Iterable[Line]) -> list[Line]:
    """The lines of one column, from its top to its bottom; parts on one baseline become one line."""
    words = [word for part in parts for word in part.words]
    return [Line.of(reading_order(row)) for row in rows_of(words)]


def rows_of(words: Iterable[Word]) -> list[list[Word]]:
    """Words by their baselines, from top to bottom."""
    words = list(words)
    if len(words) < 2:
        return [words] if words else []
    rows: list[list[Word]] = []
    extents: list[tuple[float, float]] = []  # top and bottom of the highest word of each row
    index, before = 0, (math.nan, math.nan)
    for word in sorted(words, key=lambda word: (word.box[1] + word.box[3], word.box[0])):
        _, top, _, bottom = word.box
        if (top, bottom) == before:  # as most of a line are: it goes where the word before went
            rows[index].append(word)
            continue
        before = (top, bottom)
        for index in range(len(rows) - 1, max(len(rows) - 1 - _OPEN_ROWS, -1), -1):
            row_top, row_bottom = extents[index]
            if (
                top < row_bottom
                and row_top < bottom
                and _on_one_line(row_top, row_bottom, top, bottom)
                and not (row_bottom - row_top > _TALLER * (bottom - top) and _is_below_any(word.box, rows[index]))
            ):
                rows[index].append(word)
                if bottom - top > row_bottom - row_top:  # small marks may come first; the text is what counts
                    extents[index] = (top, bottom)
                break
        else:
            index = len(rows)
            rows.append([word])
            extents.append((top, bottom))
    order = sorted(range(len(rows)), key=lambda index: extents[index][1])
    return [rows[index] for index in order]


def _on_one_line(row_top: float, row_bottom: float, top: float, bottom: float) -> bool:
    """Whether a word that reaches into a row stands on its baseline."""
    shared = (row_bottom if row_bottom < bottom else bottom) - (row_top if row_top > top else top)
    row_height, height = row_bottom - row_top, bottom - top
    low, high = (row_height, height) if row_height < height else (height, row_height)
    if high > _TALL * low:
        return abs(row_bottom - bottom) < 0.4 * low
    return shared >= _SHARED_HEIGHT * low


def _is_below_any(box: Box, row: Sequence[Word]) -> bool:
    """Whether a word stands under one of a row: two tight lines may both reach into the height of a larger word."""
    left, top, right, bottom = box
    return any(
        other.left < right - 1 and left < other.right - 1 and other.bottom - top < _SHARED_HEIGHT * (bottom - top)
        for other in (word.box for word in row)
    )


def reading_order(words: Sequence[Word]) -> tuple[Word, ...]:
    """The words of a line in the order in which one reads them."""
    if len(words) == 1:
        return (words[0],)
    ordered = sorted(words, key=lambda word: word.box.left)
    if not any(holds_leftward_letters(word.text) for word in ordered):
        return tuple(ordered)
    return in_reading_order(ordered)


def box_of(lines: Iterable[Line]) -> Box:
    """The box around some lines."""
    return union(line.box for line in lines)
