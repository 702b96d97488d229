"""The order in which one reads what stands side by side: columns one after the other, rows of a form as they come.

A recursive cut of the page (Nagy and Seth, "Hierarchical representation of optically scanned documents", 1984): where a
gutter runs through a band of the page, what is above comes first, then the columns, then what is below.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Protocol, TypeVar

from pdfmill.services.layout.model import Box, union

#: Points, and parts of the usual height of an item: so wide is a gutter at least.
_GUTTER_POINTS = 7.0
_GUTTER_HEIGHTS = 0.6
#: Rows that each column has at least.
_COLUMN_ROWS = 3
#: Part of the band's width that each column has at least: what is narrower is a list's numbers, or margin notes.
_COLUMN_WIDTH = 0.2
#: Part of its column's width that the usual line fills: what fills less is a table.
_FILLED = 0.55

_DEEPEST_CUT = 12
#: Gutters tried in each region, the most frequent first.
_TRIED = 40


class Placed(Protocol):
    """Something with a box: a line, a picture, a table."""

    @property
    def box(self) -> Box: ...


PlacedT = TypeVar("PlacedT", bound=Placed)


#: Regions below one another, each with its items from top to bottom.
Column = list[list[PlacedT]]
#: Columns side by side, in reading order; a single one where text runs over the whole width.
Band = list[Column[PlacedT]]


def bands(items: Sequence[PlacedT], *, right_to_left: bool = False, depth: int = 0) -> list[Band[PlacedT]]:
    """The items by band and column, from the top of the page to its bottom.

    Columns within a column are told apart only if they are all that it holds: three columns are two, of which one is
    two again.

    Args:
        right_to_left: Whether the right column is read first.
    """
    ordered = sorted(items, key=lambda item: item.box.top)
    cut = _widest_band(ordered) if depth < _DEEPEST_CUT else None
    if cut is None:
        return [[[ordered]]] if ordered else []
    first, last, gutter = cut
    within = ordered[first:last]
    left = [item for item in within if item.box.right <= gutter]
    right = [item for item in within if item.box.right > gutter]
    sides = [
        bands(side, right_to_left=right_to_left, depth=depth + 1)
        for side in ((right, left) if right_to_left else (left, right))
    ]
    if parts := _parts_of_uneven(within, sides):
        parts = [ordered[:first], *parts, ordered[last:]]
        return [band for part in parts for band in bands(part, right_to_left=right_to_left, depth=depth + 1)]
    columns: Band[PlacedT] = []
    for inner in sides:
        columns += inner[0] if len(inner) == 1 else [[region for each in inner for part in each for region in part]]
    above, below = (
        bands(part, right_to_left=right_to_left, depth=depth + 1) for part in (ordered[:first], ordered[last:])
    )
    return [*above, columns, *below]


def _parts_of_uneven(within: Sequence[PlacedT], sides: Sequence[Sequence[Band[PlacedT]]]) -> list[list[PlacedT]]:
    """What stands above, beside and below columns that are only a part of one side, if there are any such columns."""
    partial = [band for side in sides if len(side) > 1 for band in side if len(band) > 1]
    if not partial:
        return []
    boxes = [item.box for column in partial[0] for region in column for item in region]
    top, bottom = min(box.centre[1] for box in boxes), max(box.centre[1] for box in boxes)
    parts: list[list[PlacedT]] = [[], [], []]
    for item in within:
        middle = item.box.centre[1]
        parts[(middle >= top) + (middle > bottom)].append(item)
    found = [part for part in parts if part]
    return found if len(found) > 1 else []


def regions(items: Sequence[PlacedT], *, right_to_left: bool = False) -> list[list[PlacedT]]:
    """The items by column, in reading order; within a region from top to bottom."""
    return [region for band in bands(items, right_to_left=right_to_left) for column in band for region in column]


def _widest_band(ordered: Sequence[Placed]) -> tuple[int, int, float] | None:
    """The longest run of items that a gutter divides into columns: first index, index after the last, x."""
    if len(ordered) < 2 * _COLUMN_ROWS:
        return None
    height = statistics.median(item.box.height for item in ordered)
    half = max(_GUTTER_POINTS, _GUTTER_HEIGHTS * height) / 2
    best: tuple[int, int, float] | None = None
    for gutter in _gutters(ordered, half):
        start = 0
        for index in range(len(ordered) + 1):
            crosses = index < len(ordered) and _crosses(ordered[index].box, gutter, half)
            if crosses or index == len(ordered):
                longest = best[1] - best[0] if best else 0
                if index - start > longest and _divides(ordered[start:index], gutter):
                    best = (start, index, gutter)
                start = index + 1
    return best


def _crosses(box: Box, gutter: float, half: float) -> bool:
    return box.left < gutter + half and box.right > gutter - half


def _gutters(ordered: Sequence[Placed], half: float) -> list[float]:
    """Where gutters may run: just left of where many items begin, the most frequent first."""
    votes: dict[float, int] = {}
    leftmost = min(item.box.left for item in ordered)
    for item in ordered:
        if item.box.left > leftmost + 4 * half:
            place = round(item.box.left - half - 0.5)
            votes[place] = votes.get(place, 0) + 1
    often = sorted(votes, key=lambda place: (-votes[place], place))
    return [place for place in often if votes[place] >= _COLUMN_ROWS - 1][:_TRIED]


def _filled_rows(boxes: Sequence[Box]) -> list[float]:
    """Points that the boxes of each row cover: a side may itself be several columns."""
    rows: list[float] = []
    bottom = -math.inf
    for box in boxes:  # from top to bottom
        if box.centre[1] < bottom:
            rows[-1] += box.width
        else:
            rows.append(box.width)
            bottom = box.bottom
    return rows


def _divides(band: Sequence[Placed], gutter: float) -> bool:
    """Whether both sides look like columns of text."""
    sides = (
        [item.box for item in band if item.box.right <= gutter],
        [item.box for item in band if item.box.left >= gutter],
    )
    if min(map(len, sides)) < _COLUMN_ROWS:
        return False
    width = union(item.box for item in band).width
    for side in sides:
        around = union(iter(side))
        filled = statistics.median(_filled_rows(side))
        if around.width < _COLUMN_WIDTH * width or filled < _FILLED * around.width:
            return False
    top, bottom = (
        max(min(box.top for box in side) for side in sides),
        min(max(box.bottom for box in side) for side in sides),
    )
    return bottom > top  # side by side, not one below the other
