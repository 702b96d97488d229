"""WordService: a PDF as a Word document."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from pdfmill.core.context import Context
from pdfmill.core.pages import PageRanges
from pdfmill.engines.docx import StyleFace, WordDocument, open_word_document
from pdfmill.services.conversion.word.exact import ExactWriter
from pdfmill.services.conversion.word.faces import face_of
from pdfmill.services.conversion.word.flow import FlowWriter
from pdfmill.services.conversion.word.markup import Look
from pdfmill.services.conversion.written import WrittenPages
from pdfmill.services.layout.profile import Profile
from pdfmill.services.layout.recognition import Recognise
from pdfmill.services.layout.service import LayoutService
from pdfmill.services.writing.pictures import picture_drawer

_STYLES = {"": "Normal", "ListParagraph": "List Paragraph"} | {f"Heading{n}": f"Heading {n}" for n in range(1, 7)}


class WordLayout(StrEnum):
    """How a Word document holds the text of pages: as running text, or each block at its place."""

    FLOW = "flow"
    EXACT = "exact"


class WordService:
    """Makes Word documents of pages."""

    def write(
        self,
        source: Path,
        layout: WordLayout,
        pages: PageRanges | None,
        ctx: Context,
        *,
        recognise: Recognise | None = None,
    ) -> WrittenPages:
        """Write a Word document into the work directory.

        Args:
            pages: Those to read, in this order; None for all.
            recognise: Reads pages whose text is absent or garbled; None to leave them as they are.

        Raises:
            EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages: The document cannot be read.
            InvalidPageRange: A page lies outside the document.
            TooManyPixels: The pictures are more than may be drawn.
            Cancelled, DeadlineExceeded: As the context says.
        """
        written = WrittenPages(ctx.path("document.docx"))
        reading = ctx.stage("comparing pages", share=0.3 if recognise is None else 0.8)
        with (
            LayoutService().open(source, pages, reading, recognise) as document,
            picture_drawer(document, ctx) as draw,
            open_word_document(written.path, ctx.path("body.xml")) as word,
        ):
            word.describe(document.title)
            looks = _define_styles(word, document.common)
            writer = (
                ExactWriter(word, looks, draw)
                if layout is WordLayout.EXACT
                else FlowWriter(word, looks, document.common, draw)
            )
            writing = ctx.stage("writing", share=1.0)
            count = len(document.page_indices)
            for done, page_index in enumerate(document.page_indices, start=1):
                page = document.page(page_index, upright=True)
                writer.page(page)
                written.add(page)
                writing.advance(done, count, unit="pages")
            writer.end()
        return written


def _define_styles(word: WordDocument, common: Profile) -> dict[str, Look]:
    """Set the styles as most of the document is set; returns their looks."""
    sizes = (*common.heading_sizes, *([common.body_size] * 6))[:6]
    body = face_of(common.body_style).family if common.body_style else "Times New Roman"
    faces = [StyleFace("Normal", body, round(common.body_size * 2) / 2)]
    faces.append(StyleFace("List Paragraph", body, faces[0].size))
    faces += [StyleFace(f"Heading {n}", body, round(size * 2) / 2, bold=True) for n, size in enumerate(sizes, start=1)]
    word.define_styles(faces)
    by_name = {face.name: Look(font=face.font, size=face.size, bold=face.bold) for face in faces}
    return {identifier: by_name[name] for identifier, name in _STYLES.items()}
