"""Invoices that the file carries as XML, beside what its pages say."""

from decimal import Decimal

import pytest

from builders.invoices import Bill, carrying, cii, invoice_pdf, ubl
from builders.sheet import sheets
from pdfmill.services.extraction.invoices.paths import found_fields
from pdfmill.services.extraction.invoices.service import InvoiceExtractionService

FORMATS = {
    "Factur-X": ("factur-x.xml", cii),
    "ZUGFeRD 1.0": ("ZUGFeRD-invoice.xml", lambda bill: cii(bill, old=True)),
    "UBL": ("xrechnung.xml", ubl),
}


@pytest.mark.parametrize("credit", [False, True], ids=["invoice", "credit note"])
@pytest.mark.parametrize("standard", FORMATS)
def test_embedded_xml_is_found_and_mapped(only, tmp_path, standard, credit):
    bill = Bill(credit=credit)
    name, make = FORMATS[standard]
    invoice = only(invoice_pdf(tmp_path / "invoice.pdf", bill, xml=make(bill), name=name))
    values = {path: found.value for path, found in found_fields(invoice)}
    assert invoice.source == "xml"
    assert invoice.format.startswith("UBL" if standard == "UBL" else "CII")
    expected = {
        "invoice_number": bill.number,
        "issue_date": bill.date,
        "type_code": "381" if credit else "380",
        "currency": bill.currency,
        "seller.name": bill.seller,
        "seller.vat_id": bill.vat_id,
        "buyer.name": bill.buyer,
        "totals.tax_exclusive": bill.net,
        "totals.tax_amount": bill.tax,
        "totals.tax_inclusive": bill.gross,
        "totals.amount_due": bill.gross,
    }
    assert {path: values[path] for path in expected} == expected
    assert [(line.name.value, line.quantity.value, line.net_amount.value) for line in invoice.lines] == [
        (each.name, each.quantity, each.amount) for each in bill.sold
    ]
    assert invoice.differences == []


def test_values_of_the_xml_are_shown_on_the_page(only, tmp_path):
    bill = Bill()
    invoice = only(invoice_pdf(tmp_path / "invoice.pdf", bill, xml=cii(bill)))
    missing = {path.rpartition(".")[2] for path, found in found_fields(invoice) if not found.evidence}
    assert missing <= {"id", "unit"}  # which this page does not have


def test_a_file_that_says_another_total_than_the_page_is_told(only, tmp_path):
    bill = Bill()
    path = invoice_pdf(tmp_path / "invoice.pdf", bill, xml=cii(bill, gross=Decimal("12.34")))
    invoice = only(path)
    assert invoice.totals.tax_inclusive.value == Decimal("12.34")
    assert [(each.field, each.xml, each.page) for each in invoice.differences] == [
        ("totals.tax_inclusive", "12.34", str(bill.gross)),
        ("totals.amount_due", "12.34", str(bill.gross)),
    ]
    assert invoice.needs_review
    assert any("12.34 in the embedded file" in reason for reason in invoice.review_reasons)


@pytest.mark.parametrize(
    ("xml", "what"),
    [
        (b"<rsm:CrossIndustryInvoice", "is malformed"),
        (b"\xff\xfe<\x00", "is malformed"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "has a document type"),
        (b"", "is malformed"),
    ],
)
def test_bad_xml_gives_way_to_the_page_with_a_warning(ctx, tmp_path, xml, what):
    path = invoice_pdf(tmp_path / "invoice.pdf", xml=xml)
    extracted = ctx.service(InvoiceExtractionService).extract(path, None, ctx)
    (invoice,) = extracted.document.invoices
    assert invoice.source == "rules"
    assert invoice.totals.tax_inclusive.value == Bill().gross
    assert len(extracted.warnings) == 1
    assert what in extracted.warnings[0]


def test_other_xml_is_left_alone(only, tmp_path):
    assert only(invoice_pdf(tmp_path / "invoice.pdf", xml=b"<note>Hello</note>")).source == "rules"


def test_an_order_in_the_same_family_of_formats_is_no_invoice(read, tmp_path):
    path = sheets(tmp_path / "order.pdf", lambda sheet: sheet.text(60, 80, "Purchase order 17"))
    document = read(carrying(path, b"<SCRDMCCBDACIOMessageStructure/>", "order-x.xml"))
    assert (document.outcome, document.looks_like) == ("not_an_invoice", "an order")


def test_the_xml_may_be_ignored(only, tmp_path):
    bill = Bill()
    path = invoice_pdf(tmp_path / "invoice.pdf", bill, xml=cii(bill.but(number="OTHER-1")))
    assert only(path).invoice_number.value == "OTHER-1"
    assert only(path, use_xml=False).invoice_number.value == bill.number


def test_real_invoices_with_xml_are_all_found(read, corpus):
    paths = sorted((corpus / "invoices").glob("*ZUGFeRD_1p0*.pdf"))[:3]
    assert [[each.source for each in read(path).invoices] for path in paths] == [["xml"]] * len(paths)
