"""Tables that a page's end cuts, put together where the next page begins with the same head."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pdfmill.services.layout.model import Page, Table

#: Part of a page's height below which a table ends that the page cuts.
_FAR_DOWN = 0.6


@dataclass(frozen=True)
class PlacedTable:
    """A table and the pages that it stands on.

    Attributes:
        position: Counts the tables of its first page from 1.
        may_go_on: Whether it is the last that stands on its last page, and reaches far down.
    """

    table: Table
    first_page: int
    last_page: int
    position: int
    may_go_on: bool

    @property
    def name(self) -> str:
        """At most 31 letters, digits and spaces, as sheets may be called."""
        pages = (
            f"page {self.first_page}"
            if self.first_page == self.last_page
            else f"pages {self.first_page} to {self.last_page}"
        )
        return f"{pages} table {self.position}"


def placed_tables(pages: Iterable[Page]) -> Iterator[PlacedTable]:
    """The tables of some pages, one that goes on taken together; no more than two pages are held."""
    waiting: PlacedTable | None = None
    for page in pages:
        tables = [block for block in page.blocks if isinstance(block, Table)]
        for position, table in enumerate(tables, start=1):
            cut = page.blocks[-1] is table and (table.angle != 0 or table.box.bottom > _FAR_DOWN * page.height)
            placed = PlacedTable(table, page.number, page.number, position, cut)
            if (
                waiting
                and page.blocks[0] is table
                and waiting.last_page == page.number - 1
                and _goes_on(waiting, table)
            ):
                placed = replace(
                    waiting, table=_joined(waiting.table, table), last_page=page.number, may_go_on=placed.may_go_on
                )
            elif waiting is not None:
                yield waiting
            waiting = placed
    if waiting is not None:
        yield waiting


def _goes_on(placed: PlacedTable, following: Table) -> bool:
    """Whether a table was cut, and its head comes back."""
    head, again = placed.table.grid()[0], following.grid()[0]
    return placed.may_go_on and head == again and sum(map(bool, head)) > 1


def _joined(table: Table, following: Table) -> Table:
    """Both, with one head. A head that reaches over several rows is left out as a whole."""
    head = max(cell.row_span for cell in following.cells if cell.row == 0)
    shift = table.row_count - head
    rest = (replace(cell, row=cell.row + shift) for cell in following.cells if cell.row >= head)
    return replace(table, cells=(*table.cells, *rest), row_count=table.row_count + following.row_count - head)
