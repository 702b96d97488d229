"""Invoices without XML: what the pages say, in ten languages."""

import datetime
from decimal import Decimal

import pypdfium2
import pytest

from builders.invoices import LANGUAGES, LAYOUTS, Bill, Sold, invoice_pdf, letter
from builders.sheet import sheets
from pdfmill.services.extraction.invoices.paths import found_fields


def values(invoice):
    return {name: found.value for name, found in found_fields(invoice)}


def expected(bill):
    return {
        "invoice_number": bill.number,
        "issue_date": bill.date,
        "due_date": bill.due,
        "type_code": "381" if bill.credit else "380",
        "currency": bill.currency,
        "seller.name": bill.seller,
        "seller.vat_id": bill.vat_id,
        "buyer.name": bill.buyer,
        "payment.iban": bill.iban.replace(" ", ""),
        "totals.tax_exclusive": bill.net,
        "totals.tax_amount": bill.tax,
        "totals.tax_inclusive": bill.gross,
    }


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_is_read_in_every_language(only, tmp_path, language, layout):
    bill = Bill(language)
    invoice = only(invoice_pdf(tmp_path / "invoice.pdf", bill, layout))
    assert {name: values(invoice)[name] for name in expected(bill)} == expected(bill)
    assert [
        (line.name.value, line.quantity.value, line.net_price.value, line.net_amount.value) for line in invoice.lines
    ] == [(each.name, each.quantity, each.price, each.amount) for each in bill.sold]
    assert not invoice.needs_review, invoice.review_reasons


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("language", ["en", "de", "fr"])
@pytest.mark.parametrize(
    ("code", "prices"),
    [
        ("JPY", ("3990", "124900", "850")),
        ("KRW", ("12000", "1249000", "500")),
        ("KWD", ("39.905", "1249.250", "0.750")),
    ],
)
def test_amounts_have_as_many_decimals_as_their_currency(only, tmp_path, layout, language, code, prices):
    sold = tuple(Sold(f"Part {price}x", Decimal(2), Decimal(price)) for price in prices)
    bill = Bill(language, code=code, places=3 if code == "KWD" else 0, sold=sold, rate=Decimal(10))
    invoice = only(invoice_pdf(tmp_path / "invoice.pdf", bill, layout))
    assert {name: values(invoice)[name] for name in expected(bill)} == expected(bill)
    assert [line.net_amount.value for line in invoice.lines] == [each.amount for each in sold]
    assert not invoice.needs_review, invoice.review_reasons


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_credit_note_is_one_by_its_title(only, tmp_path, language):
    bill = Bill(language, credit=True)
    assert values(only(invoice_pdf(tmp_path / "invoice.pdf", bill, "form"))).items() >= expected(bill).items()


def test_rows_below_a_line_are_its_description(only, tmp_path):
    invoice = only(invoice_pdf(tmp_path / "invoice.pdf"))
    assert invoice.lines[1].description.value == "oak, oiled\nmade to measure"
    assert invoice.lines[0].description is None


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_text_within_the_boxes_of_a_value_is_that_value(only, tmp_path, layout):
    path = invoice_pdf(tmp_path / "invoice.pdf", Bill("de"), layout)
    invoice = only(path)
    with pypdfium2.PdfDocument(path) as document:
        page = document[0]
        text = page.get_textpage()
        for name, found in found_fields(invoice):
            if found.source == "derived":
                continue
            shown = []
            for evidence in found.evidence:
                left, top, right, bottom = evidence.box
                height = page.get_height()
                shown.append(text.get_text_bounded(left - 1, height - bottom, right + 1, height - top - 2).strip())
            assert found.raw.replace("\n", " ") in " ".join(" ".join(shown).split()), name


def test_the_same_document_gives_the_same_bytes(read, tmp_path):
    path = invoice_pdf(tmp_path / "invoice.pdf")
    assert read(path).model_dump_json() == read(path).model_dump_json()


def test_totals_that_do_not_add_up_are_told(only, tmp_path):
    class Wrong(Bill):
        @property
        def gross(self):
            return self.net + self.tax + Decimal("100.00")

    invoice = only(invoice_pdf(tmp_path / "invoice.pdf", Wrong()))
    assert invoice.needs_review
    failed = [check for check in invoice.checks if not check.ok]
    assert [(check.id, check.difference) for check in failed] == [("BR-CO-15", Decimal("100.00"))]
    assert invoice.totals.tax_inclusive.confidence < 0.8


