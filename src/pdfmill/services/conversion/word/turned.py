"""Text that stands across the rest of a page or of a table."""

from __future__ import annotations

from collections.abc import Sequence

from pdfmill.services.conversion.word.markup import Format, Look, paragraph, placed_text, twips
from pdfmill.services.conversion.word.shape import plain_shape, turned_box
from pdfmill.services.conversion.word.text import set_runs
from pdfmill.services.layout.model import Block, Heading, Line, ListItem, Page, Paragraph, Picture

#: Directions of text by degrees clockwise (ECMA-376-1, 17.18.93).
_DIRECTIONS = {90: "tbRl", 270: "btLr"}
#: Points that a cell is larger than its text, so that a reader's rounding breaks no line.
_SLACK = 4.0
_LINE = 1.1


def turned_paragraphs(lines: Sequence[Line], look: Look) -> str:
    """A paragraph for each line, as they are before they are turned."""
    return "".join(
        paragraph(Format(line=max(line.size, 1.0) * _LINE), set_runs([line], plain_shape(line), look, str))
        for line in lines
    )


def direction_of(angle: int) -> str:
    """The property of a cell whose text runs at an angle; empty if it is level or upside down."""
    return f'<w:textDirection w:val="{_DIRECTIONS[angle]}"/>' if angle in _DIRECTIONS else ""


def turned_cell(block: Paragraph | Heading | ListItem, look: Look) -> str:
    """A table of one cell at a place of the page, for text that stands free, such as a note in the margin."""
    box = block.box
    width, height = twips(box.width + _SLACK), twips(box.height + _SLACK)
    left, top = max(twips(box.left), 1), max(twips(box.top - _SLACK / 2), 1)
    return (
        f'<w:tbl><w:tblPr><w:tblpPr w:vertAnchor="page" w:horzAnchor="page" w:tblpX="{left}" w:tblpY="{top}"/>'
        f'<w:tblW w:w="{width}" w:type="dxa"/><w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="0" '
        'w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f'<w:tblGrid><w:gridCol w:w="{width}"/></w:tblGrid><w:tr><w:trPr><w:trHeight w:val="{height}" '
        f'w:hRule="exact"/></w:trPr><w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{direction_of(block.angle)}'
        f"</w:tcPr>{turned_paragraphs(block.lines, look)}</w:tc></w:tr></w:tbl>"
    )


def turned_label(block: Paragraph | Heading | ListItem, look: Look, number: int) -> str:
    """A run with text over other things, such as a watermark."""
    box = turned_box(block.box, block.lines, block.angle)
    return placed_text(turned_paragraphs(block.lines, look), number, box, block.angle)


def is_drawn(block: Block, page: Page) -> bool:
    """Whether text is a label within a picture, which shows it."""
    return any(
        isinstance(each, Picture) and each.source != "background" and each.box.holds(block.box) for each in page.blocks
    )


def stands_free(block: Block, page: Page) -> bool:
    """Whether text that runs up or down has its place of the page for itself."""
    return block.angle in _DIRECTIONS and not any(
        each is not block and each.box.intersection(block.box).area > 0 for each in page.blocks
    )
