"""A language model fills what the rules left open; what does not stand on the pages, or does not add up, is refused."""

import json
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.invoices import Bill, invoice_pdf, right
from builders.sheet import sheets
from direct_provider import direct_provider
from language_server import language_server
from pdfmill.core.context import Context
from pdfmill.core.documents import InputFile
from pdfmill.core.operation import Inputs
from pdfmill.operations.extract_invoice import extract_invoice
from pdfmill.services import Services

TRUTH = {
    "invoice_number": "77-2024/8",
    "issue_date": "2024-03-25",
    "due_date": "2024-04-08",
    "seller.name": "Lepatriinu Puukool",
    "buyer.name": "Karu ja Pojad",
    "totals.tax_exclusive": "1400.00",
    "totals.tax_amount": "308.00",
    "totals.tax_inclusive": "1708.00",
}
ITEMS = [
    {"name": "Kuusk, suur", "quantity": "2", "price": "500.00", "amount": "1000.00"},
    {"name": "Mänd", "quantity": "1", "price": "400.00", "amount": "400.00"},
]


def estonian(sheet):
    """An invoice in a language that no dictionary of labels knows, but for its title."""
    sheet.text(60, 60, "Lepatriinu Puukool", 12)
    sheet.text(60, 90, "Arve / Invoice", 18, "bold")
    sheet.text(60, 120, "Meie tunnus 77-2024/8")
    sheet.text(60, 140, "Välja antud 25.03.2024")
    sheet.text(300, 140, "Maksta hiljemalt 08.04.2024")
    sheet.text(60, 170, "Saaja Karu ja Pojad")
    sheet.text(60, 230, "Kuusk, suur: 2 tk, tk 500,00, kokku 1 000,00 (sisaldab transporti)")
    sheet.text(60, 250, "Mänd: 1 tk, tk 400,00, kokku 400,00 (sisaldab transporti)")
    for y, label, amount in (
        (300, "Kokku ilma maksuta", "1 400,00"),
        (320, "Käibemaks", "308,00"),
        (340, "Üle anda", "1 708,00"),
    ):
        sheet.text(330, y, label)
        right(sheet, 540, y, amount)
    sheet.text(60, 700, "Konto EE382200221020145685")


@pytest.fixture(scope="module")
def server():
    with language_server() as server:
        yield server


@pytest.fixture(scope="module")
def provider(server):
    settings = {"completion": "openai", "openai_base_url": f"{server.url}/v1", "openai_model": "small", "retries": 0}
    with direct_provider(**settings, max_calls=10_000, max_tokens=100_000_000) as provider:
        yield provider


@pytest.fixture(scope="module")
def read(provider, server, tmp_path_factory):
    """What is read from an invoice when the model says so much of it."""
    folder = tmp_path_factory.mktemp("by_model")
    path = sheets(folder / "arve.pdf", estonian)

    def read(said=(), items=(), *, source=path, misplaced=None, method="model"):
        def think(_system, document):
            values = [
                {"field": field, "value": value, "rows": [2 if field == misplaced else row_of(document, value)]}
                for field, value in said
            ]
            lines = [{**item, "rows": [row_of(document, item["name"])]} for item in items]
            return json.dumps({"values": values, "items": lines})

        server.think = think
        context = Context(folder, services=Services(), provider=provider)
        outcome = extract_invoice.run(
            Inputs((InputFile.at(source),)), extract_invoice.parse_options({"method": method}), context
        )
        written = json.loads(outcome.outputs[0].path.read_bytes())["invoices"]
        return next(iter(zip(outcome.result.invoices, written, strict=True)), (None, None))

    return read


def row_of(document, value):
    """The number of the row that shows a value, as a model would find it."""
    written = {value, value.replace(".", ","), re.sub(r"^(\d)(\d{3})\.", r"\1 \2,", value)}
    written.add(re.sub(r"^(\d{4})-(\d\d)-(\d\d)$", r"\3.\2.\1", value))
    for line in document.splitlines():
        number = re.match(r"\[(\d+)\] ", line)
        if number and any(
            re.search(rf"(?<!\d)(?<!\d ){re.escape(each)}(?!\d)", line[number.end() :]) for each in written
        ):
            return int(number[1])
    return 1


def value_at(invoice, path):
    for name in path.split("."):
        invoice = invoice[name]
    return invoice


