"""TextExtractionService: the text of a document in whatever form, and what it is worth."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pdfmill.core.context import Context
from pdfmill.core.pages import PageRanges
from pdfmill.services.extraction.raw_text import extract_raw_text
from pdfmill.services.layout.model import Page, TextQuality
from pdfmill.services.layout.recognition import Recognise
from pdfmill.services.layout.service import LayoutDocument, LayoutService
from pdfmill.services.writing.flow import lines_of
from pdfmill.services.writing.grid import GridWriter
from pdfmill.services.writing.html import HtmlWriter
from pdfmill.services.writing.json import JsonWriter
from pdfmill.services.writing.manner import Manner, TextForm, Writer
from pdfmill.services.writing.markdown import MarkdownWriter
from pdfmill.services.writing.pictures import picture_drawer
from pdfmill.services.writing.plain import PlainWriter


@dataclass(frozen=True)
class PageText:
    """What was read from a page; ``characters`` are counted without spaces."""

    number: int
    quality: TextQuality
    words: int
    characters: int


@dataclass
class ExtractedText:
    """What was read from a document."""

    title: str = ""
    pages: list[PageText] = field(default_factory=list)

    @property
    def warnings(self) -> list[str]:
        """Sentences about pages whose text is absent or wrong."""
        found = []
        if numbers := self._numbers(TextQuality.IMAGE_ONLY):
            found.append(f"There is no text on {numbers}, only a picture of it: OCR is needed to read it.")
        if numbers := self._numbers(TextQuality.GARBLED):
            found.append(
                f"The text on {numbers} is garbled, because its fonts do not tell what their glyphs mean: OCR is "
                "needed to read it."
            )
        return found

    @property
    def needs_ocr(self) -> PageRanges | None:
        """The pages whose text is absent or wrong; None if there are none."""
        numbers = [page.number for page in self.pages if page.quality.needs_ocr]
        return PageRanges.of(numbers) if numbers else None

    def _numbers(self, quality: TextQuality) -> str:
        numbers = [page.number for page in self.pages if page.quality is quality]
        return f"page{'s' if len(numbers) > 1 else ''} {PageRanges.of(numbers)}" if numbers else ""


class TextExtractionService:
    """Reads the text of documents."""

    def extract(
        self,
        source: Path,
        target: Path,
        form: TextForm,
        manner: Manner,
        pages: PageRanges | None,
        ctx: Context,
        *,
        recognise: Recognise | None = None,
    ) -> ExtractedText:
        """Write the text of a document to ``target``, in UTF-8.

        Args:
            pages: Those to read, in this order; None for all.
            recognise: Reads pages whose text is absent or garbled; None to leave them as they are.

        Raises:
            EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages: The document cannot be read.
            InvalidPageRange: A page lies outside the document.
            TooManyPixels: The pictures for HTML are more than may be drawn.
            Cancelled, DeadlineExceeded: As the context says.
        """
        extracted = ExtractedText()
        reading = ctx.stage("comparing pages", share=0.3 if recognise is None else 0.8)
        with (
            LayoutService().open(source, pages, reading, recognise, text_only=form is TextForm.PLAIN) as document,
            _writer(form, manner, document, ctx) as writer,
            target.open("w", encoding="utf-8", newline="\n") as file,
        ):
            extracted.title = document.title
            writing = ctx.stage("writing", share=1.0)
            count = len(document.page_indices)
            file.write(writer.head(document.title, count))
            for done, page_index in enumerate(document.page_indices, start=1):
                page = document.page(page_index)
                file.write(writer.page(page))
                extracted.pages.append(_counted(page))
                writing.advance(done, count, unit="pages")
            file.write(writer.tail())
        return extracted

    def extract_raw(
        self,
        source: Path,
        target: Path,
        pages: PageRanges | None,
        ctx: Context,
        *,
        dehyphenate: bool = True,
        recognise: Recognise | None = None,
    ) -> ExtractedText:
        """Write the text of a document as its content streams have it, with nothing put in order or left out.

        Raises:
            As `extract`.
        """
        title, found = extract_raw_text(source, target, pages, ctx, dehyphenate=dehyphenate, recognise=recognise)
        return ExtractedText(
            title, [PageText(number, page.quality, page.words, page.characters) for number, page in found]
        )


def _counted(page: Page) -> PageText:
    lines = [line for block in page.blocks for line in lines_of(block)]
    words = [word for line in (*page.headers, *lines, *page.footers) for word in line.words]
    return PageText(page.number, page.quality, len(words), sum(len(word.text) for word in words))


@contextmanager
def _writer(form: TextForm, manner: Manner, document: LayoutDocument, ctx: Context) -> Iterator[Writer]:
    match form:
        case TextForm.PLAIN:
            yield PlainWriter(manner)
        case TextForm.LAYOUT:
            yield GridWriter()
        case TextForm.MARKDOWN:
            yield MarkdownWriter(manner)
        case TextForm.JSON:
            yield JsonWriter()
        case TextForm.HTML:
            with picture_drawer(document, ctx) as draw:
                yield HtmlWriter(manner, draw)
