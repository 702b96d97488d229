"""PNG predictors (ISO/IEC 15948, clause 9): rows as differences from their neighbours, which Deflate packs better."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.uint8]

_ROWS_AT_ONCE = 128

_NONE, _SUB, _UP, _PAETH = 0, 1, 2, 4


def predict(rows: Rows, distance: int) -> bytes:
    """The rows, each with the filter byte and the differences of the predictor that suits it best.

    The best is the one whose differences have the smallest sum of absolute values, the rule that clause 12.8 of the
    PNG standard recommends.

    Args:
        rows: Number of rows × bytes of a row.
        distance: Bytes from a sample to the same component of the pixel on its left.
    """
    parts = []
    above = np.zeros_like(rows[:1])
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        part = rows[start : start + _ROWS_AT_ONCE]
        parts.append(_predicted(part, np.concatenate([above, part[:-1]]), distance).tobytes())
        above = part[-1:]
    return b"".join(parts)


def _predicted(own: Rows, above: Rows, distance: int) -> Rows:
    left, above_left = _shifted(own, distance), _shifted(above, distance)
    differences = np.stack([own, own - left, own - above, own - _paeth(left, above, above_left)])
    cost = np.abs(differences.view(np.int8).astype(np.int16)).sum(axis=2, dtype=np.int64)
    best = cost.argmin(axis=0)
    tags = np.array([_NONE, _SUB, _UP, _PAETH], dtype=np.uint8)[best]
    chosen = differences[best, np.arange(len(own))]
    return np.concatenate([tags[:, None], chosen], axis=1)


def _shifted(rows: Rows, distance: int) -> Rows:
    shifted = np.zeros_like(rows)
    shifted[:, distance:] = rows[:, :-distance]
    return shifted


def _paeth(left: Rows, above: Rows, above_left: Rows) -> Rows:
    a, b, c = (each.astype(np.int16) for each in (left, above, above_left))
    from_a, from_b, from_c = abs(b - c), abs(a - c), abs(a + b - 2 * c)
    nearest = np.where((from_a <= from_b) & (from_a <= from_c), left, np.where(from_b <= from_c, above, above_left))
    return nearest.astype(np.uint8)
