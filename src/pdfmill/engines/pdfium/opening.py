"""Opening a document whose pages have been counted, and the words for what PDFium cannot read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as raw

from pdfmill.core.errors import DamagedInput


def finds_pages(path: Path, page_count: int) -> bool:
    """Whether PDFium finds so many pages in a file, and each of them, see `finds_each_page`."""
    try:
        with pypdfium2.PdfDocument(path) as document:
            return len(document) == page_count and finds_each_page(document)
    except pypdfium2.PdfiumError:
        return False


def finds_each_page(document: Any) -> bool:
    """Whether PDFium finds each of the pages that it counts in a document of pypdfium2.

    It believes the /Count of the page tree's root, and counts kids that are no pages; libqpdf walks the tree.
    """
    size = raw.FS_SIZEF()
    return all(raw.FPDF_GetPageSizeByIndexF(document.raw, index, size) for index in range(len(document)))


@contextmanager
def open_document(path: Path, page_count: int, *, forms: bool = False) -> Iterator[Any]:
    """A document of pypdfium2.

    Args:
        page_count: As libqpdf counts them; see `pdfmill.services.readable`.
        forms: Whether form fields are drawn with its pages.

    Raises:
        DamagedInput: PDFium cannot read it, or one of the pages that the caller asks for, or counts other pages.
    """
    try:
        document = pypdfium2.PdfDocument(path)
        if len(document) != page_count:
            document.close()
            raise DamagedInput("The pages of the file cannot be counted. Print it to a new PDF and send that.")
        if forms:
            document.init_forms()
    except pypdfium2.PdfiumError as error:
        raise DamagedInput("The pages of the file cannot be drawn. Print it to a new PDF and send that.") from error
    try:
        yield document
    except pypdfium2.PdfiumError as error:
        raise DamagedInput("A page of the file cannot be drawn. Print it to a new PDF and send that.") from error
    finally:
        document.close()
