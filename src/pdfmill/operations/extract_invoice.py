"""Read the invoices of a PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from pdfmill.core.context import Context
from pdfmill.core.documents import InputFile, MediaType, OutputFile
from pdfmill.core.errors import NotAnInvoice
from pdfmill.core.operation import Accepts, Inputs, Operation, Options, Outcome, Result
from pdfmill.core.provider import Need
from pdfmill.core.shared_options import OcrOption, PagesOption, Providers, need_of

if TYPE_CHECKING:
    from pdfmill.services.extraction.invoices.model import ReadInvoice
    from pdfmill.services.extraction.invoices.service import ExtractedInvoices


#: Suffix and media type of each form but the electronic invoices.
_FILES = {
    "json": (".json", "application/json"),
    "csv": (".csv", "text/csv"),
    "xlsx": (".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


class ExtractInvoiceOptions(Options):
    """Which pages, and what is written."""

    to: Literal["json", "csv", "xlsx", "ubl", "cii"] = Field(
        "json",
        description="json has every value with its page, box and confidence; csv the lines; xlsx sheets of invoices, "
        "lines and checks; ubl and cii are electronic invoices, a file for each (cii is what Factur-X embeds).",
    )
    overlay: bool = Field(
        False, description="Make a copy of the document as well, in which each value is boxed, coloured and labelled."
    )
    pages: PagesOption = None
    use_xml: bool = Field(
        True,
        description="Read the invoice that the file carries as XML (Factur-X, ZUGFeRD, XRechnung, UBL), if it does.",
    )
    ocr: OcrOption = "auto"
    method: Literal["local", "model"] = Field(
        "local",
        description="local goes by rules and sends nothing anywhere; model also asks the configured language model for "
        "what the rules did not find or doubt, and takes what stands on the pages and adds up.",
    )


class RuleFinding(Result):
    """A rule that an electronic invoice does not keep."""

    rule: str = Field(description="Its name in EN 16931, such as BR-CO-16.")
    reason: str = Field(description="What was not found or does not add up, in a sentence.")


class RejectedClaim(Result):
    """A value that was not taken."""

    field: str = Field(description="Path of the field, such as totals.tax_inclusive; lines for all lines.")
    value: str = Field(description="The value.")
    reason: str = Field(description="Why, in a sentence.")


class InvoiceSummary(Result):
    """The values of an invoice; the output has their places too."""

    pages: str = Field(description="Pages that it takes, such as 1-2; empty if they do not show it.")
    source: Literal["xml", "rules"] = Field(description="Whether an embedded file or the pages were read.")
    format: str | None = Field(description="The embedded file's format.")
    invoice_number: str | None = Field(description="Number (BT-1).")
    type_code: str | None = Field(description="Kind, UNTDID 1001 (BT-3): 380 is an invoice, 381 a credit note.")
    issue_date: str | None = Field(description="Date of issue (BT-2), ISO 8601.")
    due_date: str | None = Field(description="Last day to pay (BT-9), ISO 8601.")
    seller: str | None = Field(description="Name of the seller (BT-27).")
    buyer: str | None = Field(description="Name of the buyer (BT-44).")
    currency: str | None = Field(description="Currency, ISO 4217 (BT-5).")
    net: str | None = Field(description="Total without VAT (BT-109).")
    tax: str | None = Field(description="Total VAT (BT-110).")
    gross: str | None = Field(description="Total with VAT (BT-112).")
    amount_due: str | None = Field(description="What is left to pay (BT-115).")
    lines: int = Field(description="How many lines it has.")
    needs_review: bool = Field(description="Whether a person should look at it.")
    review_reasons: list[str] = Field(description="Why, in sentences.")
    rejected: list[RejectedClaim] = Field([], description="What a language model said and is not believed.")
    is_complete: bool | None = Field(
        None, description="Whether the electronic invoice keeps the rules of EN 16931; null for the other forms."
    )
    rule_findings: list[RuleFinding] = Field(
        [], description="The rules that it does not keep, and why: add what is missing before it is sent."
    )


class ExtractInvoiceResult(Result):
    """What was read."""

    outcome: Literal["invoices", "not_an_invoice", "needs_ocr"] = Field(
        description="needs_ocr: the pages are pictures of text, in which no words were recognised; "
        "not_an_invoice: see looks_like."
    )
    looks_like: str | None = Field(description="What the document seems to be, if it is no invoice.")
    invoices: list[InvoiceSummary] = Field(description="The invoices, in the order of their pages.")
    needs_ocr: str | None = Field(description="Pages whose text is absent or garbled, such as 2,5-7; null if none.")
    providers: Providers = ()  # the supervisor writes them down


def run(inputs: Inputs, options: ExtractInvoiceOptions, ctx: Context) -> Outcome[ExtractInvoiceResult]:
    """Read the one input."""
    # Here, because web server, worker and reconciler only describe operations: they must not load PDF libraries.
    from pdfmill.services.extraction.invoices.service import InvoiceExtractionService
    from pdfmill.services.ocr.page_layers import recogniser

    source = inputs.single
    extracting = ctx.stage("invoices", share=0.8 if options.overlay else 1.0)
    service = ctx.service(InvoiceExtractionService)
    extracted = service.extract(
        source.path,
        options.pages,
        extracting,
        use_xml=options.use_xml,
        by_model=options.method == "model",
        recognise=recogniser(options.ocr),
    )
    document = extracted.document
    if not document.invoices and options.to != "json":
        raise NotAnInvoice(_refusal(extracted), outcome=document.outcome, looks_like=document.looks_like)
    summaries = [_summary(invoice) for invoice in document.invoices]
    warnings: list[str] = []
    if options.to == "ubl" or options.to == "cii":
        files, warnings, summaries = _electronic(source, options.to, extracted, summaries, ctx)
    else:
        files = [_table(source, options.to, extracted, ctx)]
    if options.overlay:
        files.append(_overlay(source, extracted, ctx.stage("overlay", share=1.0)))
    return Outcome(
        result=ExtractInvoiceResult(
            outcome=document.outcome,
            looks_like=document.looks_like,
            invoices=summaries,
            needs_ocr=str(extracted.needs_ocr) if extracted.needs_ocr else None,
        ),
        outputs=tuple(files),
        warnings=(*([] if document.invoices else [_refusal(extracted)]), *extracted.warnings, *warnings),
    )


def _refusal(extracted: ExtractedInvoices) -> str:
    from pdfmill.services.layout.recognition import ONLY_PICTURES

    if extracted.document.outcome == "needs_ocr":
        return ONLY_PICTURES
    looks_like = extracted.document.looks_like
    return f"The document is no invoice; it looks like {looks_like}. Send an invoice or a credit note."


def _table(
    source: InputFile, to: Literal["json", "csv", "xlsx"], extracted: ExtractedInvoices, ctx: Context
) -> OutputFile:
    from pdfmill.services.export.service import ExportService

    suffix, media_type = _FILES[to]
    target = ctx.path(f"invoices{suffix}")
    ctx.service(ExportService).write_invoices(extracted.document, to, target)
    return OutputFile(target, source.renamed(suffix=suffix), media_type)


def _electronic(
    source: InputFile,
    to: Literal["ubl", "cii"],
    extracted: ExtractedInvoices,
    summaries: list[InvoiceSummary],
    ctx: Context,
) -> tuple[list[OutputFile], list[str], list[InvoiceSummary]]:
    """A file for each invoice, what was assumed to write them, and the summaries with the rules that they break."""
    from pdfmill.services.export.service import ExportService

    files: list[OutputFile] = []
    warnings: list[str] = []
    told = []
    invoices = extracted.document.invoices
    for number, (invoice, summary) in enumerate(zip(invoices, summaries, strict=True), start=1):
        target = ctx.path(f"invoice-{number}.xml")
        written = ctx.service(ExportService).write_electronic_invoice(invoice, to, target)
        marker = f"-{number}" if len(invoices) > 1 else ""
        files.append(OutputFile(target, source.renamed(marker=marker, suffix=".xml"), "application/xml"))
        found = [RuleFinding(rule=each.rule, reason=each.reason) for each in written.findings]
        told.append(summary.model_copy(update={"is_complete": not found, "rule_findings": found}))
        warnings += written.assumptions
        if found:
            reasons = " ".join(f"{each.rule}: {each.reason}" for each in found)
            warnings.append(f"{files[-1].name} is not complete, and whoever gets it may refuse it. {reasons}")
    return files, list(dict.fromkeys(warnings)), told


def _overlay(source: InputFile, extracted: ExtractedInvoices, ctx: Context) -> OutputFile:
    from pdfmill.services.extraction.overlay import OverlayService

    target = ctx.path("overlay.pdf")
    page_count = ctx.service(OverlayService).draw(source.path, target, extracted.marks, ctx)
    return OutputFile(target, source.renamed(marker="-overlay", suffix=".pdf"), page_count=page_count)


def _summary(invoice: ReadInvoice) -> InvoiceSummary:
    def text(found: object) -> str | None:
        return None if found is None else str(found.value)  # type: ignore[attr-defined]

    totals = invoice.totals
    return InvoiceSummary(
        pages=invoice.pages,
        source=invoice.source,
        format=invoice.format,
        invoice_number=text(invoice.invoice_number),
        type_code=text(invoice.type_code),
        issue_date=text(invoice.issue_date),
        due_date=text(invoice.due_date),
        seller=text(invoice.seller.name),
        buyer=text(invoice.buyer.name),
        currency=text(invoice.currency),
        net=text(totals.tax_exclusive),
        tax=text(totals.tax_amount),
        gross=text(totals.tax_inclusive),
        amount_due=text(totals.amount_due),
        lines=len(invoice.lines),
        needs_review=invoice.needs_review,
        review_reasons=invoice.review_reasons,
        rejected=[RejectedClaim(field=each.field, value=each.value, reason=each.reason) for each in invoice.rejected],
    )


def _needs(options: ExtractInvoiceOptions) -> Need | None:
    return need_of(options.method)


extract_invoice = Operation(
    name="extract-invoice",
    title="Extract invoice",
    summary="Read the invoices of a PDF, from its embedded XML or its pages, with evidence for every value.",
    queue="extraction",
    accepts=Accepts((MediaType.PDF,)),
    options=ExtractInvoiceOptions,
    result=ExtractInvoiceResult,
    run=run,
    requires=("pikepdf", "pdfium", "xlsxwriter"),
    asks=(Need.COMPLETION,),
    needs=_needs,
)
