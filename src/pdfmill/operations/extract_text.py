"""Take the text out of a PDF."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pdfmill.core.context import Context
from pdfmill.core.documents import MediaType, OutputFile
from pdfmill.core.operation import Accepts, Inputs, Operation, Options, Outcome, Result
from pdfmill.core.shared_options import OcrOption, PagesOption

#: Suffix and media type of each mode's file (RFC 7763 for Markdown).
_FILES = {
    "plain": (".txt", "text/plain"),
    "raw": (".txt", "text/plain"),
    "layout": (".txt", "text/plain"),
    "markdown": (".md", "text/markdown"),
    "json": (".json", "application/json"),
}


class ExtractTextOptions(Options):
    """Which text, and how it is written down."""

    mode: Literal["plain", "raw", "layout", "markdown", "json"] = Field(
        "plain",
        description="plain is one line for each paragraph, raw the lines as they come in the file with nothing put in "
        "order or left out (several times as fast, for search), layout keeps columns below one another, markdown has "
        "headings, lists, tables and links, json has pages, blocks, lines and words with their boxes.",
    )
    pages: PagesOption = None
    dehyphenate: bool = Field(True, description="Put words together that a line's end divides (plain, raw, markdown).")
    running_lines: bool = Field(
        False, description="Keep running heads and feet and page numbers (plain, markdown; the others always do)."
    )
    ocr: OcrOption = "auto"


class PageQuality(Result):
    """What the text of a page is worth."""

    number: int = Field(description="Page number, from 1.")
    quality: Literal["good", "blank", "image_only", "garbled", "recognised"] = Field(
        description="recognised is a page of pictures whose words OCR has found, image_only one without text; garbled "
        "is text in fonts that do not tell what their glyphs mean."
    )
    words: int = Field(description="Words that were found.")
    characters: int = Field(description="Characters that were found, without spaces.")


class ExtractTextResult(Result):
    """What was read."""

    title: str = Field(description="What the document calls itself; empty if it does not.")
    pages: list[PageQuality] = Field(description="The pages that were read, in the order of the output.")
    needs_ocr: str | None = Field(description="Pages whose text is absent or garbled, such as 2,5-7; null if none.")
    words: int = Field(description="Words on all these pages.")
    characters: int = Field(description="Characters on all these pages, without spaces.")


def run(inputs: Inputs, options: ExtractTextOptions, ctx: Context) -> Outcome[ExtractTextResult]:
    """Read the one input."""
    # Here, because web server, worker and reconciler only describe operations: they must not load PDF libraries.
    from pdfmill.services.extraction.text import TextExtractionService
    from pdfmill.services.ocr.page_layers import recogniser
    from pdfmill.services.writing.manner import Manner, TextForm

    source = inputs.single
    suffix, media_type = _FILES[options.mode]
    target = ctx.path(f"text{suffix}")
    manner = Manner(dehyphenate=options.dehyphenate, running_lines=options.running_lines)
    service = ctx.service(TextExtractionService)
    recognise = recogniser(options.ocr)
    if options.mode == "raw":
        text = service.extract_raw(
            source.path, target, options.pages, ctx, dehyphenate=options.dehyphenate, recognise=recognise
        )
    else:
        form = TextForm(options.mode)
        text = service.extract(source.path, target, form, manner, options.pages, ctx, recognise=recognise)
    return Outcome(
        result=ExtractTextResult(
            title=text.title,
            pages=[
                PageQuality(
                    number=page.number, quality=page.quality.value, words=page.words, characters=page.characters
                )
                for page in text.pages
            ],
            needs_ocr=str(text.needs_ocr) if text.needs_ocr else None,
            words=sum(page.words for page in text.pages),
            characters=sum(page.characters for page in text.pages),
        ),
        outputs=(OutputFile(target, source.renamed(suffix=suffix), media_type),),
        warnings=tuple(text.warnings),
    )


extract_text = Operation(
    name="extract-text",
    title="Extract text",
    summary="Read the text of a PDF, as plain text, by layout, as Markdown or as JSON with boxes.",
    queue="extraction",
    accepts=Accepts((MediaType.PDF,)),
    options=ExtractTextOptions,
    result=ExtractTextResult,
    run=run,
    requires=("pikepdf", "pdfium"),
)
