"""How much a document may lose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise


class Level(StrEnum):
    """From visually lossless to as small as can be read."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    MAXIMUM = "maximum"


@dataclass(frozen=True)
class Plan:
    """What images are made into.

    Attributes:
        dpi: Resolution at the size at which an image is painted.
        downsample_above: Images are left alone up to this multiple of ``dpi``: a few per cent fewer pixels only blur.
        jpeg_quality: The lowest, on the scale of libjpeg.
        highest_quality: How far it is raised for the sake of similarity. Beyond, what is dissimilar is grain, which
            nobody misses.
        least_similarity: Structural similarity (SSIM) that an encoded image must keep to the original's, both seen at
            the size at which it is painted; the quality is raised until it does.
        least_page_similarity: The same for a drawn page against the original's.
        paper_dpi: Resolution of the paper where a scanned page is split into paper, ink and mask.
        least_layers_similarity: SSIM that such layers must keep to the page.
        mixed_raster: Whether pages are split so.
    """

    dpi: float
    downsample_above: float
    jpeg_quality: int
    highest_quality: int
    least_similarity: float
    least_page_similarity: float
    paper_dpi: float
    least_layers_similarity: float
    mixed_raster: bool = False


_PLANS = {
    Level.LOW: Plan(250, 1.3, 70, 95, 0.993, 0.985, 150, 1.0),
    Level.MEDIUM: Plan(150, 1.2, 40, 68, 0.989, 0.95, 120, 1.0),
    Level.HIGH: Plan(120, 1.2, 30, 58, 0.96, 0.90, 100, 0.94, mixed_raster=True),
    Level.MAXIMUM: Plan(112, 1.15, 25, 50, 0.915, 0.81, 75, 0.92, mixed_raster=True),
}

#: Beyond `maximum`: what can still be recognised. Only a target size leads here.
_COARSEST = Plan(40, 1.1, 10, 25, 0.60, 0.50, 40, 0.60, mixed_raster=True)

#: Quality to SSIM, between which `image_quality` interpolates; the levels' own lie on it.
_SIMILARITY_OF_QUALITY = [(10, 0.70), (25, 0.915), (30, 0.96), (40, 0.989), (70, 0.993), (100, 0.999)]


def plan_for(level: Level, image_quality: int | None = None) -> Plan:
    """The plan of a level; ``image_quality`` (10 to 100) replaces its JPEG quality, and the similarity goes with it."""
    plan = _PLANS[level]
    if image_quality is None:
        return plan
    similarity = _interpolated(_SIMILARITY_OF_QUALITY, image_quality)
    leniency = min(1.0, similarity / plan.least_similarity)
    return replace(
        plan,
        jpeg_quality=image_quality,
        highest_quality=max(image_quality, plan.highest_quality),
        least_similarity=similarity,
        least_page_similarity=plan.least_page_similarity * leniency,
        least_layers_similarity=plan.least_layers_similarity * leniency,
    )


def plan_at(coarseness: float) -> Plan:
    """A plan between the levels, for a search: 0 is `low`, 1 is the coarsest that is tried.

    Between two levels every number lies between theirs; a page is split into layers beyond `medium`.
    """
    scale = [*_PLANS.values(), _COARSEST]
    position = min(max(coarseness, 0.0), 1.0) * (len(scale) - 1)
    index = min(int(position), len(scale) - 2)
    finer, coarser = scale[index], scale[index + 1]
    return _between(finer, coarser, position - index)


def _between(finer: Plan, coarser: Plan, part: float) -> Plan:
    def mean(number: Callable[[Plan], float]) -> float:
        return _mean(number(finer), number(coarser), part)

    return Plan(
        dpi=mean(lambda plan: plan.dpi),
        downsample_above=mean(lambda plan: plan.downsample_above),
        jpeg_quality=round(mean(lambda plan: plan.jpeg_quality)),
        highest_quality=round(mean(lambda plan: plan.highest_quality)),
        least_similarity=mean(lambda plan: plan.least_similarity),
        least_page_similarity=mean(lambda plan: plan.least_page_similarity),
        paper_dpi=mean(lambda plan: plan.paper_dpi),
        least_layers_similarity=mean(lambda plan: plan.least_layers_similarity),
        mixed_raster=(coarser if part > 0 else finer).mixed_raster,
    )


def _mean(one: float, other: float, part: float) -> float:
    return one * (1 - part) + other * part


def _interpolated(points: list[tuple[int, float]], at: float) -> float:
    for (left, low), (right, high) in pairwise(points):
        if at <= right:
            return _mean(low, high, (at - left) / (right - left))
    return points[-1][1]
