"""The lines that rule tables: put together where they were drawn in pieces, and sorted into grids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from pdfmill.engines.pdfium import Graphics
from pdfmill.services.layout.disjoint_sets import DisjointSets
from pdfmill.services.layout.frames import Frame
from pdfmill.services.layout.model import Box

#: Points: a line is no longer than this in its thickness.
_THICK = 1.5
_SHORTEST = 3.0
#: Points by which pieces of one line may lie beside, and apart from one another.
_BESIDE = 2.0
_APART = 3.0
#: Points by which a line may miss the one that it ends at.
_MISS = 3.5
#: Points by which lines run beyond the outermost one that they meet, if the table goes on there.
_OPEN_SIDE = 12.0
#: Horizontal lines above another with which it is compared.
_MOST_ABOVE = 60
#: Pairs of lines that are compared; a drawing has more.
_MOST_PAIRS = 2_000_000


class Ruling(NamedTuple):
    """A line: its place across, and where it starts and ends along its direction, in points."""

    place: float
    start: float
    end: float


@dataclass(frozen=True)
class Grid:
    """Lines that meet one another.

    Attributes:
        rows: Heights of its horizontal lines, from top to bottom.
        columns: Places of its vertical lines, from left to right.
    """

    rows: tuple[float, ...]
    columns: tuple[float, ...]
    horizontal: tuple[Ruling, ...]
    vertical: tuple[Ruling, ...]

    @property
    def box(self) -> Box:
        return Box(self.columns[0], self.rows[0], self.columns[-1], self.rows[-1])

    def parts_rows(self, row: int, column: int) -> bool:
        """Whether a line runs between a cell and the one below it."""
        middle = (self.columns[column] + self.columns[column + 1]) / 2
        return any(start - 1 <= middle <= end + 1 for _, start, end in self._horizontal_at[row + 1])

    def parts_columns(self, row: int, column: int) -> bool:
        """Whether a line runs between a cell and the one to its right."""
        middle = (self.rows[row] + self.rows[row + 1]) / 2
        return any(start - 1 <= middle <= end + 1 for _, start, end in self._vertical_at[column + 1])

    @cached_property
    def _horizontal_at(self) -> list[list[Ruling]]:
        return [_at(self.horizontal, place) for place in self.rows]

    @cached_property
    def _vertical_at(self) -> list[list[Ruling]]:
        return [_at(self.vertical, place) for place in self.columns]


def _at(rulings: Sequence[Ruling], place: float) -> list[Ruling]:
    return [ruling for ruling in rulings if -_MISS <= ruling.place - place <= _MISS]


def find_rulings(graphics: Graphics, frame: Frame) -> tuple[list[Ruling], list[Ruling]]:
    """The horizontal and the vertical lines of a page; none in a frame that is not turned by quarters of a circle."""
    if not graphics.rulings or frame.angle % 90:
        return [], []
    horizontal, vertical = [], []
    for left, top, right, bottom in frame.level_boxes(graphics.rulings):
        if bottom - top <= _THICK and right - left > _SHORTEST:
            horizontal.append(Ruling((top + bottom) / 2, left, right))
        elif right - left <= _THICK and bottom - top > _SHORTEST:
            vertical.append(Ruling((left + right) / 2, top, bottom))
    return _whole(horizontal), _whole(vertical)


def grids(across: list[Ruling], down: list[Ruling]) -> list[Grid]:
    """The grids that some horizontal and vertical lines make."""
    if len(across) * len(down) > _MOST_PAIRS:
        return []
    return [grid for each in _connected(across, down) if (grid := _grid(*each)) is not None]


def closed_boxes(across: Sequence[Ruling], down: Sequence[Ruling]) -> list[Box]:
    """The rectangles that two horizontal and two vertical lines close, all of which end there."""
    if not down:
        return []
    found = []
    above: list[Ruling] = []
    for bottom in sorted(across):
        alike = [line for line in above if abs(line.start - bottom.start) + abs(line.end - bottom.end) < _MISS]
        if alike:
            top = alike[-1]
            if all(_runs_down(down, place, top.place, bottom.place) for place in (bottom.start, bottom.end)):
                found.append(Box(bottom.start, top.place, bottom.end, bottom.place))
        above = [*above[-_MOST_ABOVE:], bottom]
    return found


def _runs_down(down: Sequence[Ruling], place: float, top: float, bottom: float) -> bool:
    """Whether a line runs from one height to another and no further."""
    return any(
        abs(line.place - place) < _MISS and abs(line.start - top) < _MISS and abs(line.end - bottom) < _MISS
        for line in down
    )


def ruled_areas(across: list[Ruling], down: list[Ruling], height: float) -> list[Box]:
    """Where grids of several rows and columns are that reach into the middle of the page.

    Their first and last rows come back at one place on many pages, as running heads and feet do, and are none.

    Args:
        height: Of the page, in points.
    """
    return [
        grid.box
        for grid in grids(across, down)
        if len(grid.rows) > 3 and len(grid.columns) > 2 and grid.box.top < height / 2 < grid.box.bottom + height / 4
    ]


def _whole(pieces: Iterable[Ruling]) -> list[Ruling]:
    """Lines, each from all pieces that it was drawn in."""
    found: list[Ruling] = []
    beside: list[Ruling] = []
    for piece in sorted(pieces):
        if beside and piece.place - beside[0].place > _BESIDE:
            found += _end_to_end(beside)
            beside = []
        beside.append(piece)
    return found + _end_to_end(beside)


def _end_to_end(pieces: Sequence[Ruling]) -> list[Ruling]:
    found: list[Ruling] = []
    for piece in sorted(pieces, key=lambda each: each.start):
        if found and piece.start <= found[-1].end + _APART:
            last = found[-1]
            found[-1] = Ruling(last.place, last.start, max(last.end, piece.end))
        else:
            found.append(piece)
    return found


def _connected(across: list[Ruling], down: list[Ruling]) -> list[tuple[list[Ruling], list[Ruling]]]:
    """Lines that meet, directly or through others."""
    sets = DisjointSets(len(across) + len(down))
    if across and down:
        place, start, end = np.array(across).T[:, :, None]
        column_place, column_start, column_end = np.array(down).T[:, None, :]
        meet = (
            (start - _MISS <= column_place)
            & (column_place <= end + _MISS)
            & (column_start - _MISS <= place)
            & (place <= column_end + _MISS)
        )
        for row, column in zip(*(each.tolist() for each in np.nonzero(meet)), strict=True):
            sets.join(row, len(across) + column)
    groups: dict[int, tuple[list[Ruling], list[Ruling]]] = {}
    for index, ruling in enumerate((*across, *down)):
        groups.setdefault(sets.root(index), ([], []))[index >= len(across)].append(ruling)
    return list(groups.values())


def _grid(across: Sequence[Ruling], down: Sequence[Ruling]) -> Grid | None:
    rows = _places(across, [end for ruling in down for end in (ruling.start, ruling.end)])
    columns = _places(down, [end for ruling in across for end in (ruling.start, ruling.end)])
    if len(rows) < 2 or len(columns) < 2:
        return None
    return Grid(rows, columns, tuple(across), tuple(down))


def _places(rulings: Iterable[Ruling], ends: Sequence[float]) -> tuple[float, ...]:
    """Where lines run, and where those that meet them end beyond the outermost: many tables have no line there."""
    found: list[float] = []
    for place in sorted(ruling.place for ruling in rulings):
        if not found or place - found[-1] > _MISS:
            found.append(place)
    if not (found and ends):
        return tuple(found)
    if min(ends) < found[0] - _OPEN_SIDE:
        found.insert(0, min(ends))
    if max(ends) > found[-1] + _OPEN_SIDE:
        found.append(max(ends))
    return tuple(found)
