"""LayoutService: from a file to pages with blocks in reading order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from pdfmill.core.context import Context
from pdfmill.core.pages import PageRanges
from pdfmill.core.work import Meter
from pdfmill.engines.pdfium import Graphics
from pdfmill.services.layout.blocks import BlockFinder
from pdfmill.services.layout.columns import bands
from pdfmill.services.layout.directions import is_right_to_left
from pdfmill.services.layout.drawings import drawings, drawn_areas, is_drawing
from pdfmill.services.layout.framed_text import framed
from pdfmill.services.layout.frames import Frame
from pdfmill.services.layout.headings import HeadingFinder, comparable
from pdfmill.services.layout.lines import join, reading_order, rows_of
from pdfmill.services.layout.model import Block, Box, ColumnBand, Line, Page, Table, TextQuality, Word
from pdfmill.services.layout.opening import OpenPages, open_pages
from pdfmill.services.layout.pictures import pictures
from pdfmill.services.layout.profile import PageSketch, Profile, plain_profile, profile
from pdfmill.services.layout.quality import quality_of
from pdfmill.services.layout.recognition import Recognise, layers_of_unreadable
from pdfmill.services.layout.rulings import Ruling, find_rulings, ruled_areas
from pdfmill.services.layout.simple_pages import SimplePage, simple_page
from pdfmill.services.layout.tables import filled, find_tables
from pdfmill.services.layout.turned_text import text_aside, turned_lines
from pdfmill.services.layout.words import Layer, read_layers

#: Pages that are compared with one another, and how many of these follow directly on each other.
_SAMPLED = 60
_NEIGHBOURS = 3


@dataclass(frozen=True)
class _ReadPage:
    """What was found on a page, before it is understood."""

    size: tuple[float, float]
    layers: list[Layer] = field(repr=False)
    graphics: Graphics = field(repr=False)
    quality: TextQuality

    @cached_property
    def lines(self) -> list[Line]:
        """The lines of its main layer, columns not told apart."""
        return [Line.of(reading_order(row)) for row in rows_of(self.layers[0].words)]

    @cached_property
    def rulings(self) -> tuple[list[Ruling], list[Ruling]]:
        """See `find_rulings`."""
        return find_rulings(self.graphics, self.layers[0].frame)

    @cached_property
    def ruled(self) -> list[Box]:
        """See `ruled_areas`."""
        return ruled_areas(*self.rulings, self.layers[0].frame.size[1])


class LayoutDocument:
    """A document whose pages can be read, each by itself.

    Attributes:
        page_indices: The pages that were asked for, in that order.
        path: The file that PDFium reads, see `pdfmill.services.readable`.
        user_units: For each page of the document, the points in a unit of its user space.
    """

    def __init__(self, opened: OpenPages, meter: Meter, *, text_only: bool = False) -> None:
        self._document = opened.document
        self._meter = meter
        self._text_only = text_only
        self.page_indices = opened.indices
        self.path = opened.path
        self.user_units = opened.user_units
        self._recognised: Mapping[int, Layer] = {}
        self._kept: dict[int, _ReadPage | SimplePage] = {}

    @property
    def title(self) -> str:
        """What the document calls itself; empty if it does not."""
        return self._document.title

    @property
    def common(self) -> Profile:
        """What its pages have in common; after `survey`."""
        return self._finder.profile

    def read_sample(self, ctx: Context) -> None:
        """Read a sample of the pages, which `survey` compares.

        Raises:
            Cancelled, DeadlineExceeded: As the context says.
        """
        sample = _sample(self.page_indices)
        for done, page_index in enumerate(sample):
            ctx.advance(done, len(sample), unit="pages")
            self._kept[page_index] = self._read(page_index)
        ctx.advance(1, 1)

    def recognise(self, recognise: Recognise, ctx: Context) -> None:
        """Have the words of those pages recognised whose text is absent or wrong; of the sample these are known.

        Raises:
            DamagedInput: A page cannot be read.
            Cancelled, DeadlineExceeded: As the context says.
        """
        known = {index for index, read in self._kept.items() if not read.quality.needs_ocr}
        if others := [index for index in self.page_indices if index not in known]:
            self._recognised = layers_of_unreadable(self.path, self.user_units, others, recognise, ctx)

    def survey(self) -> None:
        """Compare the sample; `page` needs what the pages have in common."""
        sketches = []
        for page_index, kept in self._kept.items():
            if isinstance(kept, SimplePage):
                lines = join(kept.lines) if kept.in_columns else kept.lines
                sketches.append(PageSketch(page_index, *kept.size, tuple(lines)))
                continue
            read = self._recognised_too(page_index, kept)
            if read.layers:
                sketches.append(PageSketch(page_index, *read.layers[0].frame.size, tuple(read.lines), read.ruled))
        only_simple = all(isinstance(kept, SimplePage) for kept in self._kept.values())
        self._finder = self._heading_finder(plain_profile(sketches) if only_simple else profile(sketches))

    def _heading_finder(self, common: Profile) -> HeadingFinder:
        outline = {
            (item.page_index, comparable(item.title)): item.level
            for item in self._document.outline
            if item.page_index is not None
        }
        return HeadingFinder(common, outline)

    def page(self, page_index: int, *, upright: bool = False) -> Page:
        """A page as one reads it; after `survey`.

        Args:
            upright: Turn a page whose lines run up or down by a quarter of a circle, so that they are level.
        """
        kept = self._kept.pop(page_index, None) or self._read(page_index)
        if isinstance(kept, SimplePage):
            return self._page_of_lines(page_index, kept)
        read = self._recognised_too(page_index, kept)
        blocks: list[Block] = []
        aside: list[Block] = []
        columns: tuple[ColumnBand, ...] = ()
        headers: list[Line] = []
        footers: list[Line] = []
        frame = Frame(0, *read.size)
        shown = frame
        if read.layers:
            frame = read.layers[0].frame
            shown = frame if upright and frame.angle % 90 == 0 else shown
            headers, footers, words = self._without_running_lines(read)
            blocks, columns = self._blocks(page_index, read, words)
            aside = list(text_aside(read.layers, [block for block in blocks if isinstance(block, Table)], shown))
        else:
            blocks = _looked_at(read.graphics, frame)
        if shown is not frame:
            blocks = [frame.turn_block(block) for block in blocks]
            headers, footers = list(map(frame.turn_line, headers)), list(map(frame.turn_line, footers))
        blocks += aside
        return Page(
            number=page_index + 1,
            width=round(shown.size[0], 2),
            height=round(shown.size[1], 2),
            quality=read.quality,
            blocks=tuple(blocks),
            headers=tuple(headers),
            footers=tuple(footers),
            columns=columns,
            turned=shown.angle,
        )

    def _page_of_lines(self, page_index: int, simple: SimplePage) -> Page:
        width, height = simple.size
        headers, footers, lines = self._without_running(simple.lines, height, ())
        self._meter.pages += 1
        self._meter.characters += simple.characters
        finder = BlockFinder(self._finder, page_index)
        blocks, columns = finder.page(bands(lines)) if simple.in_columns else (finder.running_text(lines), ())
        return Page(
            number=page_index + 1,
            width=round(width, 2),
            height=round(height, 2),
            quality=simple.quality,
            blocks=tuple(blocks),
            headers=tuple(headers),
            footers=tuple(footers),
            columns=columns,
        )

    def _read(self, page_index: int) -> _ReadPage | SimplePage:
        with self._document.page(page_index) as page:
            if self._text_only and (simple := simple_page(page)) is not None:
                return simple
            size = page.geometry.size
            types = page.structure_types()
            # Colours and marks tell nothing about the text and its order, unless marks are tags.
            characters = page.characters(faces_only=self._text_only and not types)
            graphics = page.graphics()
            self._meter.pages += 1
            self._meter.characters += len(characters.codepoints)
            links = () if self._text_only else page.links()
            layers = read_layers(characters, size, links, types)
            words = [word for layer in layers for word in layer.words]
            quality = quality_of(page, [word.text for word in words], graphics.pictures)
        return _ReadPage(size, layers, graphics, quality)

    def _recognised_too(self, page_index: int, read: _ReadPage) -> _ReadPage:
        """The page with the words that were recognised, if its own are absent or wrong."""
        recognised = self._recognised.get(page_index)
        if recognised is None or not read.quality.needs_ocr:
            return read
        own = [] if read.quality is TextQuality.GARBLED else read.layers
        return replace(read, layers=[recognised, *own], quality=TextQuality.RECOGNISED)

    def _without_running_lines(self, read: _ReadPage) -> tuple[list[Line], list[Line], list[Word]]:
        """Headers, footers and the words that are left of a page."""
        ruled = read.ruled if self._finder.profile.slots else []
        headers, footers, rest = self._without_running(read.lines, read.layers[0].frame.size[1], ruled)
        return headers, footers, [word for line in rest for word in line.words]

    def _without_running(
        self, lines: Sequence[Line], height: float, ruled: Sequence[Box]
    ) -> tuple[list[Line], list[Line], list[Line]]:
        """Headers, footers and the lines that are left."""
        headers: list[Line] = []
        footers: list[Line] = []
        rest: list[Line] = []
        slots = self._finder.profile.slots
        for line in lines:
            slot = next((slot for slot in slots if slot.fits(line, height)), None)
            if slot is None or any(box.holds(line.box) for box in ruled):
                rest.append(line)
            else:
                (headers if slot.at_top else footers).append(line)
        return headers, footers, rest

    def _blocks(
        self, page_index: int, read: _ReadPage, words: Sequence[Word]
    ) -> tuple[list[Block], tuple[ColumnBand, ...]]:
        frame = read.layers[0].frame
        areas = drawn_areas(read.graphics, frame, read.rulings)
        tables, rest = find_tables(read.rulings, words, turned_lines(read.layers))
        if drawn := [table for table in tables if is_drawing(table, areas)]:
            tables = [table for table in tables if table not in drawn]
            rest = [word for word in words if not any(table.box.holds(word.box) for table in tables)]
        areas = [area for area in areas if not any(table.box.holds(area) for table in tables)]
        images = pictures(read.graphics, words, frame)
        figures, rest = drawings(areas, rest, images)
        images = [image for image in images if not any(figure.box.holds(image.box) for figure in figures)]
        if not self._text_only:
            tables = [filled(table, read.graphics, frame) for table in tables]
        seen = [*images, *figures]
        behind = [picture for picture in seen if picture.source == "background"]
        before = [picture for picture in seen if picture.source != "background"]
        items = framed(rest, [*tables, *before], read.rulings)
        right_to_left = is_right_to_left(" ".join(word.text for word in words))
        blocks, columns = BlockFinder(self._finder, page_index).page(bands(items, right_to_left=right_to_left))
        return [*blocks, *behind], columns


class LayoutService:
    """Reads the pages of documents."""

    @contextmanager
    def open(
        self,
        path: Path,
        pages: PageRanges | None,
        ctx: Context,
        recognise: Recognise | None = None,
        *,
        text_only: bool = False,
    ) -> Iterator[LayoutDocument]:
        """Open a document and compare its pages; takes the whole stretch of the context's progress.

        Args:
            pages: Those to read; None for all.
            recognise: Reads pages whose text is absent or garbled; None to leave them as they are.
            text_only: Only the text and its order matter: pages of running text are read several times as fast,
                and have neither pictures nor levels of headings; none has links or colours of cells.

        Raises:
            EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages: The document cannot be read.
            InvalidPageRange: A page lies outside the document.
            Cancelled, DeadlineExceeded: As the context says.
        """
        with open_pages(path, pages, ctx) as found:
            opened = LayoutDocument(found, ctx.meter, text_only=text_only)
            if recognise is None:
                opened.read_sample(ctx)
            else:
                opened.read_sample(ctx.stage("comparing pages", share=0.2))
                opened.recognise(recognise, ctx.stage("recognising", share=1.0))
            opened.survey()
            yield opened


def _looked_at(graphics: Graphics, frame: Frame) -> list[Block]:
    """What is on a page without text."""
    images = pictures(graphics, (), frame)
    figures, _ = drawings(drawn_areas(graphics, frame, find_rulings(graphics, frame)), (), images)
    return [*(image for image in images if not any(figure.box.holds(image.box) for figure in figures)), *figures]


def _sample(page_indices: Sequence[int]) -> list[int]:
    """All pages of a short document; of a long one groups of neighbours, spread over it."""
    if len(page_indices) <= _SAMPLED:
        return sorted(set(page_indices))
    groups = _SAMPLED // _NEIGHBOURS
    step = (len(page_indices) - _NEIGHBOURS) / (groups - 1)
    starts = [round(group * step) for group in range(groups)]
    return sorted({page_indices[start + offset] for start in starts for offset in range(_NEIGHBOURS)})
