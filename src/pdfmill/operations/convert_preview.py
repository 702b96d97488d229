"""Tell what a PDF is, and what converting it would give, before it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from pdfmill.core.context import Context
from pdfmill.core.documents import MediaType, OutputFile
from pdfmill.core.operation import Accepts, Inputs, Operation, Options, Outcome, Result
from pdfmill.core.pages import PageRanges
from pdfmill.services.conversion.targets import Target

if TYPE_CHECKING:
    from pdfmill.services.preview.service import Preview


class ConvertPreviewOptions(Options):
    """What is to be told."""

    to: Target | None = Field(None, description="Kind of output to tell of; if not given, only the document is.")
    pages: PageRanges | None = Field(None, description="Pages to convert, such as 1-3,7,end; all if not given.")
    dpi: int = Field(150, ge=10, le=1200, description="Pixels for each inch of pictures.")
    thumbnails: int = Field(12, ge=0, le=200, description="Pages to draw small, from the first on; 0 for none.")
    thumbnail_width: int = Field(200, ge=16, le=1000, description="Width of these small pictures in pixels.")


class PageSizeResult(Result):
    """Pages of one size."""

    name: str = Field(description="Name of the paper, such as A4 or Letter landscape, or its size in millimetres.")
    pages: str = Field(description="Their numbers, such as 1-3,7.")
    width_pt: float = Field(description="Width as shown, in points of 1/72 inch.")
    height_pt: float = Field(description="Height as shown, in points of 1/72 inch.")


class FontResult(Result):
    """A font."""

    name: str = Field(description="Its name in the document.")
    kind: str = Field(description="Its kind, such as TrueType, Type1 or CIDFontType2.")
    embedded: bool = Field(description="Whether its glyphs are in the document.")
    subset: bool = Field(description="Whether only those that are used are.")
    readable: bool = Field(description="Whether the document tells which characters its glyphs are.")


class AdviceResult(Result):
    """Something to know or to do."""

    name: str = Field(description="What it is about; stable.")
    severity: Literal["warning", "recommendation"] = Field(description="A warning is of something that would be lost.")
    detail: str = Field(description="In a sentence or two.")


class ExpectedResult(Result):
    """What this server's past jobs lead to expect."""

    output_bytes: int = Field(description="Size of the output.")
    seconds: float = Field(description="Time from the start of the job to its end; waiting in the queue comes on top.")
    jobs_seen: int = Field(description="Past jobs of the same kind that this was reckoned from.")


class ConvertPreviewResult(Result):
    """What was found out."""

    to: Target | None = Field(description="Kind of output that was told of.")
    page_count: int = Field(description="Pages of the document.")
    page_sizes: list[PageSizeResult] = Field(
        description="Sizes of the pages that were chosen, the most frequent first."
    )
    looked_at: str = Field(description="Pages that were looked at: all that were chosen, or a sample of very many.")
    image_only: str | None = Field(description="Those of them that are only a picture; null if none.")
    blank: str | None = Field(description="Those of them that are blank; null if none.")
    characters: int = Field(description="Characters on the chosen pages; reckoned from the sample, where it is one.")
    fonts: list[FontResult] = Field(description="Fonts of the document.")
    pdf_version: str = Field(description="Version of PDF.")
    pdfa: str | None = Field(description="The PDF/A level that it claims, such as 2B; null if none.")
    tagged: bool = Field(description="Whether it is tagged for readers' aids.")
    encrypted: bool = Field(description="Whether it is encrypted, though it opens without a password.")
    forbidden: list[str] = Field(description="What its owner forbids, as its encryption says.")
    signed: bool = Field(description="Whether it is digitally signed.")
    form: Literal["none", "acroform", "xfa"] = Field(
        description="Whether it is a form to be filled in, and of what kind."
    )
    form_fields: int = Field(description="Fields that its pages show.")
    attachments: int = Field(description="Files that it carries.")
    javascript: bool = Field(description="Whether it holds scripts.")
    layers: int = Field(description="Layers that can be shown or hidden.")
    has_tables: bool | None = Field(
        description="Whether the fullest pages have tables; null unless csv or xlsx is asked."
    )
    expected: ExpectedResult | None = Field(
        description="Size and time to expect; null without a kind of output, or where too few past jobs are known."
    )
    advice: list[AdviceResult] = Field(description="What would be lost, and what to do.")


