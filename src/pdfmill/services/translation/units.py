"""What is translated as one: paragraphs, headings, items of lists and cells of tables, with their places."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby, pairwise
from typing import NamedTuple

from pdfmill.services.layout.model import Block, Box, Heading, Line, ListItem, Page, Paragraph, Style, Table
from pdfmill.services.writing.addresses import is_web_address
from pdfmill.services.writing.flow import Span, is_code, joined_text, running_text, spans

#: Points by which lines may miss their common middle.
_MISS = 4.0


class UnitKind(StrEnum):
    """What a unit is in its document."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST_ITEM = "list_item"
    CELL = "cell"
    CODE = "code"
    TURNED = "turned"

    @property
    def is_translated(self) -> bool:
        """Code means what it says, and turned text has no place that another one would fit in."""
        return self not in (UnitKind.CODE, UnitKind.TURNED)


class CellPlace(NamedTuple):
    """Where a cell stands: which table of the page, row and column, from 0."""

    table: int
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Unit:
    """A text that is translated as one.

    Attributes:
        page: Number, from 1.
        box: Around its lines; without the marker of a list item.
        outer: Around all of it.
        room: The cell of a ruled table that it stands in; None for other units.
        style: That of its first word; bold or italic only if all of it is.
        leading: From line to line, in ems.
        level: Of a heading or a list item, from 1; 0 otherwise.
        marker: Of a list item.
        cell: Where a cell stands; None for other units.
        runs: Its text, what is set in a look of its own apart; in a heading, what is not set as all of it is.
        line_count: Lines that it stands on.
        is_ragged: Whether its lines are centred: they begin at different places, and have one middle.
    """

    kind: UnitKind
    text: str
    page: int
    box: Box
    outer: Box
    style: Style
    leading: float
    level: int = 0
    marker: str = ""
    cell: CellPlace | None = None
    room: Box | None = None
    runs: tuple[Span, ...] = ()
    line_count: int = 1
    is_ragged: bool = False


@dataclass(frozen=True)
class UnitPage:
    """The units of a page in reading order; width and height in points as shown."""

    number: int
    width: float
    height: float
    units: tuple[Unit, ...]
    needs_ocr: bool


def units_of(page: Page) -> UnitPage:
    """The units of a page; those of a page whose text is garbled are none."""
    units: list[Unit] = []
    if not page.quality.needs_ocr:
        for lines in (page.headers, page.footers):
            units += [_unit(UnitKind.PARAGRAPH, page.number, (line,)) for line in lines]
        for index, block in enumerate(page.blocks):
            units += _units_of_block(block, index, page.number)
    return UnitPage(page.number, page.width, page.height, tuple(units), page.quality.needs_ocr)


def _units_of_block(block: Block, index: int, page: int) -> Iterator[Unit]:
    match block:
        case Table():
            for cell in block.cells:
                if cell.lines:
                    kind = UnitKind.TURNED if block.angle else UnitKind.CELL
                    unit = _unit(kind, page, cell.lines, cell=CellPlace(index, cell.row, cell.column))
                    yield replace(unit, room=cell.box) if block.ruled else unit
        case Paragraph() | Heading() | ListItem() if block.angle:
            yield _unit(UnitKind.TURNED, page, block.lines)
        case Heading():
            yield _unit(UnitKind.HEADING, page, block.lines, level=block.level)
        case ListItem():
            unit = _unit(UnitKind.LIST_ITEM, page, block.lines, level=block.level, marker=block.marker)
            yield replace(unit, outer=block.box)
        case Paragraph():
            yield _unit(UnitKind.CODE if is_code(block) else UnitKind.PARAGRAPH, page, block.lines)
        case _:
            pass


def _unit(
    kind: UnitKind,
    page: int,
    lines: Sequence[Line],
    *,
    level: int = 0,
    marker: str = "",
    cell: CellPlace | None = None,
) -> Unit:
    boxes = [line.box for line in lines]
    box = Box(*(pick(each[edge] for each in boxes) for edge, pick in enumerate((min, min, max, max))))
    text = "\n".join(line.text for line in lines) if kind is UnitKind.CODE else running_text(lines)
    first = lines[0].words[0].style
    style = replace(first, bold=all(line.bold for line in lines), italic=first.italic and _is_italic(lines))
    steps = [below.box.top - above.box.top for above, below in pairwise(lines)]
    leading = statistics.median(steps) / max(style.size, 1) if steps else 1.2
    leading = min(max(leading, 1.0), 1.6)
    runs = tuple(_runs(lines, style if kind is UnitKind.HEADING else replace(style, bold=False, italic=False)))
    return Unit(
        kind,
        text,
        page,
        box,
        box,
        style,
        leading,
        level=level,
        marker=marker,
        cell=cell,
        runs=runs,
        line_count=len(lines),
        is_ragged=_is_centred(boxes),
    )


def _runs(lines: Sequence[Line], style: Style) -> Iterator[Span]:
    """The text in runs; what is so in the style, or has neither letters nor figures, is no emphasis."""

    def look(span: Span) -> Span:
        link = span.link if span.link and is_web_address(span.link) else None
        is_said = any(map(str.isalnum, span.text))
        return Span(
            "",
            bold=is_said and span.bold and not style.bold,
            italic=is_said and span.italic and not style.italic,
            monospaced=is_said and span.monospaced and not style.monospaced,
            link=link,
        )

    for own, group in groupby(_without_marks(spans(lines)), key=look):
        parts = list(group)
        yield replace(own, text=joined_text(parts), glued=parts[0].glued)


def _without_marks(parts: Sequence[Span]) -> Iterator[Span]:
    """Spans with the punctuation at their ends apart where others follow: it belongs to the sentence."""
    for part in parts[:-1]:
        text = part.text.rstrip(",;:.!?")
        if text and text != part.text and not part.monospaced:
            yield replace(part, text=text)
            yield Span(part.text[len(text) :], glued=True)
        else:
            yield part
    yield from parts[-1:]


def _is_italic(lines: Sequence[Line]) -> bool:
    return all(word.style.italic for line in lines for word in line.words)


def _is_centred(boxes: Sequence[Box]) -> bool:
    lefts, middles = [box.left for box in boxes], [box.centre[0] for box in boxes]
    return max(middles) - min(middles) < _MISS and max(lefts) - min(lefts) > 2 * _MISS
