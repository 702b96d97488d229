"""Read the bank statements in a PDF."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from pdfmill.core.context import Context
from pdfmill.core.documents import InputFile, MediaType, OutputFile
from pdfmill.core.errors import NotAStatement
from pdfmill.core.limits import LimitOverrides
from pdfmill.core.operation import Accepts, Inputs, Operation, Options, Outcome, Result
from pdfmill.core.shared_options import OcrOption

if TYPE_CHECKING:
    from pdfmill.services.extraction.statements.model import Statement, StatementFile

#: Suffix and media type of each form.
_FILES = {
    "json": (".json", "application/json"),
    "csv": (".csv", "text/csv"),
    "xlsx": (".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "ofx": (".ofx", "application/x-ofx"),
    "qif": (".qif", "application/x-qif"),
    "camt": (".xml", "application/xml"),
}


class ExtractBankStatementOptions(Options):
    """What the entries are written as."""

    to: Literal["json", "csv", "xlsx", "ofx", "qif", "camt"] = Field(
        "json",
        description="json holds everything with its evidence, csv the entries, xlsx sheets of statements, entries and "
        "checks; ofx, qif and camt (camt.053 XML) are what accounting programs read.",
    )
    overlay: bool = Field(
        False,
        description="Also write a copy of the PDF in which every value that was found is boxed, labelled, and coloured "
        "by confidence.",
    )
    ocr: OcrOption = "auto"


class StatementSummary(Result):
    """One account over one period; the file holds the rest."""

    account: str | None = Field(description="IBAN, or else the number of the account or card.")
    kind: Literal["current", "credit_card"] = Field(description="What sort of account it is.")
    owner: str | None = Field(description="Name of the account's owner.")
    bank: str | None = Field(description="Name of the bank.")
    currency: str | None = Field(description="ISO 4217 code.")
    period_from: datetime.date | None = Field(description="First day.")
    period_to: datetime.date | None = Field(description="Last day.")
    opening: Decimal | None = Field(description="Opening balance as stated.")
    closing: Decimal | None = Field(description="Closing balance as stated.")
    entries: int = Field(description="How many bookings it has.")
    reconciliation: Literal["exact", "derived", "failed"] = Field(
        description="exact: stated opening balance + entries = stated closing balance, to the cent, and no running "
        "balance contradicts. derived: a balance is not stated, but all running balances follow. failed: all else."
    )
    difference: Decimal | None = Field(description="What the entries leave unexplained; null if a balance is missing.")
    suspect_entries: list[int] = Field(
        description="Numbers of entries next to which a running balance does not follow."
    )
    needs_review: list[str] = Field(description="Why a person should look at it; empty if nothing speaks for that.")


class ExtractBankStatementResult(Result):
    """What was read."""

    outcome: Literal["statements", "not_a_statement", "needs_ocr"] = Field(
        description="needs_ocr: there is nothing but pictures of text, in which no words were recognised."
    )
    looks_like: str | None = Field(description="What the document seems to be instead of a statement.")
    needs_ocr: str | None = Field(description="Pages whose text is absent or garbled, such as 2,5-7; null if none.")
    statements: list[StatementSummary] = Field(description="One for each account and period.")


def run(inputs: Inputs, options: ExtractBankStatementOptions, ctx: Context) -> Outcome[ExtractBankStatementResult]:
    """Read the one input."""
    # Here, because web server, worker and reconciler only describe operations: they must not load PDF libraries.
    from pdfmill.services.export.service import ExportService
    from pdfmill.services.extraction.statements.service import BankStatementExtractionService
    from pdfmill.services.ocr.page_layers import recogniser

    source = inputs.single
    reading = ctx.stage("statements", share=0.8) if options.overlay else ctx
    service = ctx.service(BankStatementExtractionService)
    found = service.extract(source.path, reading, recognise=recogniser(options.ocr))
    if not found.statements and options.to != "json":
        raise NotAStatement(_refusal(found), outcome=found.outcome, looks_like=found.looks_like)
    suffix, media_type = _FILES[options.to]
    target = ctx.path(f"statement{suffix}")
    warnings = ctx.service(ExportService).write_statements(found, options.to, target)
    return Outcome(
        result=ExtractBankStatementResult(
            outcome=found.outcome,
            looks_like=found.looks_like,
            needs_ocr=found.needs_ocr,
            statements=[_summary(statement) for statement in found.statements],
        ),
        outputs=(
            OutputFile(target, source.renamed(suffix=suffix), media_type),
            *(_overlay(source, found, ctx) if options.overlay else ()),
        ),
        warnings=(*([] if found.statements else [_refusal(found)]), *warnings, *_doubts(found)),
    )


def _overlay(source: InputFile, found: StatementFile, ctx: Context) -> Iterator[OutputFile]:
    from pdfmill.services.extraction.overlay import OverlayService
    from pdfmill.services.extraction.statements.marks import marks_of

    picture = ctx.path("overlay.pdf")
    pages = OverlayService().draw(source.path, picture, marks_of(found), ctx.stage("overlay", share=1.0))
    yield OutputFile(picture, source.renamed(marker="-overlay", suffix=".pdf"), MediaType.PDF, pages)


def _summary(statement: Statement) -> StatementSummary:
    account, result = statement.account, statement.reconciliation
    number = account.iban or account.other_id
    return StatementSummary(
        account=number.value if number else None,
        kind=account.kind,
        owner=account.owner.value if account.owner else None,
        bank=account.servicer_name.value if account.servicer_name else None,
        currency=account.currency.value if account.currency else None,
        period_from=statement.period_from.value if statement.period_from else None,
        period_to=statement.period_to.value if statement.period_to else None,
        opening=result.opening,
        closing=result.closing,
        entries=len(statement.entries),
        reconciliation=result.status,
        difference=result.difference,
        suspect_entries=result.suspect_entries,
        needs_review=statement.needs_review,
    )


def _refusal(found: StatementFile) -> str:
    from pdfmill.services.layout.recognition import ONLY_PICTURES

    if found.outcome == "needs_ocr":
        return ONLY_PICTURES
    return f"The document is no bank statement; it looks like: {found.looks_like}. Send a statement of an account."


def _doubts(found: StatementFile) -> list[str]:
    from pdfmill.services.layout.recognition import unread_pages

    several = len(found.statements) > 1
    unread = [unread_pages(found.needs_ocr)] if found.needs_ocr and found.outcome != "needs_ocr" else []
    return unread + [
        f"Statement {number}: {doubt}" if several else doubt
        for number, statement in enumerate(found.statements, start=1)
        for doubt in statement.needs_review
    ]


extract_bank_statement = Operation(
    name="extract-bank-statement",
    title="Extract bank statement",
    summary="Read the entries of bank and credit-card statements, and prove them by their balances.",
    queue="extraction",
    accepts=Accepts((MediaType.PDF,)),
    options=ExtractBankStatementOptions,
    result=ExtractBankStatementResult,
    run=run,
    requires=("pikepdf", "pdfium", "xlsxwriter"),
    limits=LimitOverrides(memory_mib=2048),  # a report of 2,000 pages holds 80,000 entries with their evidence
)