def run(inputs: Inputs, options: ConvertPreviewOptions, ctx: Context) -> Outcome[ConvertPreviewResult]:
    """Look at the one input."""
    # Here, because web server, worker and reconciler only describe operations: they must not load PDF libraries.
    from pdfmill.services.preview.service import PreviewService

    service, source = ctx.service(PreviewService), inputs.single
    looking = ctx.stage("looking", share=0.6 if options.thumbnails else 1.0)
    preview = service.preview(source.path, options.to, options.dpi, options.pages, looking)
    outputs: tuple[OutputFile, ...] = ()
    if options.thumbnails:
        drawn = list(dict.fromkeys(preview.seen.page_indices))[: options.thumbnails]
        drawing = ctx.stage("drawing thumbnails", share=1.0)
        stem = source.renamed(suffix="")
        path = service.draw_thumbnails(source.path, drawn, options.thumbnail_width, stem, drawing)
        outputs = (OutputFile(path, source.renamed(marker="-thumbnails", suffix=".zip"), MediaType.ZIP),)
    warnings = tuple(each.detail for each in preview.advice if each.severity == "warning")
    return Outcome(result=_result(options, preview), outputs=outputs, warnings=warnings)


def _result(options: ConvertPreviewOptions, preview: Preview) -> ConvertPreviewResult:
    from pdfmill.services.layout.model import TextQuality

    facts, seen, expected = preview.facts, preview.seen, preview.expected
    image_only, blank = seen.numbers(TextQuality.IMAGE_ONLY), seen.numbers(TextQuality.BLANK)
    return ConvertPreviewResult(
        to=options.to,
        page_count=preview.page_count,
        page_sizes=[
            PageSizeResult(
                name=size.paper or f"{size.width / 72 * 25.4:.0f} × {size.height / 72 * 25.4:.0f} mm",
                pages=str(PageRanges.of(size.page_numbers)),
                width_pt=size.width,
                height_pt=size.height,
            )
            for size in seen.sizes
        ],
        looked_at=str(PageRanges.of(look.page_index + 1 for look in seen.looks)),
        image_only=str(image_only) if image_only else None,
        blank=str(blank) if blank else None,
        characters=round(sum(look.characters for look in seen.looks) * seen.scale),
        fonts=[
            FontResult(
                name=font.name,
                kind=font.kind,
                embedded=font.embedded,
                subset=font.subset,
                readable=font.readable,
            )
            for font in facts.fonts
        ],
        pdf_version=facts.version,
        pdfa=facts.claims_pdfa or None,
        tagged=facts.tagged,
        encrypted=facts.encrypted,
        forbidden=facts.forbidden,
        signed=facts.signed,
        form=facts.form,
        form_fields=facts.widgets,
        attachments=facts.attachments,
        javascript=facts.javascript,
        layers=facts.layers,
        has_tables=preview.has_tables,
        expected=expected
        and ExpectedResult(output_bytes=expected.output_bytes, seconds=expected.seconds, jobs_seen=expected.runs),
        advice=[AdviceResult(name=each.name, severity=each.severity, detail=each.detail) for each in preview.advice],
    )


convert_preview = Operation(
    name="convert-preview",
    title="Preview a conversion",
    summary="Tell what a PDF is, and what converting it would give, take and lose, with small pictures of its pages.",
    queue="conversion",
    accepts=Accepts((MediaType.PDF,)),
    options=ConvertPreviewOptions,
    result=ConvertPreviewResult,
    run=run,
    requires=("pikepdf", "pdfium", "vips"),
    foretells="convert",
)
