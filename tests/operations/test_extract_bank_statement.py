"""extract-bank-statement, as a client asks for it: outcomes, names, warnings, refusals."""

import json

import pikepdf
import pytest

from builders.pdf import text_pdf
from builders.scans import scanned
from builders.sheet import sheets
from builders.statement import account, without
from builders.statement_layouts import LAYOUTS
from pdfmill.core.documents import InputFile
from pdfmill.core.errors import NotAStatement
from pdfmill.core.limits import Limits
from pdfmill.core.operation import Inputs
from pdfmill.operations import load_registry
from pdfmill.services.soundness import check_sound


@pytest.fixture
def perform(ctx):
    def perform(path, **options):
        operation = load_registry().get("extract-bank-statement")
        outcome = operation.run(Inputs((InputFile.at(path),)), operation.parse_options(options), ctx)
        for output in outcome.outputs:
            check_sound(output.path, output.media_type, output.page_count or 0, [], Limits())
        return outcome

    return perform


@pytest.fixture
def statement(tmp_path):
    return LAYOUTS["danish_points"](account(1, 12)).save(tmp_path / "may.pdf")


@pytest.mark.parametrize(
    ("to", "name", "media_type"),
    [
        ("json", "may.json", "application/json"),
        ("csv", "may.csv", "text/csv"),
        ("xlsx", "may.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("ofx", "may.ofx", "application/x-ofx"),
        ("qif", "may.qif", "application/x-qif"),
        ("camt", "may.xml", "application/xml"),
    ],
)
def test_each_form_gives_a_file_of_its_kind(perform, statement, to, name, media_type):
    outcome = perform(statement, to=to)
    (output,) = outcome.outputs
    assert (output.name, output.media_type) == (name, media_type)
    (summary,) = outcome.result.statements
    assert (summary.entries, summary.reconciliation, summary.difference) == (12, "exact", 0)


def test_the_overlay_boxes_every_value_on_a_copy(perform, statement):
    outcome = perform(statement, overlay=True)
    _, picture = outcome.outputs
    assert (picture.name, picture.media_type, picture.page_count) == ("may-overlay.pdf", "application/pdf", 1)
    with pikepdf.open(picture.path) as pdf:
        notes = [str(note.get("/Contents", "")) for note in pdf.pages[0].Annots]
    assert any(note.startswith("12 amount: ") for note in notes)
    assert any(note.startswith("balance CLBD: ") for note in notes)


def test_what_is_in_doubt_is_a_warning(perform, tmp_path):
    path = LAYOUTS["danish_points"](without(account(1, 12), 4)).save(tmp_path / "may.pdf")
    outcome = perform(path)
    assert outcome.result.statements[0].reconciliation == "failed"
    assert outcome.result.statements[0].suspect_entries == [5]
    assert "The balances do not prove the entries: failed." in outcome.warnings


def _invoice(sheet):
    sheet.text(72, 80, "INVOICE", 20)
    sheet.text(72, 120, "Invoice number: 2024-17    Invoice date: 02.05.2024")
    sheet.text(72, 160, "Consulting")
    sheet.text(400, 160, "100.00")
    sheet.text(72, 180, "VAT 19 %")
    sheet.text(400, 180, "19.00")
    sheet.text(72, 200, "Amount due")
    sheet.text(400, 200, "119.00")


def test_a_document_that_is_no_statement_is_told_what_it_looks_like(perform, tmp_path):
    outcome = perform(sheets(tmp_path / "a.pdf", _invoice))
    assert (outcome.result.outcome, outcome.result.looks_like) == ("not_a_statement", "invoice")
    assert outcome.result.statements == []
    assert outcome.warnings[0].startswith("The document is no bank statement; it looks like: invoice.")
    assert json.loads(outcome.outputs[0].path.read_text())["statements"] == []


@pytest.mark.parametrize(
    ("build", "looks_like"),
    [
        (lambda sheet: sheet, "blank"),
        (lambda sheet: sheet.text(72, 80, "Dear Sir").text(72, 99, "Please call. Yours sincerely"), "letter"),
        (lambda sheet: sheet.text(72, 80, "Some words about nothing."), "text"),
    ],
)
def test_other_kinds_are_told_apart(perform, tmp_path, build, looks_like):
    assert perform(sheets(tmp_path / "a.pdf", build)).result.looks_like == looks_like


def test_forms_that_need_entries_refuse_what_is_no_statement(perform, tmp_path):
    with pytest.raises(NotAStatement, match="Send a statement") as caught:
        perform(text_pdf(tmp_path / "a.pdf"), to="camt")
    assert caught.value.extras == {"outcome": "not_a_statement", "looks_like": "text"}


def test_a_scan_without_text_asks_for_ocr(perform, tmp_path):
    outcome = perform(sheets(tmp_path / "a.pdf", lambda sheet: sheet.picture(0, 0, 595, 842)))
    assert (outcome.result.outcome, outcome.result.needs_ocr) == ("needs_ocr", "1")
    assert [warning[:32] for warning in outcome.warnings] == ["There is no text in the document"]


def test_a_scan_is_recognised_and_proved_by_its_balances(perform, statement, tmp_path, language_data):
    outcome = perform(scanned(tmp_path / "scan.pdf", statement), overlay=True)
    (read,) = outcome.result.statements
    assert (read.reconciliation, read.entries) == ("exact", 12)
    assert "Its text was recognised from pictures." in read.needs_review


def test_ocr_can_be_left_out_and_the_pages_are_told(perform, statement, tmp_path):
    path = tmp_path / "mixed.pdf"
    with pikepdf.open(statement) as pdf, pikepdf.open(scanned(tmp_path / "scan.pdf", statement)) as scan:
        pdf.pages.extend(scan.pages)
        pdf.save(path)
    outcome = perform(path, ocr="off")
    assert (outcome.result.needs_ocr, len(outcome.result.statements)) == ("2", 1)
    assert outcome.warnings[0].startswith("Pages 2 have no text that can be read")
