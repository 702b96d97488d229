"""Mixed raster content (ITU-T T.44): a scanned page as paper, ink, and a mask of one bit that tells where the ink is.

Letters stay sharp at 300 dpi in the mask, while paper and ink, which change slowly, need few pixels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pdfmill.engines.vips import Pixels, area_means, decode_jpeg, encode_jpeg, enlarge
from pdfmill.services.compression.images.bilevel import bilevel_encodings
from pdfmill.services.compression.images.description import Family, ImageDescription, Use
from pdfmill.services.compression.images.encoding import Encoding
from pdfmill.services.compression.images.view import View
from pdfmill.services.compression.levels import Plan
from pdfmill.services.compression.similarity import luma, structural_similarity

Mask = npt.NDArray[np.bool_]
Values = npt.NDArray[np.floating]

#: A scanned page is painted at least this large, and has enough pixels for letters.
_LEAST_INCHES, _LEAST_DPI, _LEAST_PIXELS = 3.0, 130, 500_000

#: More pixels than this would need too much memory at once.
_MOST_PIXELS = 40_000_000

_MASK_DPI, _INK_DPI, _COMPARED_DPI = 300, 30, 150

#: A mask may have so many times more or fewer pixels than it needs before the page is resampled.
_MASK_TOLERANCE = 1.2

#: Blocks of less contrast than this hold no letters.
_LETTER_CONTRAST = 12

#: Threshold of Sauvola and Pietikäinen, "Adaptive document image binarization" (2000): weight of the contrast, its
#: highest value, and the window in inches. Below the least contrast there is only paper.
_SAUVOLA_WEIGHT, _HIGHEST_CONTRAST, _WINDOW_INCHES, _LEAST_CONTRAST = 0.2, 128, 0.25, 12

#: Local mean and contrast are computed on blocks of so many pixels a side.
_BLOCK = 4

#: Ink covers this part of a page of text; photographs cover more, empty pages less.
_LEAST_INK, _MOST_INK = 0.002, 0.22

#: Of blocks of this many inches, so many may be full of ink before the page counts as a picture.
_SOLID_INCHES, _SOLID_INK, _MOST_SOLID = 0.1, 0.6, 0.03

#: Readers stretch the layers each in their own way, and a page that falls below its floor loses its layers.
_SAFETY = 0.005

#: What the objects around the layers cost in the file.
_OVERHEAD_BYTES = 600

#: The colour of the ink, of which there are few pixels.
_INK_QUALITY = 30


@dataclass(frozen=True)
class MixedRaster:
    """Three images that paint a page one over the other.

    Attributes:
        background: The paper, with the letters filled in.
        foreground: The colour of the ink.
        mask: A stencil; sample 0 lets the foreground through.
        similarity: SSIM of the layers, painted, to the image, both as they are seen.
    """

    background: Encoding
    foreground: Encoding
    mask: Encoding
    similarity: float
    kind: str = "mixed raster"
    is_lossless: bool = False

    @property
    def stored_bytes(self) -> int:
        return _OVERHEAD_BYTES + sum(each.stored_bytes for each in (self.background, self.foreground, self.mask))

    def finished(self) -> MixedRaster:
        """With every layer packed as tightly as it goes."""
        background, foreground, mask = (each.finished() for each in (self.background, self.foreground, self.mask))
        return replace(self, background=background, foreground=foreground, mask=mask)


def is_scanned_page(image: ImageDescription) -> bool:
    """Whether an image has the shape of a scanned page; `mixed_raster` looks whether it has the content."""
    return (
        image.use is Use.PICTURE
        and image.is_opaque
        and not image.has_decode
        and (image.space.base or image.space.family) in (Family.GREY, Family.RGB)
        and image.painted_inches is not None
        and min(image.painted_inches) >= _LEAST_INCHES
        and (image.dpi or 0) >= _LEAST_DPI
        and _LEAST_PIXELS <= image.width * image.height <= _MOST_PIXELS
    )


def mixed_raster(image: ImageDescription, pixels: Pixels, plan: Plan) -> MixedRaster | None:
    """The layers of a scanned page of text; None if it is no such page or would not look the same."""
    assert image.dpi is not None
    view = View(image, pixels)
    pixels, dpi = _at_mask_resolution(pixels, image.dpi)
    ink = find_ink(luma(pixels), dpi)
    if not _is_text(ink, dpi):
        return None
    paper = _encoded(_layer(pixels, ~_grown(ink), plan.paper_dpi / dpi), plan.jpeg_quality)
    colour = _encoded(_layer(pixels, _core(ink), _INK_DPI / dpi), _INK_QUALITY)
    painted = _painted(ink, paper, colour)
    similarity = view.similarity(painted)
    if similarity < plan.least_page_similarity + _SAFETY:
        return None
    if _letters_alike(pixels, painted, _COMPARED_DPI / dpi) < plan.least_layers_similarity:
        return None
    return MixedRaster(
        background=paper,
        foreground=colour,
        mask=min(bilevel_encodings(ink), key=lambda each: each.stored_bytes),
        similarity=similarity,
    )


def _at_mask_resolution(pixels: Pixels, dpi: float) -> tuple[Pixels, float]:
    """More pixels where there are few: the grey edges of a letter tell where between two pixels its outline runs.

    At the 150 dpi of many scans, a mask would break thin strokes.
    """
    scale = _MASK_DPI / dpi
    if 1 / _MASK_TOLERANCE <= scale <= _MASK_TOLERANCE:
        return pixels, dpi
    width, height = (max(1, round(side * scale)) for side in pixels.shape[1::-1])
    resized = area_means(pixels, width, height) if scale < 1 else enlarge(pixels, width, height)
    return resized, _MASK_DPI


def find_ink(grey: Pixels, dpi: float) -> Mask:
    """Where a page is clearly darker than its surroundings.

    Args:
        grey: Height × width.
    """
    height, width = grey.shape
    window = max(3, round(dpi * _WINDOW_INCHES / _BLOCK)) | 1
    mean = _box_mean(_block_means(grey), window)
    square = _box_mean(_block_means(np.square(grey.astype(np.uint16))), window)
    contrast = np.sqrt(np.maximum(square - mean * mean, 0))
    threshold = mean * (1 + _SAUVOLA_WEIGHT * (contrast / _HIGHEST_CONTRAST - 1))
    threshold[contrast <= _LEAST_CONTRAST] = 0
    limits = np.clip(threshold, 0, 255).astype(np.uint8)[:, :, None]
    limit = enlarge(limits, limits.shape[1] * _BLOCK, limits.shape[0] * _BLOCK)[:height, :width, 0]
    ink: Mask = grey < limit  # not despeckled: a speck may be a decimal point
    return ink


def _is_text(ink: Mask, dpi: float) -> bool:
    if not _LEAST_INK <= ink.mean() <= _MOST_INK:
        return False
    side = max(4, round(dpi * _SOLID_INCHES))
    height, width = (length - length % side for length in ink.shape)
    blocks = ink[:height, :width].reshape(height // side, side, width // side, side).mean(axis=(1, 3))
    return bool((blocks > _SOLID_INK).mean() <= _MOST_SOLID)


def _layer(pixels: Pixels, keep: Mask, scale: float) -> Pixels:
    """The colours of the kept pixels in few pixels; where none is kept, those of the nearest ones."""
    width, height = (max(4, round(side * scale)) for side in pixels.shape[1::-1])
    weight = area_means(keep.astype(np.uint8)[:, :, None] * np.uint8(255), width, height).astype(np.float32) / 255
    colour = area_means(pixels * keep.astype(np.uint8)[:, :, None], width, height).astype(np.float32)
    layer: Pixels = np.clip(_filled(colour, weight) + 0.5, 0, 255).astype(np.uint8)
    return layer


def _filled(colour: Values, weight: Values) -> Values:
    """Pull and push: where a pixel is uncertain, it takes the mean of ever larger surroundings.

    Args:
        colour: Height × width × components, already multiplied by the weight.
        weight: Height × width × 1, from 0 to 1.
    """
    own = colour / np.maximum(weight, 1e-3)
    height, width = weight.shape[:2]
    if weight.min() >= 0.25 or min(height, width) <= 2:
        return own
    coarse = _filled(_halved(colour), _halved(weight))
    around = coarse.repeat(2, axis=0).repeat(2, axis=1)[:height, :width]
    certainty = np.minimum(1, weight * 4)
    filled: Values = own * certainty + around * (1 - certainty)
    return filled


def _halved(values: Values) -> Values:
    height, width, components = values.shape
    padded = np.pad(values, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    halved: Values = padded.reshape(padded.shape[0] // 2, 2, padded.shape[1] // 2, 2, components).mean(axis=(1, 3))
    return halved


def _encoded(pixels: Pixels, quality: int) -> Encoding:
    height, width, components = pixels.shape
    data = encode_jpeg(pixels, quality)
    return Encoding("jpeg", data, "/DCTDecode", width, height, components, 8, is_lossless=False, is_trial=True)


def _painted(ink: Mask, paper: Encoding, colour: Encoding) -> Pixels:
    """The page that the layers make."""
    height, width = ink.shape
    painted, inked = (
        enlarge(decode_jpeg(each.data, each.width, each.height), width, height) for each in (paper, colour)
    )
    np.copyto(painted, inked, where=ink[:, :, None])
    return painted


def _letters_alike(pixels: Pixels, painted: Pixels, scale: float) -> float:
    """SSIM of the painted layers to the page where there are letters, at the resolution at which people read."""
    return structural_similarity(_scaled(pixels, scale), _scaled(painted, scale), least_contrast=_LETTER_CONTRAST)


def _scaled(pixels: Pixels, scale: float) -> Pixels:
    return area_means(pixels, *(max(1, round(side * scale)) for side in pixels.shape[1::-1]))


def _block_means(values: npt.NDArray[np.unsignedinteger]) -> Values:
    height, width = values.shape
    padded = np.pad(values, ((0, -height % _BLOCK), (0, -width % _BLOCK)), mode="edge")
    blocks = padded.reshape(padded.shape[0] // _BLOCK, _BLOCK, padded.shape[1] // _BLOCK, _BLOCK)
    means: Values = blocks.mean(axis=(1, 3), dtype=np.float32)
    return means


def _box_mean(values: Values, window: int) -> Values:
    """Mean over window × window values around each one; beyond the edge the edge repeats."""
    half = window // 2
    padded = np.pad(values.astype(np.float64), half + 1, mode="edge")[:-1, :-1]
    sums = padded.cumsum(axis=0).cumsum(axis=1)
    total = sums[window:, window:] - sums[:-window, window:] - sums[window:, :-window] + sums[:-window, :-window]
    means: Values = (total / (window * window)).astype(np.float32)
    return means


def _grown(mask: Mask) -> Mask:
    """One pixel more on every side: the soft edge of a letter is neither paper nor ink."""
    grown = mask.copy()
    grown[1:] |= mask[:-1]
    grown[:-1] |= mask[1:]
    wide = grown.copy()
    wide[:, 1:] |= grown[:, :-1]
    wide[:, :-1] |= grown[:, 1:]
    return wide


def _core(mask: Mask) -> Mask:
    """The ink without its soft edge, unless strokes are too thin to have another part."""
    core = ~_grown(~mask)
    return core if core.sum() > 0.2 * mask.sum() else mask
