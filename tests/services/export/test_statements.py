"""Statements in the formats of banks: every date and amount comes back, and the schema of ISO 20022 is kept."""

import csv
import datetime
import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from builders.statement import Account, Booking, account
from builders.statement_layouts import LAYOUTS
from pdfmill.core.errors import NotExportable
from pdfmill.services.export.service import ExportService
from pdfmill.services.extraction.evidence import Found
from pdfmill.services.extraction.statements import model
from pdfmill.services.extraction.statements.model import StatementFile
from pdfmill.services.extraction.statements.service import BankStatementExtractionService

SCHEMA = Path(__file__).with_name("camt.053.001.08.xsd")
CAMT = {"c": "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"}

texts = st.text(max_size=300)
entries = st.lists(
    st.tuples(
        st.dates(min_value=datetime.date(1990, 1, 1), max_value=datetime.date(2090, 1, 1)),
        st.decimals(min_value=-(10**9), max_value=10**9, places=2),
        texts,
        st.none() | texts,
    ),
    max_size=8,
)


def found(value):
    return Found(value=value, raw=str(value), source="text", confidence=0.9, rule="test", evidence=[])


def statement(rows, *, kind="current", currency="EUR", balances=True):
    """A statement of whatever entries."""
    owed = kind == "credit_card"
    booked = [
        model.Entry(
            number=number,
            booking_date=day,
            value_date=day,
            transaction_date=None,
            amount=amount,
            credit_debit="CRDT" if (amount >= 0) != owed else "DBIT",
            description=text,
            counterparty=reference,
            counterparty_iban=None,
            reference=reference,
            running_balance=None,
            confidence=0.9,
            needs_review=[],
            page=1,
            boxes={},
        )
        for number, (day, amount, text, reference) in enumerate(rows, start=1)
    ]
    stated = [
        model.Balance(type=kind_, amount=Decimal("1.00"), credit_debit="CRDT", date=None, raw="1.00", evidence=[])
        for kind_ in ("OPBD", "CLBD")
        if balances
    ]
    return model.Statement(
        statement_id=found("5/2024"),
        account=model.Account(
            iban=None, other_id=found("12345678"), currency=found(currency), owner=found("A & B <Ltd>"),
            servicer_name=found("Bank"), servicer_bic=None, kind=kind,
        ),
        period_from=None,
        period_to=None,
        balances=stated,
        entries=booked,
        reconciliation=model.Reconciliation(
            status="failed", opening=None, sum_credits=Decimal(0), sum_debits=Decimal(0), closing=None, difference=None,
            running_balances=0, suspect_entries=[], unread=[], reasons=[],
        ),
        needs_review=[],
    )  # fmt: skip


def written(file, form, folder):
    path = folder / f"a.{form}"
    ExportService().write_statements(file, form, path)
    return path


def one(each):
    return StatementFile(outcome="statements", looks_like=None, pages=1, statements=[each])


@settings(deadline=None, max_examples=50)
@given(rows=entries, kind=st.sampled_from(["current", "credit_card"]))
def test_every_form_keeps_every_date_and_amount(tmp_path_factory, rows, kind):
    folder = tmp_path_factory.mktemp("forms")
    file = one(statement(rows, kind=kind))
    owners = sorted((day, -amount if kind == "credit_card" else amount) for day, amount, _, _ in rows)
    assert _ofx(written(file, "ofx", folder)) == owners
    assert _qif(written(file, "qif", folder)) == owners
    assert _camt(written(file, "camt", folder)) == owners
    printed = sorted((day, amount) for day, amount, _, _ in rows)
    assert _csv(written(file, "csv", folder)) == printed
    assert _json(written(file, "json", folder)) == printed


def _ofx(path):
    root = etree.parse(path).getroot()
    return sorted(
        (datetime.datetime.strptime(each.findtext("DTPOSTED"), "%Y%m%d").date(), Decimal(each.findtext("TRNAMT")))
        for each in root.iter("STMTTRN")
    )


