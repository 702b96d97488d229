"""The words of pages, without their order: what is enough for those who look for values and their places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pdfmill.core.context import Context
from pdfmill.core.pages import PageRanges
from pdfmill.engines.pdfium import ReadDocument
from pdfmill.services.layout.frames import Frame
from pdfmill.services.layout.model import Box, TextQuality, Word
from pdfmill.services.layout.opening import open_pages
from pdfmill.services.layout.quality import is_sparse, quality_of
from pdfmill.services.layout.recognition import Recognise, layers_of_unreadable
from pdfmill.services.layout.words import Layer, read_layers


@dataclass(frozen=True)
class PageWords:
    """The words of a page whose lines run in its main direction.

    Attributes:
        number: Page number, from 1.
        frame: The page turned so that these lines are level; the words' boxes lie in it.
        quality: What the text of the whole page is worth.
        words: In the order of the content stream.
        source: ``ocr`` for recognised words, whether here or by whoever laid them under a scan.
    """

    number: int
    frame: Frame
    quality: TextQuality
    words: tuple[Word, ...] = field(repr=False)
    source: Literal["text", "ocr"] = "text"

    @property
    def width(self) -> float:
        """Points in the direction of the lines."""
        return self.frame.size[0]

    @property
    def height(self) -> float:
        """Points across the lines."""
        return self.frame.size[1]

    def shown(self, box: Box) -> Box:
        """A box of these words, or around several, where it is on the page as shown."""
        return box if self.frame.angle == 0 else self.frame.turn_box(box)


class WordDocument:
    """A document whose pages can be read, each by itself.

    Attributes:
        page_indices: The pages that were asked for, in that order.
    """

    def __init__(self, document: ReadDocument, page_indices: Sequence[int], recognised: Mapping[int, Layer]) -> None:
        self._document = document
        self._recognised = recognised
        self.page_indices = page_indices

    @property
    def title(self) -> str:
        """What the document calls itself; empty if it does not."""
        return self._document.title

    def pages(self, ctx: Context) -> Iterator[PageWords]:
        """One page after the other; reports progress by page."""
        for done, page_index in enumerate(self.page_indices, start=1):
            yield self.page(page_index)
            ctx.advance(done, len(self.page_indices), unit="pages")

    def page(self, page_index: int) -> PageWords:
        """The words of a page."""
        with self._document.page(page_index) as page:
            size = page.geometry.size
            characters = page.characters()
            layers = read_layers(characters, size, (), {})
            # Finding the pictures takes time, so only where they say something.
            pictures = page.pictures() if is_sparse(sum(layer.characters for layer in layers)) else ()
            quality = quality_of(page, [word.text for layer in layers for word in layer.words], pictures)
        read = self._recognised.get(page_index)
        if read is not None and quality.needs_ocr:
            return PageWords(page_index + 1, read.frame, TextQuality.RECOGNISED, read.words, "ocr")
        frame, words = (layers[0].frame, layers[0].words) if layers else (Frame(0, *size), ())
        return PageWords(page_index + 1, frame, quality, words, _source(words))


@contextmanager
def open_words(
    path: Path, pages: PageRanges | None, ctx: Context, recognise: Recognise | None = None
) -> Iterator[WordDocument]:
    """Open a document to read its words.

    Args:
        pages: Those to read; None for all.
        recognise: Reads pages that are only a picture or have garbled text, within the whole stretch of the context's
            progress; None to leave them as they are.

    Raises:
        EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages: The document cannot be read.
        InvalidPageRange: A page lies outside the document.
        Cancelled, DeadlineExceeded: As the context says.
    """
    with open_pages(path, pages, ctx) as opened:
        recognised: Mapping[int, Layer] = {}
        if recognise is not None:
            recognised = layers_of_unreadable(opened.path, opened.user_units, opened.indices, recognise, ctx)
        yield WordDocument(opened.document, opened.indices, recognised)


def read_words(path: Path, ctx: Context, recognise: Recognise | None = None) -> Iterator[PageWords]:
    """The words of all pages, one page after the other; reports progress by page.

    Args:
        recognise: Reads pages whose text is absent or garbled; None to leave them as they are.

    Raises:
        EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages: The document cannot be read.
        Cancelled, DeadlineExceeded: As the context says.
    """
    opening = ctx.stage("recognising", share=0.8) if recognise else ctx
    with open_words(path, None, opening, recognise) as document:
        yield from document.pages(ctx.stage("reading", share=1.0) if recognise else ctx)


def _source(words: Sequence[Word]) -> Literal["text", "ocr"]:
    """Text that is there but not painted is what OCR laid under a scan."""
    unseen = sum(word.style.invisible for word in words)
    return "ocr" if 2 * unseen > len(words) else "text"
