"""The headings of the table of lines: which column holds what, even where a heading takes several rows."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pdfmill.services.extraction.invoices.rules.reading import Reading
from pdfmill.services.extraction.invoices.rules.sheet import Segment, Token
from pdfmill.services.layout.model import Box, union

#: Of two roles of one heading the first wins, if the other headings leave it free.
_PREFERENCE = (
    "amount", "description", "quantity", "unit_price", "vat_rate", "item_id", "position", "gross_amount", "vat_amount",
    "discount", "unit",
)  # fmt: skip
_FEWEST_ROLES = 2
#: Words and letters of a further row of headings, and its distance in line heights.
_MOST_TOKENS, _LONGEST_TEXT, _NEAR = 4, 30, 1.1
_ROWS_AROUND = 3


@dataclass(frozen=True)
class Column:
    """A heading: what its column holds, and where it stands."""

    role: str
    box: Box


@dataclass(frozen=True)
class Heading:
    """The headings of a table of lines.

    Attributes:
        first_row: Index of its first row on the page.
        last_row: Index of its last row.
        columns: From left to right; each role at most once.
    """

    page: int
    first_row: int
    last_row: int
    columns: tuple[Column, ...]

    def column(self, role: str) -> Column | None:
        return next((column for column in self.columns if column.role == role), None)

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(column.role for column in self.columns)

    @property
    def is_of_lines(self) -> bool:
        """Whether it heads what was sold, and not the VAT breakdown or payments."""
        roles = self.roles
        if roles & {"vat_rate", "vat_amount"} and not roles & {"quantity", "unit_price", "description"}:
            return False
        if not roles & {"amount", "gross_amount", "unit_price"}:
            return False
        has_count = bool(roles & {"quantity", "unit_price", "position"})
        if not (roles & {"description", "item_id"} or has_count):
            return False
        return has_count or len(roles) >= 3 or self._reaches_over

    @property
    def _reaches_over(self) -> bool:
        """Two headings far apart, such as "Description" and "Amount"."""
        return self.columns[-1].box.left - self.columns[0].box.right > 120


@dataclass
class _Cell:
    tokens: list[Token]
    box: Box


def find_headings(reading: Reading, page: int) -> list[Heading]:
    """The headings of tables on a page, from its top to its bottom; not all are of lines."""
    found: list[Heading] = []
    rows = reading.sheet.rows[page]
    for index, row in enumerate(rows):
        if found and index <= found[-1].last_row:
            continue
        if not _may_head(reading, row):
            continue
        first, last = _band(reading, rows, index)
        columns = _columns(reading, [segment for each in rows[first : last + 1] for segment in each])
        found.append(Heading(page, first, last, columns))
    return found


def _may_head(reading: Reading, row: list[Segment]) -> bool:
    if any(amount.is_money for segment in row for amount in reading.amounts(segment)):
        return False
    roles = {
        role
        for segment in row
        for _, _, each in reading.lexicon.columns_of(segment.tokens)
        for role in each
        if len(segment.tokens) <= 12
    }
    words = sum(len(segment.tokens) for segment in row)
    named = sum(stop - start for segment in row for start, stop, _ in reading.lexicon.columns_of(segment.tokens))
    return len(roles) >= _FEWEST_ROLES and 2 * named >= words and (len(row) > 1 or named >= 3)


def _band(reading: Reading, rows: list[list[Segment]], index: int) -> tuple[int, int]:
    """The rows around one that are headings too."""
    first = last = index
    while first > 0 and index - first < _ROWS_AROUND - 1 and _continues(reading, rows[first - 1], rows[first]):
        first -= 1
    while last + 1 < len(rows) and last - index < _ROWS_AROUND and _continues(reading, rows[last + 1], rows[last]):
        last += 1
    return first, last


def _continues(reading: Reading, row: list[Segment], beside: list[Segment]) -> bool:
    """Whether a row goes on with the headings of the one beside it."""
    box, other = union(segment.box for segment in row), union(segment.box for segment in beside)
    gap = max(box.top - other.bottom, other.top - box.bottom)
    if gap > _NEAR * max(segment.size for segment in beside):
        return False
    for segment in row:
        if len(segment.tokens) > _MOST_TOKENS or len(segment.text) > _LONGEST_TEXT or re.search(r"\d", segment.text):
            return False
    named = [segment for segment in row if reading.lexicon.columns_of(segment.tokens)]
    under = [segment for segment in row if any(_overlap(segment.box, each.box) > 0.4 for each in beside)]
    small = [segment for segment in row if segment.text[:1].islower() or segment.text.startswith("(")]
    return (
        bool(named or small)
        and len(set(map(id, named)) | set(map(id, under)) | set(map(id, small))) == len(row)
        and (not row[0].text.endswith(":"))
    )


def _overlap(one: Box, other: Box) -> float:
    """What two boxes share across, as a part of the narrower one."""
    shared = min(one.right, other.right) - max(one.left, other.left)
    return shared / max(min(one.width, other.width), 1)


def _columns(reading: Reading, segments: list[Segment]) -> tuple[Column, ...]:
    cells = _cells(reading, segments)
    found: dict[str, Box] = {}
    for cell in sorted(cells, key=lambda each: each.box.left):
        roles = _roles(reading, cell)
        free = [role for role in _PREFERENCE if role in roles and role not in found]
        if free:
            found[free[0]] = cell.box
        elif roles == {"vat_rate"} and "vat_amount" not in found:  # "Tax %" and "Tax"
            found["vat_amount"] = cell.box
        elif "amount" in roles and "amount" in found:  # the last of several amounts is the line's
            found["amount"] = cell.box
    return tuple(sorted((Column(role, box) for role, box in found.items()), key=lambda each: each.box.left))


def _cells(reading: Reading, segments: list[Segment]) -> list[_Cell]:
    """Headings, put together where they stand below one another."""
    cells: list[_Cell] = []
    for segment in segments:
        for tokens, box in _pieces(reading, segment):
            under = [cell for cell in cells if _overlap(cell.box, box) > 0.5 and cell.box.top < box.top]
            if len(under) == 1:
                under[0].tokens += tokens
                under[0].box = union(iter((under[0].box, box)))
            else:
                cells.append(_Cell(list(tokens), box))
    return cells


def _pieces(reading: Reading, segment: Segment) -> list[tuple[list[Token], Box]]:
    """A segment cut between the headings that it holds."""
    matches = reading.lexicon.columns_of(segment.tokens)
    if len(matches) < 2:
        return [(list(segment.tokens), segment.box)] if segment.tokens else []
    found = []
    for start, stop, _ in matches:
        tokens = list(segment.tokens[start:stop])
        found.append((tokens, segment.box_of(tokens[0].start, tokens[-1].end)))
    return found


def _roles(reading: Reading, cell: _Cell) -> frozenset[str]:
    """What a heading means, by the longest label in it."""
    matches = reading.lexicon.columns_of(tuple(cell.tokens))
    if not matches:
        return frozenset()
    longest = max(
        matches, key=lambda match: (sum(len(token.key) for token in cell.tokens[match[0] : match[1]]), -match[0])
    )
    return longest[2]
