"""ExportService: one result, many kinds of files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from pdfmill.services.export import einvoice
from pdfmill.services.export.bookings import undated
from pdfmill.services.export.camt import write_camt
from pdfmill.services.export.cii import write_cii
from pdfmill.services.export.csv import write_csv
from pdfmill.services.export.en16931 import Finding, findings
from pdfmill.services.export.invoices import invoice_sheets, line_sheet
from pdfmill.services.export.json import write_json
from pdfmill.services.export.ofx import write_ofx
from pdfmill.services.export.qif import write_qif
from pdfmill.services.export.statements import entry_sheet, statement_sheets
from pdfmill.services.export.tables import Sheet
from pdfmill.services.export.ubl import write_ubl
from pdfmill.services.export.xlsx import write_xlsx
from pdfmill.services.extraction.invoices.model import Invoice, InvoiceDocument
from pdfmill.services.extraction.statements.model import StatementFile

InvoiceTables = Literal["json", "csv", "xlsx"]
InvoiceXml = Literal["ubl", "cii"]
StatementForm = Literal["json", "csv", "xlsx", "ofx", "qif", "camt"]


@dataclass(frozen=True)
class ElectronicInvoice:
    """What is to be thought of an invoice that was written as UBL or CII.

    Attributes:
        assumptions: What was written though nothing states it, in sentences.
        findings: Rules that it does not keep; what has any is not complete.
    """

    assumptions: tuple[str, ...]
    findings: tuple[Finding, ...]


class ExportService:
    """Writes results as files. The same result gives the same bytes; no cell is ever a formula."""

    def write_json(self, result: BaseModel, path: Path) -> None:
        """Everything that was found, as the schema of the result says."""
        write_json(result, path)

    def write_csv(self, sheet: Sheet, path: Path) -> None:
        """One table with its heading, in UTF-8."""
        write_csv(sheet, path)

    def write_xlsx(self, sheets: Sequence[Sheet], path: Path) -> None:
        """A workbook with a sheet for each table."""
        write_xlsx(sheets, path)

    def write_statements(self, file: StatementFile, form: StatementForm, path: Path) -> list[str]:
        """Statements in one of their forms; returns what a person should know of it.

        Raises:
            NotExportable: The form needs something that the document does not state.
        """
        warnings = []
        match form:
            case "json":
                self.write_json(file, path)
            case "csv":
                self.write_csv(entry_sheet(file), path)
            case "xlsx":
                self.write_xlsx(statement_sheets(file), path)
            case "ofx":
                write_ofx(file.statements, path)
            case "qif":
                write_qif(file.statements, path)
            case "camt":
                write_camt(file.statements, path)
        if form in ("ofx", "qif") and (count := sum(map(undated, file.statements))):
            warnings.append(
                f"{count} entries without a date bear that of the statement's last day, as {form} needs one."
            )
        return warnings

    def write_invoices(self, document: InvoiceDocument, form: InvoiceTables, path: Path) -> None:
        """All invoices of a document: json with evidence, csv of their lines, or a workbook."""
        match form:
            case "json":
                self.write_json(document, path)
            case "csv":
                self.write_csv(line_sheet(document), path)
            case "xlsx":
                self.write_xlsx(invoice_sheets(document), path)

    def write_electronic_invoice(self, invoice: Invoice, form: InvoiceXml, path: Path) -> ElectronicInvoice:
        """One invoice as UBL, or as CII for Factur-X; returns what is to be thought of the file.

        Raises:
            NotExportable: It lacks what the format needs.
        """
        if form == "ubl":
            write_ubl(invoice, path)
        else:
            write_cii(invoice, path)
        return ElectronicInvoice(tuple(einvoice.doubts(invoice)), tuple(findings(invoice, form)))
