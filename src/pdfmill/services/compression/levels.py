"""How much a document may lose."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


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
        jpeg_quality: On the scale of libjpeg.
        least_similarity: Structural similarity (SSIM) that an encoded image must keep to its own pixels; the quality
            is raised until it does.
        least_page_similarity: The same for a drawn page against the original's.
    """

    dpi: int
    downsample_above: float
    jpeg_quality: int
    least_similarity: float
    least_page_similarity: float


_PLANS = {
    Level.LOW: Plan(250, 1.3, 82, 0.985, 0.97),
    Level.MEDIUM: Plan(150, 1.25, 74, 0.97, 0.93),
    Level.HIGH: Plan(120, 1.2, 62, 0.95, 0.88),
    Level.MAXIMUM: Plan(90, 1.15, 45, 0.90, 0.75),
}


def plan_for(level: Level, image_quality: int | None = None) -> Plan:
    """The plan of a level; ``image_quality`` (10 to 100) replaces its JPEG quality.

    Who asks for less quality than the level has also accepts less similarity, in proportion.
    """
    plan = _PLANS[level]
    if image_quality is None:
        return plan
    leniency = min(1.0, image_quality / plan.jpeg_quality)
    return replace(
        plan,
        jpeg_quality=image_quality,
        least_similarity=plan.least_similarity * (0.7 + 0.3 * leniency),
        least_page_similarity=plan.least_page_similarity * (0.6 + 0.4 * leniency),
    )
