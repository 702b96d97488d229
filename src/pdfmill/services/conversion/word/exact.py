"""Pages as they look: each block in a frame at its place, before what is drawn on the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pdfmill.engines.docx import WordDocument
from pdfmill.services.conversion.word.markup import Format, Look, paragraph, placed_picture, twips
from pdfmill.services.conversion.word.sections import PageSetup, section_markup
from pdfmill.services.conversion.word.shape import Measure, Shape, shape_of
from pdfmill.services.conversion.word.tables import table_markup
from pdfmill.services.conversion.word.text import set_runs
from pdfmill.services.conversion.word.turned import turned_label, turned_paragraphs
from pdfmill.services.layout.directions import is_right_to_left
from pdfmill.services.layout.model import Block, Box, Cell, Heading, Line, ListItem, Page, Picture, Table, Word
from pdfmill.services.writing.pictures import PictureDrawer, without_text

#: Points that a frame is wider than its text, so that a reader's rounding breaks no line.
_SLACK = 4.0
_THIN = 1.0


class ExactWriter:
    """Writes pages into a Word document as they look.

    Args:
        looks: The look of each paragraph style, by its id; that of body text by an empty one.
    """

    def __init__(self, document: WordDocument, looks: dict[str, Look], draw: PictureDrawer) -> None:
        self._document = document
        self._looks = looks
        self._draw = draw
        self._size: tuple[int, int] | None = None
        self._placed = 0

    def page(self, page: Page) -> None:
        """Write a page."""
        size = round(page.width), round(page.height)
        is_first, is_other = self._size is None, self._size != size
        if is_other and not is_first:
            self._document.write(paragraph(Format(line=_THIN), "", self._section()))
        self._size = size
        anchored = self._pictures(page) + "".join(self._turned(block) for block in page.blocks)
        # What stands at a place of the page belongs to this paragraph, which keeps it on that page.
        self._document.write(paragraph(Format(line=_THIN, page_break=not is_other), anchored))
        for block in page.blocks:
            if isinstance(block, Table):
                self._table(block)
            elif not block.angle:
                self._text(block)
        for line in (*page.headers, *page.footers):
            self._frame([line], line.box, "")
        # A frame belongs to the paragraph that follows it (ECMA-376-1, 17.3.1.11): this one is still on the page.
        self._document.write(paragraph(Format(line=_THIN), ""))

    def end(self) -> None:
        """Write the last section."""
        self._document.write(paragraph(Format(line=_THIN), "") + self._section())

    def _section(self) -> str:
        assert self._size
        width, height = (min(max(each, 36), 1584) for each in self._size)
        setup = PageSetup(width, height, Box(4, 4, width - 4, height - 4))
        return section_markup(self._document, setup, None, on_new_page=True, number=None)

    def _pictures(self, page: Page) -> str:
        drawn = [(picture.box, self._draw(page, picture)) for picture in without_text(page.blocks)]
        if background := self._draw.background(page):
            drawn.insert(0, (Box(0, 0, page.width, page.height), background))
        written = ""
        for box, picture in drawn:
            self._placed += 1
            relation = self._document.picture(*picture)
            written += placed_picture(relation, self._placed, box, f"Picture on page {page.number}")
        return written

    def _turned(self, block: Block) -> str:
        if isinstance(block, Table | Picture) or not block.angle:
            return ""
        self._placed += 1
        return turned_label(block, self._looks[""], self._placed)

    def _text(self, block: Block) -> None:
        if isinstance(block, Picture):
            for line in block.lines:
                self._frame([line], line.box, "")
            return
        assert not isinstance(block, Table)
        lines, style = block.lines, ""
        if isinstance(block, Heading):
            style = f"Heading{block.level}"
        elif isinstance(block, ListItem):
            lines = with_marker(block)
        self._frame(lines, block.box, style)

    def _frame(self, lines: Sequence[Line], box: Box, style: str) -> None:
        """A paragraph at its place, whose lines end where they do on the page."""
        leftwards = is_right_to_left(" ".join(line.text for line in lines))
        shape = _broken(shape_of(lines, Measure(box.left, box.right + _SLACK), leftwards=leftwards))
        place = (
            f'w:w="{twips(box.width + _SLACK)}" w:wrap="around" w:vAnchor="page" w:hAnchor="page" '
            f'w:x="{twips(box.left)}" w:y="{max(twips(shape.top), 1)}"'
        )
        layout = Format(
            style=style,
            frame=place,
            line=shape.pitch,
            start=shape.start,
            first=shape.first,
            alignment=shape.alignment,
            leftwards=leftwards,
            tabs=shape.tabs,
        )
        look = replace(self._looks[style])
        self._document.write(paragraph(layout, set_runs(lines, shape, look, self._document.link, on_paper=False)))

    def _table(self, table: Table) -> None:
        place = (
            f'w:vertAnchor="page" w:horzAnchor="page" w:tblpX="{max(twips(table.box.left), 1)}" '
            f'w:tblpY="{max(twips(table.box.top), 1)}"'
        )
        self._document.write(table_markup(table, table.box.left, self._cell, place))
        self._document.write(paragraph(Format(line=_THIN), ""))

    def _cell(self, cell: Cell, measure: Measure) -> str:
        lines = cell.lines
        if cell.angle:
            return turned_paragraphs(lines, self._looks[""])
        leftwards = is_right_to_left(" ".join(line.text for line in lines))
        shape = _broken(shape_of(lines, measure, leftwards=leftwards))
        layout = Format(line=shape.pitch, start=shape.start, alignment=shape.alignment, leftwards=leftwards)
        return paragraph(layout, set_runs(lines, shape, self._looks[""], self._document.link, on_paper=False))


def with_marker(item: ListItem) -> tuple[Line, ...]:
    """The lines of a list item with its marker as a word."""
    line = item.lines[0]
    first = line.words[0]
    leftwards = is_right_to_left(line.text)
    left, right = (first.box.right, item.box.right) if leftwards else (item.box.left, first.box.left)
    box = Box(left, first.box.top, max(right, left + 1), first.box.bottom)
    return Line((Word(item.marker, box, first.style), *line.words), line.box), *item.lines[1:]


def _broken(shape: Shape) -> Shape:
    """The shape with every line ended where it ends on the page."""
    alignment = "" if shape.alignment == "both" else shape.alignment
    return replace(shape, breaks=frozenset(range(len(shape.gaps) - 1)), alignment=alignment)
