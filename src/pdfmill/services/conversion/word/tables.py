"""A table of a page as one of a word processor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pdfmill.services.conversion.continued import PlacedTable, head_rows
from pdfmill.services.conversion.word.markup import twips
from pdfmill.services.conversion.word.shape import Measure
from pdfmill.services.conversion.word.turned import direction_of
from pdfmill.services.layout.model import Cell, Page, Table

#: Points between a cell's edges and its text, left and right.
_PADDING = 1.5
_NARROWEST = 4.0

#: Gives the paragraphs of a cell within a measure.
Setter = Callable[[Cell, Measure], str]


@dataclass
class FlowingTable:
    """A table that the next page may go on with.

    Attributes:
        first: What stands on its first page.
        latest: What stands on its last page so far.
        left: The text's left edge on its first page, in points.
        is_begun: Whether that is written.
    """

    first: Table
    latest: PlacedTable
    left: float
    set_cell: Setter
    is_begun: bool = False

    def more(self, table: Table, page: Page) -> str:
        """The rows on a further page, without their head, and all that comes before them if that is not yet written."""
        edges, written = column_edges(self.first), ""
        if not self.is_begun:
            written = table_beginning(self.first, edges, self.left)
            written += rows_markup(self.first, edges, self.set_cell, head=head_rows(self.first))
        self.latest, self.is_begun = PlacedTable.of(table, page, 1), True
        shifted = [edge + table.box.left - self.first.box.left for edge in edges]
        return written + rows_markup(table, shifted, self.set_cell, first=head_rows(table))

    def rest(self) -> str:
        """What is not yet written, once nothing more can come."""
        return TABLE_END if self.is_begun else table_markup(self.first, self.left, self.set_cell)


def column_edges(table: Table) -> list[float]:
    """The edges of a table's columns, from left to right: one more than it has columns; in points of the page."""
    count = table.column_count
    lefts, rights = [table.box.right] * count, [table.box.left] * count
    known = [False] * count
    for cell in table.cells:
        last = cell.column + cell.column_span - 1
        if cell.column_span == 1 or table.ruled:
            lefts[cell.column] = min(lefts[cell.column], cell.box.left)
            rights[last] = max(rights[last], cell.box.right)
            known[cell.column] = True
    edges = [table.box.left]
    for index in range(1, count):
        if table.ruled:
            edges.append(lefts[index] if known[index] else rights[index - 1])
        else:
            edges.append((rights[index - 1] + lefts[index]) / 2 if known[index - 1] and known[index] else edges[-1])
    edges.append(table.box.right)
    for index in range(1, count + 1):
        edges[index] = max(edges[index], edges[index - 1] + _NARROWEST)
    return edges


def row_tops(table: Table) -> list[float]:
    """The top of each row and the bottom of the last one, in points of the page."""
    tops = [table.box.bottom] * table.row_count
    for cell in table.cells:
        tops[cell.row] = min(tops[cell.row], cell.box.top)
    tops[0] = min(tops[0], table.box.top)
    edges = [*tops, table.box.bottom]
    for index in range(table.row_count, 0, -1):
        edges[index - 1] = min(edges[index - 1], edges[index])
    return edges


def table_markup(table: Table, left: float, set_cell: Setter, placed: str = "") -> str:
    """A table.

    Args:
        left: The text's left edge, in points of the page.
        placed: Attributes of a place on the page, for a table that stands beside other things.
    """
    edges = column_edges(table)
    return table_beginning(table, edges, left, placed) + rows_markup(table, edges, set_cell) + TABLE_END


def table_beginning(table: Table, edges: Sequence[float], left: float, placed: str = "") -> str:
    """What comes before the rows of a table; see `table_markup`."""
    grid = "".join(f'<w:gridCol w:w="{twips(right - start)}"/>' for start, right in pairwise(edges))
    floating = f"<w:tblpPr {placed}/>" if placed else ""
    indent = "" if placed else f'<w:tblInd w:w="{twips(edges[0] - left)}" w:type="dxa"/>'
    return (
        f'<w:tbl><w:tblPr>{floating}<w:tblW w:w="{twips(edges[-1] - edges[0])}" w:type="dxa"/>{indent}'
        f'{_BORDERS if table.ruled else ""}<w:tblLayout w:type="fixed"/>{_MARGINS}</w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>"
    )


