"""From the bytes of an image to its samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pdfmill.core.errors import EngineFailed
from pdfmill.engines.pillow import decode_fax, decode_jpeg2000
from pdfmill.engines.vips import Pixels, decode_jpeg
from pdfmill.services.compression.images.description import Codec, Family, ImageDescription

Bits = npt.NDArray[np.bool_]

#: Sum of the luminance table of ISO/IEC 10918-1, Annex K, from which libjpeg scales its tables.
_STANDARD_TABLE_SUM = 3680


@dataclass(frozen=True)
class Samples:
    """A decoded image.

    Attributes:
        pixels: Height × width × components, as 8 bits: fewer bits are stretched, 16 are rounded. Colours of the base
            space where the image is Indexed.
        indices: Height × width, of an Indexed image; None for every other one.
        is_lossless: Whether it was stored without loss, so that its values are meant.
        quality: Estimated JPEG quality it was stored with; 100 for any other image.
    """

    pixels: Pixels
    indices: Pixels | None
    is_lossless: bool
    quality: int


def decode(image: ImageDescription, content: bytes) -> Samples:
    """The samples of any image but a bilevel one.

    Raises:
        EngineFailed: Its bytes are damaged, or of a kind that is not decoded here.
    """
    if image.codec is Codec.JPEG:
        return _checked(image, decode_jpeg(content, image.width, image.height), jpeg_quality(content))
    if image.codec is Codec.JPEG_2000:
        return _checked(image, decode_jpeg2000(content, image.width, image.height), 100)
    if image.codec is not Codec.RAW or image.bits not in (1, 2, 4, 8, 16):
        raise EngineFailed("The image is not stored as samples.")
    values = _unpack(image, content)
    if image.space.palette is not None:
        if int(values.max()) >= len(image.space.palette):
            raise EngineFailed("The image uses colours that its palette lacks.")
        return Samples(image.space.palette[values[:, :, 0]], values[:, :, 0], is_lossless=True, quality=100)
    return Samples(_stretched(values, image.bits), None, is_lossless=True, quality=100)


def decode_bilevel(image: ImageDescription, content: bytes) -> Bits:
    """The samples of an image of one bit: True where the sample is 0, which is black in DeviceGray.

    Raises:
        EngineFailed: Its bytes are damaged, or of a kind that is not decoded here.
    """
    if image.codec is Codec.FAX and image.fax is not None:
        k, black_is_1 = image.fax
        black = decode_fax(content, image.width, image.height, k)
        return ~black if black_is_1 else black
    if image.codec is Codec.RAW:
        return np.equal(_unpack(image, content)[:, :, 0], 0)
    raise EngineFailed("The image is not decoded here.")


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


def _checked(image: ImageDescription, pixels: Pixels, quality: int) -> Samples:
    components = image.space.components
    if image.space.family is Family.INDEXED or pixels.shape != (image.height, image.width, components):
        raise EngineFailed("An image has other components than the document says.")
    return Samples(pixels, None, is_lossless=False, quality=quality)


def _unpack(image: ImageDescription, content: bytes) -> npt.NDArray[np.uint8]:
    """Sample values, height × width × components; each row starts at a byte (ISO 32000-1, 8.9.5.2)."""
    samples_a_row = image.width * image.space.components
    row_bytes = (samples_a_row * image.bits + 7) // 8
    if not row_bytes or len(content) < row_bytes * image.height:
        raise EngineFailed("An image has fewer samples than the document says.")
    rows = np.frombuffer(content, dtype=np.uint8, count=row_bytes * image.height).reshape(image.height, row_bytes)
    if image.bits == 16:
        rows = _rounded_to_8_bits(rows)
    elif image.bits == 1:
        rows = np.unpackbits(rows, axis=1)[:, :samples_a_row]
    elif image.bits < 8:
        shifts = range(8 - image.bits, -1, -image.bits)
        rows = np.stack([rows >> shift & (1 << image.bits) - 1 for shift in shifts], axis=2)
        rows = rows.reshape(image.height, -1)[:, :samples_a_row]
    return rows.reshape(image.height, image.width, image.space.components)


def _rounded_to_8_bits(rows: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    words = rows.reshape(rows.shape[0], -1, 2).view(">u2")[:, :, 0]
    return ((words.astype(np.uint32) + 128) // 257).astype(np.uint8)


def _stretched(values: npt.NDArray[np.uint8], bits: int) -> Pixels:
    """The same share of the highest value in 8 bits, so that /Decode goes on to mean the same."""
    return values if bits >= 8 else values * np.uint8(255 // (2**bits - 1))
