"""The one count of a document's pages: that of libqpdf. PDFium, which reads them, is made to find the same."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pikepdf import Pdf

from pdfmill.core.context import Context
from pdfmill.core.errors import DamagedInput
from pdfmill.engines.pdfium import ReadDocument, finds_pages, open_read
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
    return source if finds_pages(source, len(units)) else _in_order(pdf, ctx), units


@contextmanager
def open_readable(pdf: Pdf, source: Path, ctx: Context) -> Iterator[tuple[ReadDocument, Path, list[float]]]:
    """What `readable` finds, opened to be read; a sound file is opened only once.

    Raises:
        DamagedInput: PDFium cannot read it.
        StorageFull: The disk is full.
    """
    units = user_units(pdf)
    with ExitStack() as stack:
        path, document = source, _sound(source, units, stack)
        if document is None:
            path = _in_order(pdf, ctx)
            document = stack.enter_context(open_read(path, units))
        yield document, path, units


def _sound(source: Path, units: list[float], stack: ExitStack) -> ReadDocument | None:
    """The document if PDFium finds its pages."""
    try:
        document = stack.enter_context(open_read(source, units))
    except DamagedInput:
        return None
    return document if document.finds_each_page else None


def _in_order(pdf: Pdf, ctx: Context) -> Path:
    with tempfile.NamedTemporaryFile(dir=ctx.work_dir, suffix=".pdf", delete=False) as copy:
        save_pdf(pdf, Path(copy.name))
    return Path(copy.name)
