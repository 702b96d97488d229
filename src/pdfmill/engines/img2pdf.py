"""Image files as PDF pages without decoding them, by img2pdf: JPEG, PNG and fax data go in as they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import img2pdf

from pdfmill.core.errors import EngineFailed

#: Says how large a page is: width and height in pixels, and the resolution that the file claims, to points.
PageSize = Callable[[int, int, tuple[float, float]], tuple[float, float]]

_REFUSALS = (
    img2pdf.NegativeDimensionError,
    img2pdf.UnsupportedColorspaceError,
    img2pdf.ImageOpenError,
    img2pdf.JpegColorspaceError,
    img2pdf.PdfTooLargeError,
    img2pdf.AlphaChannelError,
    img2pdf.ExifOrientationError,
)


def write_image_pages(image: Path, target: Path, page_size: PageSize) -> None:
    """Write a PDF with a page for each frame of an image file; one that a camera turned stands upright.

    Raises:
        EngineFailed: The image cannot go into a PDF as it is: it has an alpha channel, 16 bits, or another oddity.
    """

    def layout(width: int, height: int, dpi: tuple[float, float]) -> tuple[float, float, float, float]:
        size = page_size(width, height, dpi)
        return (*size, *size)

    try:
        with target.open("wb") as file:
            img2pdf.convert(
                str(image),
                outputstream=file,
                engine=img2pdf.Engine.pikepdf,
                layout_fun=layout,
                rotation=img2pdf.Rotation.ifvalid,
                nodate=True,
            )
    except (*_REFUSALS, ValueError, TypeError, NotImplementedError) as error:
        raise EngineFailed("An image cannot go into a PDF as it is.") from error
