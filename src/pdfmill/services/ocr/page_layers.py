"""The words of pages that are pictures, for those who read the layout of a document."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pdfmill.core.context import Context
from pdfmill.core.language_data import installed_languages
from pdfmill.engines import rapidocr
from pdfmill.services.layout.frames import Frame
from pdfmill.services.layout.model import Box, Style, Word
from pdfmill.services.layout.recognition import Recognise
from pdfmill.services.layout.words import Layer
from pdfmill.services.ocr.model import ReadLine, ReadPage
from pdfmill.services.ocr.plan import EngineChoice, OcrPlan

#: Part of the time that is left in which pages may be begun: the rest is for what is made of them.
_SHARE_OF_TIME = 0.7
#: Parts of the em from the top of its highest letter to the bottom of its lowest one.
_LINE_HEIGHT = 0.95
#: Lines whose height differs less from that of most are of one size: heights of letters that happen to be in a line
#: must not make a heading of it.
_SAME_SIZE = 0.25


def recogniser(ocr: Literal["auto", "off"]) -> Recognise | None:
    """What reads pages whose text is absent or garbled, as the option ``ocr`` of an operation says."""
    return recognised_layers if ocr == "auto" else None


def recognised_layers(
    source: Path, user_units: Sequence[float], page_indices: Sequence[int], ctx: Context
) -> dict[int, Layer]:
    """The words of pages of a PDF, by page index; pages that were not read, or have none, are left out.

    Raises:
        Cancelled, DeadlineExceeded: As the context says.
    """
    # Loaded only when there is something to recognise: it takes longer to load than most documents take to convert.
    from pdfmill.services.ocr.service import Readings

    engine = _engine()
    if engine is None or not page_indices:
        return {}
    left_s = (ctx.deadline - time.monotonic()) * _SHARE_OF_TIME
    plan = OcrPlan(engine=engine, job_s=left_s)
    with Readings(source, plan, page_indices, user_units, ctx) as readings:
        for done, _ in enumerate(readings.read(ctx), start=1):
            ctx.advance(done, len(page_indices), unit="pages")
        return {page.number - 1: layer_of(page) for page in readings.kept() if page.blocks}


def _engine() -> EngineChoice | None:
    """Who reads pages by the way: Tesseract, which takes a fraction of the time, or RapidOCR where it is alone."""
    if installed_languages():
        return EngineChoice.TESSERACT
    return EngineChoice.RAPIDOCR if rapidocr.is_installed() else None


def layer_of(page: ReadPage) -> Layer:
    """The words of a page; on one that slants their boxes are those of the level page."""
    usual = statistics.median(line.box.height for line in page.lines) / _LINE_HEIGHT
    angle = -page.turn % 360
    width, height = (page.height, page.width) if angle in (90, 270) else (page.width, page.height)
    words = tuple(word for line in page.lines for word in _words(line, usual))
    return Layer(Frame(angle, width, height), words, sum(len(word.text) for word in words))


def _words(line: ReadLine, usual: float) -> list[Word]:
    size = line.box.height / _LINE_HEIGHT
    if abs(size - usual) < _SAME_SIZE * usual:
        size = usual
    style = Style("", round(size, 1), bold=False, italic=False, monospaced=False, colour="#000000", invisible=True)
    # As high as its line: words without descenders stand on the same one.
    return [
        Word(word.text, Box(word.box.left, line.box.top, word.box.right, line.box.bottom), style) for word in line.words
    ]
