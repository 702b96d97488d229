"""Which lines belong to which table, and which column each amount, date and word of them stands in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from pdfmill.services.extraction.statements.amounts import Amount
from pdfmill.services.extraction.statements.columns import Mapping, Stack, best_mapping, stack_index, stacks_of
from pdfmill.services.extraction.statements.dates import Date
from pdfmill.services.extraction.statements.headers import DATES, TEXTS, Column, HeaderFinder, Role
from pdfmill.services.extraction.statements.lines import TextLine
from pdfmill.services.layout.model import Box

#: Headings of one table on several pages lie no further apart than so many points.
_SAME_PLACE = 25.0
#: A date this far from a heading of dates stands in its column.
_NEAR = 30.0
#: How far left of its heading a text may begin.
_HANGING = 6.0


@dataclass
class Table:
    """Lines below a heading, on one page or several; without a heading, lines that begin with a date.

    Attributes:
        columns: From left to right; empty without a heading.
        lines: Those below the heading, the table's own and whatever follows them.
    """

    number: int
    columns: tuple[Column, ...]
    lines: list[TextLine] = field(default_factory=list)
    stacks: list[Stack] = field(default_factory=list)
    mapping: Mapping = ()

    def settle(self) -> None:
        """Find out which columns its amounts stand in, from all its lines."""
        rows = [line.amounts for line in self.lines if line.amounts and (self.columns or begins_with_date(line))]
        self.stacks = stacks_of(rows)
        self.mapping = best_mapping(rows, self.stacks, self.columns)

    def role_of(self, amount: Amount) -> Role | None:
        index = stack_index(self.stacks, amount)
        return None if index is None or index >= len(self.mapping) else self.mapping[index]

    def dates_of(self, line: TextLine) -> dict[Role, Date]:
        """The dates of a line that stand in columns of dates."""
        if not any(column.role in DATES for column in self.columns):
            return _leading_dates(line)
        found: dict[Role, Date] = {}
        for date in line.dates:
            column = min(self.columns, key=lambda column: _distance(date.box, column))
            if column.role in DATES and _distance(date.box, column) <= _NEAR:
                found.setdefault(column.role, date)
        leading = {} if found else _leading_dates(line)
        left = self.text_left
        is_text = left is not None and any(date.box.left >= left - _HANGING for date in leading.values())
        return found if is_text else found or leading

    def text_role(self, box: Box) -> Role:
        """The column of a word."""
        texts = [column for column in self.columns if column.role in (*TEXTS, *DATES, "sign", "currency", "ignored")]
        before = [column for column in texts if column.box.left - _HANGING <= box.left]
        role = before[-1].role if before else "description"
        return "description" if role in DATES else role

    @property
    def text_left(self) -> float | None:
        """Where descriptions begin; None without a heading for them."""
        return min((column.box.left for column in self.columns if column.role in TEXTS), default=None)


@dataclass(frozen=True)
class Placed:
    """A line with its table; None before the first heading. ``header`` if it is a heading itself."""

    line: TextLine
    table: Table | None
    header: bool = False


def place_lines(lines: Sequence[TextLine], finder: HeaderFinder, read: Callable[[TextLine], TextLine]) -> list[Placed]:
    """Give each line its table, and settle the columns of each.

    Args:
        read: Finds the values of a line anew, for parts of lines where columns repeat side by side.
    """
    placed: list[Placed] = []
    tables: list[Table] = []
    current: list[Table] = []
    index = 0
    while index < len(lines):
        header = None if lines[index].amounts else finder.find(lines, index)
        if header is None:
            placed += _split(lines[index], current, read)
            index += 1
            continue
        current = [_table_for(columns, tables) for columns in header.groups]
        placed += [Placed(line, current[0], header=True) for line in lines[index : header.end]]
        index = header.end
    if not tables:
        table = Table(0, ())
        tables, placed = [table], [replace(each, table=table) for each in placed]
    for each in placed:
        if each.table and not each.header:
            each.table.lines.append(each.line)
    for table in tables:
        table.settle()
    return placed


def _table_for(columns: tuple[Column, ...], tables: list[Table]) -> Table:
    """The table whose heading is repeated, or a new one."""
    for table in tables:
        same = len(table.columns) == len(columns) and all(
            ours.role == theirs.role and abs(ours.box.left - theirs.box.left) <= _SAME_PLACE
            for ours, theirs in zip(table.columns, columns, strict=True)
        )
        if same:
            return table
    tables.append(Table(len(tables), columns))
    return tables[-1]


def _split(line: TextLine, tables: Sequence[Table], read: Callable[[TextLine], TextLine]) -> list[Placed]:
    """A line in its table; in parts where tables stand side by side."""
    if len(tables) <= 1:
        return [Placed(line, tables[0] if tables else None)]
    lefts = [table.columns[0].box.left - _HANGING * 2 for table in tables]
    parts = []
    for number, table in enumerate(tables):
        right = lefts[number + 1] if number + 1 < len(tables) else float("inf")
        left = lefts[number] if number else float("-inf")
        words = tuple(word for word in line.words if left <= word.box.left < right)
        if words:
            parts.append(Placed(read(TextLine(line.page, words)), table))
    return parts


def begins_with_date(line: TextLine) -> bool:
    """Whether a line has a date as its first or second word."""
    return bool(line.dates) and line.dates[0].start <= 1


def _leading_dates(line: TextLine) -> dict[Role, Date]:
    if not begins_with_date(line):
        return {}
    first = line.dates[0]
    found: dict[Role, Date] = {"booking_date": first}
    if len(line.dates) > 1 and line.dates[1].start == first.end:
        found["value_date"] = line.dates[1]
    return found


def _distance(box: Box, column: Column) -> float:
    edges = [abs(box.left - column.box.left)]
    if column.role in DATES:
        edges += [abs(box.right - column.box.right), abs(box.centre[0] - column.box.centre[0])]
    return min(edges)
