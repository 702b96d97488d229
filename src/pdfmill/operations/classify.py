"""Tell which kind of document a document is."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pdfmill.core.context import Context
from pdfmill.core.documents import MediaType
from pdfmill.core.operation import Accepts, Inputs, Operation, Options, Outcome, Result
from pdfmill.core.provider import Need
from pdfmill.core.shared_options import NeedsOcr, OcrOption, PagesOption, Providers, need_of, page_list


class ClassifyOptions(Options):
    """How the kind is found out."""

    pages: PagesOption = None
    ocr: OcrOption = "auto"
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
    needs_ocr: NeedsOcr
    providers: Providers = ()  # the supervisor writes them down


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
            needs_ocr=page_list(source.needs_ocr),
        ),
        warnings=source.warnings,
    )


def _needs(options: ClassifyOptions) -> Need | None:
    return need_of(options.method)


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
