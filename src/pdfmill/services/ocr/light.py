"""Uneven light: the shade of a book's gutter, a lamp beside a photographed page.

Tesseract sets one threshold for the whole page, so that the dark side of such a page becomes black and is not read.
Dividing by the paper's own brightness puts it right. On a page with an even background the same division costs words
(measured), so it is done where the light is uneven only.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pdfmill.engines.pillow import enlarged, max_filtered, median_filtered, reduced, shrunk

Samples = npt.NDArray[np.uint8]

#: The brightness of the darker tenth of the paper, in parts of that of the brighter tenth, from which it is uneven.
_UNEVEN = 0.8
#: Light changes gradually. Grey boxes and pictures have edges: neighbours of a coarse grid that differ by more than a
#: part of the brightness, and how many neighbours may.
_GRID, _EDGE, _MOST_EDGES = (24, 32), 0.12, 0.01

_LONGEST = 400
_BACKGROUND_SCALE = 8
#: What is left of the ink must span so many levels to be spread over all of them.
_LEAST_SPAN = 30


def is_uneven(pixels: Samples) -> bool:
    """Whether the paper of a grey page of height × width is unevenly lit."""
    paper = _paper(reduced(pixels, max(1, round(max(pixels.shape) / _LONGEST))), 9)
    dark, bright = np.percentile(paper, [10, 90])
    if dark >= _UNEVEN * bright:
        return False
    grid = shrunk(paper, *_GRID).astype(np.float32)
    steps = np.concatenate([np.abs(np.diff(grid, axis=axis)).ravel() for axis in (0, 1)]) / max(float(grid.max()), 1)
    return float((steps > _EDGE).mean()) <= _MOST_EDGES


def evened(pixels: Samples) -> Samples:
    """A grey page of height × width as if its paper were white everywhere, its ink spread down to black."""
    small = _paper(reduced(pixels, _BACKGROUND_SCALE), 7)
    height, width = pixels.shape
    paper = enlarged(small, width, height).astype(np.float32)
    even = pixels * (255 / np.maximum(paper, 1))
    black = float(np.percentile(even[::4, ::4], 1))
    even = (even - black) * (255 / max(_LEAST_SPAN, 255 - black))
    return np.asarray(np.clip(even, 0, 255), dtype=np.uint8)


def _paper(small: Samples, size: int) -> Samples:
    """The brightness of the paper: ink is thinner than the filter."""
    return median_filtered(max_filtered(small, size), 9)
