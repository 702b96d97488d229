"""The one count of a document's pages: that of libqpdf. PDFium, which reads them, is made to find the same."""

from __future__ import annotations

import tempfile
from pathlib import Path

from pikepdf import Pdf

from pdfmill.core.context import Context
from pdfmill.engines.pdfium import finds_pages
from pdfmill.engines.pikepdf import save_pdf, user_units


def readable(pdf: Pdf, source: Path, ctx: Context) -> tuple[Path, list[float]]:
    """What PDFium has to open to find the pages that libqpdf finds, and the points in a unit of each one's user space.

    It is the file itself, or a copy in the work directory whose page tree libqpdf has put in order: where a page tree
    has a wrong /Count, or kids that are no pages, the two would number its pages differently.

    Args:
        pdf: The document, unchanged since it was opened.
        source: Its file.

    Raises:
        StorageFull: The disk is full.
    """
    units = user_units(pdf)
    if finds_pages(source, len(units)):
        return source, units
    with tempfile.NamedTemporaryFile(dir=ctx.work_dir, suffix=".pdf", delete=False) as copy:
        save_pdf(pdf, Path(copy.name))
    return Path(copy.name), units
