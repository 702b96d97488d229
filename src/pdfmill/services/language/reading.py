"""Reading whatever has text: a PDF by its layout, pages of pictures by OCR, a text file by its lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pdfmill.core.context import Context
from pdfmill.core.documents import InputFile, MediaType
from pdfmill.core.errors import NoText
from pdfmill.core.pages import PageRanges
from pdfmill.services.layout.model import Page
from pdfmill.services.layout.recognition import ONLY_PICTURES, Recognise
from pdfmill.services.layout.service import LayoutService
from pdfmill.services.layout.text_files import read_text_file


def read_pages(
    source: InputFile,
    pages: PageRanges | None,
    ctx: Context,
    recognise: Recognise | None,
    take: Callable[[Page], None],
) -> str:
    """Hand over each page, in the order asked for; returns what the document calls itself, empty if it does not.

    Args:
        recognise: Reads pages whose text is absent or garbled; None to leave them as they are.

    Raises:
        UnknownEncoding: A text file is in another encoding.
        EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages, InvalidPageRange: As the layout service.
        Cancelled, DeadlineExceeded: As the context says.
    """
    if source.media_type is MediaType.TEXT:
        read = read_text_file(source.path, source.name, ctx.limits)
        for page_index in range(len(read)) if pages is None else pages.resolve(len(read)):
            ctx.check()
            take(read[page_index])
        return ""
    comparing = ctx.stage("comparing pages", share=0.3 if recognise is None else 0.6)
    with LayoutService().open(source.path, pages, comparing, recognise) as document:
        reading = ctx.stage("reading", share=1.0)
        count = len(document.page_indices)
        for done, page_index in enumerate(document.page_indices, start=1):
            take(document.page(page_index))
            reading.advance(done, count, unit="pages")
        return document.title


def nothing_to_read(unread: Sequence[int]) -> NoText:
    """The refusal of a document without text.

    Args:
        unread: Numbers of the pages whose text is absent or garbled.
    """
    if unread:
        return NoText(ONLY_PICTURES, needs_ocr=str(PageRanges.of(unread)))
    return NoText("There is no text on these pages. Send a document with text, or choose other pages.")
