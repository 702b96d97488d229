"""A page's image as it is handed to a reader, and the way back from its pixels to the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt

from pdfmill.engines.pillow import sharply_enlarged, turned_back
from pdfmill.engines.tesseract import FoundLine
from pdfmill.services.layout.model import Box, union
from pdfmill.services.ocr.ink import Ink
from pdfmill.services.ocr.light import evened, is_uneven
from pdfmill.services.ocr.model import ReadBlock, ReadLine, ReadWord, Treatment
from pdfmill.services.ocr.skew import skew_of

GreyImage = npt.NDArray[np.uint8]

#: Degrees of slant up to which Tesseract reads as well as level (measured up to 2; from 3 on it loses most words).
_LEVEL = 0.6


@dataclass(frozen=True, eq=False)
class Sheet:
    """An image of a page, treated or not; equal to itself only.

    Attributes:
        pixels: Height × width; text is darker than paper.
        size: Width and height in points of what the pixels show.
        turn: Degrees clockwise by which the page as shown was turned.
        skew: Degrees clockwise by which lines slanted, before they were made level.
        treatments: What was done.
        uneven: The pixels as they would be without `evened`, which makes ink of the noise of dark paper; None if it
            was not done.
    """

    pixels: GreyImage
    size: tuple[float, float]
    turn: int = 0
    skew: float = 0.0
    treatments: tuple[Treatment, ...] = ()
    uneven: GreyImage | None = None

    @cached_property
    def ink(self) -> Ink:
        return Ink.of(self.pixels if self.uneven is None else self.uneven)

    @property
    def dpi(self) -> float:
        return float(72 * self.pixels.shape[1] / self.size[0])

    def turned(self, turn: int) -> Sheet:
        """The sheet turned clockwise by 90, 180 or 270 degrees; take one that has not been straightened."""
        pixels = np.ascontiguousarray(np.rot90(self.pixels, -turn // 90))
        size = self.size if turn == 180 else (self.size[1], self.size[0])
        return self._with(Treatment.TURNED, pixels=pixels, size=size, turn=(self.turn + turn) % 360)

    def prepared(self) -> Sheet:
        """The sheet with level lines and even light, where it had others."""
        # Light first: the white corners of a sheet that was turned look like the edges of a grey box.
        sheet = self.evened() if is_uneven(self.pixels) else self
        skew = skew_of(self.ink)
        if abs(skew) > _LEVEL:
            return sheet._redrawn(Treatment.STRAIGHTENED, partial(turned_back, degrees=skew), skew=skew)
        return replace(sheet, skew=skew)

    def evened(self) -> Sheet:
        uneven = self.pixels if self.uneven is None else self.uneven
        return self._with(Treatment.LIGHT_EVENED, pixels=evened(self.pixels), uneven=uneven)

    def strip(self, rows: slice) -> Sheet:
        """Some rows of the sheet."""
        pixels = self.pixels[rows]
        size = self.size[0], self.size[1] * len(pixels) / len(self.pixels)
        return replace(self, pixels=pixels, size=size, uneven=None if self.uneven is None else self.uneven[rows])

    def enlarged(self, factor: float) -> Sheet:
        return self._redrawn(Treatment.ENLARGED, partial(sharply_enlarged, factor=factor))

    def blocks(self, lines: tuple[FoundLine, ...]) -> tuple[ReadBlock, ...]:
        """What was found on the sheet, as paragraphs in points of the upright and level page."""
        paragraphs: dict[int, list[ReadLine]] = {}
        for line in lines:
            paragraphs.setdefault(line.paragraph, []).append(self._line(line))
        return tuple(ReadBlock(tuple(found), union(line.box for line in found)) for found in paragraphs.values())

    def _redrawn(self, treatment: Treatment, draw: Callable[[GreyImage], GreyImage], **changes: object) -> Sheet:
        uneven = None if self.uneven is None else draw(self.uneven)
        return self._with(treatment, pixels=draw(self.pixels), uneven=uneven, **changes)

    def _with(self, treatment: Treatment, **changes: object) -> Sheet:
        return replace(self, treatments=(*self.treatments, treatment), **changes)  # type: ignore[arg-type]

    def _line(self, line: FoundLine) -> ReadLine:
        words = tuple(ReadWord(word.text, self._box(word.box), round(word.confidence, 1)) for word in line.words)
        slope, intercept = line.baseline or (0.0, 0.0)
        return ReadLine(words, self._box(line.box), round(slope, 5), round(intercept * self._scale[1], 3))

    def _box(self, box: tuple[float, float, float, float]) -> Box:
        across, down = self._scale
        left, top, right, bottom = box
        return Box(*(round(each, 3) for each in (left * across, top * down, right * across, bottom * down)))

    @property
    def _scale(self) -> tuple[float, float]:
        height, width = self.pixels.shape
        return self.size[0] / width, self.size[1] / height
