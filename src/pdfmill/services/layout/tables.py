"""The tables of a page: first those that lines show, then those that white space does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pdfmill.engines.pdfium import Graphics
from pdfmill.services.layout.aligned_tables import aligned_tables
from pdfmill.services.layout.frames import Frame
from pdfmill.services.layout.model import Table, Word
from pdfmill.services.layout.ruled_tables import ruled_table
from pdfmill.services.layout.rulings import Ruling, grids
from pdfmill.services.layout.turned_text import TurnedLine

#: Filled areas of a page that are looked at.
_MOST_AREAS = 5_000
#: Part of a cell that an area covers, if it fills it.
_FILLED = 0.7


def find_tables(
    rulings: tuple[list[Ruling], list[Ruling]], words: Sequence[Word], turned: Sequence[TurnedLine] = ()
) -> tuple[list[Table], list[Word]]:
    """The tables of a page and the words that are in none.

    Args:
        rulings: The horizontal and the vertical lines.
        words: Level words that are in one frame with these.
        turned: Lines that run across these.
    """
    tables: list[Table] = []
    rest = list(words)
    across, down = rulings
    for grid in sorted(grids(across, down), key=lambda grid: grid.box.area):  # tables within cells first
        if (found := ruled_table(grid, rest, turned)) is not None:
            tables.append(found[0])
            rest = _without(rest, found[1])
    for table, used in aligned_tables(rest, across):
        tables.append(table)
        rest = _without(rest, used)
    return tables, rest


def filled(table: Table, graphics: Graphics, frame: Frame) -> Table:
    """The table with the colours that its cells are filled with; what is painted last is seen."""
    boxes = frame.level_boxes(graphics.areas[:_MOST_AREAS])
    if not boxes:
        return table
    areas = np.array(boxes)
    cells = []
    for cell in table.cells:
        both = np.minimum(areas[:, 2:], cell.box[2:]) - np.maximum(areas[:, :2], cell.box[:2])
        under = np.flatnonzero(both.clip(0).prod(axis=1) > _FILLED * cell.box.area)
        cells.append(replace(cell, fill=graphics.fills[under[-1]]) if len(under) else cell)
    return replace(table, cells=tuple(cells))


def _without(words: Sequence[Word], used: Sequence[Word]) -> list[Word]:
    gone = set(map(id, used))
    return [word for word in words if id(word) not in gone]
