"""JPEG 2000 and fax images, by Pillow (OpenJPEG, libtiff)."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
from PIL import Image

from pdfmill.core.errors import EngineFailed

Pixels = npt.NDArray[np.uint8]
Bits = npt.NDArray[np.bool_]

_TIFF_WIDTH, _TIFF_HEIGHT, _TIFF_BITS, _TIFF_COMPRESSION, _TIFF_PHOTOMETRIC = 256, 257, 258, 259, 262
_TIFF_STRIP_OFFSETS, _TIFF_SAMPLES, _TIFF_ROWS_PER_STRIP, _TIFF_STRIP_BYTES, _TIFF_T4_OPTIONS = 273, 277, 278, 279, 292
_GROUP_3, _GROUP_4 = 3, 4
_SHORT, _LONG = 3, 4

# Every function here knows the size of its image before it decodes; Pillow's own guard would refuse large scans.
Image.MAX_IMAGE_PIXELS = None

_COMPONENTS = {"L": 1, "RGB": 3, "CMYK": 4}


def decode_jpeg2000(data: bytes, width: int, height: int) -> Pixels:
    """The samples of a JPEG 2000 image of 8 bits, height × width × 1, 3 or 4 components.

    Raises:
        EngineFailed: It cannot be decoded, has another size, or other components (alpha, 16 bits, a palette).
    """
    with _translated(), Image.open(io.BytesIO(data), formats=["JPEG2000"]) as image:
        if image.size != (width, height):
            raise EngineFailed("A JPEG 2000 image has another size than the document says.")
        if image.mode not in _COMPONENTS:
            raise EngineFailed(f"JPEG 2000 images of mode {image.mode} are not decoded.")
        return np.array(image, dtype=np.uint8).reshape(image.height, image.width, _COMPONENTS[image.mode])


def jpeg2000_components(data: bytes) -> int:
    """The number of components of a JPEG 2000 image: 1, 3 or 4.

    Raises:
        EngineFailed: It is none, or has other components (alpha, 16 bits, a palette).
    """
    with _translated(), Image.open(io.BytesIO(data), formats=["JPEG2000"]) as image:
        if image.mode not in _COMPONENTS:
            raise EngineFailed(f"JPEG 2000 images of mode {image.mode} are not decoded.")
        return _COMPONENTS[image.mode]


def decode_fax(data: bytes, width: int, height: int, k: int) -> Bits:
    """The pixels of a CCITT image, True for black.

    Args:
        k: Below 0 for Group 4, 0 for one-dimensional and above 0 for two-dimensional Group 3 (ISO 32000-1, table 11).

    Raises:
        EngineFailed: It cannot be decoded.
    """
    with _translated(), Image.open(io.BytesIO(_fax_as_tiff(data, width, height, k)), formats=["TIFF"]) as image:
        black: Bits = np.array(image.convert("L"), dtype=np.uint8) < 128
    return black


def encode_group4(black: Bits) -> bytes:
    """A CCITT Group 4 strip; True is black.

    Raises:
        EngineFailed: libtiff cannot encode it.
    """
    height, _ = black.shape
    buffer = io.BytesIO()
    with _translated():
        # libtiff codes ones as black runs, whatever the file then says they mean.
        Image.fromarray(black).save(buffer, "TIFF", compression="group4", tiffinfo={_TIFF_ROWS_PER_STRIP: height})
        buffer.seek(0)
        with Image.open(buffer) as written:
            tags = written.tag_v2  # type: ignore[attr-defined]
            offsets, lengths = tags[_TIFF_STRIP_OFFSETS], tags[_TIFF_STRIP_BYTES]
            holds_ones = tags[_TIFF_PHOTOMETRIC] == 1
    if len(offsets) != 1 or not holds_ones:
        raise EngineFailed("An image cannot be written as one fax strip.")
    return buffer.getvalue()[offsets[0] : offsets[0] + lengths[0]]


def _fax_as_tiff(data: bytes, width: int, height: int, k: int) -> bytes:
    """The smallest TIFF around a fax strip, white is zero."""
    entries = [
        (_TIFF_WIDTH, _LONG, width),
        (_TIFF_HEIGHT, _LONG, height),
        (_TIFF_BITS, _SHORT, 1),
        (_TIFF_COMPRESSION, _SHORT, _GROUP_4 if k < 0 else _GROUP_3),
        (_TIFF_PHOTOMETRIC, _SHORT, 0),
        (_TIFF_STRIP_OFFSETS, _LONG, 8),
        (_TIFF_SAMPLES, _SHORT, 1),
        (_TIFF_ROWS_PER_STRIP, _LONG, height),
        (_TIFF_STRIP_BYTES, _LONG, len(data)),
    ]
    if k >= 0:
        entries.append((_TIFF_T4_OPTIONS, _LONG, 1 if k > 0 else 0))
    padded = data + b"\0" * (len(data) % 2)
    directory = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    head = b"II*\0" + struct.pack("<I", 8 + len(padded))
    return head + padded + struct.pack("<H", len(entries)) + directory + struct.pack("<I", 0)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, SyntaxError) as error:  # what Pillow's decoders raise for damaged data
        raise EngineFailed("An image cannot be decoded or encoded.") from error
