"""Extract invoice, as a client asks for it: files, names, warnings, refusals."""

import csv
import json

import pytest

from builders.invoices import Bill, cii, form, invoice_pdf, letter
from builders.pdf import text_pdf
from builders.scans import scanned
from builders.sheet import sheets
from pdfmill.core.documents import InputFile
from pdfmill.core.errors import NotAnInvoice
from pdfmill.core.limits import Limits
from pdfmill.core.operation import Inputs
from pdfmill.operations import load_registry
from pdfmill.services.soundness import check_sound


@pytest.fixture
def perform(ctx):
    def perform(path, **options):
        operation = load_registry().get("extract-invoice")
        outcome = operation.run(Inputs((InputFile.at(path),)), operation.parse_options(options), ctx)
        for output in outcome.outputs:
            check_sound(output.path, output.media_type, output.page_count or 0, [], Limits())
        return outcome

    return perform


def test_the_result_tells_what_matters(perform, tmp_path):
    bill = Bill()
    (invoice,) = perform(invoice_pdf(tmp_path / "a.pdf", bill)).result.invoices
    assert (invoice.invoice_number, invoice.gross, invoice.seller) == (bill.number, str(bill.gross), bill.seller)
    assert (invoice.source, invoice.lines, invoice.needs_review) == ("rules", 3, False)


def test_a_scan_is_recognised(perform, tmp_path, language_data):
    bill = Bill()
    path = scanned(tmp_path / "scan.pdf", invoice_pdf(tmp_path / "a.pdf", bill))
    (invoice,) = perform(path).result.invoices
    assert (invoice.invoice_number, invoice.gross, invoice.needs_review) == (bill.number, str(bill.gross), True)
    refused = perform(path, ocr="off")
    assert (refused.result.outcome, refused.result.needs_ocr) == ("needs_ocr", "1")


@pytest.mark.parametrize(
    ("to", "name"),
    [("json", "a.json"), ("csv", "a.csv"), ("xlsx", "a.xlsx"), ("ubl", "a.xml"), ("cii", "a.xml")],
)
def test_each_form_gives_a_sound_file(perform, tmp_path, to, name):
    (output,) = perform(invoice_pdf(tmp_path / "a.pdf"), to=to).outputs
    assert output.name == name


def test_json_has_every_value_with_its_place(perform, tmp_path):
    (output,) = perform(invoice_pdf(tmp_path / "a.pdf", xml=cii(Bill()))).outputs
    (invoice,) = json.loads(output.path.read_text())["invoices"]
    gross = invoice["totals"]["tax_inclusive"]
    assert (gross["value"], gross["source"], gross["evidence"][0]["page"]) == (str(Bill().gross), "xml", 1)


def test_csv_has_a_row_for_each_line(perform, tmp_path):
    (output,) = perform(invoice_pdf(tmp_path / "a.pdf"), to="csv").outputs
    with output.path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["name"], row["amount"]) for row in rows] == [(each.name, str(each.amount)) for each in Bill().sold]


def test_several_electronic_invoices_have_a_file_each(perform, tmp_path):
    path = sheets(tmp_path / "a.pdf", letter(Bill(number="A-1001")), form(Bill(number="B-2002")))
    assert [output.name for output in perform(path, to="ubl").outputs] == ["a-1.xml", "a-2.xml"]


def test_the_review_picture_comes_beside(perform, tmp_path):
    outputs = perform(invoice_pdf(tmp_path / "a.pdf"), overlay=True).outputs
    assert [(each.name, each.page_count) for each in outputs] == [("a.json", None), ("a-overlay.pdf", 1)]


@pytest.mark.parametrize("to", ["ubl", "cii"])
def test_an_electronic_invoice_that_lacks_something_says_what_and_why(perform, tmp_path, to):
    whole = perform(invoice_pdf(tmp_path / "a.pdf", Bill("de")), to=to).result.invoices[0]
    assert (whole.is_complete, whole.rule_findings) == (True, [])
    outcome = perform(invoice_pdf(tmp_path / "b.pdf", Bill("de", vat_id="")), to=to)
    (lacking,) = outcome.result.invoices
    assert not lacking.is_complete
    assert {each.rule for each in lacking.rule_findings} == {"BR-CO-26", "BR-S-02"}
    reason = "Neither the VAT identifier (BT-31) nor the register number (BT-30) of the seller was found."
    assert any(each.startswith("b.xml is not complete") and f"BR-CO-26: {reason}" in each for each in outcome.warnings)
    assert perform(tmp_path / "b.pdf", to="json").result.invoices[0].is_complete is None


def test_what_is_no_invoice_is_an_outcome_and_for_other_forms_a_refusal(perform, tmp_path):
    path = text_pdf(tmp_path / "text.pdf", text="Dear all")
    outcome = perform(path)
    assert (outcome.result.outcome, outcome.result.looks_like) == ("not_an_invoice", "a short text")
    assert outcome.warnings == (
        "The document is no invoice; it looks like a short text. Send an invoice or a credit note.",
    )
    with pytest.raises(NotAnInvoice) as caught:
        perform(path, to="ubl")
    assert caught.value.extras == {"outcome": "not_an_invoice", "looks_like": "a short text"}


def test_pages_are_chosen(perform, tmp_path):
    path = sheets(tmp_path / "a.pdf", letter(Bill(number="A-1001")), form(Bill(number="B-2002")))
    assert [each.invoice_number for each in perform(path, pages="2").result.invoices] == ["B-2002"]
