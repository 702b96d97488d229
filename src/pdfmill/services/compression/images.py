"""One image at a time: decode, downsample, encode, and keep what is clearly smaller and still looks the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from pdfmill.core.errors import EngineFailed
from pdfmill.core.limits import Limits
from pdfmill.engines.vips import Pixels, decode_jpeg, downsample, encode_jpeg
from pdfmill.services.compression.levels import Plan
from pdfmill.services.compression.similarity import structural_similarity

#: Images of fewer bytes are not worth a decoder's time.
_SMALLEST_BYTES = 1500

#: A lossy copy must save at least this part; less is not worth the loss.
_LEAST_SAVING = 0.10

#: An image of the same size is encoded again only if its own quality is this much above the wanted one.
_QUALITY_MARGIN = 8

_QUALITY_STEP, _HIGHEST_QUALITY, _QUALITY_TRIES = 10, 90, 3

#: Sum of the luminance table of ISO/IEC 10918-1, Annex K, from which libjpeg scales its tables.
_STANDARD_TABLE_SUM = 3680

_RAW_FILTERS = {"/FlateDecode", "/LZWDecode", "/RunLengthDecode", "/ASCII85Decode", "/ASCIIHexDecode"}


@dataclass(frozen=True)
class Source:
    """A decoded image.

    Attributes:
        quality: Estimated JPEG quality it was stored with; 100 for a lossless one.
    """

    pixels: Pixels
    quality: int


@dataclass(frozen=True)
class Replacement:
    """A JPEG that can stand for an image."""

    data: bytes
    width: int
    height: int
    downsampled: bool


def is_eligible(image: Stream) -> bool:
    """Whether an image is of a kind that can be encoded anew without a doubt about its looks.

    Left alone: stencil masks and bilevel images, 16 bits, CMYK, Indexed, Separation, DeviceN and Lab, sample values
    mapped by /Decode, colour-key masks, soft masks (also as base of a matte), JPEG 2000, JBIG2, CCITT.
    """
    if image.get(Name.ImageMask, False) or int(image.get(Name.BitsPerComponent, 8)) != 8:
        return False
    if components(image) is None or isinstance(image.get(Name.Mask), Array) or Name.SMaskInData in image:
        return False
    soft_mask = image.get(Name.SMask)
    if isinstance(soft_mask, Stream) and Name.Matte in soft_mask:
        return False
    decode = image.get(Name.Decode)
    if decode is not None and [float(each) for each in decode] != [0.0, 1.0] * (components(image) or 0):
        return False
    filters = _filters(image)
    parameters = image.get(Name.DecodeParms)
    if filters[-1:] == ["/DCTDecode"]:
        return len(filters) == 1 and not (isinstance(parameters, Dictionary) and Name.ColorTransform in parameters)
    return set(filters) <= _RAW_FILTERS


def components(image: Stream) -> int | None:
    """1 for grey and 3 for RGB images, None for any other colour space (ISO 32000-1, 8.6)."""
    space: Any = image.get(Name.ColorSpace)
    if isinstance(space, Array) and len(space) > 1 and space[0] == Name.ICCBased and isinstance(space[1], Stream):
        count = int(space[1].get(Name.N, 0))
        return count if count in (1, 3) else None
    family = space[0] if isinstance(space, Array) and len(space) else space
    if family in (Name.DeviceGray, Name.CalGray, Name.G):
        return 1
    if family in (Name.DeviceRGB, Name.CalRGB, Name.RGB):
        return 3
    return None


def replacement_for(
    image: Stream, painted_inches: tuple[float, float] | None, plan: Plan, limits: Limits
) -> Replacement | None:
    """A smaller JPEG for an eligible image, or None if it is best left alone.

    Args:
        painted_inches: Largest size at which it is painted; None if unknown, then it keeps its pixels.
    """
    width, height = int(image.Width), int(image.Height)
    stored = len(image.read_raw_bytes())
    if stored < _SMALLEST_BYTES or width < 8 or height < 8:
        return None
    if width * height > limits.max_image_megapixels * 1_000_000:
        return None
    source = _decode(image, width, height)
    if source is None:
        return None
    target = _target_size(width, height, painted_inches, plan)
    shrinks = target != (width, height)
    if not shrinks and source.quality <= plan.jpeg_quality + _QUALITY_MARGIN:
        return None
    pixels = downsample(source.pixels, *target) if shrinks else source.pixels
    data = _encode(pixels, plan, most=source.quality)
    if data is None or len(data) > stored * (1 - _LEAST_SAVING):
        return None
    return Replacement(data, *target, downsampled=shrinks)


def apply(image: Stream, replacement: Replacement) -> None:
    """Put the JPEG in the image's place; colour space, masks and everything else stay."""
    image.write(replacement.data, filter=Name.DCTDecode)
    image.Width, image.Height = replacement.width, replacement.height
    if Name.DecodeParms in image:
        del image.DecodeParms


def jpeg_quality(data: bytes) -> int:
    """The quality on libjpeg's scale that a JPEG was stored with, judged by its luminance table; 100 if unknown."""
    position = 2
    while position + 4 <= len(data) and data[position] == 0xFF and data[position + 1] != 0xDA:
        marker, length = data[position + 1], int.from_bytes(data[position + 2 : position + 4])
        table = data[position + 4 : position + 2 + length]
        if marker == 0xDB and table and table[0] & 15 == 0:
            words = table[1:65] if table[0] >> 4 == 0 else table[2:129:2]
            scale = sum(words) * 100 / _STANDARD_TABLE_SUM
            return round(max(1, min(100, (200 - scale) / 2 if scale <= 100 else 5000 / scale)))
        position += 2 + length
    return 100


def _decode(image: Stream, width: int, height: int) -> Source | None:
    bands = components(image)
    assert bands is not None
    try:
        if _filters(image)[-1:] == ["/DCTDecode"]:
            data = image.read_raw_bytes()
            pixels, quality = decode_jpeg(data), jpeg_quality(data)
        else:
            data = image.read_bytes()
            if len(data) < width * height * bands:
                return None
            flat = np.frombuffer(data[: width * height * bands], dtype=np.uint8)
            pixels, quality = flat.reshape(height, width, bands), 100
    except (EngineFailed, pikepdf.PdfError):
        return None  # the image stays as it is, and the page as it was
    return Source(pixels, quality) if pixels.shape == (height, width, bands) else None


def _target_size(width: int, height: int, painted_inches: tuple[float, float] | None, plan: Plan) -> tuple[int, int]:
    if painted_inches is None or min(painted_inches) <= 0:
        return width, height
    dpi = min(width / painted_inches[0], height / painted_inches[1])
    if dpi <= plan.dpi * plan.downsample_above:
        return width, height
    scale = plan.dpi / dpi
    return max(8, round(width * scale)), max(8, round(height * scale))


def _encode(pixels: Pixels, plan: Plan, most: int) -> bytes | None:
    """The smallest JPEG of the wanted quality that still looks like its pixels; None if none does."""
    quality = min(plan.jpeg_quality, most)
    for _ in range(_QUALITY_TRIES):
        data = encode_jpeg(pixels, quality)
        if structural_similarity(pixels, decode_jpeg(data)) >= plan.least_similarity:
            return data
        quality = min(quality + _QUALITY_STEP, _HIGHEST_QUALITY)
    return None


def _filters(image: Stream) -> list[str]:
    filters = image.get(Name.Filter)
    if filters is None:
        return []
    return [str(each) for each in filters] if isinstance(filters, Array) else [str(filters)]
