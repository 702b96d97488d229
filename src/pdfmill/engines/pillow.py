"""Image files, by Pillow: only ever opened as the format that their first bytes show."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, TiffImagePlugin, UnidentifiedImageError

from pdfmill.core.documents import MediaType
from pdfmill.core.errors import DamagedInput, TooManyPixels, UnsupportedMediaType
from pdfmill.core.limits import MEGAPIXEL, Limits

#: Left to itself Pillow tries every format it knows, and starts Ghostscript for a PostScript file named .jpg.
_FORMATS = {MediaType.PNG: "PNG", MediaType.JPEG: "JPEG", MediaType.TIFF: "TIFF", MediaType.WEBP: "WEBP"}

#: Pixels; JPEG writes sizes in 16 bits, WebP in 14.
_LARGEST_SIDE = {MediaType.JPEG: 65_500, MediaType.WEBP: 16_383}

_LOSSLESS = 100
#: Of 0 to 6: the higher ones take many times as long and save a few per cent.
_WEBP_METHOD = 2

# Our own limit comes with the attempt, and holds before anything is decoded.
Image.MAX_IMAGE_PIXELS = None


@contextmanager
def open_image(path: Path, media_type: MediaType, limits: Limits) -> Iterator[Image.Image]:
    """An image file, its pixels not decoded yet.

    Raises:
        UnsupportedMediaType: It is of a kind that is not opened here.
        DamagedInput: It cannot be read.
        TooManyPixels: It has more pixels than ``limits`` allows.
    """
    image_format = _FORMATS.get(media_type)
    if image_format is None:
        raise UnsupportedMediaType(
            f"Images of the kind {media_type.value} are not taken. Send a PNG, JPEG, TIFF or WebP."
        )
    with _translated(), Image.open(path, formats=[image_format]) as image:
        check_pixels(image, limits)
        yield image


def check_pixels(image: Image.Image, limits: Limits) -> None:
    """Refuse a frame that is too large to be decoded; each frame of a TIFF has a size of its own.

    Raises:
        TooManyPixels: It has more pixels than ``limits`` allows.
    """
    if image.width * image.height > limits.max_image_megapixels * MEGAPIXEL:
        raise TooManyPixels(
            f"The image has {image.width} × {image.height} pixels; at most {limits.max_image_megapixels} megapixels "
            "are taken. Make it smaller, or raise PDFMILL_LIMITS__MAX_IMAGE_MEGAPIXELS.",
            limit_megapixels=limits.max_image_megapixels,
        )


@contextmanager
def _translated() -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of what is odd in a file; odd files are our daily bread
            yield
    # What Pillow's decoders raise at a broken file, besides the first, which is its own word for it.
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # a disk or a limit, not the file
        raise DamagedInput("The image is damaged beyond repair. Save it anew and send that.") from error


def encode_image(pixels: npt.NDArray[np.uint8], media_type: MediaType, *, quality: int, dpi: float) -> bytes:
    """A JPEG or WebP file.

    Args:
        pixels: Height × width × 1, 3 or 4 samples; JPEG has no alpha.
        quality: 1 to 100; a WebP of 100 is lossless.
        dpi: Written into the file, where the format has a place for it.

    Raises:
        TooManyPixels: The format cannot hold an image of that size.
    """
    image = _image_of(pixels)
    limit = _LARGEST_SIDE.get(media_type)
    if limit is not None and max(image.size) > limit:
        raise TooManyPixels(
            f"A {_FORMATS[media_type]} image has at most {limit} pixels on a side. Choose fewer dpi or another format.",
            limit_pixels=limit,
        )
    buffer = io.BytesIO()
    if media_type is MediaType.WEBP:
        image.save(buffer, "WEBP", quality=quality, lossless=quality == _LOSSLESS, method=_WEBP_METHOD)
    else:
        image.save(buffer, _FORMATS[media_type], quality=quality, dpi=(dpi, dpi))
    return buffer.getvalue()


@contextmanager
def open_tiff(path: Path) -> Iterator[Callable[[npt.NDArray[np.uint8], float], None]]:
    """A new TIFF file of as many pages as are added to it, each deflated without loss.

    Yields:
        Adds a page: its pixels, height × width × 1, 3 or 4 samples, and their resolution in dpi.
    """
    with TiffImagePlugin.AppendingTiffWriter(str(path), new=True) as file:

        def add(pixels: npt.NDArray[np.uint8], dpi: float) -> None:
            _image_of(pixels).save(file, "TIFF", compression="tiff_adobe_deflate", dpi=(dpi, dpi))
            file.newFrame()

        yield add


def _image_of(pixels: npt.NDArray[np.uint8]) -> Image.Image:
    return Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
