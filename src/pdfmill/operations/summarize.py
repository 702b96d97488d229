"""Say in a few sentences what a document says."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pdfmill.core.context import Context
from pdfmill.core.documents import MediaType, OutputFile
from pdfmill.core.operation import Accepts, Inputs, Operation, Options, Outcome, Result
from pdfmill.core.provider import Need
from pdfmill.core.shared_options import (
    MethodOption,
    MethodUsed,
    NeedsOcr,
    OcrOption,
    OptionalLanguageCode,
    PagesOption,
    Providers,
    StruckStatement,
    asks_model,
    need_of,
    page_list,
)

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
    pages: PagesOption = None
    ocr: OcrOption = "auto"
    focus: str = Field("", max_length=300, description="What the summary should be about most, in a few words.")
    language: OptionalLanguageCode = Field(
        None,
        description="Language of the summary as a code such as en or de; the document's own if not given. Only a "
        "language model can write another one.",
    )
    method: MethodOption = "auto"


class PointView(Result):
    """A statement."""

    text: str = Field(description="What it says.")
    pages: list[int] = Field(description="Numbers of the pages that say so.")
    sentences: list[int] = Field(description="Numbers of the sentences that say so; the json output has their boxes.")


class SummarizeResult(Result):
    """What was summarized."""

    method: MethodUsed
    language: str | None = Field(description="The summary's language (ISO 639-1); null if it could not be told.")
    points: list[PointView] = Field(description="The statements.")
    struck: list[StruckStatement] = Field(description="Statements that were taken out; at most 50 are listed.")
    sentences_read: int = Field(description="Sentences and rows of tables that were read.")
    needs_ocr: NeedsOcr
    providers: Providers = ()  # the supervisor writes them down


def run(inputs: Inputs, options: SummarizeOptions, ctx: Context) -> Outcome[SummarizeResult]:
    """Summarize the one input."""
    # Here, because web server, worker and reconciler only describe operations: they must not load PDF libraries.
    from pdfmill.services.ocr.page_layers import recogniser
    from pdfmill.services.summary.model import SummaryLength, SummaryStyle, SummaryWish
    from pdfmill.services.summary.service import SummaryService
    from pdfmill.services.summary.writing import write_json, write_markdown, write_pages

    source = inputs.single
    by_model = asks_model(options.method, ctx)
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
            struck=[StruckStatement(text=each.text, values=list(each.values)) for each in summary.struck[:50]],
            sentences_read=len(summary.source.sentences),
            needs_ocr=page_list(summary.source.needs_ocr),
        ),
        outputs=(OutputFile(target, name, _FILES[options.to], page_count),),
        warnings=summary.warnings,
    )


def _needs(options: SummarizeOptions) -> Need | None:
    return need_of(options.method)


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
