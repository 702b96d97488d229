"""How a page seems to lie, from its ink alone, before anything on it is read.

Both answers only say what is worth trying: a strip that reads well decides. What these tell apart costs a few
hundredths of the time of reading the page.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pdfmill.services.ocr.ink import Ink

Mask = npt.NDArray[np.bool_]
GreyImage = npt.NDArray[np.uint8]

#: Pixels of the ink's mask (about 100 to an inch): gaps between letters and words are narrower, most gaps between
#: lines are not; ink that is longer is a ruling.
_GAP, _RULING = 8, 60
#: How many times as long ink must run down the page as across. Upright text runs twice to forty times as far across,
#: tables with narrow columns about as far.
_SIDEWAYS = 2.0

#: Pixels of the width of the columns whose lines are looked at one by one, so that a remaining slant does no harm.
_COLUMN = 96
#: Rows belong to the letters without ascenders and descenders where they have such a part of the darkest tenth.
_CORE = 0.4
#: Fewer rows are no line; how far ascenders and descenders reach, in parts of the core's height.
_LEAST_ROWS, _REACH = 4, 0.8
#: Fewer pieces of lines tell nothing. More ink hangs below lines of upright figures and capitals than stands above
#: them by chance; by so much it is the other way round in the text of most scripts.
_ENOUGH_PIECES, _HANGING = 40, 0.1


def lies_sideways(ink: Ink) -> bool:
    """Whether the ink of a page runs down or up it in lines."""
    mask = _without_rulings(ink.mask)
    return _run_length(mask.T) > _SIDEWAYS * _run_length(mask)


def hangs_down(pixels: GreyImage) -> bool:
    """Whether more ink hangs below the lines of a level page of height × width than stands above them.

    Ascenders, capitals and accents are several times as many as descenders in Latin and Cyrillic text, so that such a
    page is upside down.
    """
    width = min(_COLUMN, pixels.shape[1])
    columns = pixels.shape[1] // width
    darkness = 255.0 - pixels[:, : columns * width].reshape(pixels.shape[0], columns, width).mean(axis=2)
    darkness = np.clip(darkness - np.percentile(darkness, 10, axis=0), 0, None)
    above = below = 0.0
    pieces = 0
    for column in darkness.T:
        over, under, found = _around_lines(column)
        above, below, pieces = above + over, below + under, pieces + found
    return pieces >= _ENOUGH_PIECES and below - above > _HANGING * (below + above)


def _around_lines(rows: npt.NDArray[np.float64]) -> tuple[float, float, int]:
    """The ink just above and just below the lines of a column, and how many there are."""
    starts, ends = _runs(rows[None, :] > _CORE * max(1.0, float(np.percentile(rows, 90))))
    is_line = ends - starts >= _LEAST_ROWS
    starts, ends = starts[is_line], ends[is_line]
    if len(starts) == 0:
        return 0.0, 0.0, 0
    until = np.concatenate([[0.0], np.cumsum(rows)])
    middles = (ends[:-1] + starts[1:]) // 2
    highest = np.concatenate([[0], middles])
    lowest = np.concatenate([middles, [len(rows)]])
    reach = np.minimum(((ends - starts) * _REACH).astype(int), np.minimum(starts - highest, lowest - ends))
    over = until[starts] - until[starts - reach]
    under = until[ends + reach] - until[ends]
    return float(over.sum()), float(under.sum()), len(starts)


def _without_rulings(mask: Mask) -> Mask:
    without = mask.copy()
    for lines, cleared in ((mask, without), (mask.T, without.T)):
        starts, ends = _runs(lines)
        is_ruling = ends - starts > _RULING
        width = lines.shape[1] + 1
        for start, end in zip(starts[is_ruling], ends[is_ruling], strict=True):
            cleared[start // width, start % width : start % width + end - start] = False
    return without


def _run_length(mask: Mask) -> float:
    """How long the ink of the rows runs, narrow gaps closed, weighted by the ink; 1 where there is none."""
    starts, ends = _runs(mask)
    if len(starts) == 0:
        return 1.0
    width = mask.shape[1] + 1
    is_gap = (starts[1:] - ends[:-1] > _GAP) | (starts[1:] // width != ends[:-1] // width)
    lengths = ends[np.append(is_gap, True)] - starts[np.insert(is_gap, 0, True)]
    return float((lengths.astype(np.float64) ** 2).sum() / lengths.sum())


def _runs(mask: Mask) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Where runs begin and end, counted through all rows, each of which has an empty place behind it."""
    flat = np.pad(mask, ((0, 0), (0, 1))).ravel()
    changes = np.flatnonzero(np.diff(flat.astype(np.int8), prepend=0))
    return changes[::2], changes[1::2]
