"""Tables whose cells are ruled."""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from pdfmill.services.layout.lines import join, rows_of
from pdfmill.services.layout.model import Box, Cell, Line, Table, Word, union
from pdfmill.services.layout.rulings import Grid
from pdfmill.services.layout.turned_text import TurnedLine, is_within, lines_within

#: Squares of a grid that are looked at; a sheet of graph paper has more.
_MOST_SQUARES = 20_000
#: Part of the cells that hold text, or the grid is a drawing.
_FILLED = 0.25
#: Part of the words that stand in cells which white space divides further, if the lines only frame a table's rows.
_HOLDING_COLUMNS = 0.2
_COLUMN_GAPS = 3
_COLUMN_GAP = 1.2
#: Lines that each of most cells of a row has, if white space alone parts the rows of the table within it.
_OPEN_ROWS = 4

_Square = tuple[int, int]


def ruled_table(
    grid: Grid, words: Sequence[Word], turned: Sequence[TurnedLine] = ()
) -> tuple[Table, list[Word]] | None:
    """The table that a grid makes of the words in it, and these words; None if it makes none.

    Args:
        turned: Lines that run across these words; they are read in cells that hold none.
    """
    rows, columns = len(grid.rows) - 1, len(grid.columns) - 1
    box = grid.box
    inside = [word for word in words if box.holds(word.box, slack=1)]
    if not inside or rows * columns < 2 or rows * columns > _MOST_SQUARES:
        return None
    cells = _cells(grid, rows, columns)
    texts = _texts(grid, cells, inside)
    if len(cells) < 4 or len(texts) < max(2, _FILLED * len(cells)):
        return None
    if sum(len(each) for each in texts.values() if _holds_columns(each)) > _HOLDING_COLUMNS * len(inside):
        return None
    found = [_cell(grid, cell, texts.get(cell[0], [])) for cell in cells.values()]
    if across := [each for each in turned if box.holds(each.box, slack=1)]:
        found = _with_turned_lines(found, across)
    table = _compact([each for row in _rows_of_cells(found, rows) for each in _split_open_row(row)], box)
    return None if table.row_count < 2 or table.column_count < 2 else (table, inside)


def _holds_columns(words: Sequence[Word]) -> bool:
    """Whether wide gaps run through the words of a cell, as between the entries of a row."""
    gaps = 0
    if len(words) <= _COLUMN_GAPS:
        return False
    for row in rows_of(words):
        ordered = sorted(row, key=lambda word: word.box.left)
        for word, following in pairwise(ordered):
            gaps += following.box.left - word.box.right > _COLUMN_GAP * max(word.style.size, 4)
    return gaps >= _COLUMN_GAPS


def _cells(grid: Grid, rows: int, columns: int) -> dict[_Square, tuple[_Square, _Square]]:
    """For the first square of each cell: that square and the last one.

    Squares without a line between them are one cell, if together they are a rectangle; a grid with lines that end
    anywhere gives cells of other shapes, whose squares are cells of their own.
    """
    found: dict[_Square, tuple[_Square, _Square]] = {}
    taken: set[_Square] = set()
    for row in range(rows):
        for column in range(columns):
            if (row, column) in taken:
                continue
            last_column = column
            while (
                last_column + 1 < columns
                and (row, last_column + 1) not in taken
                and not grid.parts_columns(row, last_column)
            ):
                last_column += 1
            last_row = row
            across = range(column, last_column + 1)
            while last_row + 1 < rows and not any(grid.parts_rows(last_row, each) for each in across):
                last_row += 1
            found[row, column] = ((row, column), (last_row, last_column))
            taken.update((r, c) for r in range(row, last_row + 1) for c in across)
    return found


def _texts(
    grid: Grid, cells: dict[_Square, tuple[_Square, _Square]], words: Iterable[Word]
) -> dict[_Square, list[Word]]:
    owners = {
        (row, column): first
        for first, last in cells.values()
        for row in range(first[0], last[0] + 1)
        for column in range(first[1], last[1] + 1)
    }
    texts: dict[_Square, list[Word]] = defaultdict(list)
    for word in words:
        x, y = word.box.centre
        row = min(max(bisect.bisect_right(grid.rows, y) - 1, 0), len(grid.rows) - 2)
        column = min(max(bisect.bisect_right(grid.columns, x) - 1, 0), len(grid.columns) - 2)
        texts[owners[row, column]].append(word)
    return texts


