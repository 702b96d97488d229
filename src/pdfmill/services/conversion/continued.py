"""Tables that a page's end cuts, put together where the next page begins with the same head."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from pdfmill.services.layout.model import Page, Table

#: Part of a page's height below which a table ends that the page cuts.
_FAR_DOWN = 0.6


@dataclass
class PlacedTable:
    """A table and the pages that it stands on.

    Attributes:
        parts: What stands on each page.
        position: Counts the tables of its first page from 1.
        may_go_on: Whether it is the last that stands on its last page, and reaches far down.
    """

    parts: list[Table]
    first_page: int
    last_page: int
    position: int
    may_go_on: bool

    @classmethod
    def of(cls, table: Table, page: Page, position: int) -> PlacedTable:
        return cls([table], page.number, page.number, position, _may_go_on(table, page))

    def goes_on(self, table: Table, page: Page) -> bool:
        """Whether it was cut, and a table of another page begins that page with the same head."""
        if not self.may_go_on or self.last_page != page.number - 1 or page.blocks[0] is not table:
            return False
        head, again = self.parts[0].grid()[0], table.grid()[0]
        return head == again and sum(map(bool, head)) > 1

    def add(self, table: Table, page: Page) -> None:
        """Take the part on the next page, before `table` is asked for."""
        self.parts.append(table)
        self.last_page, self.may_go_on = page.number, _may_go_on(table, page)

    @cached_property
    def table(self) -> Table:
        """All of it, with one head. A head that reaches over several rows is left out as a whole."""
        first, *others = self.parts
        cells, row_count = list(first.cells), first.row_count
        for part in others:
            head = head_rows(part)
            shift = row_count - head
            cells += (replace(cell, row=cell.row + shift) for cell in part.cells if cell.row >= head)
            row_count += part.row_count - head
        return replace(first, cells=tuple(cells), row_count=row_count) if others else first

    @property
    def name(self) -> str:
        """At most 31 letters, digits and spaces, as sheets may be called."""
        pages = (
            f"page {self.first_page}"
            if self.first_page == self.last_page
            else f"pages {self.first_page} to {self.last_page}"
        )
        return f"{pages} table {self.position}"


def head_rows(table: Table) -> int:
    """How many rows the head of a table reaches over."""
    return max(cell.row_span for cell in table.cells if cell.row == 0)


def placed_tables(pages: Iterable[Page]) -> Iterator[PlacedTable]:
    """The tables of some pages, one that goes on taken together; no more than two pages are held."""
    waiting: PlacedTable | None = None
    for page in pages:
        tables = [block for block in page.blocks if isinstance(block, Table)]
        for position, table in enumerate(tables, start=1):
            if waiting is not None and waiting.goes_on(table, page):
                waiting.add(table, page)
                continue
            if waiting is not None:
                yield waiting
            waiting = PlacedTable.of(table, page, position)
    if waiting is not None:
        yield waiting


def _may_go_on(table: Table, page: Page) -> bool:
    return page.blocks[-1] is table and (table.angle != 0 or table.box.bottom > _FAR_DOWN * page.height)
