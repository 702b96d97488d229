"""SlideService: a PDF as a presentation, a slide for each page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from pdfmill.core.context import Context
from pdfmill.core.pages import PageRanges
from pdfmill.engines.pptx import SlideDeck, open_slide_deck
from pdfmill.services.conversion.slides import markup
from pdfmill.services.conversion.slides.markup import Letters, TableCell, emu
from pdfmill.services.conversion.word.exact import with_marker
from pdfmill.services.conversion.word.faces import face_of
from pdfmill.services.conversion.word.shape import turned_box
from pdfmill.services.conversion.word.tables import column_edges, row_tops
from pdfmill.services.conversion.written import WrittenPages
from pdfmill.services.layout.directions import is_right_to_left
from pdfmill.services.layout.model import Box, Cell, Heading, Line, ListItem, Page, Paragraph, Picture, Table, Word
from pdfmill.services.layout.service import LayoutService
from pdfmill.services.writing.addresses import is_web_address
from pdfmill.services.writing.pictures import PictureDrawer, picture_drawer, without_text

#: Points that a slide is wide and high at least and at most (ECMA-376-1, 19.7.10 ST_SlideSizeCoordinate).
_SMALLEST, _LARGEST = 72.0, 4032.0
_LEADING = 1.2
_SMALL = 0.8


class SlideService:
    """Makes presentations of pages."""

    def write(self, source: Path, pages: PageRanges | None, ctx: Context) -> WrittenPages:
        """Write a presentation into the work directory; its slides are as large as the first page.

        Args:
            pages: Those to read, in this order; None for all.

        Raises:
            As `WordService.write`.
        """
        written = WrittenPages(ctx.path("slides.pptx"))
        with (
            LayoutService().open(source, pages, ctx.stage("comparing pages", share=0.3)) as document,
            picture_drawer(document, ctx) as draw,
            open_slide_deck(written.path) as deck,
        ):
            writing = ctx.stage("writing", share=1.0)
            count = len(document.page_indices)
            size = None
            for done, page_index in enumerate(document.page_indices, start=1):
                page = document.page(page_index, upright=True)
                if size is None:
                    size = Box(0, 0, *(min(max(each, _SMALLEST), _LARGEST) for each in (page.width, page.height)))
                    deck.describe(document.title, emu(size.right), emu(size.bottom))
                deck.add_slide(_Slide(page, size, deck, draw).shapes())
                written.add(page)
                writing.advance(done, count, unit="pages")
        return written


@dataclass
class _Slide:
    """The shapes of a page on a slide of some size, from the one furthest behind to the foremost."""

    page: Page
    size: Box
    deck: SlideDeck
    draw: PictureDrawer
    number: int = 1
    has_title: bool = False

    def shapes(self) -> str:
        page = self.page
        blocks = page.blocks
        self.scale = min(self.size.right / max(page.width, 1), self.size.bottom / max(page.height, 1))
        parts = []
        if background := self.draw.background(page):
            parts.append(self._picture(Box(0, 0, page.width, page.height), background, "Background"))
        for picture in without_text(blocks):
            parts.append(self._picture(picture.box, self.draw(page, picture), f"Picture on page {page.number}"))
        for block in blocks:
            if isinstance(block, Table):
                parts.append(self._table(block))
            else:
                parts += self._text(block)
        parts += [self._lines([line], line.box) for line in (*page.headers, *page.footers)]
        return "".join(parts)

    def _next(self) -> int:
        self.number += 1
        return self.number

    def _placed(self, box: Box) -> Box:
        """A box of the page where it is on the slide."""
        return Box(*(edge * self.scale for edge in box))

    def _picture(self, box: Box, drawn: tuple[str, bytes], description: str) -> str:
        return markup.picture(self._next(), self._placed(box), self.deck.picture(*drawn), description)

    def _text(self, block: Paragraph | Heading | ListItem | Picture) -> Iterator[str]:
        lines = block.lines
        if isinstance(block, Picture):
            yield from (self._lines([line], line.box) for line in lines)
            return
        if isinstance(block, ListItem):
            lines = with_marker(block)
        is_title = isinstance(block, Heading) and not self.has_title and not block.angle
        self.has_title |= is_title
        yield self._lines(lines, block.box, angle=block.angle, is_title=is_title)

    def _lines(self, lines: Sequence[Line], box: Box, *, angle: int = 0, is_title: bool = False) -> str:
        leftwards = is_right_to_left(" ".join(line.text for line in lines))
        pitch = _pitch(lines)
        top = box.top if angle else lines[0].box.centre[1] - pitch / 2
        placed = turned_box(box, lines, angle) if angle else Box(box.left, top, box.right, top + pitch * len(lines))
        content = markup.LINE_END.join(self._runs(line, turned=bool(angle)) for line in lines)
        alignment = "r" if leftwards else _alignment(lines, box)
        paragraph = markup.paragraph(content, line=pitch * self.scale, alignment=alignment, leftwards=leftwards)
        return markup.text_box(self._next(), self._placed(placed), paragraph, angle=angle, is_title=is_title)

    def _runs(self, line: Line, *, turned: bool = False) -> str:
        size = line.size
        looked = [(self._letters(word, line, size, turned=turned), word) for word in line.words]
        groups = [
            (letters, [word for _, word in group]) for letters, group in groupby(looked, key=lambda each: each[0])
        ]
        written = ""
        for index, (letters, words) in enumerate(groups):
            text = " ".join(word.text for word in words) + (" " if index < len(groups) - 1 else "")
            written += markup.run(text, replace(letters, spacing=0 if turned else _spacing(words) * self.scale))
        return written

    def _letters(self, word: Word, line: Line, size: float, *, turned: bool) -> Letters:
        style = word.style
        raised = 0
        if style.size < _SMALL * size and not turned:
            above = line.box.centre[1] - word.box.centre[1]
            raised = 30 if above > 0.08 * size else -25 if above < -0.08 * size else 0
        link = self.deck.link(word.link.strip()) if word.link and is_web_address(word.link) else ""
        shown = (size if raised else style.size) * self.scale
        colour = (style.colour or "#000000").lstrip("#")
        return Letters(face_of(style).family, shown, style.bold, style.italic, colour, link=link, raised=raised)

    def _table(self, table: Table) -> str:
        edges = [edge * self.scale for edge in column_edges(table)]
        tops = [top * self.scale for top in row_tops(table)]
        rows = [[TableCell(_EMPTY) for _ in range(table.column_count)] for _ in range(table.row_count)]
        for cell in table.cells:
            for row in range(cell.row, min(cell.row + cell.row_span, table.row_count)):
                for column in range(cell.column, min(cell.column + cell.column_span, table.column_count)):
                    rows[row][column] = self._cell(cell, row, column)
        return markup.table(self._next(), edges, tops, rows, ruled=table.ruled)

    def _cell(self, cell: Cell, row: int, column: int) -> TableCell:
        if (row, column) != (cell.row, cell.column):
            across, down = column > cell.column, row > cell.row
            return TableCell(_EMPTY, (' hMerge="1"' if across else "") + (' vMerge="1"' if down else ""), cell.fill)
        spans = f' gridSpan="{cell.column_span}"' if cell.column_span > 1 else ""
        spans += f' rowSpan="{cell.row_span}"' if cell.row_span > 1 else ""
        if not cell.lines:
            return TableCell(_EMPTY, spans, cell.fill)
        content = markup.LINE_END.join(self._runs(line) for line in cell.lines)
        leftwards = is_right_to_left(cell.text)
        if cell.angle % 180:
            content = markup.paragraph(content, line=max(each.size for each in cell.lines) * self.scale)
            return TableCell(content, spans, cell.fill, cell.angle)
        line = min(_pitch(cell.lines), max(cell.box.height / len(cell.lines), 2.0)) * self.scale
        alignment = "r" if leftwards else _alignment(cell.lines, cell.box)
        return TableCell(
            markup.paragraph(content, line=line, alignment=alignment, leftwards=leftwards), spans, cell.fill
        )


_EMPTY = '<a:p><a:endParaRPr sz="100"/></a:p>'


def _pitch(lines: Sequence[Line]) -> float:
    size = max(max(line.size for line in lines), 1.0)
    if len(lines) == 1:
        return _LEADING * size
    steps = (lines[-1].box.centre[1] - lines[0].box.centre[1]) / (len(lines) - 1)
    return min(max(steps, 0.9 * size), 3 * size)


def _alignment(lines: Sequence[Line], box: Box) -> str:
    lefts = [line.box.left - box.left for line in lines]
    rights = [box.right - line.box.right for line in lines]
    if max(abs(left - right) for left, right in zip(lefts, rights, strict=True)) < 3 and max(lefts) > 3:
        return "ctr"
    return "r" if max(rights) < 3 < max(lefts) else "l"


def _spacing(words: Sequence[Word]) -> float:
    """Points between letters with which some words are as wide as in the document."""
    widths = [face_of(word.style).width(word.text) for word in words]
    if None in widths:
        return 0.0
    natural = sum(width * word.style.size for width, word in zip(widths, words, strict=True) if width is not None)
    letters = sum(len(word.text) for word in words)
    spacing = (sum(word.box.width for word in words) - natural) / letters
    bound = 0.1 * words[0].style.size
    return max(min(spacing, bound), -bound)
