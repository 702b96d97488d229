"""Uneven light: the shade of a book's gutter, a lamp beside a photographed page.

Tesseract sets one threshold for the whole page, so that the dark side of such a page becomes black and is not read.
Dividing by the paper's own brightness puts it right. On a page with an even background the same division costs words
(measured), so it is done where the light is uneven only.
"""

from __future__ import annotations

from functools import reduce

import numpy as np
import numpy.typing as npt

from pdfmill.engines.pillow import enlarged, median_filtered, reduced, shrunk

Samples = npt.NDArray[np.uint8]

#: The brightness of the darker tenth of the paper, in parts of that of the brighter tenth, from which it is uneven.
#: From the second on it is surely even: the finer look costs as much as drawing the page.
_UNEVEN, _SURELY_EVEN = 0.8, 0.9
#: Light changes gradually. Grey boxes and pictures have edges: neighbours of a coarse grid that differ by more than a
#: part of the brightness, and how many neighbours may.
_GRID, _EDGE, _MOST_EDGES = (24, 32), 0.12, 0.01

_LONGEST = 400
_BACKGROUND_SCALE = 8
#: What is left of the ink must span so many levels to be spread over all of them.
_LEAST_SPAN = 30


def is_uneven(pixels: Samples) -> bool:
    """Whether the paper of a grey page of height × width is unevenly lit."""
    rough = _brightest_near(reduced(pixels, max(1, round(max(pixels.shape) / _LONGEST))), 9)
    dark, bright = np.percentile(rough, [10, 90])
    if dark >= _SURELY_EVEN * bright:
        return False
    paper = median_filtered(rough, 9)
    dark, bright = np.percentile(paper, [10, 90])
    if dark >= _UNEVEN * bright:
        return False
    grid = shrunk(paper, *_GRID).astype(np.float32)
    steps = np.concatenate([np.abs(np.diff(grid, axis=axis)).ravel() for axis in (0, 1)]) / max(float(grid.max()), 1)
    return float((steps > _EDGE).mean()) <= _MOST_EDGES


def evened(pixels: Samples) -> Samples:
    """A grey page of height × width as if its paper were white everywhere, its ink spread down to black."""
    # The brightness of the paper: ink is thinner than the filter.
    small = median_filtered(_brightest_near(reduced(pixels, _BACKGROUND_SCALE), 7), 9)
    height, width = pixels.shape
    even = np.maximum(enlarged(small, width, height), 1).astype(np.float32)
    np.divide(pixels, even, out=even)  # in place: a large page is hundreds of megabytes in numbers of this kind
    black = float(np.percentile(even[::4, ::4], 1))
    even -= black
    even *= 255 / max(_LEAST_SPAN / 255, 1 - black)
    return np.clip(even, 0, 255, out=even).astype(np.uint8)


def _brightest_near(samples: Samples, size: int) -> Samples:
    """The brightest of each sample's square of ``size``, which is odd.

    Rows first, then columns: Pillow's filter, which takes each square as a whole, needs ten times as long.
    """
    for _ in range(2):
        padded = np.pad(samples, ((0, 0), (size // 2, size // 2)), mode="edge")
        width = samples.shape[1]
        samples = reduce(np.maximum, (padded[:, step : step + width] for step in range(size))).T
    return np.ascontiguousarray(samples)