TABLE_END = "</w:tbl>"


def rows_markup(table: Table, edges: Sequence[float], set_cell: Setter, *, first: int = 0, head: int = 0) -> str:
    """The rows of a table.

    Args:
        edges: Of its columns, in points of the page.
        first: Index of the first row that is written.
        head: How many rows, from the table's first, come again on each page that it goes on on.
    """
    tops = row_tops(table)
    by_row: list[list[Cell]] = [[] for _ in range(table.row_count)]
    for cell in table.cells:
        for row in range(cell.row, min(cell.row + cell.row_span, table.row_count)):
            by_row[row].append(cell)
    written = []
    for index in range(first, table.row_count):
        cells = _cells(index, sorted(by_row[index], key=lambda cell: cell.column), edges, set_cell)
        height = f'<w:trHeight w:val="{max(twips(tops[index + 1] - tops[index]), 1)}"/>'
        repeated = "<w:tblHeader/>" if index < head else ""
        written.append(f"<w:tr><w:trPr>{height}{repeated}</w:trPr>{cells}</w:tr>")
    return "".join(written)


_BORDERS = (
    "<w:tblBorders>"
    + "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="808080"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    + "</w:tblBorders>"
)
_MARGINS = (
    f'<w:tblCellMar><w:left w:w="{twips(_PADDING)}" w:type="dxa"/><w:right w:w="{twips(_PADDING)}" w:type="dxa"/>'
    "</w:tblCellMar>"
)


def _cells(index: int, cells: Sequence[Cell], edges: Sequence[float], set_cell: Setter) -> str:
    """The cells of a row."""
    written, column = "", 0
    last = len(edges) - 1
    for cell in cells:
        if cell.column < column:
            continue  # covered by another cell
        written += "".join(_empty(edges, each) for each in range(column, cell.column))
        column = min(cell.column + cell.column_span, last)
        written += _cell(cell, index, edges, set_cell)
    return written + "".join(_empty(edges, each) for each in range(column, last))


def _cell(cell: Cell, row: int, edges: Sequence[float], set_cell: Setter) -> str:
    last = min(cell.column + cell.column_span, len(edges) - 1)
    left, right = edges[cell.column], edges[last]
    merged = ""
    if cell.column_span > 1:
        merged += f'<w:gridSpan w:val="{last - cell.column}"/>'
    if cell.row_span > 1:
        merged += '<w:vMerge w:val="restart"/>' if row == cell.row else "<w:vMerge/>"
    if cell.fill:
        merged += f'<w:shd w:val="clear" w:color="auto" w:fill="{cell.fill[1:]}"/>'
    content, align = _EMPTY, direction_of(cell.angle)
    if row == cell.row and cell.lines:
        content = set_cell(cell, Measure(left + _PADDING, right - _PADDING))
        above = min(line.box.top for line in cell.lines) - cell.box.top
        below = cell.box.bottom - max(line.box.bottom for line in cell.lines)
        if not cell.angle and above > 3 and abs(above - below) < max(2.0, 0.3 * above):
            align = '<w:vAlign w:val="center"/>'
    return f'<w:tc><w:tcPr><w:tcW w:w="{twips(right - left)}" w:type="dxa"/>{merged}{align}</w:tcPr>{content}</w:tc>'


def _empty(edges: Sequence[float], column: int) -> str:
    width = twips(edges[column + 1] - edges[column])
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{_EMPTY}</w:tc>'


_EMPTY = '<w:p><w:pPr><w:spacing w:line="20" w:lineRule="exact"/></w:pPr></w:p>'
