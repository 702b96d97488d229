"""Make a file of another kind from a PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from pdfmill.core.context import Context
from pdfmill.core.documents import InputFile, MediaType, OutputFile
from pdfmill.core.operation import Accepts, Inputs, Operation, Options, Outcome, Result
from pdfmill.core.pages import PageRanges
from pdfmill.services.conversion.targets import Target

if TYPE_CHECKING:
    from pdfmill.services.conversion.written import WrittenPages
    from pdfmill.services.layout.recognition import Recognise

#: The form in which text is written, and the media type (RFC 7763 for Markdown), of each kind of text file.
_TEXTS = {
    "txt": ("plain", "text/plain"),
    "html": ("html", "text/html"),
    "md": ("markdown", "text/markdown"),
    "json": ("json", "application/json"),
}

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_TABLES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


class ConvertOptions(Options):
    """What becomes of the document."""

    to: Target = Field(
        Target.TXT,
        description="Kind of the output. docx is a Word document, pptx a presentation with a slide for each page. csv "
        "and xlsx hold the tables, xlsx with a sheet for each. Several pictures or csv files come as a zip archive; a "
        "TIFF holds all pages itself. pdfa is PDF/A-2b, of the whole document.",
    )
    pages: PageRanges | None = Field(None, description="Pages to convert, such as 1-3,7,end; all if not given.")
    layout: Literal["flow", "exact"] = Field(
        "flow",
        description="How a docx holds the text: flow is running text in paragraphs, lists and columns, good to edit; "
        "exact looks like the page, each block at its place.",
    )
    dpi: int = Field(150, ge=10, le=1200, description="Pixels for each inch of pictures.")
    gray: bool = Field(False, description="Draw pictures in shades of grey.")
    transparent: bool = Field(False, description="Leave out the white paper of pictures (png, webp, tiff).")
    quality: int = Field(85, ge=1, le=100, description="Quality of jpeg and webp; a webp of 100 is lossless.")
    small: bool = Field(False, description="Make png files smaller, which takes several times as long.")
    archive: bool = Field(False, description="Put a single picture into a zip archive as well.")

    ocr: Literal["auto", "off"] = Field(
        "auto",
        description="auto recognises the words of pages that are only a picture, or whose text is garbled, for text, "
        "docx and tables.",
    )

    @model_validator(mode="after")
    def _has_an_alpha_channel(self) -> Self:
        if self.transparent and (self.to == "jpeg" or self.gray):
            raise ValueError("transparent pictures are neither jpeg nor grey; choose png, webp or tiff in colour")
        return self

    @model_validator(mode="after")
    def _archives_the_whole(self) -> Self:
        if self.pages is not None and self.to is Target.PDFA:
            raise ValueError("pdfa is made of the whole document; leave pages out, or split it first")
        return self


class ConvertResult(Result):
    """What was made."""

    to: str = Field(description="Kind of the output.")
    pages: list[int] = Field(description="Numbers of the pages in the output, in its order.")
    output_bytes: int = Field(description="Size of the output.")
    needs_ocr: str | None = Field(
        description="Pages whose text is absent or garbled, such as 2,5-7; null if none, and for pictures."
    )
    tables: int | None = Field(description="Tables that were written; null unless csv or xlsx was asked for.")
    tables_joined: int | None = Field(
        None, description="Those of them that went on over several pages; null unless csv or xlsx was asked for."
    )
    coarser: str | None = Field(description="Pages drawn with fewer dpi because they are very large; null if none.")


def run(inputs: Inputs, options: ConvertOptions, ctx: Context) -> Outcome[ConvertResult]:
    """Convert the one input."""
    if options.to in _TEXTS:
        return _write_text(inputs.single, options, ctx)
    if options.to is Target.DOCX:
        return _write_word(inputs.single, options, ctx)
    if options.to is Target.PPTX:
        return _write_slides(inputs.single, options, ctx)
    if options.to in _TABLES:
        return _write_tables(inputs.single, options, ctx)
    if options.to is Target.PDFA:
        return _archive(inputs.single, options, ctx)
    return _draw(inputs.single, options, ctx)


def _write_text(source: InputFile, options: ConvertOptions, ctx: Context) -> Outcome[ConvertResult]:
    # Here, because web server, worker and reconciler only describe operations: they must not load PDF libraries.
    from pdfmill.services.extraction.text import TextExtractionService
    from pdfmill.services.writing.manner import Manner, TextForm

    form, media_type = _TEXTS[options.to]
    target = ctx.path(f"text.{options.to}")
    service = ctx.service(TextExtractionService)
    text = service.extract(
        source.path, target, TextForm(form), Manner(), options.pages, ctx, recognise=_recogniser(options)
    )
    return Outcome(
        result=ConvertResult(
            to=options.to,
            pages=[page.number for page in text.pages],
            output_bytes=target.stat().st_size,
            needs_ocr=str(text.needs_ocr) if text.needs_ocr else None,
            tables=None,
            coarser=None,
        ),
        outputs=(OutputFile(target, source.renamed(suffix=f".{options.to}"), media_type),),
        warnings=tuple(text.warnings),
    )


def _recogniser(options: ConvertOptions) -> Recognise | None:
    from pdfmill.services.ocr.page_layers import recogniser

    return recogniser(options.ocr)


def _write_word(source: InputFile, options: ConvertOptions, ctx: Context) -> Outcome[ConvertResult]:
    from pdfmill.services.conversion.word.service import WordLayout, WordService

    written = ctx.service(WordService).write(
        source.path, WordLayout(options.layout), options.pages, ctx, recognise=_recogniser(options)
    )
    return _outcome(written, OutputFile(written.path, source.renamed(suffix=".docx"), _WORD), options)


def _write_slides(source: InputFile, options: ConvertOptions, ctx: Context) -> Outcome[ConvertResult]:
    from pdfmill.services.conversion.slides.service import SlideService

    written = ctx.service(SlideService).write(source.path, options.pages, ctx)
    name = source.renamed(suffix=".pptx")
    output = OutputFile(written.path, name, _SLIDES, page_count=len(written.numbers))
    return _outcome(written, output, options)


def _outcome(written: WrittenPages, output: OutputFile, options: ConvertOptions) -> Outcome[ConvertResult]:
    result = ConvertResult(
        to=options.to,
        pages=written.numbers,
        output_bytes=output.path.stat().st_size,
        needs_ocr=str(written.needs_ocr) if written.needs_ocr else None,
        tables=None,
        coarser=None,
    )
    return Outcome(result=result, outputs=(output,), warnings=written.warnings)


def _write_tables(source: InputFile, options: ConvertOptions, ctx: Context) -> Outcome[ConvertResult]:
    from pdfmill.services.conversion.tables import TableFormat, TableService

    written = ctx.service(TableService).write(
        source.path, TableFormat(options.to), options.pages, ctx, recognise=_recogniser(options)
    )
    needs_ocr = str(PageRanges.of(written.needs_ocr)) if written.needs_ocr else None
    suffix, media_type = (".zip", MediaType.ZIP) if written.is_archive else (f".{options.to}", _TABLES[options.to])
    return Outcome(
        result=ConvertResult(
            to=options.to,
            pages=written.page_numbers,
            output_bytes=written.path.stat().st_size,
            needs_ocr=needs_ocr,
            tables=written.table_count,
            tables_joined=written.joined,
            coarser=None,
        ),
        outputs=(OutputFile(written.path, source.renamed(suffix=suffix), media_type),),
        warnings=(f"Tables may be missing: pages {needs_ocr} need OCR.",) if needs_ocr else (),
    )


def _archive(source: InputFile, options: ConvertOptions, ctx: Context) -> Outcome[ConvertResult]:
    from pdfmill.services.archiving.service import ArchivingService

    target = ctx.path("archive.pdf")
    archived = ctx.service(ArchivingService).archive(source.path, target, ctx)
    return Outcome(
        result=ConvertResult(
            to=options.to,
            pages=list(range(1, archived.page_count + 1)),
            output_bytes=target.stat().st_size,
            needs_ocr=None,
            tables=None,
            coarser=None,
        ),
        outputs=(
            OutputFile(target, source.renamed(marker="-pdfa", suffix=".pdf"), MediaType.PDF, archived.page_count),
        ),
        warnings=archived.changes,
    )


def _draw(source: InputFile, options: ConvertOptions, ctx: Context) -> Outcome[ConvertResult]:
    from pdfmill.engines.pdfium import Ink
    from pdfmill.services.conversion.png import PngEffort
    from pdfmill.services.conversion.service import ConversionService, PictureFormat, PictureManner

    manner = PictureManner(
        PictureFormat(options.to),
        dpi=options.dpi,
        ink=Ink.GREY if options.gray else Ink.TRANSPARENT if options.transparent else Ink.COLOUR,
        quality=options.quality,
        effort=PngEffort.SMALL if options.small else PngEffort.SPEED,
        archive=options.archive,
    )
    stem = source.renamed(suffix="")
    drawn = ctx.service(ConversionService).draw(source.path, stem, manner, options.pages, ctx)
    coarser = str(PageRanges.of(drawn.coarser)) if drawn.coarser else None
    suffix = ".zip" if drawn.media_type is MediaType.ZIP else f".{options.to}"
    return Outcome(
        result=ConvertResult(
            to=options.to,
            pages=drawn.page_numbers,
            output_bytes=drawn.path.stat().st_size,
            needs_ocr=None,
            tables=None,
            coarser=coarser,
        ),
        outputs=(OutputFile(drawn.path, source.renamed(suffix=suffix), drawn.media_type),),
        warnings=(f"Pages {coarser} are very large, so they have fewer than {options.dpi} dpi.",) if coarser else (),
    )


convert = Operation(
    name="convert",
    title="Convert",
    summary="Make a Word document, slides, text, HTML, Markdown, JSON, tables or pictures from a PDF.",
    queue="conversion",
    accepts=Accepts((MediaType.PDF,)),
    options=ConvertOptions,
    result=ConvertResult,
    run=run,
    requires=("pikepdf", "pdfium", "isal", "xlsxwriter", "python-docx", "python-pptx"),
    variant="to",
)