def test_an_iban_with_a_wrong_digit_is_kept_and_told(only, tmp_path):
    invoice = only(invoice_pdf(tmp_path / "invoice.pdf", Bill(iban="DE89 3704 0044 0532 0130 01")))
    assert invoice.payment.iban.value == "DE89370400440532013001"
    assert invoice.payment.iban.confidence < 0.9
    assert "IBAN" in {check.id for check in invoice.checks if not check.ok}


def test_lines_go_on_over_pages(only, tmp_path):
    sold = tuple(Sold(f"Article {number}", Decimal(2), Decimal(number) + Decimal("0.50")) for number in range(1, 61))
    bill = Bill(sold=sold)

    def part(first, last):
        def build(sheet):
            words = bill.words
            sheet.text(60, 60, f"{words.title} {bill.number}", 14, "bold")
            sheet.text(60, 80, f"{words.date}: {bill.day(bill.date)}")
            sheet.text(60, 120, words.headings[0], 10, "bold")
            for x, heading in zip((300, 380, 480), words.headings[1:], strict=True):
                sheet.text(x, 120, heading, 10, "bold")
            y = 120
            for each in sold[first:last]:
                y += 16
                sheet.text(60, y, each.name)
                for x, text in zip((300, 380, 480), (each.quantity, each.price, each.amount), strict=True):
                    sheet.text(x, y, f"{text}")
            if last == len(sold):
                for row, (label, amount) in enumerate(
                    ((words.net, bill.net), (f"{words.tax} 20%", bill.tax), (words.gross, bill.gross))
                ):
                    sheet.text(330, y + 30 + 16 * row, label)
                    sheet.text(480, y + 30 + 16 * row, bill.money(amount))

        return build

    invoice = only(sheets(tmp_path / "long.pdf", part(0, 25), part(25, 50), part(50, 60)))
    assert invoice.pages == "1-3"
    assert [line.net_amount.value for line in invoice.lines] == [each.amount for each in sold]
    assert {line.net_amount.evidence[0].page for line in invoice.lines} == {1, 2, 3}


def test_the_last_day_of_the_discount_is_not_the_last_day_to_pay(only, tmp_path):
    bill = Bill("de")

    def build(sheet):
        letter(bill.but(due=datetime.date(2024, 4, 24)))(sheet)
        sheet.text(60, 600, "3% Skonto bei Zahlung bis 04.04.2024, zahlbar netto bis 24.04.2024.")

    invoice = only(sheets(tmp_path / "invoice.pdf", build))
    assert invoice.due_date.value == datetime.date(2024, 4, 24)
    assert [each.date.value for each in invoice.cash_discounts] == [datetime.date(2024, 4, 4)]
    assert [each.percent.value for each in invoice.cash_discounts] == [Decimal(3)]


@pytest.mark.parametrize(
    ("language", "label"),
    [
        ("en", "Original invoice date"),
        ("de", "Datum der Ursprungsrechnung"),
        ("fr", "Date de facture associée"),
        ("nl", "Datum oorspronkelijke factuur"),
        ("es", "Fecha de factura rectificada"),
        ("it", "Data fattura originale"),
        ("pt", "Data da fatura original"),
        ("pl", "Data faktury korygowanej"),
        ("sv", "Ursprungligt fakturadatum"),
        ("da", "Oprindelig fakturadato"),
    ],
)
def test_the_date_of_a_related_invoice_is_not_the_date_of_issue(only, tmp_path, language, label):
    bill = Bill(language)

    def build(sheet):
        LAYOUTS["form"](bill)(sheet)
        sheet.text(300, 116, f"{label}: {bill.day(datetime.date(2023, 11, 7))}", 9)

    path = tmp_path / "invoice.pdf"
    sheets(path, build)
    assert only(path).issue_date.value == bill.date


def laid_out(path, *rows):
    """A page of rows: each a list of places across and texts."""

    def build(sheet):
        for number, row in enumerate(rows):
            for x, text in row:
                sheet.text(x, 60 + 16 * number, text, 10)

    return sheets(path, build)


HEAD = (
    [(60, "Seller GmbH"), (300, "Invoice no.: 4711")],
    [(60, "Road 1, 80331 Munich"), (300, "Invoice date: 2024-03-05")],
    [],
    [(60, "Bill to: Buyer Ltd.")],
    [],
)
TOTALS = (
    [],
    [(330, "Subtotal"), (480, "95.00")],
    [(330, "VAT 10 %"), (480, "9.50")],
    [(330, "Total"), (480, "104.50")],
)


