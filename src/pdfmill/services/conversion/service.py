"""ConversionService: pages as pictures, a file for each page, or one TIFF of them all."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from pdfmill.core.context import Context
from pdfmill.core.documents import MediaType
from pdfmill.core.errors import OutputTooLarge
from pdfmill.core.limits import MIB
from pdfmill.core.pages import PageRanges
from pdfmill.engines.pdfium import Drawing, DrawnDocument, Ink, open_drawn
from pdfmill.engines.pikepdf import open_pdf
from pdfmill.engines.pillow import encode_image, open_tiff
from pdfmill.services.conversion.png import PngEffort, as_grey, encode_png
from pdfmill.services.packing import unique_names
from pdfmill.services.readable import readable

#: Part of the wanted resolution below which a page counts as drawn coarser.
_COARSER = 0.99


class PictureFormat(StrEnum):
    """Formats that pages are drawn into."""

    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"
    TIFF = "tiff"

    @property
    def media_type(self) -> MediaType:
        return MediaType(f"image/{self.value}")


@dataclass(frozen=True)
class PictureManner:
    """How pages are drawn.

    Attributes:
        dpi: Resolution in pixels for each inch.
        ink: Grey, colour, or colour on a transparent ground.
        quality: Of JPEG and WebP, 1 to 100.
        effort: Whether PNG files are made quickly or small.
        archive: Whether a single picture is put into an archive as well, as several are.
    """

    picture_format: PictureFormat
    dpi: float
    ink: Ink
    quality: int
    effort: PngEffort
    archive: bool = False


@dataclass
class DrawnPages:
    """What was drawn.

    Attributes:
        path: The one picture, the TIFF, or a zip archive of pictures.
        page_numbers: In the order of the output.
        coarser: Numbers of pages that have a lower resolution than was wanted, since they are very large.
    """

    path: Path
    media_type: MediaType
    page_numbers: list[int] = field(default_factory=list)
    coarser: list[int] = field(default_factory=list)


class ConversionService:
    """Makes files of other kinds from pages."""

    def draw(
        self, source: Path, stem: str, manner: PictureManner, pages: PageRanges | None, ctx: Context
    ) -> DrawnPages:
        """Draw pages into the work directory.

        Args:
            stem: What the names of pictures in an archive begin with.
            pages: Those to draw, in this order; None for all.

        Raises:
            EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages: The document cannot be read.
            InvalidPageRange: A page lies outside the document.
            TooManyPixels: The pages are more than may be drawn.
            OutputTooLarge: The pictures together are more than an archive may hold.
            Cancelled, DeadlineExceeded: As the context says.
        """
        with open_pdf(source, ctx.limits) as pdf:
            page_count = len(pdf.pages)
            path, units = readable(pdf, source, ctx)
        indices = list(range(page_count)) if pages is None else pages.resolve(page_count)
        with open_drawn(path, units, ctx.pixels) as document:
            if manner.picture_format is PictureFormat.TIFF:
                return _tiff(document, indices, manner, ctx)
            if manner.archive or len(indices) > 1:
                return _archive(document, indices, f"{stem}-{{:0{len(str(page_count))}}}", manner, ctx)
            return _single(document, indices, manner, ctx)


def _drawings(
    document: DrawnDocument, indices: Sequence[int], manner: PictureManner, drawn: DrawnPages, ctx: Context
) -> Iterator[Drawing]:
    for done, page_index in enumerate(indices):
        ctx.advance(done, len(indices), unit="pages")
        drawing = document.draw_in(page_index, manner.ink, dpi=manner.dpi, with_share=True)
        ctx.meter.pages += 1
        ctx.meter.picture_pixels += round(drawing.picture_share * drawing.pixels.shape[0] * drawing.pixels.shape[1])
        drawn.page_numbers.append(page_index + 1)
        if drawing.dpi < _COARSER * manner.dpi:
            drawn.coarser.append(page_index + 1)
        yield drawing
    ctx.advance(len(indices), len(indices), unit="pages")


def _tiff(document: DrawnDocument, indices: Sequence[int], manner: PictureManner, ctx: Context) -> DrawnPages:
    drawn = DrawnPages(ctx.path("pages.tiff"), MediaType.TIFF)
    with open_tiff(drawn.path) as add:
        for drawing in _drawings(document, indices, manner, drawn, ctx):
            add(drawing.pixels, drawing.dpi)
    return drawn


def _single(document: DrawnDocument, indices: Sequence[int], manner: PictureManner, ctx: Context) -> DrawnPages:
    drawn = DrawnPages(ctx.path(f"page.{manner.picture_format}"), manner.picture_format.media_type)
    (drawing,) = _drawings(document, indices, manner, drawn, ctx)
    drawn.path.write_bytes(_encode(drawing, manner))
    return drawn


def _archive(
    document: DrawnDocument, indices: Sequence[int], pattern: str, manner: PictureManner, ctx: Context
) -> DrawnPages:
    """An archive of pictures named by a pattern for the page number."""
    drawn = DrawnPages(ctx.path("pages.zip"), MediaType.ZIP)
    names = unique_names(f"{pattern.format(index + 1)}.{manner.picture_format}" for index in indices)
    written = 0
    with zipfile.ZipFile(drawn.path, "w", zipfile.ZIP_STORED) as archive:
        for name, drawing in zip(names, _drawings(document, indices, manner, drawn, ctx), strict=True):
            data = _encode(drawing, manner)
            written += len(data)
            if written > ctx.limits.max_archive_mib * MIB:
                raise OutputTooLarge(
                    f"The pictures have more than {ctx.limits.max_archive_mib} MiB together. Choose fewer pages, fewer "
                    "dpi or JPEG, or raise PDFMILL_LIMITS__MAX_ARCHIVE_MIB.",
                    limit_mib=ctx.limits.max_archive_mib,
                )
            archive.writestr(zipfile.ZipInfo(name), data)
    return drawn


def _encode(drawing: Drawing, manner: PictureManner) -> bytes:
    """A picture file other than TIFF."""
    if manner.picture_format is PictureFormat.PNG:
        return encode_png(drawing.pixels, dpi=drawing.dpi, effort=manner.effort)
    media_type = manner.picture_format.media_type
    is_jpeg = manner.picture_format is PictureFormat.JPEG
    pixels = as_grey(drawing.pixels) if is_jpeg else drawing.pixels
    return encode_image(pixels, media_type, quality=manner.quality, dpi=drawing.dpi)
