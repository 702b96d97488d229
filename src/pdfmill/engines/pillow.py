"""Image files, by Pillow: only ever opened as the format that their first bytes show."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from pdfmill.core.documents import MediaType
from pdfmill.core.errors import DamagedInput, TooManyPixels, UnsupportedMediaType
from pdfmill.core.limits import MEGAPIXEL, Limits

#: Left to itself Pillow tries every format it knows, and starts Ghostscript for a PostScript file named .jpg.
_FORMATS = {MediaType.PNG: "PNG", MediaType.JPEG: "JPEG", MediaType.TIFF: "TIFF", MediaType.WEBP: "WEBP"}

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
