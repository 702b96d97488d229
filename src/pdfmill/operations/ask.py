"""Answer a question from a document."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pdfmill.core.context import Context
from pdfmill.core.documents import MediaType
from pdfmill.core.operation import Accepts, Inputs, Operation, Options, Outcome, Result
from pdfmill.core.pages import PageRanges
from pdfmill.core.provider import Need, ProviderUse


class AskOptions(Options):
    """What is asked."""

    question: str = Field(
        "What is this document about?", min_length=3, max_length=1000, description="The question, in a sentence."
    )
    pages: PageRanges | None = Field(None, description="Pages to read, such as 1-3,7,end; all if not given.")
    ocr: Literal["auto", "off"] = Field(
        "auto", description="auto recognises the words of pages that are only a picture, or whose text is garbled."
    )
    method: Literal["auto", "local", "model"] = Field(
        "auto",
        description="local answers with the passages that are nearest and sends nothing anywhere; model asks the "
        "configured language model; auto is model where one is configured.",
    )


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
    places: list[AnswerPlace] = Field(description="The lines that say so.")


class StruckAnswer(Result):
    """A statement of a language model that was taken out."""

    text: str = Field(description="What it said.")
    values: list[str] = Field(description="What of it does not stand in the cited text; empty if nothing was cited.")


class AskResult(Result):
    """The answer."""

    method: Literal["local", "model"] = Field(description="Who answered: local are passages of the document.")
    answer: list[AnswerPassage] = Field(description="What the document says; empty if it does not say.")
    struck: list[StruckAnswer] = Field(description="Statements that were taken out.")
    needs_ocr: str | None = Field(description="Pages that could not be read, such as 2,5-7; null if none.")
    providers: list[ProviderUse] = Field(description="Who saw text of the document; nobody if empty.")


def run(inputs: Inputs, options: AskOptions, ctx: Context) -> Outcome[AskResult]:
    """Answer the question from the one input."""
    # Here, because web server, worker and reconciler only describe operations: they must not load PDF libraries.
    from pdfmill.services.answering.service import AnsweringService
    from pdfmill.services.ocr.page_layers import recogniser

    by_model = options.method == "model" or (options.method == "auto" and ctx.provider.offer.completion is not None)
    found = ctx.service(AnsweringService).answer(
        inputs.single, options.question, options.pages, ctx, by_model=by_model, recognise=recogniser(options.ocr)
    )
    ctx.advance(1, 1)
    needs_ocr = found.source.needs_ocr
    warnings = list(found.source.warnings)
    if not found.passages:
        warnings.append("The document does not answer this, or not in these words. Ask in words that it may use.")
    return Outcome(
        result=AskResult(
            method="model" if by_model else "local",
            answer=[
                AnswerPassage(
                    text=passage.text,
                    pages=sorted({place.page for each in passage.cited for place in each.places}),
                    places=[
                        AnswerPlace(page=place.page, box=[round(edge, 2) for edge in place.box])
                        for each in passage.cited
                        for place in each.places
                    ],
                )
                for passage in found.passages
            ],
            struck=[StruckAnswer(text=each.text, values=list(each.values)) for each in found.struck],
            needs_ocr=str(PageRanges.of(needs_ocr)) if needs_ocr else None,
            providers=[],  # the supervisor writes them down
        ),
        warnings=tuple(warnings),
    )


def _needs(options: AskOptions) -> Need | None:
    return Need.COMPLETION if options.method == "model" else None


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
