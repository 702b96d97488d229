"""Pages as words with boxes: what is enough to look values up, at a part of the price of a whole layout."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pdfmill.core.context import Context
from pdfmill.core.pages import PageRanges
from pdfmill.engines.pdfium import Graphics, ReadDocument, open_read
from pdfmill.engines.pikepdf import open_pdf, user_units
from pdfmill.services.layout.frames import Frame
from pdfmill.services.layout.model import Box, TextQuality, Word
from pdfmill.services.layout.quality import quality_of
from pdfmill.services.layout.words import read_layers

#: Pages with at least so many characters have text, whatever their pictures show.
_ENOUGH_CHARACTERS = 40
_NO_GRAPHICS = Graphics((), ())


@dataclass(frozen=True)
class WordPage:
    """The words of a page that run in its main direction, seen so that they run from left to right.

    Attributes:
        number: From 1.
        width: Points, in the direction of the words.
        height: Points, across it.
        words: In the order of the content stream; their boxes are level, see `shown`.
        quality: What the text of the whole page is worth.
        recognised: Whether most words were laid under a picture by OCR.
    """

    number: int
    width: float
    height: float
    words: tuple[Word, ...] = field(repr=False)
    quality: TextQuality
    recognised: bool
    frame: Frame

    def shown(self, box: Box) -> Box:
        """A box of level words, as it is on the page."""
        return box if self.frame.angle == 0 else self.frame.turn_box(box)


class WordDocument:
    """A document whose pages can be read, each by itself."""

    def __init__(self, document: ReadDocument, page_indices: list[int]) -> None:
        self._document = document
        self.page_indices = page_indices

    @property
    def title(self) -> str:
        """What the document calls itself; empty if it does not."""
        return self._document.title

    def page(self, page_index: int) -> WordPage:
        """The words of a page."""
        with self._document.page(page_index) as page:
            size = page.geometry.size
            characters = page.characters()
            # Pictures say something about the text of a page only where there is hardly any.
            sparse = len(characters.codepoints) < _ENOUGH_CHARACTERS
            graphics = page.graphics() if sparse else _NO_GRAPHICS
        layers = read_layers(characters, size, (), {})
        every_word = [word for layer in layers for word in layer.words]
        frame = layers[0].frame if layers else Frame(0, *size)
        words = layers[0].words if layers else ()
        hidden = sum(word.style.invisible for word in words)
        return WordPage(
            number=page_index + 1,
            width=frame.size[0],
            height=frame.size[1],
            words=words,
            quality=quality_of(characters, every_word, graphics, size),
            recognised=2 * hidden > len(words),
            frame=frame,
        )


@contextmanager
def open_words(path: Path, pages: PageRanges | None, ctx: Context) -> Iterator[WordDocument]:
    """Open a document to read its words.

    Args:
        pages: Those to read; None for all.

    Raises:
        EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages: The document cannot be read.
        InvalidPageRange: A page lies outside the document.
    """
    with open_pdf(path, ctx.limits) as pdf:
        page_indices = list(range(len(pdf.pages))) if pages is None else pages.resolve(len(pdf.pages))
        units = user_units(pdf)
    with open_read(path, units) as document:
        yield WordDocument(document, page_indices)
