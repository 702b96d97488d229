"""The work on one page: look at what is there, draw it, read it, write it down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from pdfmill.core.errors import EngineFailed
from pdfmill.core.language_data import installed_languages
from pdfmill.core.limits import PixelBudget
from pdfmill.engines.pdfium import Graphics, Ink, open_drawn, open_read
from pdfmill.engines.tesseract import Tesseract
from pdfmill.services.layout.columns import regions
from pdfmill.services.layout.directions import is_right_to_left
from pdfmill.services.layout.lines import join, segments
from pdfmill.services.layout.model import Box, TextQuality, Word, union
from pdfmill.services.layout.quality import quality_of
from pdfmill.services.layout.words import Layer, read_layers
from pdfmill.services.ocr.checkpoint import Checkpoint
from pdfmill.services.ocr.languages import LanguageChooser
from pdfmill.services.ocr.model import (
    PageOutcome,
    ReadBlock,
    ReadLine,
    ReadPage,
    ReadWord,
    Suspicion,
)
from pdfmill.services.ocr.plan import EngineChoice, Mode, OcrPlan
from pdfmill.services.ocr.reading import PageReader, Reading
from pdfmill.services.ocr.second_reading import better_of, read_with_rapidocr
from pdfmill.services.ocr.sheet import Sheet

#: Part of a page from which its pictures decide how finely it is drawn, and from which it counts as a scan.
_DECIDES, _SCAN = 0.1, 0.5
#: Characters of a stamp or a page number on a scan: fewer than these are not its text.
_STAMP = 200
#: Pixels per inch: of what has no pictures, the most that helps, and what finer scans are drawn with.
_USUAL_DPI, _FINEST, _FINE_ENOUGH = 300.0, 450.0, 300.0
#: A page is drawn with as many pixels as its picture has: one more, by a rounding error, and all are interpolated.
_NOT_ONE_PIXEL_MORE = 1 - 2e-5
#: Inches of the longer side of a page whose resolution can be believed.
_PLAUSIBLE = (3.0, 17.5)
#: Characters of a page that are certain, without spaces.
_CERTAIN = 100.0


@dataclass(frozen=True)
class FoundPage:
    """What stands on a page before it is read.

    Attributes:
        size: Width and height in points, as shown.
        dpi: Resolution to draw it with.
        scan_dpi: Resolution of the picture that it is; 0 if it is none.
    """

    size: tuple[float, float]
    layers: tuple[Layer, ...]
    quality: TextQuality
    dpi: float
    scan_dpi: float

    @property
    def words(self) -> list[Word]:
        return [word for layer in self.layers for word in layer.words]

    @property
    def visible_words(self) -> list[Word]:
        return [word for word in self.words if not word.style.invisible]

    @property
    def is_scan(self) -> bool:
        return self.scan_dpi > 0

    def is_readable_as_it_is(self, mode: Mode) -> bool:
        """Whether its own text is what one wants."""
        if mode is Mode.FORCE or self.quality is not TextQuality.GOOD:
            return False
        hidden = len(self.words) - len(self.visible_words)
        if mode is Mode.REDO:
            return not hidden
        # A stamp or a header of a fax on a scan is no text of it.
        few = sum(len(word.text) for word in self.words) < _STAMP
        return not (self.is_scan and few and not hidden)


class PageWork:
    """Works on the pages of a document, one after another, in one process.

    Args:
        user_units: For each page, the points in a unit of its user space.
    """

    def __init__(
        self,
        source: Path,
        user_units: Sequence[float],
        plan: OcrPlan,
        pixels: PixelBudget,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self._stack = ExitStack()
        self._plan = plan
        self._read = self._stack.enter_context(open_read(source, user_units))
        self._drawn = self._stack.enter_context(open_drawn(source, user_units, pixels))
        self._reader = None
        if not reads_with_rapidocr(plan):
            languages = LanguageChooser(plan.languages, installed_languages())
            self._reader = PageReader(Tesseract(), languages, check)

    def close(self) -> None:
        self._stack.close()

    def find(self, page_index: int) -> FoundPage:
        """What stands on the page."""
        with self._read.page(page_index) as page:
            size = page.geometry.size
            characters, graphics = page.characters(), page.graphics()
            layers = tuple(read_layers(characters, size, (), {}))
            words = [word.text for layer in layers for word in layer.words]
            quality = quality_of(page, words, graphics.pictures)
        return FoundPage(size, layers, quality, drawing_dpi(graphics, size), _scan_dpi(graphics, size))

    def sheet(self, page_index: int, found: FoundPage) -> Sheet:
        """The page drawn in grey, as it is shown."""
        drawing = self._drawn.draw_in(page_index, Ink.GREY, dpi=found.dpi)
        return Sheet(drawing.pixels[:, :, 0], found.size)

    def read(self, page_index: int) -> ReadPage:
        """The page, read.

        Raises:
            DamagedInput, TooManyPixels: It cannot be drawn.
        """
        found = self.find(page_index)
        if found.is_readable_as_it_is(self._plan.mode):
            return own_text(page_index, found)
        sheet = self.sheet(page_index, found)
        empty = ReadPage(page_index + 1, *found.size, PageOutcome.BLANK, dpi=round(sheet.dpi, 1))
        if sheet.ink.is_absent:
            return empty
        try:
            reading = read_with_rapidocr(sheet.prepared()) if self._reader is None else self._reader.read(sheet)
        except EngineFailed:
            return replace(empty, outcome=PageOutcome.FAILED)
        return self._described(page_index, found, reading)

    def _described(self, page_index: int, found: FoundPage, reading: Reading) -> ReadPage:
        sheet = reading.sheet
        blocks = sheet.blocks(reading.lines)
        if self._plan.mode is not Mode.FORCE and found.quality is not TextQuality.GARBLED and sheet.turn == 0:
            blocks = _without([word.box for word in found.visible_words], blocks)
        suspicions = reading.suspicions
        if found.quality is TextQuality.GARBLED:
            suspicions = (*suspicions, Suspicion.GARBLED_TEXT_BELOW)
        return ReadPage(
            number=page_index + 1,
            width=sheet.size[0],
            height=sheet.size[1],
            outcome=PageOutcome.RECOGNISED if blocks else PageOutcome.NO_TEXT_FOUND,
            turn=sheet.turn,
            skew=sheet.skew,
            dpi=round(sheet.dpi, 1),
            language=reading.languages,
            confidence=round(reading.confidence, 1),
            coverage=round(reading.coverage, 3),
            treatments=tuple(dict.fromkeys(reading.treatments)),
            suspicions=suspicions,
            blocks=blocks,
        )

    def read_again(self, first: ReadPage) -> ReadPage:
        """A page that Tesseract read badly, read by RapidOCR; what reads better is what counts."""
        page_index = first.number - 1
        found = self.find(page_index)
        sheet = self.sheet(page_index, found)
        if first.turn:
            sheet = sheet.turned(first.turn)
        second = self._described(page_index, found, read_with_rapidocr(sheet.prepared()))
        return better_of(first, replace(second, language=first.language))


def reads_with_rapidocr(plan: OcrPlan) -> bool:
    """Whether RapidOCR reads all pages: it was asked for, or there is nothing else."""
    return plan.engine is EngineChoice.RAPIDOCR or not installed_languages()


def begin_again(
    source: Path, user_units: Sequence[float], plan: OcrPlan, pixels: PixelBudget, checkpoint: Checkpoint
) -> Callable[[int], None]:
    """What a process does with each page that is read a second time."""
    work = PageWork(source, user_units, plan, pixels)

    def again(page_index: int) -> None:
        first = checkpoint.find(page_index + 1)
        if first is not None:
            checkpoint.keep(work.read_again(first))

    return again


def begin(
    source: Path, user_units: Sequence[float], plan: OcrPlan, pixels: PixelBudget, checkpoint: Checkpoint
) -> Callable[[int], None]:
    """What a process of the crew does with each page: read it and write it down."""
    work = PageWork(source, user_units, plan, pixels)
    return lambda page_index: checkpoint.keep(work.read(page_index))


def own_text(page_index: int, found: FoundPage) -> ReadPage:
    """A page whose text is good, as it stands there."""
    blocks = []
    for layer in found.layers:
        right_to_left = is_right_to_left(" ".join(word.text for word in layer.words))
        for region in regions(segments(layer.words), right_to_left=right_to_left):
            lines = [layer.frame.turn_line(line) for line in join(region)]
            read = tuple(
                ReadLine(tuple(ReadWord(word.text, word.box, _CERTAIN) for word in line.words), line.box)
                for line in lines
            )
            blocks.append(ReadBlock(read, union(line.box for line in read)))
    return ReadPage(page_index + 1, *found.size, PageOutcome.HAS_TEXT, confidence=_CERTAIN, blocks=tuple(blocks))


def _without(own: Sequence[Box], blocks: Sequence[ReadBlock]) -> tuple[ReadBlock, ...]:
    """What was read, without words that stand on the page as text already."""
    kept = []
    for block in blocks:
        lines = []
        for line in block.lines:
            words = tuple(word for word in line.words if not any(box.holds(word.box) for box in own))
            if words:
                lines.append(replace(line, words=words))
        if lines:
            kept.append(ReadBlock(tuple(lines), block.box))
    return tuple(kept)


def drawing_dpi(graphics: Graphics, size: tuple[float, float]) -> float:
    """The resolution that a page is drawn with: that of its pictures, as far as that helps reading."""
    page = Box(0, 0, *size)
    dpi = max(
        (
            resolution
            for picture, resolution in zip(graphics.pictures, graphics.resolutions, strict=True)
            if resolution > 0 and page.intersection(Box(*picture)).area > _DECIDES * page.area
        ),
        default=0.0,
    )
    if dpi == 0:
        return _USUAL_DPI
    dpi *= _NOT_ONE_PIXEL_MORE
    low, high = _PLAUSIBLE
    if not low <= max(size) / 72 <= high:
        return dpi  # the file lies about its size: the pixels are what counts
    return _FINE_ENOUGH if dpi > _FINEST else dpi


def _scan_dpi(graphics: Graphics, size: tuple[float, float]) -> float:
    """The resolution of a picture that covers most of the page; of several, such as strips, the finest."""
    page = Box(0, 0, *size)
    covered = sum(page.intersection(Box(*picture)).area for picture in graphics.pictures)
    return max(graphics.resolutions, default=0.0) if covered > _SCAN * page.area else 0.0
