"""Image files as PDF pages, their samples as they are."""

from __future__ import annotations

from pathlib import Path

from pikepdf import Pdf
from PIL import ExifTags, Image

from pdfmill.core.context import Context
from pdfmill.core.documents import InputFile, MediaType
from pdfmill.core.errors import EmptyInput, EngineFailed, TooManyPages
from pdfmill.engines.img2pdf import write_image_pages
from pdfmill.engines.pillow import check_pixels, flattened, open_image

#: Inches of the longer side of a page that can be believed, and of a sheet of paper.
_PLAUSIBLE, _PAPER = (2.0, 17.5), 11.7
#: Resolutions that scanners and cameras have; what screens claim says nothing.
_LOW, _HIGH = 100.0, 300.0
_SCREEN = (72.0, 96.0)
#: Points; ISO 32000-1, annex C.2, has three, and what is smaller is not written.
_LEAST_SIDE = 3.5
#: Orientations of EXIF that are no mere turns.
_MIRRORED = (2, 4, 5, 7)
#: JPEG quality at which nothing is lost that one sees or reads.
_PHOTOGRAPH = 95


def as_pdf(file: InputFile, target: Path, ctx: Context) -> Path:
    """Write a PDF with a page for each frame of an image file.

    Raises:
        EmptyInput, DamagedInput: It cannot be read.
        TooManyPages: It has more frames than a document may have pages.
        TooManyPixels: A frame is too large.
    """
    if file.size_bytes == 0:
        raise EmptyInput("The file is empty. Send it again, with its content.")
    with open_image(file.path, file.media_type, ctx.limits) as image:
        _check_frames(image, ctx)
        # PDF has no filter for the one; the other would need a matrix, which is not worth it for what no camera makes.
        if file.media_type is MediaType.HEIC or (file.media_type is MediaType.JPEG and _is_mirrored(image)):
            _write_frames(image, target, ctx, "JPEG", quality=_PHOTOGRAPH, subsampling=0)
            return target
        try:
            write_image_pages(file.path, target, page_size)
        except EngineFailed:
            _write_frames(image, target, ctx, "PNG", compress_level=3)
    return target


def page_size(width: int, height: int, dpi: tuple[float, float]) -> tuple[float, float]:
    """Width and height in points of an image on a page; its resolution is made up where the file has none, or lies."""
    x, y = dpi
    low, high = _PLAUSIBLE
    believed = min(x, y) > 0 and (x, y) not in ((each, each) for each in _SCREEN)
    if not (believed and low <= max(width / x, height / y) <= high):
        x = y = min(max(max(width, height) / _PAPER, _LOW), _HIGH)
    size = 72 * width / x, 72 * height / y
    larger = max(1.0, _LEAST_SIDE / min(size))
    return larger * size[0], larger * size[1]


def _resolution(image: Image.Image) -> tuple[int, int]:
    x, y = image.info.get("dpi", (0, 0))
    return round(x), round(y)


def _is_mirrored(image: Image.Image) -> bool:
    """Whether it must be mirrored to be seen as it was meant."""
    return image.getexif().get(ExifTags.Base.Orientation) in _MIRRORED


def _check_frames(image: Image.Image, ctx: Context) -> None:
    count = getattr(image, "n_frames", 1)
    if count > ctx.limits.max_pages:
        raise TooManyPages(
            f"The image has {count} pages; at most {ctx.limits.max_pages} are taken. Split it, or raise "
            "PDFMILL_LIMITS__MAX_PAGES.",
            page_count=count,
            limit=ctx.limits.max_pages,
        )
    for frame in range(count):
        ctx.check()
        image.seek(frame)
        check_pixels(image, ctx.limits)
        image.load()


def _write_frames(image: Image.Image, target: Path, ctx: Context, image_format: str, **how: int) -> None:
    """Frames that do not go into a PDF as they are, decoded and encoded in another format, on white paper."""
    draft, page = ctx.path(f"frame.{image_format.lower()}"), ctx.path("frame.pdf")
    with Pdf.new() as pdf:
        for frame in range(getattr(image, "n_frames", 1)):
            ctx.check()
            image.seek(frame)
            flattened(image).save(draft, image_format, dpi=_resolution(image), **how)
            write_image_pages(draft, page, page_size)
            with Pdf.open(page) as single:
                pdf.pages.extend(single.pages)
        pdf.save(target)
    draft.unlink()
    page.unlink()
