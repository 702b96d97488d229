"""Recognising text, by Tesseract in this process (through tesserocr, which carries no language data).

Tesseract ignores Python's signals and has no limit of its own that holds: whoever needs one runs it in a process that
can be killed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import tesserocr

from pdfmill.core.errors import EngineFailed
from pdfmill.core.language_data import INSTALL_LANGUAGE, ORIENTATION, can_orient, data_folder

GreyImage = npt.NDArray[np.uint8]

_LEVEL = tesserocr.RIL

#: Recognisers that are kept; each holds tens of megabytes.
_MOST_LOADED = 4


@dataclass(frozen=True)
class FoundWord:
    """A word; ``box`` is left, top, right, bottom in pixels, ``confidence`` 0 to 100."""

    text: str
    box: tuple[float, float, float, float]
    confidence: float


@dataclass(frozen=True)
class FoundLine:
    """A line of text.

    Attributes:
        box: Left, top, right, bottom in pixels.
        baseline: Slope, and height in pixels above the bottom of ``box`` at its left edge (downwards is positive), as
            in hOCR; None where Tesseract found none.
        paragraph: Counts the paragraphs of the page.
        block: Counts the blocks of the page.
    """

    words: tuple[FoundWord, ...]
    box: tuple[float, float, float, float]
    baseline: tuple[float, float] | None
    paragraph: int
    block: int


@dataclass(frozen=True)
class Orientation:
    """How a page lies.

    Attributes:
        turn: Degrees clockwise by which it must be turned to stand upright.
        confidence: From 0; below about 2 it is a guess.
        script: ISO 15924-like name of Tesseract, such as ``Latin`` or ``Cyrillic``; empty if unknown.
    """

    turn: int
    confidence: float
    script: str


class Tesseract:
    """Recognisers of this process, one for each set of languages; a model is loaded when it is first needed."""

    def __init__(self) -> None:
        self._folder = data_folder()
        self._loaded: dict[str, tesserocr.PyTessBaseAPI] = {}

    def read(self, pixels: GreyImage, languages: str, *, dpi: float, layout: int) -> tuple[FoundLine, ...]:
        """The lines of a page, in reading order.

        Args:
            pixels: Height × width; text is darker than paper.
            languages: Codes joined by ``+``; the first one weighs most.
            dpi: Resolution, by which the page's layout is judged; 0 lets Tesseract guess.
            layout: Page segmentation mode: 3 any page, 6 one block, 11 words wherever they stand.

        Raises:
            EngineFailed: The data are not installed, or the page cannot be read.
        """
        api = self._recogniser(languages)
        api.SetPageSegMode(layout)
        try:
            _show(api, pixels, dpi)
            if not api.Recognize():
                raise EngineFailed("Tesseract cannot read a page.")
            return tuple(_lines(api))
        except RuntimeError as error:
            raise EngineFailed("Tesseract cannot read a page.") from error
        finally:
            api.Clear()

    def orientation(self, pixels: GreyImage, *, dpi: float) -> Orientation | None:
        """How the page lies; None where it has too little text to tell, or the data are not installed."""
        if not can_orient():
            return None
        api = self._recogniser(ORIENTATION)
        api.SetPageSegMode(tesserocr.PSM.OSD_ONLY)
        try:
            _show(api, pixels, dpi)
            found = api.DetectOrientationScript()
        except RuntimeError:
            return None
        finally:
            api.Clear()
        if not found:
            return None
        return Orientation(-int(found["orient_deg"]) % 360, float(found["orient_conf"]), str(found["script_name"]))

    def _recogniser(self, languages: str) -> tesserocr.PyTessBaseAPI:
        if languages not in self._loaded:
            try:
                mode = tesserocr.PSM.OSD_ONLY if languages == ORIENTATION else tesserocr.PSM.AUTO
                if len(self._loaded) >= _MOST_LOADED:
                    self._loaded.pop(next(iter(self._loaded))).End()
                self._loaded[languages] = tesserocr.PyTessBaseAPI(path=str(self._folder), lang=languages, psm=mode)
            except RuntimeError as error:
                raise EngineFailed(
                    f"The language data for {languages} cannot be loaded. To install them: {INSTALL_LANGUAGE}"
                ) from error
        return self._loaded[languages]


def _show(api: tesserocr.PyTessBaseAPI, pixels: GreyImage, dpi: float) -> None:
    height, width = pixels.shape
    api.SetImageBytes(pixels.tobytes(), width, height, 1, width)
    if dpi:
        api.SetSourceResolution(round(dpi))


def _lines(api: tesserocr.PyTessBaseAPI) -> Iterator[FoundLine]:
    iterator = api.GetIterator()
    if iterator is None:
        return
    paragraph = block = -1
    words: list[FoundWord] = []
    line: tuple[tuple[float, float, float, float], tuple[float, float] | None, int, int] | None = None
    for each in tesserocr.iterate_level(iterator, _LEVEL.WORD):
        block += each.IsAtBeginningOf(_LEVEL.BLOCK)
        paragraph += each.IsAtBeginningOf(_LEVEL.PARA)
        if each.IsAtBeginningOf(_LEVEL.TEXTLINE) or line is None:
            if line is not None and words:
                yield FoundLine(tuple(words), *line)
            words, line = [], _line(each, paragraph, block)
        word = _word(each)
        if word is not None and line is not None:
            words.append(word)
    if line is not None and words:
        yield FoundLine(tuple(words), *line)


def _line(
    each: tesserocr.PyResultIterator, paragraph: int, block: int
) -> tuple[tuple[float, float, float, float], tuple[float, float] | None, int, int] | None:
    box = each.BoundingBox(_LEVEL.TEXTLINE)
    if box is None:
        return None
    return box, _baseline(each, box), paragraph, block


def _baseline(each: tesserocr.PyResultIterator, box: tuple[float, float, float, float]) -> tuple[float, float] | None:
    found = each.Baseline(_LEVEL.TEXTLINE)
    if found is None:
        return None
    (x1, y1), (x2, y2) = found
    if x1 == x2:
        return None
    slope = (y2 - y1) / (x2 - x1)
    return slope, y1 + slope * (box[0] - x1) - box[3]


def _word(each: tesserocr.PyResultIterator) -> FoundWord | None:
    box = each.BoundingBox(_LEVEL.WORD)
    if box is None:  # a page without text has an iterator all the same
        return None
    try:
        text = str(each.GetUTF8Text(_LEVEL.WORD) or "").strip()
    except RuntimeError:
        return None
    return FoundWord(text, box, float(each.Confidence(_LEVEL.WORD))) if text else None
