"""Invoices as tables: what they are, their lines, and what was checked."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from pdfmill.services.export.tables import Sheet, Value
from pdfmill.services.extraction.evidence import Found
from pdfmill.services.extraction.invoices.model import InvoiceDocument, InvoiceLine, ReadInvoice

_HEADER = (
    "invoice number", "type", "issue date", "due date", "delivery date", "seller", "seller vat id", "buyer",
    "buyer vat id", "order reference", "buyer reference", "currency", "net", "tax", "gross", "prepaid", "amount due",
    "iban", "bic", "payment reference", "source", "pages", "review",
)  # fmt: skip
_LINE = (
    "invoice number", "issue date", "seller", "currency", "position", "item id", "name", "description", "quantity",
    "unit", "price", "vat rate", "amount", "confidence", "page",
)  # fmt: skip
_CHECK = ("invoice number", "check", "ok", "message", "expected", "actual", "difference")


def invoice_sheets(document: InvoiceDocument) -> list[Sheet]:
    """Three tables: invoices, lines, checks."""
    return [
        Sheet("invoices", _HEADER, [_header(invoice) for invoice in document.invoices]),
        line_sheet(document),
        Sheet("checks", _CHECK, [row for invoice in document.invoices for row in _checks(invoice)]),
    ]


def line_sheet(document: InvoiceDocument) -> Sheet:
    """All lines, a row for each."""
    return Sheet("lines", _LINE, [_line(invoice, line) for invoice in document.invoices for line in invoice.lines])


def _value(found: Found[Any] | None) -> Any:
    return None if found is None else found.value


def _header(invoice: ReadInvoice) -> tuple[Value, ...]:
    seller, buyer, totals, payment = invoice.seller, invoice.buyer, invoice.totals, invoice.payment
    fields = (
        invoice.invoice_number, invoice.type_code, invoice.issue_date, invoice.due_date, invoice.delivery_date,
        seller.name, seller.vat_id, buyer.name, buyer.vat_id, invoice.order_reference, invoice.buyer_reference,
        invoice.currency, totals.tax_exclusive, totals.tax_amount, totals.tax_inclusive, totals.prepaid,
        totals.amount_due, payment.iban, payment.bic, payment.reference,
    )  # fmt: skip
    return (*map(_value, fields), invoice.source, invoice.pages, " ".join(invoice.review_reasons) or None)


def _line(invoice: ReadInvoice, line: InvoiceLine) -> tuple[Value, ...]:
    fields = (
        invoice.invoice_number, invoice.issue_date, invoice.seller.name, invoice.currency, line.id,
        line.seller_item_id, line.name, line.description, line.quantity, line.unit, line.net_price, line.vat_rate,
        line.net_amount,
    )  # fmt: skip
    amount = line.net_amount
    page = amount.evidence[0].page if amount is not None and amount.evidence else None
    return (*map(_value, fields), None if amount is None else Decimal(str(amount.confidence)), page)


def _checks(invoice: ReadInvoice) -> Iterator[tuple[Value, ...]]:
    number = _value(invoice.invoice_number)
    for check in invoice.checks:
        yield number, check.id, check.ok, check.message, check.expected, check.actual, check.difference
