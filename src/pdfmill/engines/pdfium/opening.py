"""Opening a document, and the words for what PDFium cannot read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pypdfium2

from pdfmill.core.errors import DamagedInput


@contextmanager
def open_document(path: Path) -> Iterator[Any]:
    """A document of pypdfium2, form fields included.

    Raises:
        DamagedInput: PDFium cannot read it, or one of the pages that the caller asks for.
    """
    try:
        document = pypdfium2.PdfDocument(path)
        document.init_forms()
    except pypdfium2.PdfiumError as error:
        raise DamagedInput("The pages of the file cannot be drawn. Print it to a new PDF and send that.") from error
    try:
        yield document
    except pypdfium2.PdfiumError as error:
        raise DamagedInput("A page of the file cannot be drawn. Print it to a new PDF and send that.") from error
    finally:
        document.close()
