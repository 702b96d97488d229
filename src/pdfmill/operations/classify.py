"""Tell which kind of document a document is."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pdfmill.core.context import Context
from pdfmill.core.documents import MediaType
from pdfmill.core.operation import Accepts, Inputs, Operation, Options, Outcome, Result
from pdfmill.core.pages import PageRanges
from pdfmill.core.provider import Need, ProviderUse


class ClassifyOptions(Options):
    """How the kind is found out."""

    pages: PageRanges | None = Field(None, description="Pages to read, such as 1-3; all if not given.")
    ocr: Literal["auto", "off"] = Field(
        "auto", description="auto recognises the words of pages that are only a picture, or whose text is garbled."
    )
    method: Literal["local", "model"] = Field(
        "local", description="local goes by rules and sends nothing anywhere; model asks the configured language model."
    )


class ClassifyResult(Result):
    """The kind."""

    kind: str = Field(
        description="invoice, credit_note, receipt, bank_statement, contract, form, letter, report, scientific_paper, "
        "manual, presentation, resume or other."
    )
    confidence: float = Field(
        description="0 to 1. By rules: how far the kind is ahead of the next one. By a model: which part of what it "
        "quoted stands in the document."
    )
    evidence: list[str] = Field(description="Words of the document that speak for it.")
    language: str | None = Field(description="The document's language (ISO 639-1); null if it could not be told.")
    needs_ocr: str | None = Field(description="Pages that could not be read, such as 2,5-7; null if none.")
    providers: list[ProviderUse] = Field(description="Who saw text of the document; nobody if empty.")


def run(inputs: Inputs, options: ClassifyOptions, ctx: Context) -> Outcome[ClassifyResult]:
    """Classify the one input."""
    # Here, because web server, worker and reconciler only describe operations: they must not load PDF libraries.
    from pdfmill.services.answering.classification import ClassificationService
    from pdfmill.services.ocr.page_layers import recogniser

    service = ctx.service(ClassificationService)
    source, judgement = service.classify(
        inputs.single, options.pages, ctx, by_model=options.method == "model", recognise=recogniser(options.ocr)
    )
    ctx.advance(1, 1)
    return Outcome(
        result=ClassifyResult(
            kind=judgement.kind.value,
            confidence=judgement.confidence,
            evidence=list(judgement.evidence),
            language=source.language,
            needs_ocr=str(PageRanges.of(source.needs_ocr)) if source.needs_ocr else None,
            providers=[],  # the supervisor writes them down
        ),
        warnings=source.warnings,
    )


def _needs(options: ClassifyOptions) -> Need | None:
    return Need.COMPLETION if options.method == "model" else None


classify = Operation(
    name="classify",
    title="Classify",
    summary="Tell whether a PDF or a text is an invoice, a statement, a contract, a form, a letter or else.",
    queue="ai",
    accepts=Accepts((MediaType.PDF, MediaType.TEXT)),
    options=ClassifyOptions,
    result=ClassifyResult,
    run=run,
    requires=("pikepdf", "pdfium"),
    asks=(Need.COMPLETION,),
    needs=_needs,
)
