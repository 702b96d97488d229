"""Where on a page there is ink that looks like text.

Tesseract tells how sure it is of the words that it found, and nothing of those that it did not: a page that slants by
three degrees loses three words of four at a mean confidence of 90. So the words are compared with the ink.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pdfmill.engines.pillow import box_blurred, reduced

GreyImage = npt.NDArray[np.uint8]
PixelBox = tuple[float, float, float, float]

#: Pixels of the longer side of the picture that is looked at: about 100 dpi.
_LONGEST = 1100
#: Ink is darker than its neighbourhood, of that many pixels to each side, by so many of 255 levels.
_NEIGHBOURHOOD, _DEPTH = 12, 14
#: Pixels of a cell's side, and parts of a cell that letters cover: less is dust or a ruling, more is a picture.
_CELL, _LEAST, _MOST = 10, 0.04, 0.6
#: Words reach so many parts of their height beyond their boxes; their own ink at most the second.
_MARGIN, _RIM = 0.3, 0.1
#: Fewer cells are a smudge.
_ENOUGH_CELLS = 12
#: Pixels of a side that hold no letter; Tesseract fails on such images.
_TOO_NARROW = 10


@dataclass(frozen=True)
class Ink:
    """The ink of a page.

    Attributes:
        mask: True for ink, height × width, each pixel standing for ``scale`` × ``scale`` of the image.
        cells: True where it looks like text; each cell stands for ``scale * 10`` pixels of the image squared.
    """

    mask: npt.NDArray[np.bool_]
    cells: npt.NDArray[np.bool_]
    scale: int

    @classmethod
    def of(cls, pixels: GreyImage) -> Ink:
        """The ink of a grey image of height × width."""
        scale = max(1, round(max(pixels.shape) / _LONGEST))
        small = reduced(pixels, scale)
        mean = box_blurred(small, _NEIGHBOURHOOD).astype(np.int16)
        mask = np.asarray(small.astype(np.int16) < mean - _DEPTH)
        height, width = (side // _CELL for side in mask.shape)
        shares = mask[: height * _CELL, : width * _CELL].reshape(height, _CELL, width, _CELL).mean(axis=(1, 3))
        return cls(mask, np.asarray((shares > _LEAST) & (shares < _MOST)), scale)

    @property
    def is_absent(self) -> bool:
        """Whether there is nothing to read."""
        if min(self.mask.shape) < _TOO_NARROW:
            return True
        return int(self.cells.sum()) < _ENOUGH_CELLS and float(self.mask.mean()) < 0.001

    def coverage(self, boxes: Iterable[PixelBox]) -> float:
        """How much of what looks like text lies inside of words, 0 to 1; 1 where nothing looks like text.

        Args:
            boxes: Of the words: left, top, right, bottom in pixels of the image.
        """
        texts = int(self.cells.sum())
        return 1 - float(self._outside(boxes).sum() / texts) if texts >= _ENOUGH_CELLS else 1.0

    def fullest_rows(self, share: float, boxes: Iterable[PixelBox] = ()) -> slice:
        """The rows of the image, that share of all of them, with the most of what looks like text outside of words.

        All of them where these would be too few to be read.
        """
        texts = self._outside(boxes).sum(axis=1)
        count = max(1, round(share * len(texts)))
        start = int(np.convolve(texts, np.ones(count), "valid").argmax()) if len(texts) else 0
        first, end = (self._least_inked_near(edge * _CELL) * self.scale for edge in (start, start + count))
        return slice(first, end) if end - first >= _TOO_NARROW else slice(0, len(self.mask) * self.scale)

    def _outside(self, boxes: Iterable[PixelBox]) -> npt.NDArray[np.bool_]:
        side = self.scale * _CELL
        outside = self.cells.copy()
        for left, top, right, bottom in boxes:
            margin = (bottom - top) * _MARGIN
            rows = slice(max(0, int((top - margin) // side)), int((bottom + margin) // side) + 1)
            columns = slice(max(0, int((left - margin) // side)), int((right + margin) // side) + 1)
            outside[rows, columns] = False
        return outside

    def _least_inked_near(self, row: int) -> int:
        """A row of the mask between two lines, where there is one."""
        first = max(0, row - _CELL)
        return first + int(self.mask[first : row + _CELL + 1].sum(axis=1).argmin()) if first < len(self.mask) else row


def without(pixels: GreyImage, boxes: Iterable[PixelBox]) -> GreyImage:
    """A grey image with paper where words stand.

    Args:
        boxes: Of the words: left, top, right, bottom in pixels.
    """
    blank = pixels.copy()
    paper = np.percentile(pixels[::4, ::4], 90)
    for left, top, right, bottom in boxes:
        margin = (bottom - top) * _RIM
        rows = slice(max(0, int(top - margin)), int(bottom + margin))
        blank[rows, max(0, int(left - margin)) : int(right + margin)] = paper
    return blank
