"""Image files, and JPEG 2000 and fax data inside PDFs, by Pillow: only ever opened as the format that they show."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter, ImageOps, TiffImagePlugin, UnidentifiedImageError

from pdfmill.core.documents import MediaType
from pdfmill.core.errors import DamagedInput, EngineFailed, MissingDependency, TooManyPixels, UnsupportedMediaType
from pdfmill.core.limits import MEGAPIXEL, Limits

#: Left to itself Pillow tries every format it knows, and starts Ghostscript for a PostScript file named .jpg.
_FORMATS = {
    MediaType.PNG: "PNG",
    MediaType.JPEG: "JPEG",
    MediaType.TIFF: "TIFF",
    MediaType.WEBP: "WEBP",
    MediaType.HEIC: "HEIF",
}

#: Pixels; JPEG writes sizes in 16 bits, WebP in 14.
_LARGEST_SIDE = {MediaType.JPEG: 65_500, MediaType.WEBP: 16_383}

_LOSSLESS = 100
#: Of 0 to 6: the higher ones take many times as long and save a few per cent.
_WEBP_METHOD = 2

# Our own limit comes with the attempt, and holds before anything is decoded.
Image.MAX_IMAGE_PIXELS = None

Pixels = npt.NDArray[np.uint8]
Bits = npt.NDArray[np.bool_]

_TIFF_WIDTH, _TIFF_HEIGHT, _TIFF_BITS, _TIFF_COMPRESSION, _TIFF_PHOTOMETRIC = 256, 257, 258, 259, 262
_TIFF_STRIP_OFFSETS, _TIFF_SAMPLES, _TIFF_ROWS_PER_STRIP, _TIFF_STRIP_BYTES, _TIFF_T4_OPTIONS = 273, 277, 278, 279, 292
_GROUP_3, _GROUP_4 = 3, 4
_SHORT, _LONG = 3, 4


_COMPONENTS = {"L": 1, "RGB": 3, "CMYK": 4}


@contextmanager
def open_image(path: Path, media_type: MediaType, limits: Limits) -> Iterator[Image.Image]:
    """An image file, its pixels not decoded yet.

    Raises:
        UnsupportedMediaType: It is of a kind that is not opened here.
        MissingDependency: It is a HEIC image, and nothing is installed that reads these.
        DamagedInput: It cannot be read.
        TooManyPixels: It has more pixels than ``limits`` allows.
    """
    image_format = _FORMATS.get(media_type)
    if image_format is None:
        raise UnsupportedMediaType(
            f"Images of the kind {media_type.value} are not taken. Send a PNG, JPEG, TIFF, WebP or HEIC."
        )
    if media_type is MediaType.HEIC:
        _learn_heic()
    with _translated(), Image.open(path, formats=[image_format]) as image:
        check_pixels(image, limits)
        yield image


@cache
def _learn_heic() -> None:
    """Have Pillow open HEIC images, by pillow-heif."""
    try:
        import pillow_heif
    except ModuleNotFoundError as error:
        raise MissingDependency(
            "HEIC images are not read here. Send a JPEG or PNG, or have this installed: pip install 'pdfmill[heic]'",
            program="pillow-heif",
        ) from error
    pillow_heif.register_heif_opener()
    pillow_heif.options.DECODE_THREADS = 1  # jobs run beside each other


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


def decode_jpeg2000(data: bytes, width: int, height: int) -> Pixels:
    """The samples of a JPEG 2000 image of 8 bits, height × width × 1, 3 or 4 components.

    Raises:
        EngineFailed: It cannot be decoded, has another size, or other components (alpha, 16 bits, a palette).
    """
    with _decoding(), Image.open(io.BytesIO(data), formats=["JPEG2000"]) as image:
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
    with _decoding(), Image.open(io.BytesIO(data), formats=["JPEG2000"]) as image:
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
    with _decoding(), Image.open(io.BytesIO(_fax_as_tiff(data, width, height, k)), formats=["TIFF"]) as image:
        black: Bits = np.array(image.convert("L"), dtype=np.uint8) < 128
    return black


def encode_group4(black: Bits) -> bytes:
    """A CCITT Group 4 strip; True is black.

    Raises:
        EngineFailed: libtiff cannot encode it.
    """
    height, _ = black.shape
    buffer = io.BytesIO()
    with _decoding():
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
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of what is odd in a file; odd files are our daily bread
            yield
    # What Pillow's decoders raise at a broken file, besides the first, which is its own word for it.
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # a disk or a limit, not the file
        raise DamagedInput("The image is damaged beyond repair. Save it anew and send that.") from error


@contextmanager
def _decoding() -> Iterator[None]:
    """For data inside a PDF, whose image then stays as it is. In threads, which warning filters are not made for."""
    try:
        yield
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error) as error:
        raise EngineFailed("An image cannot be decoded or encoded.") from error


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


def flattened(image: Image.Image) -> Image.Image:
    """A frame in 8 bits of grey or red-green-blue, on white paper where it is transparent, upright as EXIF has it.

    Raises:
        DamagedInput: It cannot be decoded.
    """
    with _translated():
        upright = ImageOps.exif_transpose(image)
        if upright.mode in ("1", "L"):
            return upright
        if upright.mode.startswith("I") or upright.mode == "F":  # 16 bits and more
            samples = np.asarray(upright, dtype=np.float64)
            span = max(float(samples.max()), 1.0)
            return Image.fromarray((samples * (255 / span)).clip(0, 255).astype(np.uint8))
        paper = Image.new("RGBA", upright.size, "white")
        paper.alpha_composite(upright.convert("RGBA"))
        return paper.convert("RGB")


# What follows works on grey samples, height × width. libvips would do it as well, but starts threads, after which a
# process must not fork.


def reduced(grey: Pixels, factor: int) -> Pixels:
    """One sample for each square of ``factor`` × ``factor``, their mean."""
    return np.asarray(Image.fromarray(grey).reduce(factor))


def shrunk(grey: Pixels, width: int, height: int) -> Pixels:
    """Fewer samples, each the mean of those it stands for."""
    return np.asarray(Image.fromarray(grey).resize((width, height), Image.Resampling.BOX))


def enlarged(grey: Pixels, width: int, height: int) -> Pixels:
    """More samples, by linear interpolation."""
    return np.asarray(Image.fromarray(grey).resize((width, height), Image.Resampling.BILINEAR))


def sharply_enlarged(grey: Pixels, factor: float) -> Pixels:
    """More samples, by cubic interpolation, which keeps the edges of letters."""
    height, width = grey.shape
    return np.asarray(
        Image.fromarray(grey).resize((round(width * factor), round(height * factor)), Image.Resampling.BICUBIC)
    )


def turned_back(grey: Pixels, degrees: float) -> Pixels:
    """An image whose lines slant by that many degrees clockwise, level; of the same size, on white."""
    return np.asarray(Image.fromarray(grey).rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255))


def box_blurred(grey: Pixels, radius: int) -> Pixels:
    """The mean of each sample's square of ``2 * radius + 1``."""
    return np.asarray(Image.fromarray(grey).filter(ImageFilter.BoxBlur(radius)))


def median_filtered(grey: Pixels, size: int) -> Pixels:
    """The median of each sample's square of ``size``, which is odd."""
    return np.asarray(Image.fromarray(grey).filter(ImageFilter.MedianFilter(size)))