def test_without_a_column_of_amounts_quantity_times_price_tells_them(only, tmp_path):
    path = laid_out(
        tmp_path / "a.pdf",
        *HEAD,
        [(60, "Description"), (300, "Unit price"), (380, "Qty")],
        [(60, "Support"), (310, "60.00"), (385, "1"), (440, "60.00 10.00%")],
        [(60, "Supplies"), (310, "10.00"), (385, "3"), (440, "30.00 10.00%")],
        [(60, "Call"), (310, "5.00"), (385, "1"), (440, "5.00 10.00%")],
        *TOTALS,
    )
    amounts = [line.net_amount.value for line in only(path).lines]
    assert amounts == [Decimal("60.00"), Decimal("30.00"), Decimal("5.00")]


def test_what_has_no_number_among_numbered_lines_is_none_if_the_others_add_up(only, tmp_path):
    path = laid_out(
        tmp_path / "a.pdf",
        *HEAD,
        [(60, "Pos"), (100, "Description"), (300, "Qty"), (380, "Unit price"), (480, "Amount")],
        [(60, "1"), (100, "Support"), (300, "1"), (385, "60.00"), (480, "60.00")],
        [(100, "of which travel"), (300, "2"), (385, "4.00"), (480, "8.00")],
        [(60, "2"), (100, "Supplies"), (300, "3"), (385, "10.00"), (480, "30.00")],
        [(60, "3"), (100, "Call"), (300, "1"), (385, "5.00"), (480, "5.00")],
        *TOTALS,
    )
    assert [line.id.value for line in only(path).lines] == ["1", "2", "3"]


def test_a_list_of_payments_tells_what_was_paid(only, tmp_path):
    path = laid_out(
        tmp_path / "a.pdf",
        *HEAD,
        [(60, "Description"), (300, "Qty"), (380, "Unit price"), (480, "Amount")],
        [(60, "Support"), (300, "1"), (385, "95.00"), (480, "95.00")],
        *TOTALS,
        [(330, "Amount due"), (480, "64.50")],
        [],
        [(60, "Method"), (150, "Date"), (250, "Sum")],
        [(60, "Transfer"), (150, "2024-02-01"), (250, "40.00")],
    )
    totals = only(path).totals
    assert (totals.prepaid.value, totals.amount_due.value) == (Decimal("40.00"), Decimal("64.50"))
    assert [each.page for each in totals.prepaid.evidence] == [1]


def test_allowances_and_charges_are_those_with_which_the_lines_give_net(only, tmp_path):
    path = laid_out(
        tmp_path / "a.pdf",
        *HEAD,
        [(60, "Description"), (300, "Qty"), (380, "Unit price"), (480, "Amount")],
        [(60, "Support"), (300, "1"), (385, "100.00"), (480, "100.00")],
        [],
        [(330, "Items total"), (480, "100.00")],
        [(330, "Discount"), (480, "-8.00")],
        [(330, "Shipping"), (480, "3.00")],
        *TOTALS[1:],
    )
    totals = only(path).totals
    assert (totals.line_net_sum.value, totals.tax_exclusive.value) == (Decimal("100.00"), Decimal("95.00"))
    assert (abs(totals.allowances.value), totals.charges.value) == (Decimal("8.00"), Decimal("3.00"))


def test_the_end_of_a_period_is_not_the_last_day_to_pay(only, tmp_path):
    path = laid_out(
        tmp_path / "a.pdf",
        *HEAD,
        [(60, "Description"), (300, "Qty"), (380, "Unit price"), (480, "Amount")],
        [(60, "Support"), (300, "1"), (385, "95.00"), (480, "95.00")],
        *TOTALS,
        [],
        [(60, "The fee is for the time from 2024-03-06 due 2025-03-06 in any case.")],
    )
    assert only(path).due_date is None


def test_a_name_of_two_lines_stands_beside_its_label(only, tmp_path):
    def build(sheet):
        for x, y, text in (
            (60, 60, "Rechnung Nr. 4711 vom 05.03.2024"),
            (60, 100, "Verkäufer"),
            (60, 114, "Nummer:"),
            (200, 114, "549910"),
            (200, 130, "MVM Musterhafter"),
            (60, 142, "Name:"),
            (200, 142, "Versicherungsverein Musterhaft"),
            (60, 200, "Bezeichnung"),
            (300, 200, "Menge"),
            (380, 200, "Einzelpreis"),
            (480, 200, "Gesamtpreis"),
            (60, 216, "Beitrag"),
            (300, 216, "1"),
            (380, 216, "100,00"),
            (480, 216, "100,00"),
            (330, 250, "Nettobetrag"),
            (480, 250, "100,00"),
            (330, 266, "MwSt. 19 %"),
            (480, 266, "19,00"),
            (330, 282, "Rechnungsbetrag"),
            (480, 282, "119,00 EUR"),
        ):
            sheet.text(x, y, text, 10)

    seller = only(sheets(tmp_path / "invoice.pdf", build)).seller.name
    assert seller.value == "Versicherungsverein Musterhaft"


