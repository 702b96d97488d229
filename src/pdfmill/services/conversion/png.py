"""PNG files of pages, written for speed: PNG encoding is otherwise three quarters of the work of drawing a page.

Rows are not filtered: on pages of text filters cost time and make the file larger (measured, see
``benchmarks/results/conversion.md``).
"""

from __future__ import annotations

import struct
import zlib
from enum import StrEnum

import numpy as np

from pdfmill.engines.isal import deflate
from pdfmill.engines.libdeflate import pack_quickly
from pdfmill.engines.pdfium import Pixels

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
#: PNG 2nd edition (ISO/IEC 15948), table 11.1: colour type by samples for each pixel.
_COLOUR_TYPES = {1: 0, 3: 2, 4: 6}
_INCHES_PER_METRE = 1 / 0.0254


class PngEffort(StrEnum):
    """What a PNG file is made for."""

    SPEED = "speed"
    SMALL = "small"


def encode_png(pixels: Pixels, *, dpi: float, effort: PngEffort = PngEffort.SPEED) -> bytes:
    """A PNG file with exactly these pixels; colour that is grey everywhere is stored as grey.

    Args:
        pixels: Height × width × 1 (grey), 3 (red-green-blue) or 4 (with alpha) samples.
        dpi: Written into the file.
    """
    pixels = as_grey(pixels)
    height, width, samples = pixels.shape
    rows = np.zeros((height, 1 + width * samples), np.uint8)  # each row begins with its filter: none
    rows[:, 1:] = pixels.reshape(height, width * samples)
    data = rows.tobytes()
    packed = deflate(data) if effort is PngEffort.SPEED else pack_quickly(data)
    dots = round(dpi * _INCHES_PER_METRE)
    return b"".join(
        (
            _SIGNATURE,
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, _COLOUR_TYPES[samples], 0, 0, 0)),
            _chunk(b"pHYs", struct.pack(">IIB", dots, dots, 1)),
            _chunk(b"IDAT", packed),
            _chunk(b"IEND", b""),
        )
    )


def as_grey(pixels: Pixels) -> Pixels:
    """The same picture with one sample for each pixel, if its colour is grey everywhere."""
    if pixels.shape[2] != 3:
        return pixels
    red = pixels[:, :, 0]
    if np.array_equal(red, pixels[:, :, 1]) and np.array_equal(red, pixels[:, :, 2]):
        return pixels[:, :, :1]
    return pixels


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