def _qif(path):
    days, amounts = [], []
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line.startswith("D"):
            days.append(datetime.datetime.strptime(line[1:], "%m/%d/%Y").date())
        elif line.startswith("T") and line not in ("TBank", "TCCard"):
            amounts.append(Decimal(line[1:]))
    return sorted(zip(days, amounts, strict=True))


def _camt(path):
    document = etree.parse(path)
    etree.XMLSchema(etree.parse(SCHEMA)).assertValid(document)
    return sorted(
        (
            datetime.date.fromisoformat(each.findtext("c:BookgDt/c:Dt", namespaces=CAMT)),
            Decimal(each.findtext("c:Amt", namespaces=CAMT))
            * (1 if each.findtext("c:CdtDbtInd", namespaces=CAMT) == "CRDT" else -1),
        )
        for each in document.iterfind(".//c:Ntry", CAMT)
    )


def _csv(path):
    with path.open(encoding="utf-8", newline="") as file:
        return sorted(
            (datetime.date.fromisoformat(row["booking date"]), Decimal(row["amount"])) for row in csv.DictReader(file)
        )


def _json(path):
    (each,) = json.loads(path.read_text(encoding="utf-8"))["statements"]
    return sorted((datetime.date.fromisoformat(e["booking_date"]), Decimal(e["amount"])) for e in each["entries"])


@pytest.mark.parametrize("name", ["german_day_once", "card_with_sections", "indian_columns"])
def test_a_statement_that_was_read_is_valid_camt_and_balances(ctx, tmp_path, name):
    told = account(1, 20)
    file = BankStatementExtractionService().extract(LAYOUTS[name](told).save(tmp_path / "a.pdf"), ctx)
    document = etree.parse(written(file, "camt", tmp_path))
    etree.XMLSchema(etree.parse(SCHEMA)).assertValid(document)
    codes = [each.text for each in document.iterfind(".//c:Bal/c:Tp/c:CdOrPrtry/c:Cd", CAMT)]
    assert codes == ["OPBD", "CLBD"]


@pytest.mark.parametrize("form", ["json", "csv", "xlsx", "ofx", "qif", "camt"])
def test_the_same_statement_gives_the_same_bytes(tmp_path, form):
    file = one(statement([(datetime.date(2024, 5, 2), Decimal("-1.50"), "a\nb", None)]))
    first = written(file, form, tmp_path).read_bytes()
    assert written(file, form, tmp_path).read_bytes() == first


def test_equal_bookings_have_ids_of_their_own(tmp_path):
    twice = [(datetime.date(2024, 5, 2), Decimal("-1.50"), "coffee", None)] * 2
    root = etree.parse(written(one(statement(twice)), "ofx", tmp_path)).getroot()
    ids = [each.text for each in root.iter("FITID")]
    assert len(set(ids)) == 2


def test_camt_without_any_balance_is_refused_with_a_way_out(tmp_path):
    with pytest.raises(NotExportable, match="Choose csv"):
        written(one(statement([], balances=False)), "camt", tmp_path)


def test_an_undated_entry_is_told(tmp_path):
    told = Account(Decimal(5), [Booking(datetime.date(2024, 5, 2), "x", Decimal(1))])
    each = statement([(told.first, Decimal(1), "x", None)])
    each = each.model_copy(
        update={"entries": [each.entries[0].model_copy(update={"booking_date": None, "value_date": None})]}
    )
    (warning,) = ExportService().write_statements(one(each), "ofx", tmp_path / "a.ofx")
    assert warning.startswith("1 entries without a date")


def test_texts_of_documents_never_run_in_a_spreadsheet(tmp_path):
    path = written(one(statement([(datetime.date(2024, 5, 2), Decimal(1), "=HYPERLINK(1)", "@ref")])), "csv", tmp_path)
    assert "'=HYPERLINK(1)" in path.read_text()
    assert "'@ref" in path.read_text()
