"""Running text: paragraphs, headings, lists and tables one after the other, in sections and columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pdfmill.engines.docx import WordDocument
from pdfmill.services.conversion.continued import PlacedTable
from pdfmill.services.conversion.word.arrangement import are_alike, gaps_to_cut, stands_beside, stretches_of
from pdfmill.services.conversion.word.lists import Numbering
from pdfmill.services.conversion.word.markup import (
    Format,
    Look,
    inline_picture,
    paragraph,
    placed_picture,
    twips,
)
from pdfmill.services.conversion.word.sections import PageSetup, section_markup, setup_of
from pdfmill.services.conversion.word.shape import Measure, Shape, shape_of
from pdfmill.services.conversion.word.tables import FlowingTable, table_markup
from pdfmill.services.conversion.word.text import COLUMN_BREAK, PAGE_BREAK, set_runs
from pdfmill.services.conversion.word.turned import (
    is_drawn,
    stands_free,
    turned_cell,
    turned_label,
    turned_paragraphs,
)
from pdfmill.services.layout.directions import is_right_to_left
from pdfmill.services.layout.model import (
    Block,
    Cell,
    ColumnBand,
    Heading,
    Line,
    ListItem,
    Page,
    Paragraph,
    Picture,
    Table,
)
from pdfmill.services.layout.profile import Profile
from pdfmill.services.writing.pictures import PictureDrawer

#: Points of a paragraph that only holds something together.
_THIN = 1.0


@dataclass
class _Pending:
    """A paragraph that is not written yet: it may go on in the next column, or end a section."""

    layout: Format
    lines: tuple[Line, ...] = ()
    shape: Shape | None = None
    base: Look = field(default_factory=Look)
    cuts: dict[int, str] = field(default_factory=dict)
    ahead: str = ""  # what is anchored to it


class FlowWriter:
    """Writes pages into a Word document as running text.

    Args:
        looks: The look of each paragraph style, by its id; that of body text by an empty one.
        common: What the pages have in common.
    """

    def __init__(self, document: WordDocument, looks: dict[str, Look], common: Profile, draw: PictureDrawer) -> None:
        self._document = document
        self._looks = looks
        self._common = common
        self._draw = draw
        self._numbering = Numbering(document)
        self._pending: _Pending | None = None
        self._after_table = False
        self._table_to_go_on: FlowingTable | None = None
        self._setup: PageSetup | None = None
        self._columns: ColumnBand | None = None
        self._on_new_page, self._number = True, 0
        self._break = ""  # what has to come before the next paragraph
        self._anchored = ""
        self._placed = 0
        self._cuts: dict[int, float] = {}
        self._y = 0.0

    def page(self, page: Page) -> None:
        """Write a page."""
        setup = setup_of(page, self._common)
        stretches = list(stretches_of(page))
        first = stretches[0][0]
        if setup != self._setup or not are_alike(first, self._columns):
            self._end_section()
            self._begin_section(setup, page)
        else:
            self._break = PAGE_BREAK
        for block in page.blocks:
            if isinstance(block, Picture) and block.source == "background":
                self._place(page, block)
        self._y = setup.body.top
        for index, (columns, blocks_of_columns) in enumerate(stretches):
            if index or (self._on_new_page and columns and not self._break):
                self._begin_columns(columns, blocks_of_columns, is_first=not index)
            self._stretch(setup, page, columns, blocks_of_columns)
        if self._break or self._anchored:
            self._thin_paragraph()

    def end(self) -> None:
        """Write what is left, and the last section."""
        if self._pending is None:  # a table does not end a document
            self._thin_paragraph()
        self._flush()
        self._write(self._section())

    def _stretch(
        self, setup: PageSetup, page: Page, columns: ColumnBand | None, blocks_of_columns: Sequence[Sequence[Block]]
    ) -> None:
        top = bottom = self._y
        for index, blocks in enumerate(blocks_of_columns):
            measure = Measure(setup.body.left, setup.body.right)
            if columns:
                measure = Measure(columns.boxes[index].left, columns.boxes[index].right)
            if index:
                self._break, self._y = COLUMN_BREAK, top
            self._cuts = gaps_to_cut(blocks, self._y, setup.body.bottom)
            for block in blocks:
                self._block(page, block, measure)
            bottom = max(bottom, self._y)
        self._y = bottom

    # Sections

    def _begin_section(self, setup: PageSetup, page: Page) -> None:
        self._setup, self._columns, self._on_new_page, self._break = setup, None, True, ""
        self._number = page.number - 1 + (self._common.number_offset or 0)

    def _begin_columns(
        self, columns: ColumnBand | None, blocks_of_columns: Sequence[Sequence[Block]], *, is_first: bool
    ) -> None:
        """Go on in other columns on the same page.

        The white above all of them stands before them, for readers do not agree on what it means within the first.
        """
        tops = [min(block.box.top for block in blocks) for blocks in blocks_of_columns if blocks]
        gap = min(tops, default=0.0) - self._y
        if columns and gap > 2 * _THIN:
            self._thin_paragraph(gap)
            self._y += gap
        elif is_first:
            self._columns = columns
            return
        self._flush_anchored()
        self._end_section()
        self._columns, self._on_new_page = columns, False

    def _section(self) -> str:
        assert self._setup
        number = self._number if self._on_new_page else None
        return section_markup(self._document, self._setup, self._columns, on_new_page=self._on_new_page, number=number)

    def _end_section(self) -> None:
        if self._setup is None:
            return
        if self._pending is None:
            self._pending = _Pending(Format(line=_THIN))
        self._flush(self._section())
        self._break = ""

    # Paragraphs

    def _flush(self, section: str = "") -> None:
        if self._pending is None:
            return
        pending, self._pending = self._pending, None
        content = pending.ahead
        if pending.shape:
            content += set_runs(pending.lines, pending.shape, pending.base, self._document.link, pending.cuts)
        self._write(paragraph(pending.layout, content, section))
        self._after_table = False

    def _thin_paragraph(self, height: float = _THIN) -> None:
        """A paragraph without text, which takes the break and what is anchored here."""
        self._add(_Pending(Format(line=height)))

    def _flush_anchored(self) -> None:
        if self._anchored:
            self._thin_paragraph()

    def _add(self, pending: _Pending) -> None:
        self._flush()
        if self._break == PAGE_BREAK:
            pending.layout = replace(pending.layout, page_break=True)
        elif self._break:  # in a paragraph of its own: readers do not agree on the spacing of one that begins with it
            self._write(paragraph(Format(line=_THIN), f"<w:r>{self._break}</w:r>"))
        pending.ahead += self._anchored
        self._break = self._anchored = ""
        self._pending = pending

    # Blocks

    def _block(self, page: Page, block: Block, measure: Measure) -> None:
        match block:
            case Picture():
                self._picture(page, block, measure)
            case Table():
                self._table(page, block, measure)
            case _:
                self._text(page, block, measure)

    def _turned_text(self, page: Page, block: Paragraph | Heading | ListItem) -> None:
        """Text that stands across the page, such as a watermark or a note in the margin."""
        if is_drawn(block, page):
            return
        if stands_free(block, page):
            self._thin_paragraph()
            self._flush()
            self._write(turned_cell(block, self._looks[""]))
            self._after_table = True
            return
        self._placed += 1
        self._anchored += turned_label(block, self._looks[""], self._placed)

    def _text(self, page: Page, block: Paragraph | Heading | ListItem, measure: Measure) -> None:
        if block.angle:
            self._turned_text(page, block)
            return
        leftwards = is_right_to_left(" ".join(line.text for line in block.lines))
        style, numbering, hanging = "", None, None
        if isinstance(block, Heading):
            style = f"Heading{block.level}"
        elif isinstance(block, ListItem):
            style, numbering = "ListParagraph", self._numbering.of(block)
            hanging = block.box.right if leftwards else block.box.left
        shape = shape_of(block.lines, measure, leftwards=leftwards, hanging=hanging)
        if isinstance(block, Paragraph) and block.continues and self._continue(block, shape):
            self._y = shape.top + shape.height  # the column begins where it can, not where it did
            return
        before = self._room(shape.top, shape.height) - self._cuts.get(id(block), 0.0)
        layout = _format(shape, before=max(before, 0.0), leftwards=leftwards)
        layout = replace(layout, style=style, numbering=numbering)
        self._add(_Pending(layout, block.lines, shape, self._looks[style]))
        self._y += layout.before + shape.height

    def _room(self, top: float, height: float) -> float:
        """Points of white above something, less what is needed to keep it on the page."""
        assert self._setup
        over = max(max(top, self._y) + height - self._setup.body.bottom, 0.0)
        return max(top - self._y - over, 0.0)

    def _continue(self, block: Paragraph, shape: Shape) -> bool:
        """Put a paragraph behind the one that it goes on with."""
        pending = self._pending
        if pending is None or pending.shape is None or not self._break or self._anchored:
            return False
        offset = len(pending.lines)
        pending.cuts[offset - 1] = self._break
        pending.lines += block.lines
        breaks = pending.shape.breaks | {offset + index for index in shape.breaks}
        pending.shape = replace(pending.shape, gaps=pending.shape.gaps + shape.gaps, breaks=breaks)
        self._break = ""
        return True

    def _table(self, page: Page, table: Table, measure: Measure) -> None:
        if self._go_on_with_table(page, table):
            return
        if stands_beside(table, page):
            self._thin_paragraph()
            left, top = twips(table.box.left), twips(table.box.top)
            place = f'w:vertAnchor="page" w:horzAnchor="page" w:tblpX="{left}" w:tblpY="{top}"'
        else:
            place = ""
            gap = table.box.top - self._y
            if gap > _THIN or self._break or self._anchored or self._after_table:
                self._thin_paragraph(max(gap, _THIN))
                self._y += max(gap, _THIN)
            self._y = max(self._y, table.box.bottom)
        self._flush()
        if place:
            self._write(table_markup(table, measure.left, self._cell, place))
        else:
            self._close_table()
            self._table_to_go_on = FlowingTable(table, PlacedTable.of(table, page, 1), measure.left, self._cell)
        self._after_table = True

    def _go_on_with_table(self, page: Page, table: Table) -> bool:
        """Put the rows of a table behind those on the page before, if they are one table."""
        flowing = self._table_to_go_on
        if flowing is None or self._break != PAGE_BREAK or not flowing.latest.goes_on(table, page):
            return False
        self._document.write(flowing.more(table, page))
        self._break, self._y = "", table.box.bottom
        return True

    def _close_table(self) -> None:
        if self._table_to_go_on is not None:
            self._document.write(self._table_to_go_on.rest())
            self._table_to_go_on = None

    def _write(self, markup: str) -> None:
        """Write what comes after all that was there; a table that waits for the next page goes on no more."""
        self._close_table()
        self._document.write(markup)

    def _cell(self, cell: Cell, measure: Measure) -> str:
        lines = cell.lines
        if cell.angle:
            return turned_paragraphs(lines, self._looks[""])
        leftwards = is_right_to_left(" ".join(line.text for line in lines))
        shape = shape_of(lines, measure, leftwards=leftwards)
        layout = _format(shape, before=0, leftwards=leftwards)
        return paragraph(layout, set_runs(lines, shape, self._looks[""], self._document.link, on_paper=not cell.fill))

    def _picture(self, page: Page, picture: Picture, measure: Measure) -> None:
        if picture.source == "background":
            return  # it stands there already
        assert self._setup
        box = picture.box
        inside = box.left > measure.left - 2 and box.right < measure.right + 2 and box.bottom < self._setup.body.bottom
        if not inside or box.top < self._y - 4 or stands_beside(picture, page):
            self._place(page, picture)
            return
        before = self._room(box.top, box.height) - self._cuts.get(id(picture), 0.0)
        self._add(_Pending(Format(before=max(before, 0.0), start=max(box.left - measure.left, 0.0))))
        assert self._pending
        self._pending.ahead += inline_picture(self._drawn(page, picture), self._placed, box, _described(page, picture))
        self._y += max(before, 0.0) + box.height + _THIN

    def _place(self, page: Page, picture: Picture) -> None:
        """Put a picture at its place on the page; it belongs to the next paragraph."""
        relation = self._drawn(page, picture)
        self._anchored += placed_picture(relation, self._placed, picture.box, _described(page, picture))

    def _drawn(self, page: Page, picture: Picture) -> str:
        self._placed += 1
        return self._document.picture(*self._draw(page, picture))


def _described(page: Page, picture: Picture) -> str:
    return " ".join(line.text for line in picture.lines) or f"Picture on page {page.number}"


def _format(shape: Shape, *, before: float, leftwards: bool) -> Format:
    return Format(
        before=max(before, 0.0),
        line=shape.pitch,
        start=shape.start,
        end=shape.end,
        first=shape.first,
        # A justified line that ends early would be drawn out all the same.
        alignment="" if shape.breaks and shape.alignment == "both" else shape.alignment,
        leftwards=leftwards,
        tabs=shape.tabs,
    )
