"""Statements as ISO 20022 camt.053.001.08 (Bank to Customer Statement)."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from pdfmill.core.errors import NotExportable
from pdfmill.engines.lxml import Element, write_xml
from pdfmill.services.export.bookings import (
    account_number,
    currency,
    fingerprints,
    first_day,
    last_day,
    one_line,
)
from pdfmill.services.extraction.statements.model import Entry, Statement

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
#: Max35Text, Max140Text and the like.
_ID, _TEXT, _ACCOUNT = 35, 140, 34


def write_camt(statements: Sequence[Statement], path: Path) -> None:
    """Write statements.

    Raises:
        NotExportable: One of them states no balance, without which there is no camt.053.
    """
    if not all(statement.balances for statement in statements):
        raise NotExportable(
            "camt.053 needs a balance, and the document states none for one of its accounts. Choose csv, xlsx, ofx or "
            "qif instead."
        )
    ids = [_statement_id(number, statement) for number, statement in enumerate(statements, start=1)]
    made = max((last_day(statement) for statement in statements), default=datetime.date(1970, 1, 1))
    root = Element(
        "Document",
        Element(
            "BkToCstmrStmt",
            Element(
                "GrpHdr",
                Element("MsgId", hashlib.sha256("|".join(ids).encode()).hexdigest()[:_ID]),
                Element("CreDtTm", _moment(made)),
            ),
            (_statement(each, name) for each, name in zip(statements, ids, strict=True)),
        ),
    )
    write_xml(path, root, namespace=NAMESPACE)


def _statement_id(number: int, statement: Statement) -> str:
    stated = statement.statement_id
    return one_line(stated.value, _ID - 5) + f"-{number}" if stated else f"{last_day(statement):%Y%m%d}-{number}"


def _statement(statement: Statement, name: str) -> Element:
    return Element(
        "Stmt",
        Element("Id", name),
        Element(
            "FrToDt",
            Element("FrDtTm", _moment(first_day(statement))),
            Element("ToDtTm", _moment(last_day(statement))),
        ),
        _account(statement),
        *_balances(statement),
        _entries(statement),
    )


def _account(statement: Statement) -> Element:
    account = statement.account
    if account.iban:
        number = Element("Id", Element("IBAN", account.iban.value))
    else:
        number = Element("Id", Element("Othr", Element("Id", one_line(account_number(statement), _ACCOUNT))))
    parts = [number]
    if account.currency:
        parts.append(Element("Ccy", account.currency.value))
    if account.owner:
        parts.append(Element("Ownr", Element("Nm", one_line(account.owner.value, _TEXT))))
    servicer = []
    if account.servicer_bic:
        servicer.append(Element("BICFI", account.servicer_bic.value))
    if account.servicer_name:
        servicer.append(Element("Nm", one_line(account.servicer_name.value, _TEXT)))
    if servicer:
        parts.append(Element("Svcr", Element("FinInstnId", *servicer)))
    return Element("Acct", *parts)


def _balances(statement: Statement) -> Iterator[Element]:
    for balance in statement.balances:
        day = first_day(statement) if balance.type == "OPBD" else last_day(statement)
        yield Element(
            "Bal",
            Element("Tp", Element("CdOrPrtry", Element("Cd", balance.type))),
            _amount(balance.amount, statement),
            Element("CdtDbtInd", balance.credit_debit),
            Element("Dt", Element("Dt", (balance.date or day).isoformat())),
        )


def _entries(statement: Statement) -> Iterator[Element]:
    for entry, fingerprint in zip(statement.entries, fingerprints(statement), strict=True):
        parts = [
            Element("NtryRef", fingerprint),
            _amount(entry.amount, statement),
            Element("CdtDbtInd", entry.credit_debit),
            Element("Sts", Element("Cd", "BOOK")),
        ]
        if entry.booking_date:
            parts.append(Element("BookgDt", Element("Dt", entry.booking_date.isoformat())))
        if entry.value_date:
            parts.append(Element("ValDt", Element("Dt", entry.value_date.isoformat())))
        if reference := one_line(entry.reference or "", _ID):
            parts.append(Element("AcctSvcrRef", reference))
        # Statements on paper do not tell the bank's transaction code; NTAV is "not available" of external code lists.
        parts.append(Element("BkTxCd", Element("Prtry", Element("Cd", "NTAV"))))
        parts += _details(entry)
        yield Element("Ntry", *parts)


def _details(entry: Entry) -> Iterator[Element]:
    parts = []
    name = one_line(entry.counterparty or "", _TEXT)
    if name or entry.counterparty_iban:
        party = "Dbtr" if entry.credit_debit == "CRDT" else "Cdtr"
        parties = []
        if name:
            parties.append(Element(party, Element("Pty", Element("Nm", name))))
        if entry.counterparty_iban:
            parties.append(Element(f"{party}Acct", Element("Id", Element("IBAN", entry.counterparty_iban))))
        parts.append(Element("RltdPties", *parties))
    text = one_line(entry.description)
    if text:
        pieces = [text[start : start + _TEXT].strip() for start in range(0, len(text), _TEXT)]
        parts.append(Element("RmtInf", *(Element("Ustrd", piece) for piece in pieces if piece)))
    if parts:
        yield Element("NtryDtls", Element("TxDtls", *parts))


def _amount(value: Decimal, statement: Statement) -> Element:
    return Element("Amt", f"{abs(value):f}", Ccy=currency(statement))


def _moment(day: datetime.date) -> str:
    return f"{day.isoformat()}T00:00:00"
