"""What a job will take and make, from what past ones of its kind took and made.

The time is a sum of costs, none of them negative: one for each job, one for each page, character, megapixel and byte.
They are fitted so that ratios of expected to real values are close to 1, because jobs differ by powers of ten; what the
nearest past jobs missed is then made good in part.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pdfmill.core.work import PastRun, Work

#: Past jobs below which nothing is foretold.
LEAST_RUNS = 5
#: Past jobs whose waiting for the processor tells that of the next one.
_RECENT = 20

_ROUNDS = 12
_SWEEPS = 60
#: A ratio of e to this power counts as one that went wrong, and pulls less.
_OUTLIER = 0.3
#: Distance between two jobs, as a sum of logarithms of ratios, at which one tells little about the other.
_NEAR = 0.3
#: So many near jobs make good half of what they missed.
_DOUBT = 0.5

_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Forecast:
    """What is expected.

    Attributes:
        seconds: From the start of the work to its end, waiting in the queue not included.
        runs: Past jobs that it was made from.
    """

    output_bytes: int
    seconds: float
    runs: int


def forecast(past: Sequence[PastRun], work: Work, input_bytes: int) -> Forecast | None:
    """What a job of so much work will take; None if too few are known.

    Args:
        past: Runs of the same kind, the newest first.
    """
    if len(past) < LEAST_RUNS:
        return None
    features = np.array([_features(run.work, run.input_bytes) for run in past])
    wanted = np.array(_features(work, input_bytes))
    cpu_s = _expected(features, np.array([run.cpu_s for run in past]), wanted)
    output_bytes = _expected(features, np.array([float(run.output_bytes) for run in past]), wanted)
    waiting = statistics.median(run.wall_s / max(run.cpu_s, 1e-3) for run in past[:_RECENT])
    return Forecast(round(output_bytes), round(cpu_s * waiting, 3), len(past))


def _features(work: Work, input_bytes: int) -> tuple[float, ...]:
    return (1.0, work.pages, work.characters, work.megapixels, work.picture_megapixels, input_bytes)


def _expected(features: _Floats, values: _Floats, wanted: _Floats) -> float:
    values = np.maximum(values, 1e-6)
    scale = np.maximum(np.abs(features).max(axis=0), 1e-9)
    costs = _fit(features / scale, values)
    missed = np.log(values / np.maximum(features / scale @ costs, 1e-9))
    distances = np.abs(np.log1p(features) - np.log1p(wanted)).sum(axis=1)
    weights = np.exp(-distances / _NEAR)
    correction = float((weights * missed).sum() / (weights.sum() + _DOUBT))
    return float(wanted / scale @ costs) * float(np.exp(correction))


def _fit(features: _Floats, values: _Floats) -> _Floats:
    """Costs of the features, least squares of the ratios' logarithms, by weights that are found round by round.

    (a - b)² / ab is (log a - log b)² for ratios near 1, and treats too much and too little alike.
    """
    costs = _solve(features / values[:, None], np.ones_like(values))
    for _ in range(_ROUNDS):
        expected = np.maximum(features @ costs, values.min() / 10)
        off = np.abs(np.log(expected / values))
        weights = 1 / np.sqrt(values * expected * np.maximum(off / _OUTLIER, 1))
        costs = _solve(features * weights[:, None], values * weights)
    return costs


def _solve(matrix: _Floats, values: _Floats) -> _Floats:
    """Least squares without negative solutions, one unknown after the other (Franc, Hlaváč, Navara 2005)."""
    gram, target = matrix.T @ matrix, matrix.T @ values
    found = np.zeros(len(target))
    for _ in range(_SWEEPS):
        for index in np.flatnonzero(gram.diagonal() > 0):
            step = (target[index] - gram[index] @ found) / gram[index, index]
            found[index] = max(0.0, found[index] + step)
    return found