FOOT = {
    "en": ("Emma Clarke Photography", "Barclays Bank plc", "12 Harbour Street", "Bristol BS1 4QA"),
    "de": ("Malermeister Petersen", "Commerzbank AG", "Deichstr. 17", "20459 Hamburg"),
    "nl": ("Schildersbedrijf De Boer", "ABN AMRO Bank N.V.", "Parkweg 5", "3512 AB Utrecht"),
    "sv": ("Erikssons Måleri", "Swedbank AB", "Storgatan 14", "903 26 Umeå"),
}


def _billed(sheet, words, buyer):
    for row, line in enumerate((buyer, "Marktplatz 3", "80331 München")):
        sheet.text(60, 150 + 14 * row, line)
    sheet.text(60, 250, f"{words.title} 4711", 16)
    for column, (heading, value) in enumerate(zip(words.headings, ("Oak", "1", "100.00", "100.00"), strict=True)):
        sheet.text(60 + 130 * column, 300, heading)
        sheet.text(60 + 130 * column, 316, value)
    for row, (label, value) in enumerate(
        ((words.net, "100.00"), (f"{words.tax} 20%", "20.00"), (words.gross, "120.00"))
    ):
        sheet.text(330, 350 + 16 * row, label)
        sheet.text(480, 350 + 16 * row, value)


@pytest.mark.parametrize("language", FOOT)
def test_the_seller_in_the_foot_is_not_taken_for_its_bank(only, tmp_path, language):
    seller, bank, street, town = FOOT[language]

    def build(sheet):
        _billed(sheet, LANGUAGES[language], "Nordfrakt AB")
        for column, lines in enumerate(((seller, street, town), (bank, "IBAN DE89 3704 0044 0532 0130 00"))):
            for row, line in enumerate(lines):
                sheet.text(60 + 180 * column, 780 + 11 * row, line, 7)

    assert only(sheets(tmp_path / "invoice.pdf", build)).seller.name.value == seller


def test_the_seller_in_a_line_of_the_foot_needs_no_legal_form(only, tmp_path):
    def build(sheet):
        _billed(sheet, LANGUAGES["de"], "Nordmarkt Handels GmbH")
        sheet.text(60, 790, "Malermeister Petersen | Deichstr. 17 | 20459 Hamburg", 7)
        sheet.text(60, 801, "Commerzbank AG | 20095 Hamburg | IBAN DE89 3704 0044 0532 0130 00", 7)

    assert only(sheets(tmp_path / "invoice.pdf", build)).seller.name.value == "Malermeister Petersen"


@pytest.mark.parametrize(
    ("language", "line", "number"),
    [
        ("fr", "SIRET : 123 456 789 00012", "12345678900012"),
        ("nl", "KvK-nummer 04080176", "04080176"),
        ("de", "Amtsgericht Hamburg, HRB 372876", "372876"),
        ("en", "Company registration number 09876543", "09876543"),
        ("sv", "Org.nr 556012-5790", "5560125790"),
        ("da", "CVR-nr. 12 34 56 78", "12345678"),
        ("pl", "KRS 0000123456", "0000123456"),
    ],
)
def test_the_sellers_number_in_the_register_is_read(only, tmp_path, language, line, number):
    def build(sheet):
        letter(Bill(language))(sheet)
        sheet.text(60, 815, line, 8)

    invoice = only(sheets(tmp_path / "register.pdf", build))
    assert invoice.seller.legal_id.value == number
    assert invoice.buyer.legal_id is None


def test_the_buyers_number_in_the_register_is_not_the_sellers(only, tmp_path):
    def build(sheet):
        letter(Bill("fr"))(sheet)
        sheet.text(60, 152, "SIRET 987 654 321 00029")

    invoice = only(sheets(tmp_path / "register.pdf", build))
    assert invoice.buyer.legal_id.value == "98765432100029"
    assert invoice.seller.legal_id is None