def test_what_the_rules_cannot_read_is_filled_with_its_place(read):
    assert read(method="local") == (None, None)
    summary, invoice = read(TRUTH.items(), ITEMS)
    assert summary.rejected == []
    for path, value in TRUTH.items():
        found = value_at(invoice, path)
        assert found["value"] == value, path
        assert found["evidence"][0]["page"] == 1
    filled = invoice["invoice_number"]
    assert (filled["source"], filled["raw"], filled["confidence"]) == ("model", "77-2024/8", 0.5)
    left, top, right_, bottom = filled["evidence"][0]["box"]
    assert 60 < left < right_ < 220
    assert 105 < top < bottom < 130
    assert summary.needs_review
    assert "A language model read" in summary.review_reasons[-1]


def test_lines_are_taken_where_they_come_to_a_total(read):
    summary, invoice = read(TRUTH.items(), ITEMS)
    read_lines = [(line["name"]["value"], line["net_amount"]["value"]) for line in invoice["lines"]]
    assert read_lines == [("Kuusk, suur", "1000.00"), ("Mänd", "400.00")]
    assert summary.lines == 2


def test_a_model_that_says_nothing_changes_nothing(read, tmp_path):
    path = invoice_pdf(tmp_path / "bill.pdf")
    assert read(source=path) == read(source=path, method="local")
    assert read() == (None, None)


def test_what_is_sure_is_not_asked_for(read, server, tmp_path):
    path = invoice_pdf(tmp_path / "bill.pdf")
    summary, invoice = read([("invoice_number", "X-1"), ("totals.tax_inclusive", "1.00")], source=path)
    assert summary.gross == str(Bill().gross)
    assert [each.reason for each in summary.rejected] == ["It was not asked for."] * 2
    assert "totals.tax_inclusive" not in server.asked[-1]["messages"][0]["content"]
    assert invoice["invoice_number"]["source"] == "text"


def test_an_amount_that_stands_there_but_adds_up_to_nothing_is_refused(read):
    said = {**TRUTH, "totals.tax_amount": "400.00"}
    summary, invoice = read(said.items())
    assert (summary, invoice) == (None, None)  # net and VAT are no total, so nothing shows that it is an invoice


def test_a_value_of_another_row_is_refused(read):
    core = ("invoice_number", "issue_date", "totals.tax_exclusive", "totals.tax_amount", "totals.tax_inclusive")
    said = [(path, TRUTH[path]) for path in core]
    summary, invoice = read([*said, ("buyer.name", "Karu ja Pojad")], misplaced="buyer.name")
    assert invoice["buyer"]["name"] is None
    assert [(each.field, each.reason) for each in summary.rejected] == [
        ("buyer.name", "It does not stand in the rows that were cited.")
    ]


def test_lines_that_are_made_up_are_refused(read):
    made_up = [*ITEMS, {"name": "Saar", "quantity": "1", "price": "1.00", "amount": "1.00"}]
    summary, invoice = read(TRUTH.items(), made_up)
    assert not any((line["name"] or {}).get("source") == "model" for line in invoice["lines"])
    assert summary.rejected[-1].field == "lines"


@given(path=st.sampled_from(sorted(TRUTH)), place=st.integers(0, 30), step=st.integers(1, 9))
def test_a_changed_digit_is_never_taken(read, path, place, step):
    value = TRUTH[path]
    digits = [index for index, character in enumerate(value) if character.isdigit()]
    if digits:
        at = digits[place % len(digits)]
        wrong = f"{value[:at]}{(int(value[at]) + step) % 10}{value[at + 1 :]}"
    else:
        at = place % len(value)
        wrong = f"{value[:at]}{'qxz'[step % 3]}{value[at:]}"
    _, invoice = read({**TRUTH, path: wrong}.items(), ITEMS)
    found = value_at(invoice, path) if invoice else None
    assert found is None or found["value"] != wrong


def test_a_credit_note_printed_with_minus_is_positive(read, tmp_path):
    def credit(sheet):
        sheet.text(60, 60, "Credit note", 18, "bold")
        sheet.text(60, 100, "Credit note number 77-2024/8")
        sheet.text(60, 120, "Credit note date 25 March 2024")
        sheet.text(60, 140, "Customer number 4711")
        sheet.text(60, 250, "Goods that came back are worth -100.00 for us and -22.00 for the state,")
        sheet.text(60, 270, "and we pay for both of it.")
        sheet.text(330, 340, "Total")
        right(sheet, 540, 340, "-122.00")

    said = {"totals.tax_exclusive": "-100.00", "totals.tax_amount": "-22.00", "totals.tax_inclusive": "-122.00"}
    summary, invoice = read(said.items(), source=sheets(tmp_path / "credit.pdf", credit))
    assert summary.type_code == "381"
    totals = [invoice["totals"][name] for name in ("tax_exclusive", "tax_amount", "tax_inclusive")]
    assert [Decimal(found["value"]) for found in totals] == [Decimal(100), Decimal(22), Decimal(122)]
    assert [found["source"] for found in totals] == ["model", "model", "text"]
