"""Say in a few sentences what a document says."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pdfmill.core.context import Context
from pdfmill.core.documents import MediaType, OutputFile
from pdfmill.core.operation import Accepts, Inputs, Operation, Options, Outcome, Result
from pdfmill.core.pages import PageRanges
from pdfmill.core.provider import Need, ProviderUse

#: Media type of each kind of output (RFC 7763 for Markdown).
_FILES = {"md": "text/markdown", "json": "application/json", "pdf": MediaType.PDF.value}


class SummarizeOptions(Options):
    """What the summary is like."""

    length: Literal["short", "medium", "long"] = Field("medium", description="At most 3, 6 or 12 statements.")
    style: Literal["paragraph", "bullets", "executive"] = Field(
        "bullets", description="Running text, a list, or a list under the document's headings for whoever decides."
    )
    to: Literal["md", "json", "pdf"] = Field(
        "md",
        description="Kind of the output. json has the sentences and their boxes, pdf is the document with the summary "
        "in front, linked to its pages.",
    )
    pages: PageRanges | None = Field(None, description="Pages to read, such as 1-3,7,end; all if not given.")
    ocr: Literal["auto", "off"] = Field(
        "auto", description="auto recognises the words of pages that are only a picture, or whose text is garbled."
    )
    focus: str = Field("", max_length=300, description="What the summary should be about most, in a few words.")
    language: str | None = Field(
        None,
        min_length=2,
        max_length=3,
        description="Language of the summary as a code such as en or de; the document's own if not given. Only a "
        "language model can write another one.",
    )
    method: Literal["auto", "local", "model"] = Field(
        "auto",
        description="local takes the document's own sentences and sends nothing anywhere; model asks the configured "
        "language model; auto is model where one is configured.",
    )


class PointView(Result):
    """A statement."""

    text: str = Field(description="What it says.")
    pages: list[int] = Field(description="Numbers of the pages that say so.")
    sentences: list[int] = Field(description="Numbers of the sentences that say so; the json output has their boxes.")


class StruckView(Result):
    """A statement of a language model that was taken out."""

    text: str = Field(description="What it said.")
    values: list[str] = Field(description="What of it does not stand in the cited text; empty if nothing was cited.")


class SummarizeResult(Result):
    """What was summarized."""

    method: Literal["local", "model"] = Field(description="Who wrote it: local are the document's own sentences.")
    language: str | None = Field(description="The summary's language (ISO 639-1); null if it could not be told.")
    points: list[PointView] = Field(description="The statements.")
    struck: list[StruckView] = Field(description="Statements that were taken out; at most 50 are listed.")
    sentences_read: int = Field(description="Sentences and rows of tables that were read.")
    needs_ocr: str | None = Field(description="Pages that could not be read, such as 2,5-7; null if none.")
    providers: list[ProviderUse] = Field(description="Who saw text of the document; nobody if empty.")


def run(inputs: Inputs, options: SummarizeOptions, ctx: Context) -> Outcome[SummarizeResult]:
    """Summarize the one input."""
    # Here, because web server, worker and reconciler only describe operations: they must not load PDF libraries.
    from pdfmill.services.ocr.page_layers import recogniser
    from pdfmill.services.summary.model import SummaryLength, SummaryStyle, SummaryWish
    from pdfmill.services.summary.service import SummaryService
    from pdfmill.services.summary.writing import write_json, write_markdown, write_pages

    source = inputs.single
    by_model = options.method == "model" or (options.method == "auto" and ctx.provider.offer.completion is not None)
    wish = SummaryWish(
        SummaryLength(options.length), SummaryStyle(options.style), options.language or None, options.focus
    )
    summary = ctx.service(SummaryService).summarize(
        source, wish, options.pages, ctx, by_model=by_model, recognise=recogniser(options.ocr)
    )
    target, page_count = ctx.path(f"summary.{options.to}"), None
    match options.to:
        case "json":
            write_json(summary, target)
        case "pdf":
            page_count = write_pages(summary, source, target, ctx)
        case _:
            write_markdown(summary, source.name, target)
    ctx.advance(1, 1)
    name = source.renamed(marker="-summary", suffix=f".{options.to}")
    return Outcome(
        result=SummarizeResult(
            method="model" if by_model else "local",
            language=summary.language,
            points=[
                PointView(text=point.text, pages=point.pages, sentences=[each.number for each in point.cited])
                for point in summary.points
            ],
            struck=[StruckView(text=each.text, values=list(each.values)) for each in summary.struck[:50]],
            sentences_read=len(summary.source.sentences),
            needs_ocr=str(PageRanges.of(summary.source.needs_ocr)) if summary.source.needs_ocr else None,
            providers=[],  # the supervisor writes them down
        ),
        outputs=(OutputFile(target, name, _FILES[options.to], page_count),),
        warnings=summary.warnings,
    )


def _needs(options: SummarizeOptions) -> Need | None:
    return Need.COMPLETION if options.method == "model" else None


summarize = Operation(
    name="summarize",
    title="Summarize",
    summary="Say in a few sentences what a PDF or a text says, each with the page that says so.",
    queue="ai",
    accepts=Accepts((MediaType.PDF, MediaType.TEXT)),
    options=SummarizeOptions,
    result=SummarizeResult,
    run=run,
    requires=("pikepdf", "pdfium"),
    asks=(Need.COMPLETION,),
    needs=_needs,
)
