"""Decoding, resampling and encoding pixels, by libvips with mozjpeg.

Nothing here runs when the module is imported: the sandbox imports it before it forks, and libvips starts threads with
its first operation.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyvips

from pdfmill.core.errors import EngineFailed

Pixels = npt.NDArray[np.uint8]

#: From this quality on the colour of JPEGs is kept at full resolution.
_FULL_COLOUR_QUALITY = 90

#: mozjpeg's quantisation table that is tuned for perceived quality (ImageMagick table by N. Robidoux).
_ROBIDOUX_TABLE = 3


def decode_jpeg(data: bytes) -> Pixels:
    """The samples of a JPEG, height × width × components, its colour space and orientation as they are.

    Raises:
        EngineFailed: It cannot be decoded.
    """
    try:
        return _to_numpy(pyvips.Image.jpegload_buffer(data, access="sequential"))
    except pyvips.Error as error:
        raise EngineFailed("An image cannot be decoded.") from error


def downsample(pixels: Pixels, width: int, height: int) -> Pixels:
    """Fewer pixels, by Lanczos."""
    rows, columns = pixels.shape[:2]
    image = _from_numpy(pixels).resize(width / columns, vscale=height / rows, kernel="lanczos3")
    return _to_numpy(image)


def encode_jpeg(pixels: Pixels, quality: int) -> bytes:
    """A progressive JPEG without metadata, of grey or RGB samples.

    Args:
        quality: 1 to 100, on the scale of libjpeg.
    """
    bands = pixels.shape[2]
    image = _from_numpy(pixels).copy(interpretation="b-w" if bands == 1 else "srgb")
    try:
        data = image.jpegsave_buffer(
            Q=quality,
            interlace=True,
            optimize_coding=True,
            trellis_quant=True,
            overshoot_deringing=True,
            optimize_scans=True,
            quant_table=_ROBIDOUX_TABLE,
            subsample_mode="on" if bands == 3 and quality < _FULL_COLOUR_QUALITY else "off",
            keep="none",
        )
    except pyvips.Error as error:
        raise EngineFailed("An image cannot be encoded.") from error
    return bytes(data)


def _from_numpy(pixels: Pixels) -> pyvips.Image:
    height, width, bands = pixels.shape
    return pyvips.Image.new_from_memory(np.ascontiguousarray(pixels).data, width, height, bands, "uchar")


def _to_numpy(image: pyvips.Image) -> Pixels:
    flat = np.frombuffer(image.write_to_memory(), dtype=np.uint8)
    return flat.reshape(image.height, image.width, image.bands)
