"""Pages that become pictures of themselves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pikepdf import Dictionary, Name, Page, Pdf, Stream

from pdfmill.core.context import Context
from pdfmill.core.documents import MediaType
from pdfmill.engines.pdfium import Ink, Pixels, open_drawn
from pdfmill.engines.pikepdf import user_units
from pdfmill.engines.pillow import encode_image
from pdfmill.services.ocr.layer import rotation_of, upright_matrix, visible_bounds
from pdfmill.services.ocr.light import evened
from pdfmill.services.ocr.model import ReadPage

#: Levels by which red, green and blue differ in what is not grey, and the part of a page that may.
_COLOURED, _MOST_COLOURED = 24, 0.001


def replace_by_picture(
    pdf: Pdf, page: Page, source: Path, read: ReadPage, *, clean: bool, quality: int, ctx: Context
) -> None:
    """Paint a picture of the page instead of its content; links and other annotations stay.

    Args:
        clean: With even light and white paper.
        quality: Of the JPEG, 1 to 100.
    """
    with open_drawn(source, user_units(pdf), ctx.pixels) as document:
        drawing = document.draw_in(read.number - 1, Ink.COLOUR, dpi=read.dpi or 300)
    pixels = drawing.pixels
    if clean:
        pixels = np.stack([evened(pixels[:, :, band]) for band in range(3)], axis=2)
    pixels = _grey_if_it_is(pixels)
    image = Stream(pdf, encode_image(pixels, MediaType.JPEG, quality=quality, dpi=drawing.dpi))
    image.Type, image.Subtype, image.Filter = Name.XObject, Name.Image, Name.DCTDecode
    image.Height, image.Width = pixels.shape[:2]
    image.BitsPerComponent = 8
    image.ColorSpace = Name.DeviceGray if pixels.shape[2] == 1 else Name.DeviceRGB
    bounds = visible_bounds(page)
    rotation = rotation_of(page)
    wide, high = bounds[2] - bounds[0], bounds[3] - bounds[1]
    if rotation in (90, 270):
        wide, high = high, wide
    page.obj.Resources = Dictionary(XObject=Dictionary(Page=pdf.make_indirect(image)))
    matrix = upright_matrix(bounds, rotation, 1.0)
    content = b"q " + matrix.encode() + f" cm {wide:g} 0 0 {high:g} 0 0 cm /Page Do Q".encode()
    page.obj.Contents = pdf.make_stream(content)
    if Name.StructParents in page.obj:  # the marked content that it counts is gone
        del page.obj[Name.StructParents]


def _grey_if_it_is(pixels: Pixels) -> Pixels:
    sample = pixels[::4, ::4].astype(np.int16)
    coloured = (sample.max(axis=2) - sample.min(axis=2) > _COLOURED).mean()
    if coloured > _MOST_COLOURED:
        return pixels
    return np.asarray(pixels.mean(axis=2, keepdims=True).round(), dtype=np.uint8)
