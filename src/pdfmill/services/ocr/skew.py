"""How much the lines of a page slant, by its projection profile.

Summed along its lines, ink gives high peaks and deep valleys; summed at any other angle it is a smear. The angle with
the steepest profile is that of the lines (W. Postl, "Detection of linear oblique structures and skew scan in digitized
documents", ICPR 1986).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pdfmill.services.ocr.ink import Ink

#: Degrees to each side that are tried.
MOST = 7.0
_COARSE, _FINE = 0.5, 0.1
#: Fewer dots tell nothing; more are thinned out.
_LEAST_DOTS, _MOST_DOTS = 200, 80_000
#: How many times as steep the profile must be as without any turn.
_LEAST_GAIN = 1.3


def skew_of(ink: Ink) -> float:
    """Degrees clockwise by which the lines of an upright page slant; 0 where that cannot be told."""
    rows, columns = np.nonzero(ink.mask)
    if len(rows) < _LEAST_DOTS:
        return 0.0
    step = len(rows) // _MOST_DOTS + 1
    y, x = rows[::step].astype(np.float64), columns[::step] - ink.mask.shape[1] / 2

    def steepness(angle: float) -> float:
        # Lines that sink to the right are lifted there, so that each falls into one row.
        level = y - x * np.tan(np.radians(angle))
        profile = np.bincount((level - level.min()).astype(np.int64)).astype(np.float64)
        return float((np.diff(profile) ** 2).sum())

    coarse = _best(np.arange(-MOST, MOST + _COARSE / 2, _COARSE), steepness)
    angle = _best(np.arange(coarse - _COARSE, coarse + _COARSE + _FINE / 2, _FINE), steepness)
    return round(angle, 2) if steepness(angle) >= _LEAST_GAIN * steepness(0.0) else 0.0


def _best(angles: npt.NDArray[np.float64], steepness: object) -> float:
    assert callable(steepness)
    return float(max(angles.tolist(), key=steepness))
