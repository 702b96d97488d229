"""The resolution that an image needs, and the JPEG of it that still looks the same."""

from __future__ import annotations

from pdfmill.engines.vips import Pixels, decode_jpeg, downsample, encode_jpeg
from pdfmill.services.compression.images.description import ImageDescription, Use
from pdfmill.services.compression.images.encoding import Encoding
from pdfmill.services.compression.levels import Plan
from pdfmill.services.compression.similarity import structural_similarity

#: Edges of opacity are what the eye sees first.
_SOFT_MASK_QUALITY_BONUS = 12

#: An image of the same size is encoded again only if its own quality is this much above the wanted one.
_QUALITY_MARGIN = 8

#: How far quality is raised for the sake of similarity. Beyond, what is dissimilar is grain, which nobody misses.
_MOST_RAISED, _HIGHEST_QUALITY, _LEAST_QUALITY_STEP = 26, 92, 5

_SMALLEST_SIDE = 8


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
    return min(plan.jpeg_quality + bonus, max(plan.jpeg_quality, _HIGHEST_QUALITY))


def pays(image: ImageDescription, size: tuple[int, int], stored_quality: int, plan: Plan) -> bool:
    """Whether another JPEG can be smaller: for fewer pixels, or a source of clearly higher quality."""
    if min(size) < _SMALLEST_SIDE:
        return False
    return size != (image.width, image.height) or stored_quality > wanted_quality(image, plan) + _QUALITY_MARGIN


def jpeg(
    pixels: Pixels, quality: int, stored_quality: int, least_similarity: float, *, is_inverted: bool = False
) -> Encoding:
    """The smallest JPEG from ``quality`` upwards that is similar enough to its pixels, or the best there is use in.

    Args:
        stored_quality: Quality that the image was stored with: above it, bytes buy nothing.
        is_inverted: Whether CMYK samples are 0 for full ink, as Adobe's programs store them.
    """
    reference = 255 - pixels if is_inverted else pixels
    height, width, components = pixels.shape
    most = min(quality + _MOST_RAISED, max(quality, _HIGHEST_QUALITY), stored_quality)
    quality = min(quality, most)
    while True:
        data = encode_jpeg(pixels, quality)
        decoded = decode_jpeg(data, width, height)
        similarity = structural_similarity(reference, 255 - decoded if is_inverted else decoded)
        if similarity >= least_similarity or quality >= most:
            return Encoding(
                "jpeg", data, "/DCTDecode", width, height, components, 8, is_lossless=False, similarity=similarity
            )
        quality = min(_next_quality(quality, similarity, least_similarity), most)


def _next_quality(quality: int, similarity: float, wanted: float) -> int:
    """A guess: what is lost halves about every time when the distance of the quality to 100 does."""
    missing = (1 - wanted) / max(1 - similarity, 1e-6)
    return max(quality + _LEAST_QUALITY_STEP, round(100 - (100 - quality) * missing))
