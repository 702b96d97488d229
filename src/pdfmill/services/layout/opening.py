"""Opening a document to read some of its pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pdfmill.core.context import Context
from pdfmill.core.pages import PageRanges
from pdfmill.engines.pdfium import ReadDocument
from pdfmill.engines.pikepdf import open_pdf
from pdfmill.services.readable import open_readable


@dataclass(frozen=True)
class OpenPages:
    """A document and what to read of it.

    Attributes:
        path: Where the document lies that is read, see `readable`.
        indices: The pages that were asked for, in that order.
        user_units: For each page of the document, the points in a unit of its user space.
    """

    document: ReadDocument
    path: Path
    indices: Sequence[int]
    user_units: Sequence[float]


@contextmanager
def open_pages(path: Path, pages: PageRanges | None, ctx: Context) -> Iterator[OpenPages]:
    """Open a document to read some of its pages; None for all.

    Raises:
        EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages: The document cannot be read.
        InvalidPageRange: A page lies outside the document.
    """
    with ExitStack() as stack:
        with open_pdf(path, ctx.limits) as pdf:
            indices = list(range(len(pdf.pages))) if pages is None else pages.resolve(len(pdf.pages))
            document, readable_path, units = stack.enter_context(open_readable(pdf, path, ctx))
        yield OpenPages(document, readable_path, indices, units)
