"""Images written into content streams."""

from __future__ import annotations

from contextlib import suppress

from pikepdf import Pdf
from pikepdf.exceptions import PikepdfError

from pdfmill.core.context import Context

#: Bytes of an inline image from which it is worth an object of its own; ISO 32000-2, 8.9.7 advises 4 KiB at most.
_LEAST_BYTES = 2048


def externalize_inline_images(pdf: Pdf, ctx: Context) -> None:
    """Make large inline images of pages and their forms image XObjects, which can be compressed and merged.

    libqpdf expands the abbreviated keys and looks up colour spaces that are names of resources.
    """
    for number, page in enumerate(pdf.pages, start=1):
        with suppress(PikepdfError):  # content that cannot be decoded is not rewritten
            page.externalize_inline_images(min_size=_LEAST_BYTES)
        ctx.advance(number, len(pdf.pages), unit="pages")
