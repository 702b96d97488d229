"""The words of pages, without their order: what is enough for those who look for values and their places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pdfmill.core.context import Context
from pdfmill.engines.pdfium import open_read
from pdfmill.engines.pikepdf import open_pdf, user_units
from pdfmill.services.layout.frames import Frame
from pdfmill.services.layout.model import Box, TextQuality, Word
from pdfmill.services.layout.quality import quality_of
from pdfmill.services.layout.recognition import Recognise, layers_of_pictures
from pdfmill.services.layout.words import Layer, read_layers


@dataclass(frozen=True)
class PageWords:
    """The words of a page whose lines run in its main direction.

    Whoever recognises text in pictures hands over the same, with ``source`` ``ocr``.

    Attributes:
        number: Page number, from 1.
        frame: The page turned so that these lines are level; the words' boxes lie in it.
        source: ``ocr`` for recognised words.
    """

    number: int
    frame: Frame
    quality: TextQuality
    words: tuple[Word, ...] = field(repr=False)
    source: Literal["text", "ocr"] = "text"

    def shown(self, box: Box) -> Box:
        """A box of these words, or around several, where it is on the page as shown."""
        return box if self.frame.angle == 0 else self.frame.turn_box(box)


def read_words(path: Path, ctx: Context, recognise: Recognise | None = None) -> Iterator[PageWords]:
    """The words of all pages, one page after the other; reports progress by page.

    Args:
        recognise: Reads pages that are only a picture; None to leave them without words.

    Raises:
        EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages: The document cannot be read.
        Cancelled, DeadlineExceeded: As the context says.
    """
    with open_pdf(path, ctx.limits) as pdf:
        units = user_units(pdf)
    recognised: Mapping[int, Layer] = {}
    if recognise is not None:
        recognised = layers_of_pictures(path, units, range(len(units)), recognise, ctx.stage("recognising", share=0.8))
        ctx = ctx.stage("reading", share=1.0)
    with open_read(path, units) as document:
        for page_index in range(len(units)):
            ctx.advance(page_index, len(units), unit="pages")
            with document.page(page_index) as page:
                size = page.geometry.size
                characters = page.characters()
                layers = read_layers(characters, size, (), {})
                every_word = [word for layer in layers for word in layer.words]
                quality = quality_of(characters, every_word, page.graphics(), size)
            read = recognised.get(page_index)
            if read is not None and quality is TextQuality.IMAGE_ONLY:
                yield PageWords(page_index + 1, read.frame, TextQuality.RECOGNISED, read.words, "ocr")
                continue
            main = layers[0] if layers else None
            frame, words = (main.frame, main.words) if main else (Frame(0, *size), ())
            yield PageWords(page_index + 1, frame, quality, words, _source(words))
        ctx.advance(len(units), len(units), unit="pages")


def _source(words: Sequence[Word]) -> Literal["text", "ocr"]:
    """Text that is there but not painted is what OCR laid under a scan."""
    unseen = sum(word.style.invisible for word in words)
    return "ocr" if 2 * unseen > len(words) else "text"
