"""InvoiceExtractionService: the invoices of a document, from the XML that it carries or from its pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pdfmill.core.context import Context
from pdfmill.core.pages import PageRanges
from pdfmill.services.extraction.invoices.by_model import fill_gaps
from pdfmill.services.extraction.invoices.checks import check, review_reasons
from pdfmill.services.extraction.invoices.documents import InvoicePages, group_pages
from pdfmill.services.extraction.invoices.embedded.reader import Embedded, EmbeddedInvoice, read_embedded
from pdfmill.services.extraction.invoices.grounding import Grounder
from pdfmill.services.extraction.invoices.model import Difference, Invoice, InvoiceDocument, ReadInvoice, RejectedValue
from pdfmill.services.extraction.invoices.paths import found_fields
from pdfmill.services.extraction.invoices.rules.confidence import calibrated
from pdfmill.services.extraction.invoices.rules.sheet import key
from pdfmill.services.extraction.overlay import Mark
from pdfmill.services.layout.page_words import open_words
from pdfmill.services.layout.recognition import Recognise, unread_pages


@dataclass(frozen=True)
class ExtractedInvoices:
    """What was read from a document.

    Attributes:
        needs_ocr: Pages whose text is absent or garbled; None if there are none.
        warnings: Sentences for the user.
    """

    document: InvoiceDocument
    needs_ocr: PageRanges | None
    warnings: tuple[str, ...] = field(default=())

    @property
    def marks(self) -> list[Mark]:
        """Where each value stands, for the review picture."""
        return [
            Mark(evidence.page, evidence.box, _short(path), found.confidence, str(found.value))
            for invoice in self.document.invoices
            for path, found in found_fields(invoice)
            if not path.startswith("differences")
            for evidence in found.evidence
        ]


def _short(path: str) -> str:
    """A path as a label: ``lines.0.net_amount`` → ``1 net amount``."""
    parts = path.split(".")
    last = parts[-1].replace("_", " ")
    if parts[0] in ("lines", "vat_breakdown", "cash_discounts"):
        return f"{int(parts[1]) + 1} {last}"
    return f"{parts[0]} {last}" if parts[0] in ("seller", "buyer") else last


class InvoiceExtractionService:
    """Reads invoices without a template: the same document gives the same result, unless a model is asked."""

    def extract(
        self,
        source: Path,
        pages: PageRanges | None,
        ctx: Context,
        *,
        use_xml: bool = True,
        by_model: bool = False,
        recognise: Recognise | None = None,
    ) -> ExtractedInvoices:
        """The invoices of a document.

        Args:
            pages: Those to read; None for all.
            use_xml: Whether the XML that the document carries is read.
            by_model: Whether a language model is asked for what the pages did not tell the rules, or not surely.
            recognise: Reads pages whose text is absent or garbled; None to leave them as they are.

        Raises:
            EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages: The document cannot be read.
            InvalidPageRange: A page lies outside the document.
            ProviderNotConfigured, ProviderUnavailable, ProviderRefused, ProviderBudgetExceeded: Of the language model.
            Cancelled, DeadlineExceeded: As the context says.
        """
        embedded = read_embedded(source, ctx.limits) if use_xml else Embedded()
        opening = ctx.stage("recognising", share=0.7) if recognise else ctx
        with open_words(source, pages, opening, recognise) as words:
            reading = ctx.stage("reading", share=0.9 if recognise is None else 0.2)
            found = group_pages(words, reading)
        finishing = ctx.stage("checking", share=1.0)
        invoices = _from_xml(embedded.invoices, found.groups)
        if not invoices:
            invoices = _from_model(found.perhaps_invoices, finishing) if by_model else _from_pages(found.invoices)
        finishing.advance(1, 1)
        needs_ocr = PageRanges.of(found.unreadable) if found.unreadable else None
        return ExtractedInvoices(
            document=_document(invoices, embedded, found.looks_like, only_pictures=found.only_pictures),
            needs_ocr=needs_ocr,
            warnings=(*embedded.warnings, *_warnings(found.unreadable, found.groups, invoices)),
        )


def _document(
    invoices: list[ReadInvoice], embedded: Embedded, looks_like: str | None, *, only_pictures: bool
) -> InvoiceDocument:
    if invoices:
        return InvoiceDocument(outcome="invoices", invoices=invoices)
    if only_pictures:
        return InvoiceDocument(outcome="needs_ocr")
    return InvoiceDocument(outcome="not_an_invoice", looks_like="an order" if embedded.is_order else looks_like)


def _from_pages(groups: Sequence[InvoicePages]) -> list[ReadInvoice]:
    return [
        _judged(calibrated(group.read.invoice), group.pages, source="rules", languages=group.read.languages)
        for group in groups
    ]


def _from_model(groups: Sequence[InvoicePages], ctx: Context) -> list[ReadInvoice]:
    """What the rules read, with the gaps filled; pages that the rules do not know as an invoice must have its marks."""
    invoices = []
    for done, group in enumerate(groups):
        ctx.advance(done, len(groups), unit="invoices")
        filled = fill_gaps(calibrated(group.read.invoice), group.reading, ctx)
        if group.judgement.is_invoice or _has_marks(filled.invoice):
            languages = group.read.languages
            invoices.append(
                _judged(filled.invoice, group.pages, source="rules", languages=languages, rejected=filled.rejected)
            )
    return invoices


def _has_marks(invoice: Invoice) -> bool:
    """Whether it has a number and a date, and amounts that add up (BR-CO-15)."""
    adds_up = any(each.id == "BR-CO-15" and each.ok for each in check(invoice))
    return adds_up and invoice.invoice_number is not None and invoice.issue_date is not None


def _from_xml(embedded: Sequence[EmbeddedInvoice], groups: Sequence[InvoicePages]) -> list[ReadInvoice]:
    """The embedded invoices, each with the pages that show its number; a lone one has them all."""
    invoices = []
    for each in embedded:
        group = _pages_of(each.invoice, groups)
        if group is None:
            invoices.append(_judged(each.invoice, [], source="xml", standard=each.format))
            continue
        grounder = Grounder(group.reading)
        by_rules = calibrated(group.read.invoice)
        invoice = grounder.ground(each.invoice, by_rules)
        invoices.append(
            _judged(
                invoice,
                group.pages,
                source="xml",
                standard=each.format,
                languages=group.read.languages,
                differences=grounder.differences(invoice, by_rules),
            )
        )
    return invoices


def _pages_of(invoice: Invoice, groups: Sequence[InvoicePages]) -> InvoicePages | None:
    """The pages that show the number of an embedded invoice; failing these, the first."""
    number = key(invoice.invoice_number.value) if invoice.invoice_number else ""
    for group in groups:
        if number and any(number in segment.key for segment in group.reading.sheet.segments):
            return group
    return groups[0] if groups else None


def _judged(
    invoice: Invoice,
    pages: list[int],
    *,
    source: Literal["xml", "rules"],
    languages: Sequence[str] = (),
    standard: str | None = None,
    differences: Sequence[Difference] = (),
    rejected: Sequence[RejectedValue] = (),
) -> ReadInvoice:
    """An invoice with its checks, and whether a person should look at it."""
    read = ReadInvoice(
        **{name: getattr(invoice, name) for name in Invoice.model_fields},
        source=source,
        format=standard,
        pages=str(PageRanges.of(pages)) if pages else "",
        languages=list(languages),
        checks=check(invoice),
        differences=list(differences),
        rejected=list(rejected),
        needs_review=False,
        review_reasons=[],
    )
    reasons = review_reasons(read)
    return read.model_copy(update={"needs_review": bool(reasons), "review_reasons": reasons})


def _warnings(unreadable: list[int], groups: Sequence[InvoicePages], invoices: Sequence[ReadInvoice]) -> list[str]:
    found = []
    if unreadable:
        found.append(unread_pages(PageRanges.of(unreadable)))
    if left_out := sum(group.left_out for group in groups):
        found.append(f"{left_out} pages belong to no invoice or to a very long one, and were left out.")
    if rejected := sum(len(invoice.rejected) for invoice in invoices):
        found.append(f"{rejected} values were not taken from the language model, or gave way to its; see `rejected`.")
    return found
