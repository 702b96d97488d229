"""Answer a question from a document."""

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
    PagesOption,
    Providers,
    StruckStatement,
    asks_model,
    need_of,
    page_list,
)

#: Media type of each kind of output (RFC 7763 for Markdown).
_FILES = {"md": "text/markdown", "txt": "text/plain", "json": "application/json"}


class AskOptions(Options):
    """What is asked."""

    question: str = Field(
        "What is this document about?", min_length=3, max_length=1000, description="The question, in a sentence."
    )
    to: Literal["md", "txt", "json"] = Field(
        "md", description="Kind of the output: the answer with the sentences and pages that say so; json has boxes too."
    )
    pages: PagesOption = None
    ocr: OcrOption = "auto"
    method: MethodOption = "auto"


class AnswerPlace(Result):
    """Where something stands."""

    page: int = Field(description="Page number, from 1.")
    box: list[float] = Field(
        description="Left, top, right, bottom in points from the top left of the page as shown; of a text file, in "
        "characters and lines."
    )


class AnswerPassage(Result):
    """A part of the answer."""

    text: str = Field(description="What it says; without a model, word for word.")
    pages: list[int] = Field(description="Numbers of the pages that say so.")
    quotes: list[str] = Field(description="The sentences of the document that say so, word for word.")
    places: list[AnswerPlace] = Field(description="The lines that say so.")


class AskResult(Result):
    """The answer."""

    method: MethodUsed
    answer: list[AnswerPassage] = Field(description="What the document says; empty if it does not say.")
    absent: list[str] = Field(description="Words of the question that stand nowhere in the document.")
    struck: list[StruckStatement] = Field(description="Statements that were taken out.")
    needs_ocr: NeedsOcr
    providers: Providers = ()  # the supervisor writes them down


def run(inputs: Inputs, options: AskOptions, ctx: Context) -> Outcome[AskResult]:
    """Answer the question from the one input."""
    # Here, because web server, worker and reconciler only describe operations: they must not load PDF libraries.
    from pdfmill.services.answering.service import AnsweringService
    from pdfmill.services.answering.writing import write_answer
    from pdfmill.services.ocr.page_layers import recogniser

    source, by_model = inputs.single, asks_model(options.method, ctx)
    found = ctx.service(AnsweringService).answer(
        source, options.question, options.pages, ctx, by_model=by_model, recognise=recogniser(options.ocr)
    )
    target = ctx.path(f"answer.{options.to}")
    write_answer(found, source.name, options.to, target)
    ctx.advance(1, 1)
    return Outcome(
        result=AskResult(
            method="model" if by_model else "local",
            answer=[
                AnswerPassage(
                    text=passage.text,
                    pages=passage.pages,
                    quotes=[each.text for each in passage.cited],
                    places=[
                        AnswerPlace(page=place.page, box=[round(edge, 2) for edge in place.box])
                        for each in passage.cited
                        for place in each.places
                    ],
                )
                for passage in found.passages
            ],
            absent=list(found.absent),
            struck=[StruckStatement(text=each.text, values=list(each.values)) for each in found.struck],
            needs_ocr=page_list(found.source.needs_ocr),
        ),
        outputs=(OutputFile(target, source.renamed(marker="-answer", suffix=f".{options.to}"), _FILES[options.to]),),
        warnings=found.warnings,
    )


def _needs(options: AskOptions) -> Need | None:
    return need_of(options.method)


ask = Operation(
    name="ask",
    title="Ask",
    summary="Answer a question from a PDF or a text, with the pages that say so.",
    queue="ai",
    accepts=Accepts((MediaType.PDF, MediaType.TEXT)),
    options=AskOptions,
    result=AskResult,
    run=run,
    requires=("pikepdf", "pdfium"),
    asks=(Need.COMPLETION,),
    needs=_needs,
)
