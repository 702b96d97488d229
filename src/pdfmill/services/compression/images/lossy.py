"""The resolution that an image needs, and the smallest JPEG of it that still looks the same."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from pdfmill.engines.vips import Pixels, decode_jpeg, downsample, encode_jpeg
from pdfmill.services.compression.images.description import ImageDescription, Use
from pdfmill.services.compression.images.encoding import Encoding
from pdfmill.services.compression.images.view import View
from pdfmill.services.compression.levels import Plan

#: Edges of opacity are what the eye sees first.
_SOFT_MASK_QUALITY_BONUS = 12

#: An image of the same size is encoded again only if its own quality is this much above the wanted one.
_QUALITY_MARGIN = 8

#: JPEGs that are made of one image at most, and how near to the smallest quality that suffices they need to come.
_MOST_TRIALS, _NEAR_ENOUGH = 5, 4

#: By how much the logarithm of what is missing to equality falls with each step of quality, on photographs and scans.
_TYPICAL_SLOPE = 0.04

#: A page may lose so much similarity; what its pictures cover only a part of, each of them may lose more, up to this
#: many times as much.
_MOST_LENIENT = 3.0

#: Similarity by which an image must be above what its page has to keep, if it covers most of the page.
_SAFETY, _MOST_OF_A_PAGE = 0.005, 0.5

#: Readers shrink images less smoothly than Lanczos does: of grain, a page loses so many times more than the image.
_ALIASING = 1.5

#: Beyond this quality a JPEG is larger than what it is made of.
_HIGHEST = 92

_SMALLEST_SIDE = 8


@dataclass(frozen=True)
class _Trial:
    quality: int
    data: bytes
    similarity: float

    @property
    def missing(self) -> float:
        """The logarithm of what is missing to equality."""
        return math.log(max(1 - self.similarity, 1e-6))


def needed_size(image: ImageDescription, plan: Plan) -> tuple[int, int]:
    """Width and height in pixels that the largest painted size needs at the plan's resolution, or those it has."""
    dpi = image.dpi
    if dpi is None or dpi <= plan.dpi * plan.downsample_above:
        return image.width, image.height
    scale = plan.dpi / dpi
    return max(_SMALLEST_SIDE, round(image.width * scale)), max(_SMALLEST_SIDE, round(image.height * scale))


def at_needed_size(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """The pixels, or fewer."""
    return pixels if pixels.shape[1::-1] == size else downsample(pixels, *size)


def wanted_quality(image: ImageDescription, plan: Plan) -> int:
    """JPEG quality to begin with."""
    bonus = _SOFT_MASK_QUALITY_BONUS if image.use is Use.SOFT_MASK else 0
    return min(plan.jpeg_quality + bonus, plan.highest_quality)


def least_similarity(image: ImageDescription, plan: Plan) -> float:
    """What an image must keep so that its page, where it stands beside text, keeps what the plan asks for."""
    return 1 - (1 - plan.least_similarity) * min(_MOST_LENIENT, 1 / max(image.covered, 1e-6))


def pays(image: ImageDescription, size: tuple[int, int], stored_quality: int, plan: Plan) -> bool:
    """Whether another JPEG can be smaller: for fewer pixels, or a source of clearly higher quality."""
    if min(size) < _SMALLEST_SIDE:
        return False
    return size != (image.width, image.height) or stored_quality > wanted_quality(image, plan) + _QUALITY_MARGIN


def smallest_jpeg(
    image: ImageDescription, pixels: Pixels, view: View, stored_quality: int, plan: Plan, needed: float | None = None
) -> Encoding:
    """The smallest JPEG that is as similar as the plan asks for, or the best that the plan allows.

    Where that would take its page below what a page must keep, quality rises further: else the page would be given
    back as it was.

    Args:
        pixels: The image's, or fewer.
        stored_quality: Quality that the image was stored with: above it, bytes buy nothing, unless pixels are fewer.
        needed: SSIM that it has to keep whatever the plan allows, because its page was drawn and found to need it.
    """
    quality, highest = wanted_quality(image, plan), min(plan.highest_quality, stored_quality)
    found = jpeg(pixels, view, quality, highest, least_similarity(image, plan))
    is_smaller = pixels.shape[1::-1] != (image.width, image.height)
    if needed is None:
        missing = (1 - plan.least_page_similarity - _SAFETY) / (_ALIASING if is_smaller else 1)
        needed = 1 - missing if image.covered >= _MOST_OF_A_PAGE else 0.0
    limit = _HIGHEST if is_smaller else min(_HIGHEST, stored_quality)
    if found.similarity >= needed or highest >= limit:
        return found
    return jpeg(pixels, view, highest, limit, needed)


def jpeg(pixels: Pixels, view: View, quality: int, highest_quality: int, least_similarity: float) -> Encoding:
    """The smallest JPEG from ``quality`` upwards that looks similar enough, or that of ``highest_quality``.

    Args:
        pixels: The image's, or fewer.
        view: Of the image.
    """
    failed: _Trial | None = None
    enough: _Trial | None = None
    for _ in range(_MOST_TRIALS):
        trial = _tried(pixels, view, min(quality, highest_quality))
        if trial.similarity >= least_similarity:
            enough = trial
        elif trial.quality >= highest_quality:
            enough = enough or trial
            break
        else:
            failed, before = trial, failed
        if enough is not None and (failed is None or enough.quality - failed.quality <= _NEAR_ENOUGH):
            break
        assert failed is not None
        quality = _next_quality(failed, enough or before, least_similarity)
        if enough is not None:
            quality = min(max(quality, failed.quality + 1), enough.quality - 1)
    best = enough or _tried(pixels, view, highest_quality)
    height, width, components = pixels.shape
    return replace(
        Encoding("jpeg", best.data, "/DCTDecode", width, height, components, 8, is_lossless=False, is_trial=True),
        similarity=best.similarity,
    )


def _tried(pixels: Pixels, view: View, quality: int) -> _Trial:
    data = encode_jpeg(pixels, quality)
    return _Trial(quality, data, view.similarity(decode_jpeg(data, *pixels.shape[1::-1])))


def _next_quality(failed: _Trial, other: _Trial | None, least_similarity: float) -> int:
    """Where the line through two trials, or one and a typical slope, reaches the wanted similarity."""
    slope = _TYPICAL_SLOPE
    if other is not None and other.quality != failed.quality:
        slope = max((failed.missing - other.missing) / (other.quality - failed.quality), _TYPICAL_SLOPE / 4)
    steps = (failed.missing - math.log(1 - least_similarity)) / slope
    return failed.quality + max(_NEAR_ENOUGH, math.ceil(steps))
