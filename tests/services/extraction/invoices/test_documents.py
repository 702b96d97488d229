"""Files that hold several invoices, none, or pictures of one."""

import pytest

from builders.invoices import Bill, form, letter
from builders.pdf import text_pdf
from builders.sheet import sheets
from pdfmill.services.extraction.invoices.service import InvoiceExtractionService


def test_two_invoices_in_one_file_are_both_returned(read, tmp_path):
    bills = [Bill(number="A-1001"), Bill("de", number="B-2002"), Bill("fr", number="C-3003", credit=True)]
    document = read(sheets(tmp_path / "several.pdf", letter(bills[0]), form(bills[1]), letter(bills[2])))
    assert [(each.invoice_number.value, each.pages) for each in document.invoices] == [
        ("A-1001", "1"),
        ("B-2002", "2"),
        ("C-3003", "3"),
    ]
    assert [each.totals.tax_inclusive.value for each in document.invoices] == [bill.gross for bill in bills]


def test_a_copy_of_a_page_does_not_count_its_lines_twice(read, tmp_path):
    bill = Bill()
    (invoice,) = read(sheets(tmp_path / "copy.pdf", letter(bill), letter(bill))).invoices
    assert len(invoice.lines) == len(bill.sold)
    assert invoice.pages == "1-2"


@pytest.mark.parametrize(
    ("title", "looks_like"),
    [
        ("Order confirmation", "an order confirmation"),
        ("Quotation", "a quotation"),
        ("Delivery note", "a delivery note"),
    ],
)
def test_what_is_no_invoice_is_called_by_its_name(read, tmp_path, title, looks_like):
    def build(sheet):
        sheet.text(60, 80, title, 18, "bold")
        sheet.text(60, 110, "No. 4711")
        sheet.text(60, 140, "Description", 10, "bold")
        sheet.text(300, 140, "Quantity", 10, "bold")
        sheet.text(450, 140, "Price", 10, "bold")
        sheet.text(60, 160, "A chair")
        sheet.text(300, 160, "2")
        sheet.text(450, 160, "20.00")

    document = read(sheets(tmp_path / "other.pdf", build))
    assert (document.outcome, document.looks_like) == ("not_an_invoice", looks_like)


def test_a_text_is_no_invoice(read, tmp_path):
    document = read(text_pdf(tmp_path / "text.pdf", text="Dear all"))
    assert (document.outcome, document.looks_like) == ("not_an_invoice", "a short text")


def test_a_scan_without_text_needs_ocr(ctx, tmp_path):
    path = sheets(tmp_path / "scan.pdf", lambda sheet: sheet.picture(0, 0, 595, 842))
    extracted = ctx.service(InvoiceExtractionService).extract(path, None, ctx)
    assert extracted.document.outcome == "needs_ocr"
    assert str(extracted.needs_ocr) == "1"
    assert "no text that can be read" in extracted.warnings[0]


def test_recognised_text_is_read_and_called_so(only, tmp_path):
    def build(sheet):
        sheet.picture(0, 0, 595, 842)
        show = sheet.text
        sheet.text = lambda x, y, text, size=11, look="": show(x, y, text, size, look, mode=3)
        letter(Bill())(sheet)

    invoice = only(sheets(tmp_path / "ocr.pdf", build))
    assert invoice.totals.tax_inclusive.value == Bill().gross
    assert invoice.totals.tax_inclusive.source == "ocr"
    assert "recognised" in " ".join(invoice.review_reasons)


def test_a_page_turned_on_its_side_is_read_and_its_boxes_are_where_it_shows(only, tmp_path):
    import pikepdf

    path = sheets(tmp_path / "turned.pdf", letter(Bill()))
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[0].Rotate = 90
        pdf.save(path)
    invoice = only(path)
    assert invoice.totals.tax_inclusive.value == Bill().gross
    left, top, right, bottom = invoice.invoice_number.evidence[0].box
    assert 0 <= left < right <= 842
    assert 0 <= top < bottom <= 595
    assert bottom - top > right - left  # the text runs down the page as it is shown


def test_two_thousand_pages_without_an_invoice_end_well(read, tmp_path):
    document = read(text_pdf(tmp_path / "long.pdf", pages=2000))
    assert document.outcome == "not_an_invoice"