def _cell(grid: Grid, cell: tuple[_Square, _Square], words: Sequence[Word]) -> Cell:
    (row, column), (last_row, last_column) = cell
    lines = tuple(join(Line((word,), word.box) for word in words))
    box = Box(grid.columns[column], grid.rows[row], grid.columns[last_column + 1], grid.rows[last_row + 1])
    return Cell(row, column, last_row - row + 1, last_column - column + 1, lines, Box(*(round(e, 2) for e in box)))


def _with_turned_lines(cells: Sequence[Cell], turned: Sequence[TurnedLine]) -> list[Cell]:
    """The cells, with turned lines in the empty ones; those of a column that a line runs over are one."""
    found = list(cells)
    for line in turned:
        under = [cell for cell in found if cell.box.intersection(line.box).area > 0 and not is_within(line, cell.box)]
        columns = {(cell.column, cell.column_span) for cell in under}
        if len(under) > 1 and len(columns) == 1 and not any(cell.lines for cell in under):
            first, last = under[0], under[-1]
            rows = last.row + last.row_span - first.row
            one = replace(first, row_span=rows, box=union(cell.box for cell in under))
            found = [one if cell is first else cell for cell in found if cell is first or cell not in under]
    return [cell if cell.lines else _turned(cell, turned) for cell in found]


def _turned(cell: Cell, turned: Sequence[TurnedLine]) -> Cell:
    """An empty cell with the turned text that stands in it."""
    lines, angle = lines_within(cell.box, turned)
    return replace(cell, lines=lines, angle=angle)


def _rows_of_cells(cells: Iterable[Cell], rows: int) -> list[list[Cell]]:
    found: list[list[Cell]] = [[] for _ in range(rows)]
    for cell in cells:
        found[cell.row].append(cell)
    return found


def _split_open_row(row: list[Cell]) -> list[list[Cell]]:
    """A ruled row as several, where its cells hold lines that stand side by side.

    Some tables rule only their outside and the lines below the head, and leave the rows to white space.
    """
    counts = sorted(len(cell.lines) for cell in row if cell.lines)
    if len(counts) < 3 or counts[0] < _OPEN_ROWS or any(cell.row_span > 1 or cell.angle for cell in row):
        return [row]
    words = [word for cell in row for line in cell.lines for word in line.words]
    bands = [(min(word.box.top for word in each), max(word.box.bottom for word in each)) for each in rows_of(words)]
    if len(bands) > 1.3 * counts[len(counts) // 2]:
        return [row]  # each cell has lines of its own
    return [[_part(cell, top, bottom) for cell in row] for top, bottom in bands]


def _part(cell: Cell, top: float, bottom: float) -> Cell:
    lines = tuple(line for line in cell.lines if top <= line.box.centre[1] <= bottom)
    return Cell(cell.row, cell.column, 1, cell.column_span, lines, Box(cell.box.left, top, cell.box.right, bottom))


def _compact(rows: Sequence[Sequence[Cell]], box: Box) -> Table:
    """The table without rows and columns that hold no text, its cells counted anew."""
    numbered = [(index, cell) for index, row in enumerate(rows) for cell in row]
    kept_rows = sorted({index for index, cell in numbered if cell.lines})
    kept_columns = sorted({cell.column for _, cell in numbered if cell.lines})
    found = []
    for index, cell in numbered:
        if cell.lines:
            row, column = bisect.bisect_left(kept_rows, index), bisect.bisect_left(kept_columns, cell.column)
            row_span = bisect.bisect_left(kept_rows, index + cell.row_span) - row
            column_span = bisect.bisect_left(kept_columns, cell.column + cell.column_span) - column
            found.append(Cell(row, column, row_span, column_span, cell.lines, cell.box, angle=cell.angle))
    rounded = Box(*(round(edge, 2) for edge in box))
    return Table(tuple(found), len(kept_rows), len(kept_columns), rounded, ruled=True)
