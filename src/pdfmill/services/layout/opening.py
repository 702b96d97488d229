"""Opening a document to read some of its pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pdfmill.core.limits import Limits
from pdfmill.core.pages import PageRanges
from pdfmill.engines.pdfium import ReadDocument, open_read
from pdfmill.engines.pikepdf import open_pdf, user_units


@dataclass(frozen=True)
class OpenPages:
    """A document and what to read of it.

    Attributes:
        indices: The pages that were asked for, in that order.
        user_units: For each page of the document, the points in a unit of its user space.
    """

    document: ReadDocument
    indices: Sequence[int]
    user_units: Sequence[float]


@contextmanager
def open_pages(path: Path, pages: PageRanges | None, limits: Limits) -> Iterator[OpenPages]:
    """Open a document to read some of its pages; None for all.

    Raises:
        EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages: The document cannot be read.
        InvalidPageRange: A page lies outside the document.
    """
    with open_pdf(path, limits) as pdf:
        indices = list(range(len(pdf.pages))) if pages is None else pages.resolve(len(pdf.pages))
        units = user_units(pdf)
    with open_read(path, units) as document:
        yield OpenPages(document, indices, units)
