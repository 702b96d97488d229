"""Where the words of pages come from whose own text is absent or wrong: whoever recognises text hands over layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pdfmill.core.context import Context
from pdfmill.core.pages import PageRanges
from pdfmill.engines.pdfium import ReadDocument, open_read
from pdfmill.services.layout.quality import is_sparse, quality_of
from pdfmill.services.layout.words import Layer

#: Given a document, the points in a unit of each page's user space, and indices of pages that are pictures or have
#: garbled text: the words of those that it can read. `pdfmill.services.ocr.page_layers.recogniser` has one.
Recognise = Callable[[Path, Sequence[float], Sequence[int], Context], Mapping[int, Layer]]


#: What those say who found nothing but pictures, or some pages of them.
ONLY_PICTURES = (
    "There is no text in the document, only pictures of it, and no words were recognised in them. Leave ocr on auto, "
    "send a sharper scan, or ask the operator which languages OCR has."
)


def unread_pages(pages: PageRanges | str) -> str:
    """What those say who read the rest."""
    return (
        f"Pages {pages} have no text that can be read, so nothing was read there. Leave ocr on auto, or run ocr on the "
        "document and send what comes out."
    )


def layers_of_unreadable(
    path: Path, user_units: Sequence[float], page_indices: Sequence[int], recognise: Recognise, ctx: Context
) -> Mapping[int, Layer]:
    """The words of those pages that are only a picture, or whose text is garbled, by page index.

    Raises:
        DamagedInput: A page cannot be read.
        Cancelled, DeadlineExceeded: As the context says.
    """
    with open_read(path, user_units) as document:
        needing = [index for index in sorted(set(page_indices)) if _needs_ocr(document, index)]
    return recognise(path, user_units, needing, ctx) if needing else {}


def _needs_ocr(document: ReadDocument, page_index: int) -> bool:
    with document.page(page_index) as page:
        words = page.text.split()
        return quality_of(page, words, page.pictures() if is_sparse(sum(map(len, words))) else ()).needs_ocr
