"""Where the words of pages come from that are pictures: whoever recognises text hands them over as layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pdfmill.core.context import Context
from pdfmill.core.pages import PageRanges
from pdfmill.engines.pdfium import ReadDocument, open_read
from pdfmill.services.layout.model import TextQuality
from pdfmill.services.layout.quality import first_look
from pdfmill.services.layout.words import Layer

#: Given a document, the points in a unit of each page's user space, and indices of pages that are pictures: the words
#: of those that it can read. `pdfmill.services.ocr.page_layers.recogniser` has one.
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


def layers_of_pictures(
    path: Path, user_units: Sequence[float], page_indices: Sequence[int], recognise: Recognise, ctx: Context
) -> Mapping[int, Layer]:
    """The words of those pages that are only a picture, by page index.

    Raises:
        DamagedInput: A page cannot be read.
        Cancelled, DeadlineExceeded: As the context says.
    """
    with open_read(path, user_units) as document:
        pictures = [index for index in sorted(set(page_indices)) if _is_picture(document, index)]
    return recognise(path, user_units, pictures, ctx) if pictures else {}


def _is_picture(document: ReadDocument, page_index: int) -> bool:
    with document.page(page_index) as page:
        look = first_look(page.count_characters(), page.pictures(), page.geometry.size)
    return look is TextQuality.IMAGE_ONLY
